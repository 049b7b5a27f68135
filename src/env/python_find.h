/* The search for an interpreter's file: PATH, well-known places, pyenv. Private to env/. */
#ifndef ENV_PYTHON_FIND_H
#define ENV_PYTHON_FIND_H

#include "base/arena.h"
#include "base/status.h"

struct python_search {
	struct arena *arena;
	const char *path_variable, *home; /* of the caller; NULL: none */
	const char *const *failed; /* real paths that were found before and did not run: they are passed over */
	size_t n_failed;
	const char **seen; /* out: each path that was looked at, once */
	size_t n_seen;
	const char *looked_at; /* out: the same for the message, with what is wrong with those that are there */
	const char *found; /* out: real path of a program */
};

/* The oldest that the hook runs on is 3.8. */
enum { PYTHON_LEAST_MINOR = 8, PYTHON_FAILED_MAX = 8 };

/* wanted: "", "3.12", "3.12.1", a path or a name; "python3.12" is looked for where "3.12" is. ERR_USAGE. */
MUST_USE enum status python_search_run(struct python_search *s, const char *wanted, struct diag *d);

#endif
