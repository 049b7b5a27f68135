/* How much a directory of a stranger's holds, and taking it away: without a quota and a tmpfs that goes with its namespace.
 * Any depth with a few descriptors. Private to hwb-sandbox. */
#ifndef SANDBOX_MEASURE_H
#define SANDBOX_MEASURE_H

#include <stdint.h>
#include <sys/types.h>

struct measured {
	uint64_t size, inodes; /* bytes on the disk, of hard links their part */
};

/* Walks the directory dir_fd while it changes. Follows no link and does not leave it; what cannot be opened by its owner, who we
 * are, is opened. What moves away under its feet ends the walk: the next one sees more. */
struct measured measure_tree(int dir_fd);
/* What files hold that have no name any more, but a descriptor in one of the processes. */
uint64_t measure_nameless(const pid_t *tree, size_t n);

/* Removes name below dir with everything in it, whatever its modes and its depth. Nobody else may be alive in there. */
int measure_remove(int dir_fd, const char *name);

#endif
