/* What the files of the zip reader and writer share, and nobody else includes: signatures and the steps of zip_open.
 * End record and central directory are in zip.c, local headers in zip_local.c, extra fields in zip_extra.c, names in zip_names.c. */
#ifndef FORMAT_ZIP_PARTS_H
#define FORMAT_ZIP_PARTS_H

#include "format/zip.h"

enum {
	ZIP_LOCAL_SIG = 0x04034b50,
	ZIP_CENTRAL_SIG = 0x02014b50,
	ZIP_END_SIG = 0x06054b50,
	ZIP_DESCRIPTOR_SIG = 0x08074b50,
	ZIP_END64_SIG = 0x06064b50,
	ZIP_LOCATOR_SIG = 0x07064b50,
	ZIP_LOCAL_SIZE = 30,
	ZIP_CENTRAL_SIZE = 46,
	ZIP_END_SIZE = 22,
	ZIP_END64_SIZE = 56,
	ZIP_LOCATOR_SIZE = 20,
	ZIP_STORED = 0,
	ZIP_DEFLATED = 8,
	ZIP_FLAG_DESCRIPTOR = 1 << 3,
	ZIP_FLAG_UTF8 = 1 << 11
};
#define ZIP_U32_IN_64 UINT32_MAX /* "see the zip64 extra field" */

/* The caller has made sure that the bytes are there. */
static inline uint16_t zip_u16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t zip_u32(const unsigned char *p)
{
	return zip_u16(p) | (uint32_t)zip_u16(p + 2) << 16;
}
static inline uint64_t zip_u64(const unsigned char *p)
{
	return zip_u32(p) | (uint64_t)zip_u32(p + 4) << 32;
}

/* A name for a sentence. */
#define ZIP_NAME(name) BYTES_ARG(bytes_part((name), 0, 300))

/* Checks an extra area and puts 64-bit values where a field holds 0xffffffff, in the order of the specification.
 * offset may be NULL (local headers have none). */
MUST_USE enum status zip_extra_apply(struct bytes extra, struct bytes name, uint64_t *size, uint64_t *packed_size, uint64_t *offset,
				     uint64_t at, struct diag *d);
/* Binds every local header to its central entry and accounts for each byte before the central directory at `end`. */
MUST_USE enum status zip_check_locals(struct zip *zip, uint64_t end, bool allow_gaps, struct arena *a, struct diag *d);
/* The rules for one name, then for all of them together (sets by_name). */
MUST_USE enum status zip_check_name(struct bytes name, uint64_t at, struct diag *d);
MUST_USE enum status zip_check_names(struct zip *zip, struct arena *a, struct diag *d);

#endif
