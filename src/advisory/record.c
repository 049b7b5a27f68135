#include "advisory/record.h"

#include "python/name.h"

bool advisory_id_is_valid(struct bytes id)
{
	if (!id.size || id.size > ADVISORY_ID_MAX || !byte_is_alnum(id.data[0]))
		return false;
	for (size_t i = 0; i < id.size; i++)
		if (!byte_is_alnum(id.data[i]) && !memchr("._:-", id.data[i], 4))
			return false;
	return true;
}

bool advisory_is_malware(struct bytes id)
{
	return bytes_starts(id, BYTES("MAL-"));
}

static void put_list(struct buf *out, const struct bytes *items, size_t n)
{
	wire_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_bytes(out, items[i]);
}

static void put_package(struct buf *out, const struct advisory_package *p)
{
	wire_put_u32(out, p->is_pypi);
	wire_put_bytes(out, p->name);
	put_list(out, p->versions, p->n_versions);
	wire_put_u32(out, (uint32_t)p->n_ranges);
	for (size_t i = 0; i < p->n_ranges; i++) {
		wire_put_u32(out, (uint32_t)p->ranges[i].n_events);
		for (size_t k = 0; k < p->ranges[i].n_events; k++) {
			wire_put_u32(out, p->ranges[i].events[k].kind);
			wire_put_bytes(out, p->ranges[i].events[k].version);
		}
	}
}

void advisory_write(const struct advisory *v, struct buf *out)
{
	wire_put_bytes(out, v->id);
	wire_put_bytes(out, v->modified);
	wire_put_u64(out, (uint64_t)v->modified_unix);
	wire_put_u64(out, (uint64_t)v->withdrawn_unix);
	wire_put_bytes(out, v->summary);
	wire_put_bytes(out, v->severity);
	put_list(out, v->aliases, v->n_aliases);
	wire_put_u32(out, (uint32_t)v->n_packages);
	for (size_t i = 0; i < v->n_packages; i++)
		put_package(out, &v->packages[i]);
}

static uint32_t get_count(struct wire *w, size_t min_size, uint32_t max)
{
	uint32_t n = wire_get_count(w, min_size);
	if (n > max)
		w->bad = true;
	return w->bad ? 0 : n;
}

static struct bytes get_word(struct wire *w, size_t max)
{
	struct bytes b = wire_get_bytes(w);
	if (b.size > max || bytes_find(b, '\0') < b.size)
		w->bad = true;
	return b;
}

static const struct bytes *get_list(struct wire *w, uint32_t max, struct arena *a, size_t *ret_n)
{
	uint32_t n = get_count(w, 4, max);
	struct bytes *items = ARENA_ARRAY(a, struct bytes, n);
	for (uint32_t i = 0; i < n && !w->bad; i++)
		items[i] = get_word(w, ADVISORY_WORD_MAX);
	*ret_n = n;
	return items;
}

static void get_events(struct wire *w, struct arena *a, struct advisory_range *ret)
{
	uint32_t n = get_count(w, 8, ADVISORY_EVENTS_MAX);
	struct advisory_event *events = ARENA_ARRAY(a, struct advisory_event, n);
	for (uint32_t i = 0; i < n && !w->bad; i++) {
		uint32_t kind = wire_get_u32(w);
		w->bad |= kind >= N_EVENT_KINDS;
		events[i].kind = w->bad ? EVENT_LIMIT : (enum advisory_event_kind)kind;
		events[i].version = get_word(w, ADVISORY_WORD_MAX);
	}
	*ret = (struct advisory_range){ events, n };
}

static void get_package(struct wire *w, struct arena *a, struct advisory_package *ret)
{
	ret->is_pypi = wire_get_u32(w) == 1;
	ret->name = get_word(w, ADVISORY_WORD_MAX);
	w->bad |= ret->is_pypi ? !name_is_normalized(ret->name) : !bytes_starts(ret->name, BYTES("pkg:"));
	ret->versions = get_list(w, ADVISORY_VERSIONS_MAX, a, &ret->n_versions);
	uint32_t n = get_count(w, 4, ADVISORY_RANGES_MAX);
	struct advisory_range *ranges = ARENA_ARRAY(a, struct advisory_range, n);
	for (uint32_t i = 0; i < n && !w->bad; i++)
		get_events(w, a, &ranges[i]);
	ret->ranges = ranges;
	ret->n_ranges = n;
}

enum status advisory_read(struct wire *w, struct arena *a, struct advisory *ret, struct diag *d)
{
	struct advisory v = { .id = get_word(w, ADVISORY_ID_MAX), .modified = get_word(w, ADVISORY_WORD_MAX) };
	v.modified_unix = (int64_t)wire_get_u64(w);
	v.withdrawn_unix = (int64_t)wire_get_u64(w);
	v.summary = get_word(w, ADVISORY_TEXT_MAX);
	v.severity = get_word(w, ADVISORY_TEXT_MAX);
	v.aliases = get_list(w, ADVISORY_ALIASES_MAX, a, &v.n_aliases);
	bool valid = advisory_id_is_valid(v.id);
	for (size_t i = 0; i < v.n_aliases && !w->bad; i++)
		valid = valid && advisory_id_is_valid(v.aliases[i]);
	uint32_t n = get_count(w, 16, ADVISORY_PACKAGES_MAX);
	struct advisory_package *packages = ARENA_ARRAY(a, struct advisory_package, n);
	for (uint32_t i = 0; i < n && !w->bad; i++)
		get_package(w, a, &packages[i]);
	v.packages = packages;
	v.n_packages = n;
	w->bad |= !valid;
	if (w->bad)
		return fail(d, ERR_FORMAT, 0, "the record of an advisory is malformed");
	*ret = v;
	return OK;
}
