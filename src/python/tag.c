#include "python/tag.h"

#include "python/scan.h"

struct slot {
	struct bytes tag; /* data NULL: free */
	int place;
};

struct tag_set {
	struct slot *slots;
	size_t mask; /* slots - 1, slots a power of two and at least twice the tags */
};

static const uint32_t fnv_start = 0x811c9dc5, fnv_prime = 0x01000193;

/* FNV-1a; the tags of the set come from our own probe, so nobody can pick collisions that matter. */
static uint32_t hash_more(uint32_t h, struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		h = (h ^ b.data[i]) * fnv_prime;
	return h;
}

/* Is tag "python-abi-platform"? */
static bool is_tag_of(struct bytes tag, const struct bytes part[3])
{
	size_t at = 0;
	if (tag.size != part[0].size + part[1].size + part[2].size + 2)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && tag.data[at++] != '-')
			return false;
		if (!bytes_equal(bytes_part(tag, at, part[i].size), part[i]))
			return false;
		at += part[i].size;
	}
	return true;
}

static struct slot *find_slot(const struct tag_set *set, const struct bytes part[3])
{
	uint32_t h = hash_more(fnv_start, part[0]);
	h = hash_more(h, BYTES("-"));
	h = hash_more(h, part[1]);
	h = hash_more(h, BYTES("-"));
	h = hash_more(h, part[2]);
	size_t at = h & set->mask;
	while (set->slots[at].tag.data && !is_tag_of(set->slots[at].tag, part))
		at = (at + 1) & set->mask;
	return &set->slots[at];
}

enum status tag_set_new(const struct bytes *tags, size_t n, struct arena *a, const struct tag_set **ret_set, struct diag *d)
{
	if (n > TAG_SET_MAX)
		return fail(d, ERR_LIMIT, TAG_SET_MAX, "the interpreter has %zu tags, more than %d", n, TAG_SET_MAX);
	struct tag_set *set = ARENA_NEW(a, struct tag_set);
	size_t room = 2;
	while (room < n * 2)
		room *= 2;
	set->slots = ARENA_ARRAY(a, struct slot, room);
	set->mask = room - 1;
	for (size_t i = 0; i < n; i++) {
		struct bytes rest = tags[i], part[3];
		for (size_t k = 0; k < 3; k++)
			part[k] = bytes_cut(&rest, '-');
		if (rest.data || part[0].size == 0 || part[1].size == 0 || part[2].size == 0)
			return fail(d, ERR_FORMAT, i, "'%.*s' is not a tag: it needs three parts with '-' between them",
				    SHOWN(tags[i]));
		struct slot *slot = find_slot(set, part);
		if (!slot->tag.data)
			*slot = (struct slot){ tags[i], (int)i };
	}
	*ret_set = set;
	return OK;
}

int tag_set_priority(const struct tag_set *set, const struct wheel_name *w)
{
	int best = -1;
	for (size_t i = 0; i < w->n_python; i++) {
		for (size_t j = 0; j < w->n_abi; j++) {
			for (size_t k = 0; k < w->n_platform; k++) {
				const struct slot *s = find_slot(set, (struct bytes[3]){ w->python[i], w->abi[j], w->platform[k] });
				if (s->tag.data && (best < 0 || s->place < best))
					best = s->place;
			}
		}
	}
	return best;
}
