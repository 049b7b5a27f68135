/* How much anonymous memory a process and all its descendants hold, from outside: the limit where no cgroup is ours. */
#ifndef SANDBOX_MEMORY_H
#define SANDBOX_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* Bytes of resident, unshared memory below (and of) pid; 0 when nothing can be read. Looks at 4,096 processes at most. */
uint64_t memory_of_tree(pid_t pid);

#endif
