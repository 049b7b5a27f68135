/* How much memory a process and all its descendants hold, from outside: the limit where no cgroup is ours; and what processor
 * time they used. */
#ifndef SANDBOX_MEMORY_H
#define SANDBOX_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESSES_MAX = 32768 };

/* pid and all its descendants, parents before children; returns how many, at most `most`. */
size_t tree_of(pid_t pid, pid_t *tree, size_t most);
/* Bytes. What the kernel holds for sockets is in sandbox/sockets.h; shared memory that is not mapped shows nowhere. */
struct memory_use {
	uint64_t own; /* anonymous pages, resident or swapped out, and page tables */
	uint64_t shared; /* shared pages that are mapped */
};
/* Of these processes together; nothing where nothing can be read. */
struct memory_use memory_of_tree(const pid_t *tree, size_t n);
/* Processor time of these and of all that they have waited for, in clock ticks' resolution. The kernel that ends a pid namespace
 * tells nobody, so it is asked before. */
void times_of_tree(const pid_t *tree, size_t n, uint64_t *ret_user_us, uint64_t *ret_system_us);

#endif
