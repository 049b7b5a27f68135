/* Watching one sandbox from its first process to its last: what it sees, how much memory it holds, when it is over.
 * The launcher does it from outside, in a container its pid 1 does. Private to hwb-sandbox. */
#ifndef SANDBOX_GUARD_H
#define SANDBOX_GUARD_H

#include <poll.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sandbox/cgroup.h"
#include "sandbox/spec.h"
#include "sandbox/watch.h"

enum { GUARD_FDS = 2 + WATCH_FDS, GUARD_TICK_MS = 200 };

struct guard {
	pid_t pid; /* the first process of the inside; its first child is the payload */
	int pidfd, leash_fd; /* leash: what the inside hands over once its payload is about to start */
	int sockets_fd; /* asks about its sockets; -1: they are not counted */
	struct cgroup cgroup; /* the caller's to make and to remove */
	uint64_t memory_max, memory_peak, memory_due_ms;
	enum sandbox_end why;
	uint64_t user_us, system_us; /* of everybody inside, known at the end */
	struct watch watch;
	struct buf sums; /* written while there is still somebody to look at */
};

void guard_init(struct guard *g);
void guard_done(struct guard *g);
/* The limits, as soon as they are known. */
void guard_set_limits(struct guard *g, const struct limits *l);

/* What to poll, at least every GUARD_TICK_MS, and what to do then (n: as poll returned). True when g->pid has ended;
 * g->why changes when the memory limit is reached. */
void guard_poll(const struct guard *g, struct pollfd fds[GUARD_FDS]);
bool guard_work(struct guard *g, int n, const struct pollfd fds[GUARD_FDS]);

/* While there is somebody to look at: who is left besides the payload. */
void guard_note_sums(struct guard *g);
/* The packet SANDBOX_GONE; initialises *ret. */
void guard_gone(const struct guard *g, struct buf *ret);

#endif
