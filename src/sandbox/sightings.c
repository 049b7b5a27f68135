#include "sandbox/sightings.h"

#include "base/wire.h"
#include "sandbox/activity.h"

void sightings_init(struct sightings *s)
{
	*s = (struct sightings){ .n = 0 };
	arena_init(&s->arena);
}

void sightings_done(struct sightings *s)
{
	arena_done(&s->arena);
}

/* FNV-1a: equal records have equal hashes, and the bytes decide. */
static uint64_t hash_of(struct bytes record)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < record.size; i++)
		hash = (hash ^ record.data[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static struct sighting *find(const struct sightings *s, uint64_t hash, struct bytes record)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].hash == hash && bytes_equal(s->rows[i].record, record))
			return &s->rows[i];
	return NULL;
}

bool sightings_note(struct sightings *s, struct bytes record, bool counts)
{
	uint64_t hash = hash_of(record);
	struct sighting *known = find(s, hash, record);
	if (known) {
		known->n_more += counts;
		return false;
	}
	if (s->n == ACTIVITY_KEPT) {
		s->n_not_kept += counts;
		return false;
	}
	s->rows = arena_grow(&s->arena, s->rows, s->n, sizeof *s->rows);
	s->rows[s->n++] = (struct sighting){ .hash = hash, .record = arena_copy(&s->arena, record) };
	return true;
}

bool sightings_put_more(const struct sightings *s, size_t *at, size_t most, struct buf *out)
{
	size_t rows[ACTIVITY_KEPT], n = 0;
	for (; *at < s->n && n < most && n < COUNT(rows); ++*at)
		if (s->rows[*at].n_more)
			rows[n++] = *at;
	wire_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		wire_put_u32(out, (uint32_t)rows[i]);
		wire_put_u64(out, s->rows[rows[i]].n_more);
	}
	return n != 0;
}
