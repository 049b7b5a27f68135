#include "net/proxy_conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "net/connect.h"
#include "net/hello.h"
#include "net/relay.h"
#include "net/resolve.h"

/* A refused client gets this long to read its answer: closing at once with unread bytes would reset the connection. */
enum { LINGER_MS = 1000 };

enum state { STATE_HEAD, STATE_RESOLVE, STATE_CONNECT, STATE_HELLO, STATE_RELAY, STATE_LINGER };

struct conn {
	struct arena arena;
	const struct proxy_options *options;
	struct proxy_report *totals;
	enum state state;
	int client_fd, server_fd;
	uint64_t began_ms, due_ms;
	struct connect_request request;
	bool allowed; /* by list and address */
	const char *reason; /* static */
	struct resolve resolve;
	struct address addresses[RESOLVE_MAX];
	size_t n_addresses, next_address;
	uint64_t up_base; /* bytes of the head, which do not count */
	struct relay up, down;
};

struct conn *conn_new(const struct proxy_options *options, struct proxy_report *totals, int client_fd)
{
	struct arena a;
	arena_init(&a);
	struct conn *c = ARENA_NEW(&a, struct conn);
	c->arena = a;
	c->options = options;
	c->totals = totals;
	c->client_fd = client_fd;
	c->server_fd = -1;
	c->resolve.fd = -1;
	c->reason = "";
	c->began_ms = clock_ms();
	c->due_ms = c->began_ms + options->head_ms;
	return c;
}

void conn_free(struct conn *c)
{
	resolve_stop(&c->resolve);
	fd_close(&c->client_fd);
	fd_close(&c->server_fd);
	struct arena a = c->arena;
	arena_done(&a);
}

bool conn_attempt(const struct conn *c, struct proxy_attempt *ret)
{
	if (c->up.n_taken == 0)
		return false;
	*ret = (struct proxy_attempt){
		.host = c->request.host,
		.port = c->request.port,
		.allowed = c->allowed,
		.reason = c->reason,
		.up = c->allowed ? c->up.n_taken - c->up_base : 0,
		.down = c->down.n_taken,
		.ms = clock_ms() - c->began_ms,
	};
	if (!c->allowed && !c->reason[0])
		ret->reason = c->request.host[0] ? "it ended before it was connected" : "it ended before its head was complete";
	return true;
}

/* Answers, then lingers. The answer fits into an empty socket buffer; if not, the client has not read anything anyway. */
static bool answer_and_linger(struct conn *c, int code, const char *reason)
{
	static const struct {
		int code;
		const char *words;
	} names[] = {
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 405, "Method Not Allowed\r\nAllow: CONNECT" },
		{ 408, "Request Timeout" },
		{ 431, "Request Header Fields Too Large" },
		{ 502, "Bad Gateway" },
		{ 504, "Gateway Timeout" },
	};
	const char *words = "Bad Request";
	char text[512];
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].code == code)
			words = names[i].words;
	c->reason = reason;
	int n = snprintf(text, sizeof text,
			 "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n"
			 "hwb: %s\n",
			 code, words, strlen(reason) + 6, reason);
	(void)send(c->client_fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(c->client_fd, SHUT_WR);
	fd_close(&c->server_fd);
	resolve_stop(&c->resolve);
	c->state = STATE_LINGER;
	c->due_ms = clock_ms() + LINGER_MS;
	return true;
}

static bool end_because(struct conn *c, const char *reason)
{
	c->reason = reason;
	return false;
}

static void enter(struct conn *c, enum state state)
{
	c->state = state;
	c->due_ms = clock_ms() + c->options->head_ms;
}

/* The limit that all connections together have gone over; NULL: none. From then on nothing is passed on, and nobody new is served. */
static const char *limit_reached(const struct conn *c)
{
	if (c->totals->up > c->options->max_up)
		return "the limit network-up is reached";
	return c->totals->down > c->options->max_down ? "the limit network-down is reached" : NULL;
}

