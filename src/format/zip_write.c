#include "format/zip_write.h"

#include <assert.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "format/zip_parts.h"

/* Small members are gathered into writes of about this size. */
enum { PENDING_SIZE = 256 * 1024, MADE_BY_UNIX = 3 << 8, VERSION_DEFLATE = 20, VERSION_ZIP64 = 45, DOS_DIRECTORY = 0x10 };

struct entry {
	struct bytes name;
	uint32_t attributes, crc32;
	uint16_t method;
	struct bytes packed;
	uint64_t size;
};

static void put(struct buf *out, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(out, (unsigned char)(n >> (8 * i) & 255));
}

enum status zip_sink_fd(void *context, struct bytes piece, struct diag *d)
{
	enum status s = fd_write_all(*(const int *)context, piece, d);
	return s ? explain(d, "the archive") : OK;
}

enum status zip_sink_buf(void *context, struct bytes piece, struct diag *d)
{
	struct buf *out = context;
	buf_add(out, piece);
	return buf_check(out, "the archive", d);
}

static uint32_t dos_time(int64_t unix_time)
{
	static const int64_t first = 315532800, last = INT64_C(4354819198); /* 1980-01-01 00:00:00, 2107-12-31 23:59:58 */
	time_t t = (time_t)(unix_time < first ? first : unix_time > last ? last : unix_time);
	struct tm tm = { 0 };
	(void)gmtime_r(&t, &tm);
	return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 | (uint32_t)tm.tm_mday << 16 |
	       (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 | (uint32_t)tm.tm_sec >> 1;
}

void zip_writer_init(struct zip_writer *w, zip_sink *sink, void *context, int level, int64_t unix_time)
{
	*w = (struct zip_writer){ .sink = sink, .context = context, .dos_time = dos_time(unix_time) };
	if (level > 0)
		w->deflater = deflater_new(level);
	buf_init(&w->pending, SIZE_MAX / 4); /* these three hold what the caller brings, which has its limits there */
	buf_init(&w->directory, SIZE_MAX / 4);
	buf_init(&w->packed, SIZE_MAX / 4);
}

void zip_writer_done(struct zip_writer *w)
{
	if (w->deflater)
		deflater_free(w->deflater);
	w->deflater = NULL;
	buf_done(&w->pending);
	buf_done(&w->directory);
	buf_done(&w->packed);
}

static enum status flush(struct zip_writer *w, struct diag *d)
{
	enum status s = w->pending.size ? w->sink(w->context, buf_bytes(&w->pending), d) : OK;
	buf_clear(&w->pending);
	return s;
}

static enum status send(struct zip_writer *w, struct bytes piece, struct diag *d)
{
	enum status s = w->pending.size + piece.size > PENDING_SIZE ? flush(w, d) : OK;
	if (s)
		return s;
	if (piece.size > PENDING_SIZE)
		return w->sink(w->context, piece, d);
	buf_add(&w->pending, piece);
	return OK;
}

static uint32_t clamp_u32(uint64_t n)
{
	return n >= UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* The part that local header and central entry have in common, from "version needed" to the size of the extra field. */
static void put_common(const struct zip_writer *w, struct buf *out, const struct entry *e, bool zip64, bool sizes_in_extra,
		       size_t extra)
{
	bool ascii = true;
	for (size_t i = 0; i < e->name.size; i++)
		ascii = ascii && e->name.data[i] < 0x80;
	put(out, zip64 ? VERSION_ZIP64 : VERSION_DEFLATE, 2);
	put(out, ascii ? 0 : ZIP_FLAG_UTF8, 2);
	put(out, e->method, 2);
	put(out, w->dos_time, 4);
	put(out, e->crc32, 4);
	put(out, sizes_in_extra ? UINT32_MAX : e->packed.size, 4);
	put(out, sizes_in_extra ? UINT32_MAX : e->size, 4);
	put(out, e->name.size, 2);
	put(out, extra, 2);
}

static void put_zip64(struct buf *out, const struct entry *e, bool sizes, bool with_offset, uint64_t offset)
{
	if (!sizes && !with_offset)
		return;
	put(out, 1, 2);
	put(out, (sizes ? 16U : 0U) + (with_offset ? 8U : 0U), 2);
	if (sizes) {
		put(out, e->size, 8);
		put(out, e->packed.size, 8);
	}
	if (with_offset)
		put(out, offset, 8);
}

static enum status add(struct zip_writer *w, const struct entry *e, struct diag *d)
{
	if (e->name.size > UINT16_MAX || !bytes_is_utf8(e->name))
		return fail(d, ERR_FORMAT, 0, "member '%.*s': its name is no UTF-8 or too long", ZIP_NAME(e->name));
	enum status s = zip_check_name(e->name, w->offset, d);
	if (s)
		return s;
	bool sizes = e->size >= UINT32_MAX || e->packed.size >= UINT32_MAX, far = w->offset >= UINT32_MAX;
	size_t local_extra = sizes ? 20 : 0, extra = (sizes || far ? 4U : 0U) + (sizes ? 16U : 0U) + (far ? 8U : 0U);

	struct buf *out = &w->directory;
	put(out, ZIP_CENTRAL_SIG, 4);
	put(out, MADE_BY_UNIX | (sizes || far ? VERSION_ZIP64 : VERSION_DEFLATE), 2);
	put_common(w, out, e, sizes || far, sizes, extra);
	put(out, 0, 6); /* comment size, disk, internal attributes */
	put(out, e->attributes, 4);
	put(out, clamp_u32(w->offset), 4);
	buf_add(out, e->name);
	put_zip64(out, e, sizes, far, w->offset);

	out = &w->pending;
	put(out, ZIP_LOCAL_SIG, 4);
	put_common(w, out, e, sizes, sizes, local_extra);
	buf_add(out, e->name);
	put_zip64(out, e, sizes, false, 0);
	w->offset += ZIP_LOCAL_SIZE + e->name.size + local_extra + e->packed.size;
	w->n_entries++;
	return send(w, e->packed, d);
}

enum status zip_writer_add_packed(struct zip_writer *w, struct bytes name, uint32_t mode, const struct zip_packed_content *content,
				  struct diag *d)
{
	assert(mode == 0644 || mode == 0755);
	if (bytes_ends(name, BYTES("/")))
		return fail(d, ERR_FORMAT, 0, "member '%.*s': a file with a directory's name", ZIP_NAME(name));
	struct entry e = {
		.name = name,
		.attributes = (S_IFREG | mode) << 16,
		.crc32 = content->crc32,
		.method = content->method,
		.packed = content->packed,
		.size = content->size,
	};
	return add(w, &e, d);
}

enum status zip_writer_add(struct zip_writer *w, struct bytes name, uint32_t mode, struct bytes content, struct diag *d)
{
	struct zip_packed_content packed = {
		.packed = content, .method = ZIP_STORED, .crc32 = crc32_update(0, content), .size = content.size
	};
	buf_clear(&w->packed);
	if (w->deflater && deflate_whole(w->deflater, content, content.size, &w->packed)) {
		packed.packed = buf_bytes(&w->packed);
		packed.method = ZIP_DEFLATED;
	}
	return zip_writer_add_packed(w, name, mode, &packed, d);
}

enum status zip_writer_add_directory(struct zip_writer *w, struct bytes name, struct diag *d)
{
	if (!bytes_ends(name, BYTES("/")))
		return fail(d, ERR_FORMAT, 0, "member '%.*s': a directory's name ends in '/'", ZIP_NAME(name));
	struct entry e = { .name = name, .attributes = (uint32_t)(S_IFDIR | 0755) << 16 | DOS_DIRECTORY };
	return add(w, &e, d);
}

static void put_end64(struct zip_writer *w, uint64_t directory_size)
{
	struct buf *out = &w->pending;
	put(out, ZIP_END64_SIG, 4);
	put(out, ZIP_END64_SIZE - 12, 8);
	put(out, MADE_BY_UNIX | VERSION_ZIP64, 2);
	put(out, VERSION_ZIP64, 2);
	put(out, 0, 8); /* disks */
	put(out, w->n_entries, 8);
	put(out, w->n_entries, 8);
	put(out, directory_size, 8);
	put(out, w->offset, 8);
	put(out, ZIP_LOCATOR_SIG, 4);
	put(out, 0, 4);
	put(out, w->offset + directory_size, 8);
	put(out, 1, 4);
}

enum status zip_writer_finish(struct zip_writer *w, uint64_t *ret_size, struct diag *d)
{
	uint64_t directory_size = w->directory.size, n = w->n_entries;
	bool zip64 = n >= UINT16_MAX || directory_size >= UINT32_MAX || w->offset >= UINT32_MAX;
	enum status s = send(w, buf_bytes(&w->directory), d);
	if (s)
		return s;
	if (zip64)
		put_end64(w, directory_size);
	struct buf *out = &w->pending;
	put(out, ZIP_END_SIG, 4);
	put(out, 0, 4); /* disks */
	put(out, n >= UINT16_MAX ? UINT16_MAX : n, 2);
	put(out, n >= UINT16_MAX ? UINT16_MAX : n, 2);
	put(out, clamp_u32(directory_size), 4);
	put(out, clamp_u32(w->offset), 4);
	put(out, 0, 2);
	s = flush(w, d);
	if (s == OK && ret_size)
		*ret_size = w->offset + directory_size + (zip64 ? ZIP_END64_SIZE + ZIP_LOCATOR_SIZE : 0) + ZIP_END_SIZE;
	return s;
}
