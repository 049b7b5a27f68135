/* Archives of one member, written byte by byte, that can lie in one place: for the tests of the zip reader.
 * The honest one is made by the first row of zeros; every field changes one thing. */
#ifndef TESTS_ZIP_SAMPLE_H
#define TESTS_ZIP_SAMPLE_H

#include "base/buf.h"

struct sample {
	uint16_t flags, local_flags_differ; /* exclusive-or on the local ones */
	struct bytes name, local_name; /* "a.txt"; the local one: the same */
	uint16_t method;
	struct bytes data; /* stored: "hello"; deflated as it is here */
	uint32_t size_add, local_size_add, local_packed_add, crc_add, local_crc_add;
	uint32_t attributes;
	struct bytes extra, local_extra, comment, end_comment;
	struct bytes prefix, after_local, after_directory, trailing;
	const char *descriptor; /* "12", "16", "20", "24": its size; "lie": 16 with a wrong size */
	bool local_zeros; /* as streaming writers leave them */
	bool sizes_in_zip64; /* 0xffffffff in both headers; the extra fields are the caller's */
	uint32_t count_add, offset_add, directory_size_add, header_offset_add;
	uint16_t disk;
	const char *end64; /* "good", "count", "offset", "size", "sig" */
};

void sample_write(const struct sample *s, struct buf *out);

#endif
