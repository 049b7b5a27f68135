/* An owned, growing byte buffer with a maximum set at the start.
 * A write beyond the maximum is not done and makes the buffer sticky-full: check once at the end with buf_check. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/status.h"

struct buf {
	unsigned char *data;
	size_t size, room, max;
	bool secret; /* wiped before it is freed or moved */
	bool full; /* a write did not fit under max */
};

/* max: bytes it may ever hold; the caller's reason for it belongs beside the call. */
void buf_init(struct buf *b, size_t max);
/* Frees (and wipes when secret). Fits CLEANUP(buf_done). The buffer may be used again after buf_init. */
void buf_done(struct buf *b);
/* Empties without giving the memory back. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, struct bytes more);
void buf_add_byte(struct buf *b, unsigned char c);
void buf_add_string(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for size more bytes at the end, for read(2) and friends: NULL when over max. Follow with buf_grew. */
unsigned char *buf_reserve(struct buf *b, size_t size);
/* Counts size bytes that were written into the reserved room. */
void buf_grew(struct buf *b, size_t size);

/* What is in it, borrowed until the next write. */
struct bytes buf_bytes(const struct buf *b);
/* NUL-terminated view, borrowed until the next write; the content must hold no NUL for it to mean anything. */
const char *buf_string(struct buf *b);

/* ERR_LIMIT naming `what` when a write did not fit. */
MUST_USE enum status buf_check(const struct buf *b, const char *what, struct diag *d);

#endif