static bool enter_relay(struct conn *c)
{
	c->totals->up += relay_pending(&c->up).size; /* sent early, or held back as the hello */
	const char *limit = limit_reached(c);
	if (limit)
		return end_because(c, limit);
	enter(c, STATE_RELAY);
	c->due_ms = clock_ms() + c->options->idle_ms;
	return true;
}

static bool start_resolve(struct conn *c)
{
	if (resolve_start(c->request.host, &c->resolve, NULL))
		return answer_and_linger(c, 502, "the name cannot be looked up");
	enter(c, STATE_RESOLVE);
	return true;
}

static bool work_head(struct conn *c)
{
	const char *reason = "";
	if (!relay_read(&c->up, c->client_fd))
		return false;
	struct bytes received = relay_pending(&c->up);
	size_t size = connect_head_size(bytes_part(received, 0, CONNECT_HEAD_MAX));
	if (size == 0 && received.size >= CONNECT_HEAD_MAX)
		return answer_and_linger(c, 431, "the head is larger than 8 KiB");
	if (size == 0)
		return !c->up.ended;
	int code = connect_parse(bytes_part(received, 0, size), &c->request, &reason);
	if (code)
		return answer_and_linger(c, code, reason);
	relay_skip(&c->up, size);
	c->up_base = size;
	if (!proxy_allows(c->options, c->request.host, c->request.port))
		return answer_and_linger(c, 403, "this host and port are not on the list");
	/* Not even a connection: that there is one, and when, tells the host something. */
	return limit_reached(c) ? answer_and_linger(c, 403, limit_reached(c)) : start_resolve(c);
}

static socklen_t to_sockaddr(const struct address *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	if (a->size == 4) {
		memcpy(&v4.sin_addr, a->bytes, 4);
		memcpy(ret, &v4, sizeof v4);
		return sizeof v4;
	}
	memcpy(&v6.sin6_addr, a->bytes, 16);
	memcpy(ret, &v6, sizeof v6);
	return sizeof v6;
}

/* The 200, and what lies beyond it. */
static bool connected(struct conn *c)
{
	if (!relay_put(&c->down, BYTES("HTTP/1.1 200 Connection established\r\n\r\n")))
		return false;
	if (c->options->plain)
		return enter_relay(c);
	enter(c, STATE_HELLO);
	return true;
}

/* To the very addresses that were checked, one after the other. */
static bool connect_next(struct conn *c)
{
	while (c->next_address < c->n_addresses) {
		struct sockaddr_storage to = { 0 };
		const struct address *a = &c->addresses[c->next_address++];
		socklen_t size = to_sockaddr(a, c->request.port, &to);
		fd_close(&c->server_fd);
		c->server_fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (c->server_fd < 0)
			continue;
		enter(c, STATE_CONNECT);
		if (connect(c->server_fd, (const struct sockaddr *)&to, size) == 0)
			return connected(c);
		if (errno == EINPROGRESS)
			return true;
	}
	return answer_and_linger(c, 502, "the host cannot be reached");
}

static bool work_resolve(struct conn *c)
{
	struct address found[RESOLVE_MAX];
	size_t n = resolve_finish(&c->resolve, found);
	for (size_t i = 0; i < n; i++)
		if (proxy_allows_address(c->options, c->request.host, &found[i]))
			c->addresses[c->n_addresses++] = found[i];
	if (n == 0)
		return answer_and_linger(c, 502, PROXY_NO_ADDRESS);
	if (c->n_addresses == 0)
		return answer_and_linger(c, 403, "the name leads to an address that is not public");
	c->allowed = true;
	return connect_next(c);
}

static bool work_connect(struct conn *c)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (getsockopt(c->server_fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error)
		return connect_next(c);
	return connected(c);
}

/* Holds the client's bytes back until they are a hello for the right host. */
static bool work_hello(struct conn *c, const struct pollfd fds[2])
{
	const char *reason = "";
	if (fds[0].revents && !relay_read(&c->up, c->client_fd))
		return end_because(c, "the client broke off");
	if (!relay_write(&c->down, c->client_fd))
		return end_because(c, "the client broke off");
	enum hello_verdict v = hello_check(relay_pending(&c->up), c->request.host, &reason);
	if (v == HELLO_BAD || (v == HELLO_MORE && c->up.ended)) {
		c->allowed = v != HELLO_BAD;
		return end_because(c, v == HELLO_BAD ? reason : "the client broke off");
	}
	return v == HELLO_GOOD ? enter_relay(c) : true;
}

