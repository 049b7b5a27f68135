#include "zip_sample.h"

#include "format/deflate.h"

static void put(struct buf *out, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(out, (unsigned char)(n >> (8 * i) & 255));
}

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static void put_descriptor(const struct sample *s, uint32_t crc, uint64_t packed, uint64_t size, struct buf *out)
{
	bool lie = is(s->descriptor, "lie"), is_64 = is(s->descriptor, "20") || is(s->descriptor, "24");
	if (lie || is(s->descriptor, "16") || is(s->descriptor, "24"))
		put(out, 0x08074b50, 4);
	put(out, crc, 4);
	put(out, packed, is_64 ? 8 : 4);
	put(out, size + lie, is_64 ? 8 : 4);
}

static void put_end64(const struct sample *s, uint64_t directory, uint64_t size, struct buf *out)
{
	uint64_t at = out->size;
	put(out, is(s->end64, "sig") ? 0 : 0x06064b50, 4);
	put(out, is(s->end64, "size") ? 45 : 44, 8);
	put(out, 0x032d, 2);
	put(out, 45, 2);
	put(out, 0, 8);
	uint64_t n = is(s->end64, "count") ? 2 : 1;
	put(out, n, 8);
	put(out, n, 8);
	put(out, size, 8);
	put(out, directory, 8);
	put(out, 0x07064b50, 4);
	put(out, 0, 4);
	put(out, is(s->end64, "offset") ? at - 1 : at, 8);
	put(out, 1, 4);
}

static void put_local(const struct sample *s, struct bytes name, struct bytes data, uint32_t crc, uint64_t size, struct buf *out)
{
	uint64_t keep = s->local_zeros ? 0 : UINT32_MAX, sizes = s->sizes_in_zip64 ? UINT32_MAX : 0;
	put(out, 0x04034b50, 4);
	put(out, 20, 2);
	put(out, s->flags ^ s->local_flags_differ, 2);
	put(out, s->method, 2);
	put(out, 0x00210000, 4);
	put(out, (crc + s->local_crc_add) & keep, 4);
	put(out, ((data.size + s->local_packed_add) & keep) | sizes, 4);
	put(out, ((size + s->local_size_add) & keep) | sizes, 4);
	put(out, name.size, 2);
	put(out, s->local_extra.size, 2);
	buf_add(out, name);
	buf_add(out, s->local_extra);
	buf_add(out, data);
	if (s->descriptor)
		put_descriptor(s, crc, data.size, size, out);
	buf_add(out, s->after_local);
}

static void put_central(const struct sample *s, struct bytes name, struct bytes data, uint32_t crc, uint64_t size, struct buf *out)
{
	put(out, 0x02014b50, 4);
	put(out, 0x0314, 2);
	put(out, 20, 2);
	put(out, s->flags, 2);
	put(out, s->method, 2);
	put(out, 0x00210000, 4);
	put(out, crc, 4);
	put(out, s->sizes_in_zip64 ? UINT32_MAX : data.size, 4);
	put(out, s->sizes_in_zip64 ? UINT32_MAX : size, 4);
	put(out, name.size, 2);
	put(out, s->extra.size, 2);
	put(out, s->comment.size, 2);
	put(out, s->disk, 2);
	put(out, 0, 2);
	put(out, s->attributes, 4);
	put(out, s->prefix.size + s->header_offset_add, 4);
	buf_add(out, name);
	buf_add(out, s->extra);
	buf_add(out, s->comment);
}

void sample_write(const struct sample *s, struct buf *out)
{
	struct bytes name = s->name.data ? s->name : BYTES("a.txt"), data = s->data.data ? s->data : BYTES("hello");
	uint32_t crc = crc32_update(0, BYTES("hello")) + s->crc_add;
	uint64_t size = (s->method == 0 && s->data.data ? data.size : 5) + s->size_add;
	buf_add(out, s->prefix);
	put_local(s, s->local_name.data ? s->local_name : name, data, crc, size, out);
	uint64_t directory = out->size;
	put_central(s, name, data, crc, size, out);
	uint64_t directory_size = out->size - directory;
	buf_add(out, s->after_directory);
	if (s->end64)
		put_end64(s, directory, directory_size, out);
	put(out, 0x06054b50, 4);
	put(out, 0, 4);
	put(out, 1 + s->count_add, 2);
	put(out, 1 + s->count_add, 2);
	put(out, directory_size + s->directory_size_add, 4);
	put(out, directory + s->offset_add, 4);
	put(out, s->end_comment.size, 2);
	buf_add(out, s->end_comment);
	buf_add(out, s->trailing);
}
