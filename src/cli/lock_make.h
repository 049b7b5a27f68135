/* From what was resolved for each target to one lock file (PEP 751): packages by name, with markers where targets differ. */
#ifndef CLI_LOCK_MAKE_H
#define CLI_LOCK_MAKE_H

#include "index/index.h"
#include "lock/lock.h"
#include "lock/pylock.h"

struct lock_target {
	const struct interpreter *python;
	struct lock_result result;
	struct index *index; /* for --universal: all wheels of a version */
};

struct lock_make_request {
	const struct lock_target *targets;
	size_t n_targets;
	bool universal; /* every wheel of each version, for whatever platform */
	int64_t exclude_newer; /* INT64_MAX: none; no file that was uploaded later, for universal */
	struct bytes folder; /* where the lock will be, absolute: local files below it are written relative to it */
};

/* Fills environments, requires_python, targets and packages of *ret. ERR_RESOLVE: targets that no marker tells apart want different
 * versions; ERR_NETWORK and so on of the index. */
MUST_USE enum status lock_make(const struct lock_make_request *request, struct arena *a, struct pylock *ret, struct diag *d);

/* What became of each package, for people: "added idna 3.7", "updated idna 3.6 -> 3.7", "removed idna 3.6". */
typedef void lock_change(void *context, const char *verb, struct bytes name, struct bytes before, struct bytes after);
/* The number of changes; told may be NULL. */
size_t lock_compare(const struct pylock *before, const struct pylock *after, lock_change *told, void *context);

#endif
