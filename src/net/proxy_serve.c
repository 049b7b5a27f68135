#include "net/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "net/channel.h"
#include "net/confine.h"
#include "net/proxy_conn.h"

/* Attempts are kept until they are asked for: hwb does not listen while its sandbox runs. */
struct server {
	int channel_fd, listen_fd;
	struct arena arena;
	struct proxy_options options;
	struct conn *conns[PROXY_CONNECTIONS_MAX];
	size_t n_conns;
	struct proxy_report report;
	struct buf record;
	bool over, told_to_stop;
};

static void fill_options(struct proxy_options *o)
{
	if (o->max_connections == 0 || o->max_connections > PROXY_CONNECTIONS_MAX)
		o->max_connections = PROXY_CONNECTIONS_MAX;
	o->head_ms = o->head_ms ? o->head_ms : 10000;
	o->idle_ms = o->idle_ms ? o->idle_ms : 600000;
	o->max_up = o->max_up ? o->max_up : UINT64_MAX;
	o->max_down = o->max_down ? o->max_down : UINT64_MAX;
}

static void count(struct server *sv, const struct proxy_attempt *attempt)
{
	struct proxy_report *r = &sv->report;
	*(attempt->allowed ? &r->n_allowed : &r->n_denied) += 1;
	if (r->n_attempts >= PROXY_ATTEMPTS_MAX)
		return;
	struct proxy_attempt *kept = &r->attempts[r->n_attempts++];
	*kept = *attempt;
	kept->host = arena_string(&sv->arena, bytes_of(attempt->host));
}

static void end_conn(struct server *sv, size_t at)
{
	struct proxy_attempt attempt;
	if (conn_attempt(sv->conns[at], &attempt))
		count(sv, &attempt);
	conn_free(sv->conns[at]);
	sv->conns[at] = sv->conns[--sv->n_conns];
}

static void accept_one(struct server *sv)
{
	int fd = accept4(sv->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) /* otherwise the client has gone again, or there are no descriptors: the next round will tell */
		sv->conns[sv->n_conns++] = conn_new(&sv->options, &sv->report, fd);
}

static enum status hear(struct server *sv, struct diag *d)
{
	switch (channel_receive(sv->channel_fd, &sv->record, NULL, false)) {
	case CHANNEL_LATER:
		return OK;
	case CHANNEL_CLOSED:
		sv->over = true;
		return OK;
	case CHANNEL_DONE:
		if (proxy_wire_kind(buf_bytes(&sv->record)) != PROXY_STOP)
			return fail(d, ERR_FORMAT, 0, "hwb said something that is not 'stop'");
		sv->over = sv->told_to_stop = true;
		return OK;
	case CHANNEL_FAILED:
		break;
	}
	return fail(d, ERR_IO, 0, "cannot hear hwb: %s", strerror(errno));
}

/* One round: what each connection waits for, then what it can do. */
static enum status serve_once(struct server *sv, struct diag *d)
{
	struct pollfd fds[2 + 2 * PROXY_CONNECTIONS_MAX];
	size_t n = 2, watched = sv->n_conns;
	uint64_t now = clock_ms(), wait = 60000;
	fds[0] = (struct pollfd){ .fd = sv->channel_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = watched < sv->options.max_connections ? sv->listen_fd : -1, .events = POLLIN };
	for (size_t i = 0; i < watched; i++, n += 2) {
		uint64_t due = conn_watch(sv->conns[i], &fds[n]);
		uint64_t left = due > now ? due - now : 0;
		wait = left < wait ? left : wait;
	}
	if (poll(fds, n, (int)wait) < 0 && errno != EINTR)
		return fail(d, ERR_IO, 0, "poll: %s", strerror(errno));
	now = clock_ms();
	/* From the end, because end_conn moves the last one into the gap. */
	for (size_t i = watched; i-- > 0;)
		if (!conn_work(sv->conns[i], &fds[2 + 2 * i], now))
			end_conn(sv, i);
	if (fds[1].revents)
		accept_one(sv);
	return fds[0].revents ? hear(sv, d) : OK;
}

/* Blocks while hwb reads: it asked for this and does nothing else. */
static enum status tell_report(struct server *sv, struct diag *d)
{
	struct proxy_report *r = &sv->report;
	for (size_t i = 0; i <= r->n_attempts; i++) {
		buf_clear(&sv->record);
		if (i < r->n_attempts)
			proxy_wire_put_attempt(&sv->record, &r->attempts[i]);
		else
			proxy_wire_put_summary(&sv->record, r);
		if (channel_send(sv->channel_fd, buf_bytes(&sv->record), -1, true) != CHANNEL_DONE)
			return fail(d, ERR_IO, 0, "cannot report to hwb");
	}
	return OK;
}

static enum status check_listener(int fd, struct diag *d)
{
	int listening = 0;
	socklen_t size = sizeof listening;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
		return fail(d, ERR_USAGE, 0, "the proxy was not given a listening socket");
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return fail(d, ERR_IO, 0, "the listening socket cannot be made non-blocking: %s", strerror(errno));
	return OK;
}

static enum status set_up(struct server *sv, struct diag *d)
{
	uint16_t ports[PROXY_HOSTS_MAX + 1];
	size_t n_ports = 0;
	if (channel_receive(sv->channel_fd, &sv->record, NULL, true) != CHANNEL_DONE)
		return fail(d, ERR_IO, 0, "hwb said nothing");
	enum status s = proxy_wire_get_start(buf_bytes(&sv->record), &sv->arena, &sv->options, d);
	if (!s)
		s = proxy_check_options(&sv->options, d);
	if (!s)
		s = check_listener(sv->listen_fd, d);
	if (s)
		return s;
	fill_options(&sv->options);
	for (size_t i = 0; i < sv->options.n_allowed; i++)
		ports[n_ports++] = sv->options.allowed[i].port;
	if (sv->options.any_host || n_ports == 0)
		ports[n_ports++] = 443;
	struct confine_plan plan = { .role = CONFINE_PROXY, .tcp_ports = ports, .n_tcp_ports = n_ports };
	s = confine_now(&plan, d);
	if (s)
		return s;
	buf_clear(&sv->record);
	proxy_wire_put_kind(&sv->record, PROXY_READY);
	if (channel_send(sv->channel_fd, buf_bytes(&sv->record), -1, true) != CHANNEL_DONE)
		return fail(d, ERR_IO, 0, "cannot tell hwb that the proxy is ready");
	return OK;
}

enum status proxy_serve(int channel_fd, int listen_fd, struct diag *d)
{
	struct server sv = { .channel_fd = channel_fd, .listen_fd = listen_fd };
	arena_init(&sv.arena);
	buf_init(&sv.record, CHANNEL_RECORD_MAX);
	sv.report.attempts = ARENA_ARRAY(&sv.arena, struct proxy_attempt, PROXY_ATTEMPTS_MAX);
	enum status s = set_up(&sv, d);
	while (!s && !sv.over)
		s = serve_once(&sv, d);
	for (size_t i = sv.n_conns; i-- > 0;)
		end_conn(&sv, i);
	if (!s && sv.told_to_stop)
		s = tell_report(&sv, d);
	buf_done(&sv.record);
	arena_done(&sv.arena);
	return s;
}
