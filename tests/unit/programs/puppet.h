/* One of our programs, stopped at a system call of its own, which then makes the calls that a test asks for: what a stranger's
 * code could do that has taken it over. The program itself is the one that is shipped; ptrace(2) moves its registers. */
#ifndef TESTS_PUPPET_H
#define TESTS_PUPPET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What puppet_call returns when the call was the end of the process, instead of a result or -errno. */
enum { PUPPET_KILLED = -10000 };
enum { PUPPET_ROOM = 4096, PUPPET_FDS_MAX = 8 };

struct puppet {
	pid_t pid;
	uint64_t room; /* the address of PUPPET_ROOM bytes of its memory, for arguments */
	size_t used;
};

/* Starts path with argv, an empty environment and fds[i] as its descriptor i (-1: /dev/null), stopped before its first own step:
 * nothing is confined yet. Fails the test when it cannot. */
void puppet_start(struct puppet *p, const char *path, const char *const *argv, const int *fds, size_t n_fds);
/* Lets it run on to where its seccomp filter has just been loaded. Fails the test when it ends before. */
void puppet_confine(struct puppet *p);
/* Kills and reaps; fits CLEANUP. */
void puppet_stop(struct puppet *p);

/* Puts bytes into its memory and returns their address there. Only before puppet_confine: behind it the program is not dumpable. */
uint64_t puppet_put(struct puppet *p, const void *bytes, size_t size);
/* Makes the call there: its result, -errno, or PUPPET_KILLED. */
long puppet_call(struct puppet *p, long number, const uint64_t arguments[6]);

#endif
