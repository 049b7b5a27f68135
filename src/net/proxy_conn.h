/* One client of the proxy from its first byte to its last: head, list, name, connect, hello, relay. Private to the proxy. */
#ifndef NET_PROXY_CONN_H
#define NET_PROXY_CONN_H

#include <poll.h>

#include "net/proxy_wire.h"

struct conn;

/* Takes client_fd (non-blocking). options: filled, borrowed. totals: where all connections add up what they relay, borrowed. */
struct conn *conn_new(const struct proxy_options *options, struct proxy_report *totals, int client_fd);
/* Closes everything. */
void conn_free(struct conn *c);

/* Fills exactly two places (fd -1: nothing) and returns the time (clock_ms) at which it has to be worked on anyhow. */
uint64_t conn_watch(const struct conn *c, struct pollfd fds[2]);
/* Does what can be done without blocking. False: it is over. */
bool conn_work(struct conn *c, const struct pollfd fds[2], uint64_t now_ms);
/* What there is to report; false: nothing was ever asked. The strings live as long as c, or are static. */
bool conn_attempt(const struct conn *c, struct proxy_attempt *ret);

#endif
