/* Raw deflate (RFC 1951) and CRC-32: whole blocks by libdeflate, streams by zlib. Only deflate.c and inflate.c know them.
 * For zip members; lengths are always known beforehand and must be met exactly. */
#ifndef FORMAT_DEFLATE_H
#define FORMAT_DEFLATE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* CRC-32 as zip and gzip have it; start with 0, go on with what the last call gave. */
uint32_t crc32_update(uint32_t so_far, struct bytes more);

/* Inflates all of `in` into exactly size bytes at out. ERR_FORMAT (no diag) when the stream is broken, ends before or behind the
 * end of `in`, or gives more or fewer bytes. */
MUST_USE enum status inflate_whole(struct bytes in, unsigned char *out, size_t size);

/* Takes each piece of the output, borrowed for the call; anything but OK ends the work and is handed through. */
typedef enum status inflate_sink(void *context, struct bytes piece, struct diag *d);
/* The same for streams of any size, in pieces of at most 8 KiB; the sink never sees more than size bytes.
 * ERR_FORMAT with a diag whose text is half a sentence ("ends early"): explain it. */
MUST_USE enum status inflate_stream(struct bytes in, uint64_t size, inflate_sink *sink, void *context, struct diag *d);

/* The zlib stream (RFC 1950) at the start of `in`, whatever is behind it: appended to out, which was init'ed with its limit. ERR_FORMAT, ERR_LIMIT,
 * both without a diag. */
MUST_USE enum status inflate_zlib(struct bytes in, struct buf *out);

/* A compressor that is used again and again. */
struct deflater;
/* level: 1 to 12. Never NULL. */
struct deflater *deflater_new(int level);
void deflater_free(struct deflater *c);
/* "libdeflate 1.14": what packed, for records of reproducibility. Static. */
const char *deflate_library(void);
/* Compresses `in` as one stream to the end of *out. False (and nothing added) when it would take max_size bytes or more,
 * or when *out has no room for that much. The same input, level and libdeflate give the same bytes. */
bool deflate_whole(struct deflater *c, struct bytes in, size_t max_size, struct buf *out);

#endif
