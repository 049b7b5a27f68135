/* What the watch has told already: each thing once, with how often it came again, so that a flood of one thing hides no other.
 * Private to hwb-sandbox. */
#ifndef SANDBOX_SIGHTINGS_H
#define SANDBOX_SIGHTINGS_H

#include "base/arena.h"
#include "base/buf.h"

struct sighting {
	uint64_t hash;
	struct bytes record;
	uint64_t n_more; /* times after the first */
};

/* Up to ACTIVITY_KEPT different ones; what comes then is counted. */
struct sightings {
	struct arena arena;
	struct sighting *rows; /* in the order of their first time, which is the order in which hwb hears of them */
	size_t n;
	uint64_t n_not_kept;
};

void sightings_init(struct sightings *s);
void sightings_done(struct sightings *s);

/* True when the record is new and kept: then it has to be told. counts: whether a thing that is known has happened once more. */
bool sightings_note(struct sightings *s, struct bytes record, bool counts);
/* Writes what came again, from row *at on, as many rows as there is room for, and moves *at: u32 count, then u32 row, u64 times.
 * False when there was nothing to write. */
bool sightings_put_more(const struct sightings *s, size_t *at, size_t most, struct buf *out);

#endif
