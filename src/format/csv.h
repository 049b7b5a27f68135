/* Rows of comma-separated values, one at a time (RFC 4180): RECORD files.
 * Strict where Python's csv guesses: a quote stands only around a whole field, doubled inside it. */
#ifndef FORMAT_CSV_H
#define FORMAT_CSV_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* A RECORD of 100,000 members of 300 bytes a row is 30 MB. */
enum { CSV_MAX_SIZE = 64 * 1024 * 1024, CSV_MAX_FIELDS = 16, CSV_MAX_FIELD_SIZE = 65536, CSV_MAX_ROWS = 1000000 };

struct csv_reader {
	struct bytes rest;
	uint64_t offset;
	uint32_t line; /* of the next row, 1-based */
	size_t n_rows;
};

struct csv_row {
	struct bytes fields[CSV_MAX_FIELDS];
	size_t n_fields; /* 0 for an empty line */
	uint32_t line; /* where it begins */
	uint64_t offset;
};

/* text is borrowed. ERR_LIMIT over CSV_MAX_SIZE. */
MUST_USE enum status csv_open(struct bytes text, struct csv_reader *ret, struct diag *d);
/* The next row; ERR_ABSENT (no diag) behind the last. Fields are borrowed from the text; only those with a doubled quote are
 * copied, and live as long as a. LF and CRLF end a row, in quotes they belong to the field. Bytes are not checked to be UTF-8.
 * ERR_FORMAT with line and offset: a quote in the wrong place or without its end, a NUL, a lone CR. ERR_LIMIT over the limits. */
MUST_USE enum status csv_next(struct csv_reader *r, struct arena *a, struct csv_row *ret, struct diag *d);

/* Appends one field, quoted when it must be. */
struct buf;
void csv_write_field(struct bytes field, struct buf *out);

#endif
