#include "python/typosquat.h"

#include "base/distance.h"
#include "popular_names_table.h"
#include "python/known_names.h"

/* Only the names on top are worth to be imitated; the others are there so that they are not taken for slips. */
enum { NAME_MIN = 5, TARGETS_MAX = 2000, NAME_MAX_SIZE = 64 };

static bool next(struct bytes *rest, struct bytes *ret)
{
	while (rest->size) {
		*ret = bytes_cut(rest, '\n');
		if (ret->size && ret->data[0] != '#')
			return true;
	}
	return false;
}

bool popular_name_is(struct bytes name)
{
	struct bytes rest = bytes_make(popular_names, sizeof popular_names), other;
	while (next(&rest, &other))
		if (bytes_equal(name, other))
			return true;
	return false;
}

struct bytes popular_names_date(void)
{
	return list_date(bytes_make(popular_names, sizeof popular_names));
}

/* Both ends together leave at most two letters: all that a single slip can change. */
static bool may_be_near(struct bytes a, struct bytes b)
{
	size_t least = a.size < b.size ? a.size : b.size, same = bytes_same(a, b), behind = 0;
	if (a.size > b.size + 1 || b.size > a.size + 1)
		return false;
	while (behind < least - same && a.data[a.size - 1 - behind] == b.data[b.size - 1 - behind])
		behind++;
	return least - same - behind <= 2;
}

static struct bytes without_dashes(struct bytes name, struct arena *a)
{
	unsigned char *out = arena_alloc(a, name.size + 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] != '-')
			out[n++] = name.data[i];
	return bytes_make(out, n);
}

static bool same_letters(struct bytes plain, struct bytes name)
{
	size_t n = 0;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] != '-' && (n >= plain.size || plain.data[n++] != name.data[i]))
			return false;
	return n == plain.size;
}

struct bytes typosquat_find(struct bytes name, struct arena *a)
{
	struct bytes rest = bytes_make(popular_names, sizeof popular_names), other, like = { NULL, 0 };
	if (name.size < NAME_MIN || name.size > NAME_MAX_SIZE || known_name_is(name))
		return like;
	struct bytes plain = without_dashes(name, a);
	for (size_t n = 0; next(&rest, &other); n++) {
		if (bytes_equal(name, other))
			return (struct bytes){ NULL, 0 };
		if (like.size || n >= TARGETS_MAX || other.size < NAME_MIN)
			continue;
		if ((may_be_near(name, other) && word_distance(name, other) == 1) || same_letters(plain, other))
			like = other;
	}
	return like;
}
