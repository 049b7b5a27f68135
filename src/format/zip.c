#include "format/zip.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "format/zip_parts.h"

/* Below this no ratio is worth a refusal: a megabyte of zeros is nothing. */
static const uint64_t ratio_from = 64 * 1024 * 1024;
/* All names together: a hundred thousand members of 600 bytes each, and sorting them stays cheap. */
static const uint64_t all_names_max = 64 * 1024 * 1024;

struct end_record {
	uint64_t at; /* where the end records begin, which is where the central directory must end */
	uint64_t n_entries, directory_size, directory_offset;
	struct bytes comment;
	bool is_zip64;
	uint64_t trailing_size;
};

struct zip_limits zip_limits_default(void)
{
	return (struct zip_limits){ .n_members = 100000, .total_size = UINT64_C(4) << 30, .ratio = 200, .name_size = 4096 };
}

/* No end record reaches the end of the file: is there one that bytes follow? */
static enum status no_end(struct bytes file, size_t lowest, struct diag *d)
{
	for (size_t at = file.size < ZIP_END_SIZE ? 0 : file.size - ZIP_END_SIZE + 1; at-- > lowest;) {
		size_t behind = at + ZIP_END_SIZE + zip_u16(file.data + at + 20);
		if (zip_u32(file.data + at) == ZIP_END_SIG && behind < file.size)
			return fail_rule(d, "Z03", ERR_FORMAT, behind, "%zu bytes follow the end of the archive", file.size - behind);
	}
	return fail_rule(d, "Z02", ERR_FORMAT, file.size, "not a zip archive, or cut short: no end record at its end");
}

/* Finds the end record: its comment must reach the end of the file. With allow_gaps bytes may follow it. */
static enum status find_end(struct bytes file, bool allow_gaps, uint64_t *ret_at, struct diag *d)
{
	size_t n_found = 0, found = 0;
	size_t lowest = file.size > ZIP_END_SIZE + UINT16_MAX ? file.size - ZIP_END_SIZE - UINT16_MAX : 0;
	for (size_t at = file.size < ZIP_END_SIZE ? 0 : file.size - ZIP_END_SIZE + 1; at-- > lowest;) {
		if (zip_u32(file.data + at) != ZIP_END_SIG)
			continue;
		size_t rest = file.size - at - ZIP_END_SIZE, comment = zip_u16(file.data + at + 20);
		if (comment == rest || (allow_gaps && comment < rest && n_found == 0)) {
			n_found++;
			found = at;
		}
	}
	if (n_found == 0)
		return no_end(file, lowest, d);
	if (n_found > 1)
		return fail_rule(d, "Z04", ERR_FORMAT, found,
				 "two end records, one in the comment of the other: the archive has two readings");
	*ret_at = found;
	return OK;
}

static enum status read_end64(struct bytes file, struct end_record *end, struct diag *d)
{
	const unsigned char *locator = file.data + end->at - ZIP_LOCATOR_SIZE;
	uint64_t at = zip_u64(locator + 8);
	if (zip_u32(locator + 4) != 0 || zip_u32(locator + 16) > 1)
		return fail_rule(d, "Z05", ERR_FORMAT, end->at, "the archive spans several disks");
	if (end->at < ZIP_LOCATOR_SIZE + ZIP_END64_SIZE || at != end->at - ZIP_LOCATOR_SIZE - ZIP_END64_SIZE ||
	    zip_u32(file.data + at) != ZIP_END64_SIG)
		return fail_rule(d, "Z05", ERR_FORMAT, end->at, "the zip64 end record is not where its locator says");
	const unsigned char *p = file.data + at;
	if (zip_u64(p + 4) != ZIP_END64_SIZE - 12)
		return fail_rule(d, "Z05", ERR_FORMAT, at, "a zip64 end record with data of its own");
	if (zip_u32(p + 16) != 0 || zip_u32(p + 20) != 0 || zip_u64(p + 24) != zip_u64(p + 32))
		return fail_rule(d, "Z05", ERR_FORMAT, at, "the archive spans several disks");
	uint64_t n = zip_u64(p + 32), size = zip_u64(p + 40), offset = zip_u64(p + 48);
	if ((end->n_entries != UINT16_MAX && end->n_entries != n) ||
	    (end->directory_size != UINT32_MAX && end->directory_size != size) ||
	    (end->directory_offset != UINT32_MAX && end->directory_offset != offset))
		return fail_rule(d, "Z05", ERR_FORMAT, at, "the two end records do not agree");
	end->at = at;
	end->n_entries = n;
	end->directory_size = size;
	end->directory_offset = offset;
	end->is_zip64 = true;
	return OK;
}

