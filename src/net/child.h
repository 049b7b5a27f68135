/* hwb's end of one running hwb-net: started with an empty environment, its role in argv, a record channel on fd 3
 * and nothing else but what is passed on purpose. It ends when the channel closes. */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include <sys/types.h>

#include "base/status.h"

/* Where hwb-net finds what it was given. */
enum { CHILD_CHANNEL_FD = 3, CHILD_LISTEN_FD = 4 };

struct net_child {
	pid_t pid; /* 0: none */
	int channel_fd; /* ours; non-blocking by flag of each call, close-on-exec */
};

/* Starts hwb-net in that role ("fetch", "upload", "proxy"). program_dir: where it is, or NULL: beside /proc/self/exe, else in
 * ../libexec/hwb from there. With program_dir (tests, developers) its stderr is ours, so that a sanitizer is heard; without,
 * it goes to /dev/null. listen_fd: borrowed, -1 for none. ERR_IO. */
MUST_USE enum status net_child_start(const char *program_dir, const char *role, int listen_fd, struct net_child *ret, struct diag *d);

/* Closes the channel, kills and reaps. Ok on a zeroed or stopped one. */
void net_child_stop(struct net_child *c);

/* For a child that closed its channel by itself: reaps it and says how it ended ("was ended by signal 31"). Always fails. */
enum status net_child_lost(struct net_child *c, enum status code, struct diag *d);

#endif
