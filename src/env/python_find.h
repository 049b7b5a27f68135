/* The search for an interpreter's file: PATH, well-known places, pyenv. Private to env/. */
#ifndef ENV_PYTHON_FIND_H
#define ENV_PYTHON_FIND_H

#include "base/arena.h"
#include "base/status.h"

struct python_search {
	struct arena *arena;
	const char *path_variable, *home; /* of the caller; NULL: none */
	const char *looked_at; /* out: for the message */
	const char *found; /* out: real path of a program */
};

/* wanted: "", "3.12", "3.12.1", a path or a name. ERR_USAGE. */
MUST_USE enum status python_search_run(struct python_search *s, const char *wanted, struct diag *d);

#endif
