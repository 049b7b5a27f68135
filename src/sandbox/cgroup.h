/* A memory cgroup of the sandbox's own, below ours, where we may make one: root nearly always, an ordinary user where a service
 * manager has delegated (cgroups(7)). It counts what no account of a process shows, and is the last wall. Both versions of
 * cgroups. Private to hwb-sandbox. */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CGROUP_NAME_MAX = 64 };

struct cgroup {
	int parent_fd, fd; /* -1: there is none, and nothing of this does anything */
	int enter_fd; /* version 1: where a process writes itself in */
	bool is_unified; /* version 2 */
	char name[CGROUP_NAME_MAX];
};

void cgroup_init(struct cgroup *c);
/* Makes one, and removes those of launchers that are dead. Nobody is in it: a process that is cloned into it is (version 2), or
 * one that enters it itself. To be put there by another takes a grace period of the kernel, many milliseconds. */
void cgroup_make(struct cgroup *c);
/* The descriptor for kernel_clone; -1: the process enters by itself. */
int cgroup_to_clone(const struct cgroup *c);
/* The calling process, before it forks. Closes what it has of it. */
void cgroup_enter(struct cgroup *c);
/* What the kernel itself ends it at, files in memory included; bytes. */
void cgroup_limit(const struct cgroup *c, uint64_t most);
/* Bytes of anonymous and shared memory, files in memory file systems among it, and of the kernel for it. 0 where there is none. */
uint64_t cgroup_used(const struct cgroup *c);
/* Whether the kernel has killed for want of memory in it. */
bool cgroup_was_full(const struct cgroup *c);
/* When everybody in it is dead. */
void cgroup_remove(struct cgroup *c);

#endif
