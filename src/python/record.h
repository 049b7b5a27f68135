/* RECORD: the list of files that a wheel says it has.
 * PEP 376 and 427, "Recording installed projects" of packaging.python.org; a CSV file of three columns. */
#ifndef PYTHON_RECORD_H
#define PYTHON_RECORD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* tensorflow has 14,000 files in 1.7 MB of RECORD. */
enum { RECORD_SIZE_MAX = 64 * 1024 * 1024, RECORD_ROWS_MAX = 200000, RECORD_PATH_MAX = 4096 };

enum record_algorithm { RECORD_NO_DIGEST, RECORD_SHA256, RECORD_SHA384, RECORD_SHA512 };

struct record_row {
	struct bytes path; /* relative, '/' between parts, normalised: no empty part, "." or ".." */
	enum record_algorithm algorithm;
	struct bytes digest; /* urlsafe base64 without padding, canonical, of the right length; as written */
	unsigned char digest_bytes[64]; /* the same decoded; the algorithm tells how many count */
	bool has_size;
	uint64_t size;
	uint32_t line;
};

struct record {
	const struct record_row *rows; /* in the order of the file */
	size_t n_rows;
};

/* text: the whole file. *ret_record lives as long as a and borrows nothing.
 * Only the row of RECORD itself, and of its signatures RECORD.jws and RECORD.p7s, in a .dist-info folder may lack a digest.
 * ERR_FORMAT with the line: not UTF-8, not CSV, not three columns, bad path, a path twice, bad or padded digest, bad size.
 * ERR_REFUSED with the line: a digest weaker than sha256 (PEP 427 names md5 and sha1). ERR_LIMIT. */
MUST_USE enum status record_parse(struct bytes text, struct arena *a, struct record *ret_record, struct diag *d);

/* "sha256" and so on; "" for RECORD_NO_DIGEST. Bytes of such a digest; 0. */
const char *record_algorithm_name(enum record_algorithm algorithm);
size_t record_digest_size(enum record_algorithm algorithm);

#endif
