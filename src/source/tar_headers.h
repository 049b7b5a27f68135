/* The headers of a tar stream as Python's tarfile walks them, beside the library that unpacks: what both do not read alike is no source.
 * libarchive passes over global pax headers, tarfile applies them to every member that follows (pax of POSIX.1-2001). */
#ifndef SOURCE_TAR_HEADERS_H
#define SOURCE_TAR_HEADERS_H

#include "base/buf.h"

enum { TAR_BLOCK = 512, TAR_PAX_MAX = 1 << 20 };

struct tar_headers {
	unsigned char block[TAR_BLOCK];
	size_t have; /* of it */
	uint64_t skip; /* bytes of content and its padding still to come */
	struct buf pax; /* the content of a pax header, while it comes */
	uint64_t pax_left; /* of it; then `skip` is the padding */
	char pax_type; /* 'x' or 'g'; 0: none is being read */
	uint64_t size; /* of the next member, from a pax header */
	bool has_size;
	bool ended; /* by a block of zeros: nothing but zeros may follow */
	uint64_t n_members;
};

void tar_headers_init(struct tar_headers *t);
void tar_headers_done(struct tar_headers *t);

/* The next bytes of the uncompressed stream, in pieces of any size. ERR_REFUSED: a damaged header, a sparse file, a global pax header
 * that holds more than a comment, times and owners, or anything behind the end. ERR_LIMIT: a pax header above TAR_PAX_MAX. */
MUST_USE enum status tar_headers_take(struct tar_headers *t, struct bytes piece, struct diag *d);

#endif
