/* Names to addresses without blocking the proxy: getaddrinfo runs in a forked child and answers through a pipe.
 * Private to the proxy. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <sys/types.h>

#include "base/status.h"
#include "net/address.h"

enum { RESOLVE_MAX = 8, RESOLVE_SECONDS = 10 };

struct resolve {
	pid_t pid; /* 0: none */
	int fd; /* readable when the answer is there */
};

/* Starts to look up a host name. The child gives up after RESOLVE_SECONDS. ERR_IO. */
MUST_USE enum status resolve_start(const char *host, struct resolve *ret, struct diag *d);
/* Takes the answer once fd is readable: how many addresses, 0 when the name has none; ends r. */
size_t resolve_finish(struct resolve *r, struct address ret[RESOLVE_MAX]);
/* Kills and reaps. Ok on one that is not running. */
void resolve_stop(struct resolve *r);

#endif
