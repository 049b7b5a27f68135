/* One wheel of the cache: unpacked, checked against its RECORD, compiled; CACHE/wheel/KEY/. Private to env/. */
#ifndef ENV_STORE_H
#define ENV_STORE_H

#include "env/env.h"

/* Makes or finds the tree of one pin. *ret_fd: its directory, the caller closes; *ret_installed: whether it was made now. */
MUST_USE enum status store_wheel(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
				 struct index *index, struct arena *a, int *ret_fd, bool *ret_installed, struct diag *d);

/* The directory CACHE/KIND/ and, inside, an exclusive lock on KEY for as long as *ret_lock_fd is open. */
MUST_USE enum status store_lock(const struct run_context *run, int cache_dir, const char *kind, const char *key, int *ret_dir, int *ret_lock_fd, struct diag *d);

/* A new empty directory beside the entries, to be filled and then published under key by one rename. */
MUST_USE enum status store_draft(int dir, char ret_name[64], int *ret_fd, struct diag *d);
MUST_USE enum status store_publish(int dir, const char *draft, const char *key, struct diag *d);

/* Bumped when what is stored changes its shape. */
enum { STORE_VERSION = 1 };

#endif
