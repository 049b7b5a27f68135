/* Copy-out of a whole tree from a sandbox that is dead, for somebody who wants to look at a build that failed (--keep). Nothing in
 * it is trusted, and nothing in the copy is more than a file. */
#ifndef SANDBOX_KEEP_H
#define SANDBOX_KEEP_H

#include "base/status.h"

enum { KEEP_DEPTH_MAX = 64 };

/* What is left: max_size bytes and max_members entries may be copied in all. */
struct kept {
	uint64_t size, n_members;
	uint64_t n_left_out; /* what was not copied: links that lead out, special files, repositories, what cannot be read, what is too much or too deep */
};

/* Copies what is below from_fd into to_fd (both directories, borrowed; to_fd empty): regular files as 0644 or 0755, directories as
 * 0755, relative links that do not climb. ERR_IO when the copy cannot be written. */
MUST_USE enum status keep_tree(int from_fd, int to_fd, uint64_t max_size, uint64_t max_members, struct kept *ret, struct diag *d);

#endif
