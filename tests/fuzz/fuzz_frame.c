/* The stream out of a container. Whole frames come off the front, what is left is a part of one, and a frame that was put is the frame
 * that is next. Needs sandbox, base. */
#include "sandbox/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void put_and_take(enum frame_kind kind, struct bytes content)
{
	CLEANUP(buf_done) struct buf b;
	enum frame_kind again;
	struct bytes same;
	size_t used;
	buf_init(&b, FRAME_STREAM_MAX);
	frame_put(&b, kind, content);
	expect(frame_next(buf_bytes(&b), &again, &same, &used) == FRAME_ONE && again == kind && used == b.size);
	expect(bytes_equal(same, content));
	for (size_t cut = 0; cut < b.size && cut < 64; cut++)
		expect(frame_next(bytes_part(buf_bytes(&b), 0, cut), &again, &same, &used) == FRAME_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_done) struct buf stream;
	enum frame_kind kind;
	struct bytes content;
	size_t used;
	enum frame_result got;
	buf_init(&stream, FRAME_STREAM_MAX);
	buf_add(&stream, bytes_make(data, size));
	while ((got = frame_next(buf_bytes(&stream), &kind, &content, &used)) == FRAME_ONE) {
		expect(kind >= FRAME_SPEC && kind < N_FRAMES);
		expect(used == FRAME_HEAD + content.size && used <= stream.size && content.size <= FRAME_MAX);
		put_and_take(kind, content);
		frame_drop(&stream, used);
	}
	expect(got == FRAME_BAD || got == FRAME_NONE);
	return 0;
}
