/* The launcher's view of what happens inside: the supervisor's end of the seccomp filter (seccomp_unotify(2)) and the socket
 * that plays name server. It looks and writes down; what is refused is refused, what is allowed goes on unchanged.
 *
 * What it reads of a process may change while it reads: these are notes "as seen", not evidence. It does not see what needs
 * no watched call: a message sent with sendmsg to an address, a program that is mapped instead of executed. */
#ifndef SANDBOX_WATCH_H
#define SANDBOX_WATCH_H

#include <poll.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/run.h"
#include "sandbox/activity.h"
#include "sandbox/sightings.h"

enum { WATCH_PLACES = 3, WATCH_FDS = 2 };

struct watch {
	enum isolation_mode mode; /* whose filter asks */
	int notify_fd; /* of the filter; -1: nothing is watched */
	int names_fd; /* UDP on 127.0.0.1:53 of the inside; -1 */
	int place_fds[WATCH_PLACES]; /* the writable places, for their sizes; -1 */
	bool recorded;
	size_t n_notices; /* of the filter, the payload's own start included */
	struct sightings programs, attempts;
	uint64_t shared_size, shared_max; /* bytes granted as shared memory without a file, ever, and the most */
	uint64_t disk_size; /* the most that was seen in all places together */
	uint64_t calls[ACTIVITY_CALLS]; /* refused, by number; the last one stands for all beyond */
};

void watch_init(struct watch *w);
void watch_done(struct watch *w);

/* What the inside hands out when it starts. Descriptors are taken over; names_fd may be -1. */
void watch_take_places(struct watch *w, int names_fd, const int *places, size_t n_places);
void watch_take_notify(struct watch *w, int notify_fd);

/* What to poll, and what to do when poll came back. Sightings go over the control socket at once. */
void watch_poll(const struct watch *w, struct pollfd fds[WATCH_FDS]);
void watch_work(struct watch *w, const struct pollfd fds[WATCH_FDS]);
/* Looks at the sizes of the places: the bytes in them now. Cheap; called now and then, and at the end. */
uint64_t watch_measure(struct watch *w);

/* At the end, before the sums: how often the things came again that were told once. */
void watch_tell_more(const struct watch *w);
/* The sums, for activity_take_sums. left: the processes that still ran. */
void watch_put_sums(const struct watch *w, const pid_t *left, size_t n_left, struct buf *out);

#endif
