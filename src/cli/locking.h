/* The lock of a project, in a build: found, read by hwb-parse, and asked instead of the index (DESIGN.md section 5, "Lock"). */
#ifndef CLI_LOCKING_H
#define CLI_LOCKING_H

#include "cli/pipeline.h"
#include "lock/pylock.h"

#define LOCKING_FILE_NAME "pylock.build.toml"

/* A lock file as it is on the disk. */
struct lock_file {
	const char *path; /* for messages */
	struct bytes text;
	struct pylock lock;
	bool is_named; /* by --lock: then it must do */
};

/* Reads one. ERR_ABSENT: it is not there; ERR_USAGE: it cannot be read or makes no sense. */
MUST_USE enum status lock_file_read(const struct run_context *run, const char *path, struct arena *a, struct lock_file *ret,
				    struct diag *d);

/* The one that counts for this source into p->lock_file: --lock, else pylock.build.toml of a local directory; with --no-lock none.
 * ERR_RESOLVE when --locked (or CI) wants one and there is none. */
MUST_USE enum status locking_open(struct pipeline *p, const struct source_word *word, struct diag *d);

/* What the settings, the project and its -b files say of a resolution for the pipeline's interpreter. more: what the backend asked for
 * besides. ERR_USAGE: a file of constraints. */
MUST_USE enum status locking_request(const struct pipeline *p, const struct bytes *more, size_t n_more, struct lock_request *ret,
				     struct diag *d);

/* Resolves by the lock where there is one. A lock that no longer fits is refused with --locked, in CI and with --lock; else it is said,
 * and its versions are preferred. As lock_run. */
MUST_USE enum status locking_resolve(struct pipeline *p, struct lock_request *request, struct diag *d);

/* Names and versions of a lock as hints. */
void locking_hints(const struct pylock *lock, struct arena *a, const struct lock_hint **ret, size_t *ret_n);

#endif
