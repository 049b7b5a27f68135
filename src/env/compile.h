/* The .pyc of one wheel: compiled by the build's own interpreter, in a sandbox that sees this wheel alone. Private to env/. */
#ifndef ENV_COMPILE_H
#define ENV_COMPILE_H

#include "env/env.h"

/* snapshot_fd: the wheel as it will stand below /env. Writes the .pyc files below tree. What does not compile is left
 * without. ERR_UNCHECKED for an answer that is malformed or names a path outside. */
MUST_USE enum status compile_tree(const struct run_context *run, const struct env_request *request, int snapshot_fd, int tree,
				  struct arena *a, struct diag *d);

/* A program of ours, compiled the same way. */
struct compile_source {
	const char *path; /* "folder/name.py", as it will stand below /env; all in one folder, in sorted order */
	struct bytes text;
};
/* ret_pyc: n buffers for the bytes of the .pyc. */
MUST_USE enum status compile_sources(const struct run_context *run, const struct env_request *request,
				     const struct compile_source *sources, size_t n, struct arena *a, struct buf *ret_pyc,
				     struct diag *d);

#endif
