#include <zlib.h>

#include "format/deflate.h"

enum { PIECE_SIZE = 8192 }; /* on the stack */

struct stream {
	z_stream z;
	bool open;
};

static void stream_close(struct stream *s)
{
	if (s->open)
		(void)inflateEnd(&s->z);
}

/* zlib counts its input in 32 bits: hands over the next part of a longer one. */
static void feed(z_stream *z, struct bytes *rest)
{
	if (z->avail_in || rest->size == 0)
		return;
	struct bytes part = bytes_part(*rest, 0, 1U << 30);
	*rest = bytes_from(*rest, part.size);
	z->next_in = (z_const Bytef *)(uintptr_t)part.data; /* zlib lacks the const unless asked; it does not write */
	z->avail_in = (uInt)part.size;
}

enum status inflate_stream(struct bytes in, uint64_t size, inflate_sink *sink, void *context, struct diag *d)
{
	CLEANUP(stream_close) struct stream s = { 0 };
	unsigned char piece[PIECE_SIZE];
	if (inflateInit2(&s.z, -15) != Z_OK)
		return fail(d, ERR_LIMIT, 0, "no memory to inflate");
	s.open = true;
	uint64_t made = 0;
	for (int result = Z_OK; result != Z_STREAM_END;) {
		feed(&s.z, &in);
		s.z.next_out = piece;
		s.z.avail_out = sizeof piece;
		result = inflate(&s.z, Z_NO_FLUSH);
		size_t n = sizeof piece - s.z.avail_out;
		if (result == Z_BUF_ERROR)
			return fail(d, ERR_FORMAT, 0, "its compressed data ends early");
		if (result != Z_OK && result != Z_STREAM_END)
			return fail(d, ERR_FORMAT, 0, "its compressed data is broken");
		if (n > size - made)
			return fail(d, ERR_FORMAT, 0, "it inflates to more than the %llu bytes it declares",
				    (unsigned long long)size);
		made += n;
		enum status status = n ? sink(context, bytes_make(piece, n), d) : OK;
		if (status)
			return status;
	}
	if (made != size)
		return fail(d, ERR_FORMAT, 0, "it inflates to %llu bytes and declares %llu", (unsigned long long)made,
			    (unsigned long long)size);
	if (s.z.avail_in || in.size)
		return fail(d, ERR_FORMAT, 0, "bytes are left behind its compressed data");
	return OK;
}

enum status inflate_zlib(struct bytes in, struct buf *out)
{
	CLEANUP(stream_close) struct stream s = { 0 };
	unsigned char piece[PIECE_SIZE];
	if (inflateInit2(&s.z, 15) != Z_OK)
		return ERR_LIMIT;
	s.open = true;
	for (int result = Z_OK; result != Z_STREAM_END;) {
		feed(&s.z, &in);
		s.z.next_out = piece;
		s.z.avail_out = sizeof piece;
		result = inflate(&s.z, Z_NO_FLUSH);
		if (result != Z_OK && result != Z_STREAM_END)
			return ERR_FORMAT;
		buf_add(out, bytes_make(piece, sizeof piece - s.z.avail_out));
		if (out->full)
			return ERR_LIMIT;
	}
	return OK;
}
