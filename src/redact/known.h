/* Replaces secrets that are known by value with "[REDACTED:known]" in whatever passes: raw and in the encodings of encodings.h,
 * also when they are split over pieces of a stream, or over lines by a program that wraps them. The values live in memory only.
 * A mask that stands there already is no text: nothing is found in it or across it. reference/secrets.md 3 and 5. */
#ifndef REDACT_KNOWN_H
#define REDACT_KNOWN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "redact/mask.h"

/* Below six bytes a value would mask ordinary text. Longest token in use: signed ID tokens of some KiB. Of a thousand
 * values the table is 7 MB and a log goes through at 10 MB/s (1 GB/s of twenty), which builds do not print. */
enum { KNOWN_SIZE_MIN = 6, KNOWN_SIZE_MAX = 16384, KNOWN_SECRETS_MAX = 1024, KNOWN_BRIEF_MAX = 128 };

struct known_pattern;
struct known_room;
struct known_table;

/* A set of secrets. Zero it, or known_init; everything lives in the arena. */
struct known {
	struct arena *arena;
	struct known_pattern *patterns;
	size_t n_patterns, patterns_room;
	size_t n_secrets, n_brief;
	uint64_t clock; /* how many brief ones were added */
	struct known_room *rooms, *spare; /* what the patterns are in, and what was wiped */
	size_t reach; /* so many bytes of text at most make one pattern, newlines in it included */
	struct known_table *table; /* NULL: no pattern yet */
};

void known_init(struct known *k, struct arena *a);
/* Adds one value, copied and without newlines at its ends, and what of it may be seen alone: each line of at least eight bytes, the
 * signature of a JWT, what is left of it behind its first two bytes. Adding it again changes nothing. false: shorter than
 * KNOWN_SIZE_MIN, longer than KNOWN_SIZE_MAX, with our own mask in it, the set is full, or it is a word such as "localhost": it
 * will not be masked, and the caller should say so. */
bool known_add(struct known *k, struct bytes secret);
/* The same for a value that is dead soon, such as a token of a CI. The set is never full for it: the last KNOWN_BRIEF_MAX / 2 are kept,
 * older ones forgotten. One that was added by known_add stays; added again, it is the newest. */
bool known_add_brief(struct known *k, struct bytes secret);
/* KNOWN_SECRETS_MAX values are in it: known_add takes no other. */
bool known_is_full(const struct known *k);
/* Overwrites the values. */
void known_wipe(struct known *k);

/* Calls take with every value that was added. */
void known_each(const struct known *k, void (*take)(void *context, struct bytes secret), void *context);

/* A whole text: appends it to out with every value replaced; overlapping values become one mask. Newlines inside of one stay. */
void known_redact(const struct known *k, struct bytes text, struct buf *out);
/* A text of which the end was cut off: as known_redact, and what could be the beginning of a value at its end, were it a single
 * byte, is masked too. */
void known_redact_cut(const struct known *k, struct bytes text, struct buf *out);
/* The same without the last mask, for a text that is redacted once more; true when there has to be one. */
bool known_redact_start(const struct known *k, struct bytes text, struct buf *out);

/* The first value at or behind offset at: its offset, and its size in *ret_size; or text.size. text: without masks. */
size_t known_find(const struct known *k, struct bytes text, size_t at, size_t *ret_size);

/* The same for text that comes in pieces: the result does not depend on where it was cut. What could be the beginning of a
 * value or of a mask is held back until the next piece or the end. */
struct known_stream {
	const struct known *known;
	unsigned char *held; /* in the set's arena */
	size_t n_held, room;
	size_t covered; /* so many bytes of held already stand behind a mask */
	uint64_t n_masks; /* how many were written */
};

void known_stream_init(struct known_stream *s, const struct known *k);
void known_stream_add(struct known_stream *s, struct bytes piece, struct buf *out);
/* Appends what was held back; the stream can be used again. */
void known_stream_end(struct known_stream *s, struct buf *out);

#endif
