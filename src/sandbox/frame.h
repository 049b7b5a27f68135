/* Frames over a byte stream: how the launcher and pid 1 of a container talk through the engine's stdin and stdout.
 * A frame: u32 kind, u32 size, both little-endian, then size bytes. What comes out of a container is hostile. */
#ifndef SANDBOX_FRAME_H
#define SANDBOX_FRAME_H

#include "base/buf.h"
#include "base/bytes.h"

enum frame_kind {
	FRAME_SPEC = 1, /* in: the specification, once, before all others */
	FRAME_STOP, /* in: kill everything, hand out what there is, end. The end of the stream means: end at once */
	FRAME_CHANNEL, /* both ways: one packet of the payload's descriptor 3 */
	FRAME_CHANNEL_END, /* out: closed over there */
	FRAME_LOG, /* out: bytes of output */
	FRAME_CONTROL, /* out: one packet as over the control socket (enum sandbox_message) */
	N_FRAMES
};

enum { FRAME_HEAD = 8, FRAME_MAX = 16 << 20, FRAME_STREAM_MAX = FRAME_MAX + (1 << 20) };

/* Appends one. */
void frame_put(struct buf *out, enum frame_kind kind, struct bytes content);

enum frame_result { FRAME_NONE, FRAME_ONE, FRAME_BAD };
/* The first whole frame of what has come so far; *ret_content is borrowed, *ret_size is what to drop from the stream then.
 * FRAME_NONE: more has to come. FRAME_BAD: no such kind, or longer than FRAME_MAX. */
enum frame_result frame_next(struct bytes stream, enum frame_kind *ret_kind, struct bytes *ret_content, size_t *ret_size);

/* Drops the first n bytes of a buffer that is being filled. */
void frame_drop(struct buf *b, size_t n);

#endif
