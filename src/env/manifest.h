/* What a stored tree should look like: path, size, modification time, inode and sha256 of every file. Cheap to check by
 * lstat, or by content where the cache is not to be believed. Private to env/. */
#ifndef ENV_MANIFEST_H
#define ENV_MANIFEST_H

#include "base/buf.h"
#include "base/status.h"

/* Describes the tree below dir, in walking order of sorted names. ERR_IO. */
MUST_USE enum status manifest_make(int dir, struct buf *out, struct diag *d);
/* ERR_HASH when the tree differs: a file changed, is missing, or is new (directories count their entries).
 * rehash: by content. */
MUST_USE enum status manifest_check(int dir, struct bytes manifest, bool rehash, struct diag *d);

#endif
