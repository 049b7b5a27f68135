#include <inttypes.h>

#include "format/zip_parts.h"

enum { PIECE_SIZE = 65536 };

struct checked_sink {
	inflate_sink *sink;
	void *context;
	uint32_t crc32;
	bool refused; /* the status came from the sink: not ours to explain */
};

struct bytes zip_packed(const struct zip *zip, const struct zip_entry *entry)
{
	return bytes_part(zip->file, (size_t)entry->data_offset, (size_t)entry->packed_size);
}

static enum status pass_on(void *context, struct bytes piece, struct diag *d)
{
	struct checked_sink *c = context;
	c->crc32 = crc32_update(c->crc32, piece);
	enum status s = c->sink(c->context, piece, d);
	c->refused = s != OK;
	return s;
}

static enum status stored_stream(struct bytes data, struct checked_sink *c, struct diag *d)
{
	while (data.size) {
		enum status s = pass_on(c, bytes_part(data, 0, PIECE_SIZE), d);
		if (s)
			return s;
		data = bytes_from(data, PIECE_SIZE);
	}
	return OK;
}

static enum status wrong_crc(const struct zip_entry *entry, struct diag *d)
{
	return fail_rule(d, "Z13", ERR_FORMAT, entry->data_offset, "member '%.*s': its content does not have the CRC it declares",
			 ZIP_NAME(entry->name));
}

enum status zip_read_stream(const struct zip *zip, const struct zip_entry *entry, inflate_sink *sink, void *context, struct diag *d)
{
	struct checked_sink c = { .sink = sink, .context = context };
	struct bytes packed = zip_packed(zip, entry);
	enum status s = entry->method == ZIP_STORED ? stored_stream(packed, &c, d)
						    : inflate_stream(packed, entry->size, pass_on, &c, d);
	if (s && !c.refused) {
		(void)explain(d, "member '%.*s'", ZIP_NAME(entry->name));
		if (d)
			d->offset = entry->data_offset;
	}
	if (s)
		return s;
	return c.crc32 == entry->crc32 ? OK : wrong_crc(entry, d);
}

/* to: entry->size bytes. */
static enum status read_whole(const struct zip *zip, const struct zip_entry *entry, unsigned char *to, struct diag *d)
{
	struct bytes packed = zip_packed(zip, entry);
	if (entry->method == ZIP_STORED)
		bytes_copy(to, packed);
	else if (inflate_whole(packed, to, (size_t)entry->size))
		return fail_rule(d, "Z13", ERR_FORMAT, entry->data_offset,
				 "member '%.*s': its compressed data is broken or not of the size it declares",
				 ZIP_NAME(entry->name));
	return crc32_update(0, bytes_make(to, (size_t)entry->size)) == entry->crc32 ? OK : wrong_crc(entry, d);
}

/* Before there is room for it. */
static enum status check_size(const struct zip_entry *entry, size_t max, struct diag *d)
{
	if (entry->size > max)
		return fail_rule(d, "Z21", ERR_LIMIT, entry->data_offset,
				 "member '%.*s': its %" PRIu64 " bytes are more than the %zu that are read", ZIP_NAME(entry->name),
				 entry->size, max);
	if (entry->size / 1100 > entry->packed_size) /* deflate cannot */
		return fail_rule(d, "Z13", ERR_FORMAT, entry->data_offset,
				 "member '%.*s': it is too small for the size it declares", ZIP_NAME(entry->name));
	return OK;
}

enum status zip_read(const struct zip *zip, const struct zip_entry *entry, struct buf *out, struct diag *d)
{
	enum status s = check_size(entry, out->max - out->size, d);
	if (s == OK)
		s = read_whole(zip, entry, buf_reserve(out, (size_t)entry->size), d);
	if (s == OK)
		buf_grew(out, (size_t)entry->size);
	return s;
}

enum status zip_read_large(const struct zip *zip, const struct zip_entry *entry, size_t max, struct room *room, struct bytes *ret,
			   struct diag *d)
{
	enum status s = check_size(entry, max, d);
	if (s)
		return s;
	*ret = bytes_make(room_for(room, (size_t)entry->size), (size_t)entry->size);
	return read_whole(zip, entry, (unsigned char *)(uintptr_t)ret->data, d);
}