/* The archive begins with a member, and its directory reaches from where the end record says to the end record. */
static enum status check_span(struct bytes file, const struct end_record *end, struct diag *d)
{
	if (zip_u32(file.data) != ZIP_LOCAL_SIG && end->at > 0)
		return fail_rule(d, "Z01", ERR_FORMAT, 0, "the file does not begin with a member of the archive");
	if (end->directory_offset + end->directory_size == end->at)
		return OK;
	if (end->at >= ZIP_END_SIZE && zip_u32(file.data + end->at - ZIP_END_SIZE) == ZIP_END_SIG)
		return fail_rule(d, "Z05", ERR_FORMAT, end->at, "two end records, one behind the other");
	return fail_rule(d, end->is_zip64 ? "Z05" : "Z06", ERR_FORMAT, end->at,
			 "%" PRIu64 " bytes between the central directory and the end record",
			 end->at - end->directory_offset - end->directory_size);
}

static enum status read_end(struct bytes file, bool allow_gaps, struct end_record *end, struct diag *d)
{
	uint64_t at;
	enum status s = find_end(file, allow_gaps, &at, d);
	if (s)
		return s;
	const unsigned char *p = file.data + at;
	*end = (struct end_record){
		.at = at,
		.n_entries = zip_u16(p + 10),
		.directory_size = zip_u32(p + 12),
		.directory_offset = zip_u32(p + 16),
		.comment = bytes_part(file, at + ZIP_END_SIZE, zip_u16(p + 20)),
	};
	end->trailing_size = file.size - at - ZIP_END_SIZE - end->comment.size;
	if (zip_u16(p + 4) != 0 || zip_u16(p + 6) != 0 || zip_u16(p + 8) != zip_u16(p + 10))
		return fail_rule(d, "Z05", ERR_FORMAT, at, "the archive spans several disks");
	if (bytes_search(end->comment, BYTES("PK\5\6")) < end->comment.size)
		return fail_rule(d, "Z04", ERR_FORMAT, at, "the archive's comment holds another end record");
	/* Whether some field says "see zip64" or not: readers that find a locator follow it. */
	if (at >= ZIP_LOCATOR_SIZE && zip_u32(p - ZIP_LOCATOR_SIZE) == ZIP_LOCATOR_SIG) {
		s = read_end64(file, end, d);
		if (s)
			return s;
	}
	if (end->directory_offset > end->at || end->directory_size > end->at - end->directory_offset)
		return fail_rule(d, "Z06", ERR_FORMAT, at, "the central directory is not inside the file");
	return allow_gaps ? OK : check_span(file, end, d);
}

static void read_mode(struct zip_entry *e)
{
	e->unix_mode = e->attributes >> 16;
	uint32_t type = e->unix_mode & S_IFMT;
	e->is_dir = bytes_ends(e->name, BYTES("/"));
	e->is_symlink = type == S_IFLNK;
	e->is_special = type != 0 && type != S_IFREG && type != S_IFLNK && !(type == S_IFDIR && e->is_dir);
	e->is_setid = (e->unix_mode & (S_ISUID | S_ISGID | S_ISVTX)) != 0;
}

