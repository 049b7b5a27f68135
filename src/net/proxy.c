#include "net/proxy.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "net/channel.h"
#include "net/child.h"
#include "net/proxy_wire.h"

enum { ANSWER_MS = 5000, SLICE_MS = 100 };

struct proxy {
	struct arena arena;
	const struct run_context *run;
	struct net_child child;
	struct buf in;
};

/* Waits for one record. cancellable: a cancelled run ends the wait; the report is wanted all the same. */
static enum status receive(struct proxy *p, uint64_t until_ms, bool cancellable, struct diag *d)
{
	for (;;) {
		enum channel_outcome o = channel_receive(p->child.channel_fd, &p->in, NULL, false);
		if (o == CHANNEL_DONE)
			return OK;
		if (o == CHANNEL_FAILED)
			return fail(d, ERR_UNCHECKED, 0, "cannot hear the proxy: %s", strerror(errno));
		if (o == CHANNEL_CLOSED)
			return net_child_lost(&p->child, ERR_UNCHECKED, d);
		enum status s = cancellable ? run_check(p->run, d) : OK;
		if (s)
			return s;
		if (clock_ms() >= until_ms)
			return fail(d, ERR_UNCHECKED, 0, "the proxy does not answer");
		struct pollfd pfd = { .fd = p->child.channel_fd, .events = POLLIN };
		(void)poll(&pfd, 1, SLICE_MS);
	}
}

static enum status start(struct proxy *p, const struct proxy_options *options, int listen_fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, CHANNEL_RECORD_MAX);
	enum status s = proxy_check_options(options, d);
	if (s)
		return s;
	proxy_wire_put_start(&record, options);
	if (record.full)
		return fail(d, ERR_USAGE, 0, "the list of hosts is longer than %d bytes", CHANNEL_RECORD_MAX);
	s = net_child_start(options->program_dir, "proxy", listen_fd, &p->child, d);
	if (s)
		return s;
	if (channel_send(p->child.channel_fd, buf_bytes(&record), -1, true) != CHANNEL_DONE)
		return net_child_lost(&p->child, ERR_UNCHECKED, d);
	s = receive(p, clock_ms() + ANSWER_MS, true, d);
	if (!s && proxy_wire_kind(buf_bytes(&p->in)) != PROXY_READY)
		s = fail(d, ERR_UNCHECKED, 0, "the proxy answered with something that is not 'ready'");
	return s;
}

enum status proxy_start(const struct run_context *run, const struct proxy_options *options, int listen_fd, struct proxy **ret,
			struct diag *d)
{
	struct arena a;
	arena_init(&a);
	struct proxy *p = ARENA_NEW(&a, struct proxy);
	p->arena = a;
	p->run = run;
	p->child.channel_fd = -1;
	buf_init(&p->in, CHANNEL_RECORD_MAX);
	enum status s = start(p, options, listen_fd, d);
	if (s) {
		proxy_free(p);
		return s;
	}
	*ret = p;
	return OK;
}

static enum status take_report(struct proxy *p, struct arena *a, struct proxy_report *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf stop;
	uint64_t until = clock_ms() + ANSWER_MS;
	buf_init(&stop, 64);
	proxy_wire_put_kind(&stop, PROXY_STOP);
	if (channel_send(p->child.channel_fd, buf_bytes(&stop), -1, true) != CHANNEL_DONE)
		return net_child_lost(&p->child, ERR_UNCHECKED, d);
	for (;;) {
		enum status s = receive(p, until, false, d);
		if (s)
			return s;
		struct bytes record = buf_bytes(&p->in);
		if (proxy_wire_kind(record) == PROXY_SUMMARY)
			return proxy_wire_get_summary(record, ret, d) ? ERR_UNCHECKED : OK;
		if (ret->n_attempts >= PROXY_ATTEMPTS_MAX)
			return fail(d, ERR_UNCHECKED, 0, "the proxy tells more than %d attempts", PROXY_ATTEMPTS_MAX);
		s = proxy_wire_get_attempt(record, a, &ret->attempts[ret->n_attempts], d);
		if (s)
			return ERR_UNCHECKED;
		ret->n_attempts++;
	}
}

enum status proxy_stop(struct proxy *p, struct arena *a, struct proxy_report *ret, struct diag *d)
{
	*ret = (struct proxy_report){ .attempts = ARENA_ARRAY(a, struct proxy_attempt, PROXY_ATTEMPTS_MAX) };
	enum status s = take_report(p, a, ret, d);
	proxy_free(p);
	return s;
}

void proxy_free(struct proxy *p)
{
	if (!p)
		return;
	net_child_stop(&p->child);
	buf_done(&p->in);
	struct arena a = p->arena;
	arena_done(&a);
}
