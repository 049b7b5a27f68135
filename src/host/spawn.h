/* The only place that starts programs. They get exactly the descriptors and the environment they are given. */
#ifndef HOST_SPAWN_H
#define HOST_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/status.h"

enum { SPAWN_FDS_MAX = 16 };

struct spawn {
	const char *path; /* absolute */
	const char *const *argv; /* NULL-terminated */
	const char *const *env; /* NULL-terminated; NULL means an empty environment */
	const int *fds; /* fds[i] becomes descriptor i over there; -1 means /dev/null */
	size_t n_fds;
};

/* Starts the program with default signals. Everything else that we hold open is close-on-exec. ERR_IO. */
MUST_USE enum status spawn_start(const struct spawn *s, pid_t *ret_pid, struct diag *d);

/* Kills (SIGKILL) and reaps; ok for pid <= 0. */
void spawn_kill(pid_t pid);

/* Lets a program end by itself that has nothing more to say: it is reaped by spawn_reap. ok for pid <= 0. */
void spawn_leave(pid_t pid);
/* Waits for all that were left; at the end of a command, so that none outlives it. */
void spawn_reap(void);

/* Waits for the end; returns the wait status, or -1. */
int spawn_wait(pid_t pid);

#endif
