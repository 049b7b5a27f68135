/* From the raw texts of a struct metadata to its parsed fields: shared by the parser and the reader of records.
 * Internal to src/python. */
#ifndef PYTHON_METADATA_CHECK_H
#define PYTHON_METADATA_CHECK_H

#include "python/metadata.h"

/* m holds the raw texts and lists (extras and dynamic in any spelling); fills in the rest. Errors as metadata_parse. */
MUST_USE enum status metadata_check(struct metadata *m, struct arena *a, struct diag *d);

#endif
