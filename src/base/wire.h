/* The fixed layout our programs use between them: little-endian numbers and length-prefixed bytes.
 * A reader goes sticky-bad at the first short read and gives zeros from then on, so one check at the end is enough;
 * whoever reads counts must still bound them. The far side is never trusted. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

void wire_put_u32(struct buf *b, uint32_t n);
void wire_put_u64(struct buf *b, uint64_t n);
void wire_put_bytes(struct buf *b, struct bytes value); /* u32 length, then the bytes; at most 4 GiB - 1 */
void wire_put_string(struct buf *b, const char *s); /* NULL is written as "" */

struct wire {
	struct bytes rest;
	bool bad;
};

struct wire wire_over(struct bytes b);
uint32_t wire_get_u32(struct wire *w);
uint64_t wire_get_u64(struct wire *w);
/* Borrowed from the input. */
struct bytes wire_get_bytes(struct wire *w);
/* A NUL-terminated copy in a; bytes with a NUL inside make the reader bad. */
char *wire_get_string(struct wire *w, struct arena *a);
/* As wire_get_string, for words that will be shown: every byte outside printable ASCII becomes a question mark. */
const char *wire_get_printable(struct wire *w, struct arena *a);
/* A count of things of at least min_size bytes each: bad when they could not fit in what is left. */
uint32_t wire_get_count(struct wire *w, size_t min_size);
/* ERR_FORMAT when any read was short or bytes are left over; `what` names the record. */
MUST_USE enum status wire_end(const struct wire *w, const char *what, struct diag *d);

#endif
