/* Zip archives in (APPNOTE 6.3.10), for wheels, zip sdists and anything else a stranger packed: one reading or a refusal.
 * Every byte of the file must belong to exactly one record, and what is said twice must be said alike. */
#ifndef FORMAT_ZIP_H
#define FORMAT_ZIP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/room.h"
#include "base/status.h"
#include "format/deflate.h"

struct zip_limits {
	uint64_t n_members;
	uint64_t total_size; /* of all members, inflated */
	uint64_t ratio; /* inflated over packed, of each member and of the whole, only above 64 MiB; 0: any */
	uint64_t name_size; /* of one name, in bytes; all names together may take 64 MiB */
	bool allow_gaps; /* bytes that belong to no record are counted instead of refused */
};
/* 100,000 members, 4 GiB, 200, 4,096, no gaps. */
struct zip_limits zip_limits_default(void);

struct zip_entry {
	struct bytes name; /* as stored: relative, no empty, '.' or '..' component; a directory's ends in '/' */
	uint16_t method; /* 0 stored, 8 deflated */
	uint16_t flags; /* general purpose bits; 3: a data descriptor follows, 11: the name is UTF-8 */
	uint32_t crc32;
	uint64_t packed_size, size;
	uint64_t header_offset, data_offset;
	uint32_t dos_time; /* date in the upper half */
	uint32_t local_dos_time; /* the local header's; nothing is refused when it differs */
	uint16_t made_by, version, local_version;
	uint32_t attributes; /* external, whole */
	uint32_t unix_mode; /* upper half of the attributes; 0 when the writer set none */
	bool size_in_extra; /* the central directory leaves a size to a zip64 field */
	bool is_dir; /* the name ends in '/' */
	bool is_symlink; /* by mode */
	bool is_special; /* by mode: a device, pipe or socket, or a directory without '/' in its name */
	bool is_setid; /* setuid, setgid or sticky */
	struct bytes extra, local_extra, comment;
};

struct zip {
	struct bytes file;
	struct zip_entry *entries; /* in the order of the central directory */
	size_t n_entries;
	const uint32_t *by_name; /* places in entries, in the order of zip_find */
	uint64_t total_size; /* inflated */
	struct bytes comment; /* of the archive */
	bool is_zip64;
	bool in_file_order; /* the central directory has the order of the members in the file */
	/* Only with allow_gaps: bytes before the first member, between records, and behind the end. */
	uint64_t prefix_size, gap_size, trailing_size;
};

/* Reads and cross-checks end record, central directory and every local header; inflates nothing.
 * The file is borrowed (usually mapped) and must outlive *ret; the tables live as long as a.
 * ERR_FORMAT: the sentence names the member and the rule, d->offset is in the file. ERR_LIMIT: the same for limits.
 * Refused: names that leave, clash (also when case is ignored, of ASCII and the usual Latin, Greek and Cyrillic letters, or a letter is put together in another way) or are
 * both file and directory; methods but 0 and 8; encryption and patches; more than one disk; lying or malformed zip64 fields
 * and data descriptors; overlaps; gaps. Not refused but told: modes, comments, extra fields, data descriptors. */
MUST_USE enum status zip_open(struct bytes file, const struct zip_limits *limits, struct arena *a, struct zip *ret, struct diag *d);

/* The entry of that exact name; NULL when there is none. */
const struct zip_entry *zip_find(const struct zip *zip, struct bytes name);

/* The place in by_name of the first name that does not come before prefix: names that begin with it follow from there on. */
size_t zip_find_from(const struct zip *zip, struct bytes prefix);

/* Appends the whole content to *out; size and CRC are verified, on failure *out is as it was.
 * ERR_FORMAT names the member; ERR_LIMIT when *out may not grow that far. */
MUST_USE enum status zip_read(const struct zip *zip, const struct zip_entry *entry, struct buf *out, struct diag *d);
/* The whole content of up to max bytes in *room: *ret is borrowed until room is used again. Errors as zip_read. */
MUST_USE enum status zip_read_large(const struct zip *zip, const struct zip_entry *entry, size_t max, struct room *room,
				    struct bytes *ret, struct diag *d);
/* The content in pieces of at most 64 KiB, to the sink. The CRC is known only at the end: what the sink got is not to be
 * trusted before this returns OK. Any other status of the sink ends the reading and is returned. */
MUST_USE enum status zip_read_stream(const struct zip *zip, const struct zip_entry *entry, inflate_sink *sink, void *context,
				     struct diag *d);
/* The stored bytes of the member, packed as they are in the file. */
struct bytes zip_packed(const struct zip *zip, const struct zip_entry *entry);

#endif