/* What must hold of one central entry by itself. */
static enum status check_entry(const struct zip_entry *e, uint64_t at, struct diag *d)
{
	static const struct {
		uint16_t bits;
		const char *rule;
	} refused[] = {
		{ 1 << 0 | 1 << 6 | 1 << 13, "it is encrypted" },
		{ 1 << 5, "it is a patch" },
		{ (uint16_t) ~(1U << 1 | 1U << 2 | 1U << 3 | 1U << 11), "it has flags that mean nothing here" },
	};
	for (size_t i = 0; i < COUNT(refused); i++)
		if (e->flags & refused[i].bits)
			return fail_rule(d, "Z12", ERR_FORMAT, at, "member '%.*s': %s (flags 0x%04x)", ZIP_NAME(e->name),
					 refused[i].rule, e->flags);
	if (e->method != ZIP_STORED && e->method != ZIP_DEFLATED)
		return fail_rule(d, "Z10", ERR_FORMAT, at, "member '%.*s': packed by method %u; only stored and deflated are read",
				 ZIP_NAME(e->name), e->method);
	if (e->method == ZIP_STORED && e->packed_size != e->size)
		return fail_rule(d, "Z07", ERR_FORMAT, at, "member '%.*s': stored, and yet its two sizes differ", ZIP_NAME(e->name));
	/* Nobody reads a directory's data: an empty deflate stream (2 or 5 bytes) is all that may hide there. */
	if (e->is_dir && (e->size || e->crc32 || e->packed_size > 5))
		return fail_rule(d, "Z17", ERR_FORMAT, at, "member '%.*s': a directory with content", ZIP_NAME(e->name));
	return OK;
}

/* Reads the entry at *at and steps behind it; the fixed part is known to be inside [*at, end). */
static enum status read_entry(struct bytes file, uint64_t *at, uint64_t end, struct zip_entry *e, struct diag *d)
{
	const unsigned char *p = file.data + *at;
	uint64_t name_size = zip_u16(p + 28), extra_size = zip_u16(p + 30), comment_size = zip_u16(p + 32);
	if (zip_u32(p) != ZIP_CENTRAL_SIG)
		return fail_rule(d, "Z06", ERR_FORMAT, *at, "the central directory has no entry where one must be");
	if (name_size + extra_size + comment_size > end - *at - ZIP_CENTRAL_SIZE)
		return fail_rule(d, "Z06", ERR_FORMAT, *at, "an entry of the central directory is longer than the directory");
	*e = (struct zip_entry){
		.made_by = zip_u16(p + 4),
		.version = zip_u16(p + 6),
		.flags = zip_u16(p + 8),
		.method = zip_u16(p + 10),
		.dos_time = zip_u32(p + 12),
		.crc32 = zip_u32(p + 16),
		.packed_size = zip_u32(p + 20),
		.size = zip_u32(p + 24),
		.attributes = zip_u32(p + 38),
		.header_offset = zip_u32(p + 42),
		.name = bytes_part(file, *at + ZIP_CENTRAL_SIZE, name_size),
		.extra = bytes_part(file, *at + ZIP_CENTRAL_SIZE + name_size, extra_size),
		.comment = bytes_part(file, *at + ZIP_CENTRAL_SIZE + name_size + extra_size, comment_size),
	};
	read_mode(e);
	e->size_in_extra = e->size == ZIP_U32_IN_64 || e->packed_size == ZIP_U32_IN_64;
	enum status s = zip_check_name(e->name, *at, d);
	if (s == OK)
		s = zip_extra_apply(e->extra, e->name, &e->size, &e->packed_size, &e->header_offset, *at, d);
	if (s == OK && zip_u16(p + 34) != 0)
		s = fail_rule(d, "Z05", ERR_FORMAT, *at, "member '%.*s': it is on another disk", ZIP_NAME(e->name));
	if (s == OK)
		s = check_entry(e, *at, d);
	*at += ZIP_CENTRAL_SIZE + name_size + extra_size + comment_size;
	return s;
}

/* size > packed * ratio, without the product. */
static bool over_ratio(uint64_t size, uint64_t packed, uint64_t ratio)
{
	return ratio && size > ratio_from && (size - 1) / ratio >= packed;
}

