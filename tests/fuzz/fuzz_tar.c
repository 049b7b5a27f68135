/* Headers of a tar are read alike whatever the pieces the stream comes in. Needs source, base. */
#include "source/tar_headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status walk(struct bytes tar, size_t piece, uint64_t *ret_members)
{
	CLEANUP(tar_headers_done) struct tar_headers t;
	struct diag d = { 0 };
	enum status s = OK;
	tar_headers_init(&t);
	for (; s == OK && tar.size; tar = bytes_from(tar, piece))
		s = tar_headers_take(&t, bytes_part(tar, 0, piece), &d);
	if (s && !d.text[0])
		__builtin_trap();
	*ret_members = t.n_members;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t n = 0, n_pieces = 0;
	enum status s = walk(bytes_make(data, size), SIZE_MAX, &n);
	enum status in_pieces = walk(bytes_make(data, size), size ? data[0] + 1u : 1, &n_pieces);
	if (s != in_pieces || n != n_pieces)
		__builtin_trap();
	return 0;
}
