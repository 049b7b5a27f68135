#include "format/deflate.h"

#include <libdeflate.h>

uint32_t crc32_update(uint32_t so_far, struct bytes more)
{
	/* libdeflate takes a NULL to mean "start over" */
	return more.size ? libdeflate_crc32(so_far, more.data, more.size) : so_far;
}

static void out_of_memory(void)
{
	static const char words[] = "hwb: out of memory\n";
	(void)!write(2, words, sizeof words - 1);
	_exit(9);
}

enum status inflate_whole(struct bytes in, unsigned char *out, size_t size)
{
	struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
	if (!inflater)
		out_of_memory();
	size_t used = 0, made = 0;
	enum libdeflate_result result = libdeflate_deflate_decompress_ex(inflater, in.data, in.size, out, size, &used, &made);
	libdeflate_free_decompressor(inflater);
	return result == LIBDEFLATE_SUCCESS && used == in.size && made == size ? OK : ERR_FORMAT;
}

struct deflater *deflater_new(int level)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	if (!c)
		out_of_memory();
	return (struct deflater *)(void *)c;
}

void deflater_free(struct deflater *c)
{
	libdeflate_free_compressor((struct libdeflate_compressor *)(void *)c);
}

bool deflate_whole(struct deflater *c, struct bytes in, size_t max_size, struct buf *out)
{
	unsigned char *to = max_size > 0 ? buf_reserve(out, max_size - 1) : NULL;
	if (!to)
		return false;
	size_t size = libdeflate_deflate_compress((struct libdeflate_compressor *)(void *)c, in.data, in.size, to, max_size - 1);
	buf_grew(out, size);
	return size > 0;
}

const char *deflate_library(void)
{
	return "libdeflate " LIBDEFLATE_VERSION_STRING;
}
