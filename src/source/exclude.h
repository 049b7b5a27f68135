/* What of a directory never becomes part of a snapshot, as a table with the reason. */
#ifndef SOURCE_EXCLUDE_H
#define SOURCE_EXCLUDE_H

#include <stdbool.h>

#include "base/bytes.h"

enum exclusion {
	EXCLUDE_NOT,
	EXCLUDE_SILENTLY, /* caches and outputs: nobody misses them */
	EXCLUDE_REPORTED, /* *ret_why says why a person should know */
};

/* path: relative to the tree; name: its last component. */
enum exclusion exclude_check(struct bytes path, struct bytes name, bool is_directory, const char **ret_why);

/* Whether a path below .git belongs into the snapshot: objects, refs and what names them; no hooks, no configuration. */
bool exclude_keeps_git(struct bytes path);

#endif
