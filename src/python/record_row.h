/* One row of RECORD from its three texts.
 * Internal to src/python: record.c takes the file apart, this decides. */
#ifndef PYTHON_RECORD_ROW_H
#define PYTHON_RECORD_ROW_H

#include "python/record.h"

/* The texts are borrowed; *ret_row copies nothing but the decoded digest. Errors as record_parse, without a line. */
MUST_USE enum status record_row_parse(struct bytes path, struct bytes hash, struct bytes size, struct record_row *ret_row,
				      struct diag *d);
/* ERR_FORMAT with the line of the second one when two rows name one path. Time: O(n log n); scratch memory in a. */
MUST_USE enum status record_check_unique(const struct record_row *rows, size_t n, struct arena *a, struct diag *d);

#endif
