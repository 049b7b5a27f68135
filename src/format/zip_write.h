/* Zip archives out, canonical: the same entries, time, level and libdeflate give the same bytes, always.
 * Local headers hold the numbers (no data descriptors), no extra fields but zip64's where it must be, made by "unix". */
#ifndef FORMAT_ZIP_WRITE_H
#define FORMAT_ZIP_WRITE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"
#include "format/deflate.h"

/* Takes the archive piece by piece, in order; anything but OK ends the writing and is handed through. */
typedef enum status zip_sink(void *context, struct bytes piece, struct diag *d);
/* context: int *, a descriptor. ERR_IO. */
enum status zip_sink_fd(void *context, struct bytes piece, struct diag *d);
/* context: struct buf *. ERR_LIMIT. */
enum status zip_sink_buf(void *context, struct bytes piece, struct diag *d);

struct zip_writer {
	zip_sink *sink;
	void *context;
	struct deflater *deflater; /* NULL: store everything */
	uint32_t dos_time;
	uint64_t offset, n_entries;
	struct buf pending, directory, packed;
};

/* level: 0 stores, 1 to 12 are libdeflate's; 6 is our usual. unix_time is written in UTC with 2 s grain, clamped to 1980..2107. */
void zip_writer_init(struct zip_writer *w, zip_sink *sink, void *context, int level, int64_t unix_time);
/* Gives the memory back. Fits CLEANUP(zip_writer_done). */
void zip_writer_done(struct zip_writer *w);

/* A regular file, in the order of the calls. Deflated, or stored when that is not smaller. mode: 0644 or 0755.
 * The name must obey the rules of zip_open and be UTF-8, and the caller must not give one twice.
 * ERR_FORMAT names it; or what the sink returned. The content is borrowed for the call. */
MUST_USE enum status zip_writer_add(struct zip_writer *w, struct bytes name, uint32_t mode, struct bytes content, struct diag *d);

struct zip_packed_content {
	struct bytes packed;
	uint16_t method; /* 0 or 8 */
	uint32_t crc32; /* of the content; the caller vouches for it and for size */
	uint64_t size;
};
/* The same with content that is packed already: taken over as it is. */
MUST_USE enum status zip_writer_add_packed(struct zip_writer *w, struct bytes name, uint32_t mode,
					   const struct zip_packed_content *content, struct diag *d);
/* A directory; its name ends in '/'. */
MUST_USE enum status zip_writer_add_directory(struct zip_writer *w, struct bytes name, struct diag *d);

/* Writes the central directory and the end. Nothing may be added afterwards. *ret_size (may be NULL): of the archive. */
MUST_USE enum status zip_writer_finish(struct zip_writer *w, uint64_t *ret_size, struct diag *d);

#endif
