/* A lock file as a place where a resolution asks for pages: nothing but its files is on offer, and each is fetched from the operator's
 * indexes, by digest. So a lock that lacks something, or no longer fits, is a resolution that fails and says why. Private to lock/. */
#ifndef LOCK_LOCKED_H
#define LOCK_LOCKED_H

#include "lock/pylock.h"
#include "lock/source.h"

struct locked {
	const struct pylock *lock;
	const char *name; /* of the file, for messages */
	const struct interpreter *python;
	struct index *index;
	struct arena *arena;
	struct index_project **projects; /* those asked for */
	struct bytes *names;
	size_t n_projects;
};

/* Is the lock for this interpreter? ERR_RESOLVE: requires-python, environments. */
MUST_USE enum status locked_check_target(const struct locked *l, struct diag *d);
/* The entry of a normalised name that holds for the interpreter. ERR_ABSENT with words; ERR_RESOLVE: two of them hold. */
MUST_USE enum status locked_find(const struct locked *l, struct bytes name, const struct pylock_package **ret, struct diag *d);
/* l outlives *ret. */
void locked_source(struct locked *l, struct lock_source *ret);

#endif
