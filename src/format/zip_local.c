#include <inttypes.h>

#include "format/zip_parts.h"

static enum status differs(const struct zip_entry *e, const char *what, struct diag *d)
{
	return fail_rule(d, "Z07", ERR_FORMAT, e->header_offset,
			 "member '%.*s': its local header has another %s than the central directory", ZIP_NAME(e->name), what);
}

/* With a data descriptor the local header may leave the numbers to it. */
static bool agrees(const struct zip_entry *e, uint64_t local, uint64_t central)
{
	return local == central || (local == 0 && e->flags & ZIP_FLAG_DESCRIPTOR);
}

/* Binds the local header to the entry and sets data_offset. */
static enum status check_local(struct bytes file, struct zip_entry *e, uint64_t end, struct diag *d)
{
	uint64_t at = e->header_offset;
	if (at > end || end - at < ZIP_LOCAL_SIZE)
		return fail_rule(d, "Z06", ERR_FORMAT, at, "member '%.*s': its local header is not inside the file",
				 ZIP_NAME(e->name));
	const unsigned char *p = file.data + at;
	if (zip_u32(p) != ZIP_LOCAL_SIG)
		return fail_rule(d, "Z09", ERR_FORMAT, at, "member '%.*s': there is no local header where one must be",
				 ZIP_NAME(e->name));
	uint64_t name_size = zip_u16(p + 26), extra_size = zip_u16(p + 28);
	uint64_t packed_size = zip_u32(p + 18), size = zip_u32(p + 22);
	if (name_size + extra_size > end - at - ZIP_LOCAL_SIZE)
		return fail_rule(d, "Z06", ERR_FORMAT, at, "member '%.*s': its local header is not inside the file",
				 ZIP_NAME(e->name));
	e->local_version = zip_u16(p + 4);
	e->local_dos_time = zip_u32(p + 10);
	e->local_extra = bytes_part(file, at + ZIP_LOCAL_SIZE + name_size, extra_size);
	e->data_offset = at + ZIP_LOCAL_SIZE + name_size + extra_size;
	if (!bytes_equal(bytes_part(file, at + ZIP_LOCAL_SIZE, name_size), e->name))
		return differs(e, "name", d);
	if (zip_u16(p + 6) != e->flags)
		return differs(e, "set of flags", d);
	if (zip_u16(p + 8) != e->method)
		return differs(e, "method", d);
	if (e->size_in_extra && !(e->flags & ZIP_FLAG_DESCRIPTOR) && size != ZIP_U32_IN_64 && packed_size != ZIP_U32_IN_64)
		return differs(e, "way to say its size", d);
	enum status s = zip_extra_apply(e->local_extra, e->name, &size, &packed_size, NULL, at, d);
	if (s)
		return s;
	if (!agrees(e, zip_u32(p + 14), e->crc32))
		return differs(e, "CRC", d);
	if (!agrees(e, size, e->size) || !agrees(e, packed_size, e->packed_size))
		return differs(e, "size", d);
	if (e->packed_size > end - e->data_offset)
		return fail_rule(d, "Z09", ERR_FORMAT, at, "member '%.*s': its data is not inside the file", ZIP_NAME(e->name));
	return OK;
}

/* Size of the data descriptor in `room`, 0 when none of its four shapes fits; it must fill the room unless gaps are allowed. */
static size_t descriptor_size(struct bytes room, const struct zip_entry *e, bool allow_gaps)
{
	static const struct {
		bool signature, is_64;
		size_t size;
	} shapes[] = {
		{ true, true, 24 },
		{ true, false, 16 },
		{ false, true, 20 },
		{ false, false, 12 },
	};
	for (size_t i = 0; i < COUNT(shapes); i++) {
		if (room.size < shapes[i].size || (room.size > shapes[i].size && !allow_gaps))
			continue;
		const unsigned char *p = room.data;
		if (shapes[i].signature && zip_u32(p) != ZIP_DESCRIPTOR_SIG)
			continue;
		p += shapes[i].signature ? 4 : 0;
		uint64_t packed = shapes[i].is_64 ? zip_u64(p + 4) : zip_u32(p + 4);
		uint64_t size = shapes[i].is_64 ? zip_u64(p + 12) : zip_u32(p + 8);
		if (zip_u32(p) == e->crc32 && packed == e->packed_size && size == e->size)
			return shapes[i].size;
	}
	return 0;
}

static int compare_offsets(const void *a, const void *b, void *entries)
{
	const struct zip_entry *e = entries;
	uint64_t x = e[*(const uint32_t *)a].header_offset, y = e[*(const uint32_t *)b].header_offset;
	return (x > y) - (x < y);
}

static uint32_t *places_in_file(struct zip *zip, struct arena *a)
{
	uint32_t *places = ARENA_ARRAY(a, uint32_t, zip->n_entries);
	zip->in_file_order = true;
	for (uint32_t i = 0; i < zip->n_entries; i++) {
		places[i] = i;
		if (i && zip->entries[i - 1].header_offset >= zip->entries[i].header_offset)
			zip->in_file_order = false;
	}
	if (!zip->in_file_order)
		qsort_r(places, zip->n_entries, sizeof *places, compare_offsets, zip->entries);
	return places;
}

/* What is wrong with bytes at `at` that no record owns. */
static const char *rule_of_gap(const struct zip *zip, uint64_t at)
{
	if (at == 0)
		return "Z01";
	return bytes_starts(bytes_from(zip->file, at), BYTES("PK")) ? "Z02" : "Z09"; /* a record that does not belong there */
}

/* Bytes from `at` up to the record at `next` that no record owns. */
static enum status account_gap(struct zip *zip, uint64_t at, uint64_t next, bool allow_gaps, const char *before, struct diag *d)
{
	if (at > next)
		return fail_rule(d, "Z09", ERR_FORMAT, next, "%s overlaps the member before it", before);
	if (at == next)
		return OK;
	if (!allow_gaps)
		return fail_rule(d, rule_of_gap(zip, at), ERR_FORMAT, at, "%" PRIu64 " bytes before %s belong to no record",
				 next - at, before);
	*(at == 0 ? &zip->prefix_size : &zip->gap_size) += next - at;
	return OK;
}

enum status zip_check_locals(struct zip *zip, uint64_t end, bool allow_gaps, struct arena *a, struct diag *d)
{
	const uint32_t *places = places_in_file(zip, a);
	uint64_t at = 0;
	for (size_t i = 0; i < zip->n_entries; i++) {
		struct zip_entry *e = &zip->entries[places[i]];
		uint64_t next = i + 1 < zip->n_entries ? zip->entries[places[i + 1]].header_offset : end;
		char words[512];
		(void)snprintf(words, sizeof words, "member '%.*s'", ZIP_NAME(e->name));
		enum status s = account_gap(zip, at, e->header_offset, allow_gaps, words, d);
		if (s == OK)
			s = check_local(zip->file, e, end, d);
		if (s)
			return s;
		at = e->data_offset + e->packed_size;
		if (!(e->flags & ZIP_FLAG_DESCRIPTOR))
			continue;
		size_t size = at > next || next > end ? 0 : descriptor_size(bytes_part(zip->file, at, next - at), e, allow_gaps);
		if (size == 0)
			return fail_rule(d, "Z07", ERR_FORMAT, at, "member '%.*s': its data descriptor is missing or lies",
					 ZIP_NAME(e->name));
		at += size;
	}
	return account_gap(zip, at, end, allow_gaps, "the central directory", d);
}
