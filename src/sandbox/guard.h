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

enum { GUARD_FDS = 2 + WATCH_FDS, GUARD_TICK_MS = 200, GUARD_DISK_MS = 1000 };

struct guard {
	pid_t pid; /* the first process of the inside; its first child is the payload */
	int pidfd, leash_fd; /* leash: what the inside hands over once its payload is about to start */
	int sockets_fd; /* asks about its sockets; -1: they are not counted */
	bool is_bare; /* they are among the host's: those of sockets_owner count, but for what he held before */
	uint32_t sockets_owner;
	uint64_t sockets_before;
	struct cgroup cgroup; /* the caller's to make and to remove */
	uint64_t memory_max, memory_peak, memory_due_ms;
	enum sandbox_end why;
	uint64_t user_us, system_us; /* of everybody inside, known at the end */
	struct watch watch;
	const int *place_fds; /* whose content is counted where no quota does it; NULL: nowhere */
	size_t n_places;
	uint64_t disk_max, inodes_max, disk_due_ms; /* of each place */
	struct buf sums; /* written while there is still somebody to look at */
};

void guard_init(struct guard *g);
void guard_done(struct guard *g);
/* The limits, as soon as they are known. */
void guard_set_limits(struct guard *g, const struct limits *l);

/* Counts from now on the memory of the local sockets of that user, which are the host's, in place of all that the inside hands over. */
void guard_set_sockets(struct guard *g, uint32_t owner);
/* Counts from now on what these directories hold, borrowed; the limits bind each. */
void guard_set_disk(struct guard *g, const int *place_fds, size_t n_places, const struct limits *l);

/* What to poll, at least every GUARD_TICK_MS, and what to do then (n: as poll returned). True when g->pid has ended;
 * g->why changes when a limit is reached. */
void guard_poll(const struct guard *g, struct pollfd fds[GUARD_FDS]);
bool guard_work(struct guard *g, int n, const struct pollfd fds[GUARD_FDS]);

/* While there is somebody to look at: who is left besides the payload. */
void guard_note_sums(struct guard *g);
/* The packet SANDBOX_GONE; initialises *ret. */
void guard_gone(const struct guard *g, struct buf *ret);

#endif
