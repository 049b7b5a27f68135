/* How much anonymous memory a process and all its descendants hold, from outside: the limit where no cgroup is ours. */
#ifndef SANDBOX_MEMORY_H
#define SANDBOX_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* Bytes of resident anonymous and shared memory below (and of) pid; 0 when nothing can be read. Looks at 32,768 processes. */
uint64_t memory_of_tree(pid_t pid);

#endif
