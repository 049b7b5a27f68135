/* When a source that is a git repository was committed last: what its archives are dated by. For hwb-parse. */
#ifndef SOURCE_COMMIT_TIME_H
#define SOURCE_COMMIT_TIME_H

#include "base/arena.h"
#include "base/bytes.h"

/* Seconds since 1970, of the commit that .git/HEAD of a snapshot (format/snapshot.h) names. 0: it is no repository, has no commit, or is made in a
 * way that hwb does not read (a worktree, whose .git is a file; reftable; a pack that borrows from another). */
int64_t commit_time_find(struct bytes snapshot, struct arena *a);

#endif
