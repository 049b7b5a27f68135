/* One wheel of the cache: unpacked, checked against its RECORD, compiled; CACHE/wheel/KEY/. Private to env/. */
#ifndef ENV_STORE_H
#define ENV_STORE_H

#include "env/env.h"

/* The tree of one wheel, where it is for as long as the lock is open. */
struct store_wheel {
	int tree_fd, lock_fd;
	bool installed; /* made now */
};
/* Makes or finds the tree of one pin. The caller ends it by store_wheel_done, which fits CLEANUP; -1 are descriptors of nothing. */
MUST_USE enum status store_wheel(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
				 struct index *index, struct arena *a, struct store_wheel *ret, struct diag *d);
void store_wheel_done(struct store_wheel *w);

/* The directory CACHE/KIND/ and, inside, an exclusive lock on KEY for as long as *ret_lock_fd is open. */
MUST_USE enum status store_lock(const struct run_context *run, int cache_dir, const char *kind, const char *key, int *ret_dir,
				int *ret_lock_fd, struct diag *d);

/* A shared lock on the tree under key, which keeps it where it is for as long as *ret_fd is open. ERR_ABSENT: `hwb cache` removed it. */
MUST_USE enum status store_hold(int dir, const char *key, int *ret_fd, struct diag *d);

/* A new empty directory beside the entries, to be filled and then handed to store_finish. It is locked itself: a draft that nobody
 * holds was left by a run that was killed, and `hwb cache` removes it. */
MUST_USE enum status store_draft(int dir, char ret_name[64], int *ret_fd, struct diag *d);
/* The end of a draft. most: bytes of its manifest. filled: how the filling went. On OK its manifest is written and then it stands under key by one rename,
 * in place of what was found wrong there; otherwise it is removed and that status returned. */
MUST_USE enum status store_finish(int dir, const char *draft, int tree, const char *key, size_t most, enum status filled,
				  struct arena *a, struct diag *d);
/* Whether the tree under key is there and as its manifest says; then *ret_tree is its directory, the caller closes. */
MUST_USE bool store_usable(int dir, const char *key, size_t most, bool rehash, struct arena *a, int *ret_tree);

/* Bumped when what is stored changes its shape. */
enum { STORE_VERSION = 1 };

#endif
