#include "sandbox/frame.h"

#include "base/wire.h"

void frame_put(struct buf *out, enum frame_kind kind, struct bytes content)
{
	wire_put_u32(out, kind);
	wire_put_bytes(out, content);
}

enum frame_result frame_next(struct bytes stream, enum frame_kind *ret_kind, struct bytes *ret_content, size_t *ret_size)
{
	struct wire head = wire_over(bytes_part(stream, 0, FRAME_HEAD));
	uint32_t kind = wire_get_u32(&head), size = wire_get_u32(&head);
	if (head.bad)
		return FRAME_NONE;
	if (kind == 0 || kind >= N_FRAMES || size > FRAME_MAX)
		return FRAME_BAD;
	if (stream.size - FRAME_HEAD < size)
		return FRAME_NONE;
	*ret_kind = (enum frame_kind)kind;
	*ret_content = bytes_part(stream, FRAME_HEAD, size);
	*ret_size = FRAME_HEAD + (size_t)size;
	return FRAME_ONE;
}

void frame_drop(struct buf *b, size_t n)
{
	memmove(b->data, b->data + n, b->size - n);
	b->size -= n;
}