/* Reads one way and adds it to the total; false when a limit is reached. */
static bool take(struct conn *c, struct relay *r, int fd, uint64_t *total)
{
	uint64_t before = r->n_taken;
	if (!relay_read(r, fd))
		return end_because(c, "the connection broke");
	*total += r->n_taken - before;
	const char *limit = limit_reached(c);
	return limit ? end_because(c, limit) : true;
}

static bool work_relay(struct conn *c, const struct pollfd fds[2], uint64_t now_ms)
{
	if (fds[0].revents && !take(c, &c->up, c->client_fd, &c->totals->up))
		return false;
	if (fds[1].revents && !take(c, &c->down, c->server_fd, &c->totals->down))
		return false;
	if (!relay_write(&c->up, c->server_fd) || !relay_write(&c->down, c->client_fd))
		return end_because(c, "the connection broke");
	if (fds[0].revents || fds[1].revents)
		c->due_ms = now_ms + c->options->idle_ms;
	return !(c->up.closed && c->down.closed);
}

static bool work_linger(struct conn *c)
{
	unsigned char dropped[4096];
	ssize_t n = recv(c->client_fd, dropped, sizeof dropped, MSG_DONTWAIT);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static struct pollfd watch(int fd, const struct relay *in, const struct relay *out)
{
	short events = (short)((in && relay_wants_read(in) ? POLLIN : 0) | (out && relay_wants_write(out) ? POLLOUT : 0));
	/* Without events a hang-up would be reported for ever. */
	return (struct pollfd){ .fd = events ? fd : -1, .events = events };
}

uint64_t conn_watch(const struct conn *c, struct pollfd fds[2])
{
	const struct pollfd none = { .fd = -1 };
	fds[0] = fds[1] = none;
	switch (c->state) {
	case STATE_HEAD:
	case STATE_LINGER:
		fds[0] = (struct pollfd){ .fd = c->client_fd, .events = POLLIN };
		break;
	case STATE_RESOLVE:
		fds[1] = (struct pollfd){ .fd = c->resolve.fd, .events = POLLIN };
		break;
	case STATE_CONNECT:
		fds[1] = (struct pollfd){ .fd = c->server_fd, .events = POLLOUT };
		break;
	case STATE_HELLO:
		fds[0] = watch(c->client_fd, &c->up, &c->down);
		break;
	case STATE_RELAY:
		fds[0] = watch(c->client_fd, &c->up, &c->down);
		fds[1] = watch(c->server_fd, &c->down, &c->up);
		break;
	}
	return c->due_ms;
}

static bool work_late(struct conn *c)
{
	switch (c->state) {
	case STATE_HEAD:
		return answer_and_linger(c, 408, "the head did not come in time");
	case STATE_RESOLVE:
		return answer_and_linger(c, 504, "the name could not be looked up in time");
	case STATE_CONNECT:
		return connect_next(c);
	case STATE_HELLO:
		return end_because(c, "no TLS hello came in time");
	case STATE_RELAY:
		return end_because(c, "the connection was idle for too long");
	case STATE_LINGER:
		break;
	}
	return false;
}

bool conn_work(struct conn *c, const struct pollfd fds[2], uint64_t now_ms)
{
	bool quiet = !fds[0].revents && !fds[1].revents;
	/* A byte now and then does not buy time for a head or a hello. */
	if (now_ms >= c->due_ms && (quiet || c->state != STATE_RELAY))
		return work_late(c);
	if (quiet)
		return true;
	switch (c->state) {
	case STATE_HEAD:
		return work_head(c);
	case STATE_RESOLVE:
		return work_resolve(c);
	case STATE_CONNECT:
		return work_connect(c);
	case STATE_HELLO:
		return work_hello(c, fds);
	case STATE_RELAY:
		return work_relay(c, fds, now_ms);
	case STATE_LINGER:
		return work_linger(c);
	}
	return false;
}