static enum status check_limits(struct zip *zip, const struct zip_entry *e, const struct zip_limits *limits, uint64_t *names_size,
				struct diag *d)
{
	uint64_t at = e->header_offset;
	*names_size += e->name.size;
	if (e->name.size > limits->name_size)
		return fail_rule(d, "Z21", ERR_LIMIT, at, "member '%.*s...': its name has %zu bytes, over the limit of %" PRIu64,
				 BYTES_ARG(bytes_part(e->name, 0, 60)), e->name.size, limits->name_size);
	if (*names_size > all_names_max)
		return fail_rule(d, "Z21", ERR_LIMIT, at, "the names of all members take more than %" PRIu64 " bytes", all_names_max);
	if (e->size > limits->total_size || zip->total_size > limits->total_size - e->size)
		return fail_rule(d, "Z21", ERR_LIMIT, at, "member '%.*s': with it the archive unpacks to more than %" PRIu64 " bytes",
				 ZIP_NAME(e->name), limits->total_size);
	zip->total_size += e->size;
	if (over_ratio(e->size, e->packed_size, limits->ratio))
		return fail_rule(d, "Z21", ERR_LIMIT, at, "member '%.*s': it unpacks to more than %" PRIu64 " times its size",
				 ZIP_NAME(e->name), limits->ratio);
	return OK;
}

static enum status read_directory(struct zip *zip, const struct end_record *end, const struct zip_limits *limits, struct arena *a,
				  struct diag *d)
{
	uint64_t at = end->directory_offset, stop = at + end->directory_size, names_size = 0;
	if (end->n_entries > limits->n_members || end->n_entries > UINT32_MAX)
		return fail_rule(d, "Z21", ERR_LIMIT, end->at, "an archive of %" PRIu64 " members, over the limit of %" PRIu64,
				 end->n_entries, limits->n_members);
	if (end->n_entries > end->directory_size / ZIP_CENTRAL_SIZE)
		return fail_rule(d, "Z06", ERR_FORMAT, end->at,
				 "%" PRIu64 " members cannot be in a central directory of %" PRIu64 " bytes", end->n_entries,
				 end->directory_size);
	zip->n_entries = (size_t)end->n_entries;
	zip->entries = ARENA_ARRAY(a, struct zip_entry, zip->n_entries);
	for (size_t i = 0; i < zip->n_entries; i++) {
		if (stop - at < ZIP_CENTRAL_SIZE)
			return fail_rule(d, end->is_zip64 ? "Z05" : "Z06", ERR_FORMAT, at, "the central directory ends early");
		enum status s = read_entry(zip->file, &at, stop, &zip->entries[i], d);
		if (s == OK)
			s = check_limits(zip, &zip->entries[i], limits, &names_size, d);
		if (s)
			return s;
	}
	if (at != stop)
		return fail_rule(d, "Z06", ERR_FORMAT, at, "%" PRIu64 " bytes behind the last entry of the central directory",
				 stop - at);
	if (over_ratio(zip->total_size, zip->file.size, limits->ratio))
		return fail_rule(d, "Z21", ERR_LIMIT, 0, "the archive unpacks to more than %" PRIu64 " times its size",
				 limits->ratio);
	return OK;
}

enum status zip_open(struct bytes file, const struct zip_limits *limits, struct arena *a, struct zip *ret, struct diag *d)
{
	struct end_record end;
	enum status s = read_end(file, limits->allow_gaps, &end, d);
	if (s)
		return s;
	struct zip zip = { .file = file, .comment = end.comment, .is_zip64 = end.is_zip64, .trailing_size = end.trailing_size };
	s = read_directory(&zip, &end, limits, a, d);
	if (s == OK)
		s = zip_check_names(&zip, a, d);
	if (s == OK)
		s = zip_check_locals(&zip, end.directory_offset, limits->allow_gaps, a, d);
	if (s)
		return s;
	zip.gap_size += end.at - end.directory_offset - end.directory_size;
	*ret = zip;
	return OK;
}
