#include "net/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "net/channel.h"
#include "net/child.h"
#include "net/fetch_policy.h"
#include "net/fetch_wire.h"

/* How often a wait looks whether the run was cancelled. */
enum { WAIT_SLICE_MS = 100 };

/* One request that hwb-net has not got yet. */
struct job {
	struct job *next;
	uint64_t id;
	int fd;
	struct buf record; /* may hold credentials */
};

struct fetcher {
	struct arena arena, result;
	const struct run_context *run;
	const char *program_dir;
	struct buf start, in;
	struct net_child child;
	struct job *first, **end, *unused;
	size_t n_queued, n_flying;
	uint64_t flying[FETCH_IN_FLIGHT];
};

enum status fetcher_start(const struct run_context *run, const struct fetch_options *options, struct fetcher **ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf start = { 0 };
	enum status s = fetch_check_options(options, d);
	if (s)
		return s;
	buf_init(&start, CHANNEL_RECORD_MAX);
	start.secret = true; /* the proxy's password */
	fetch_wire_put_start(&start, options);
	if (start.full)
		return fail(d, ERR_USAGE, 0, "the network options are longer than %d bytes", CHANNEL_RECORD_MAX);
	struct arena a;
	arena_init(&a);
	struct fetcher *f = ARENA_NEW(&a, struct fetcher);
	*f = (struct fetcher){ .run = run, .start = start, .child.channel_fd = -1 };
	if (options->program_dir)
		f->program_dir = arena_string(&a, bytes_of(options->program_dir));
	f->arena = a;
	f->end = &f->first;
	arena_init(&f->result);
	buf_init(&f->in, CHANNEL_RECORD_MAX);
	start = (struct buf){ 0 }; /* handed over */
	*ret = f;
	return OK;
}

static void job_done(struct fetcher *f, struct job *job)
{
	buf_done(&job->record);
	fd_close(&job->fd);
	job->next = f->unused;
	f->unused = job;
}

static struct job *job_take_first(struct fetcher *f)
{
	struct job *job = f->first;
	f->first = job->next;
	if (!f->first)
		f->end = &f->first;
	f->n_queued--;
	return job;
}

/* Ends hwb-net and forgets what was under way: the caller's wait has said so. */
static void lose_all(struct fetcher *f)
{
	net_child_stop(&f->child);
	while (f->first)
		job_done(f, job_take_first(f));
	f->n_flying = 0;
}

static enum status start_child(struct fetcher *f, struct diag *d)
{
	if (f->child.pid > 0)
		return OK;
	enum status s = net_child_start(f->program_dir, "fetch", -1, &f->child, d);
	if (s)
		return s;
	if (channel_send(f->child.channel_fd, buf_bytes(&f->start), -1, true) == CHANNEL_DONE)
		return OK;
	return net_child_lost(&f->child, ERR_IO, d);
}

/* Hands over what hwb-net has a place for, as far as the channel takes it at once. */
static enum status send_jobs(struct fetcher *f, struct diag *d)
{
	while (f->first && f->n_flying < FETCH_IN_FLIGHT) {
		enum channel_outcome o = channel_send(f->child.channel_fd, buf_bytes(&f->first->record), f->first->fd, false);
		if (o == CHANNEL_LATER)
			return OK;
		if (o == CHANNEL_FAILED)
			return fail(d, ERR_IO, 0, "cannot hand a request to hwb-net: %s", strerror(errno));
		if (o == CHANNEL_CLOSED)
			return net_child_lost(&f->child, ERR_IO, d);
		struct job *job = job_take_first(f);
		f->flying[f->n_flying++] = job->id;
		job_done(f, job);
	}
	return OK;
}

enum status fetcher_submit(struct fetcher *f, const struct fetch_request *r, uint64_t id, struct diag *d)
{
	if (!r->url || r->out_fd < 0 || (r->user && !r->password) || ((r->user || r->bearer) && !r->auth_origin) ||
	    (r->user && r->bearer))
		return fail(d, ERR_USAGE, 0, "a request lacks its URL, its output or the origin of its credentials");
	if (r->body.data && (!r->content_type || r->body.size > FETCH_BODY_MAX))
		return fail(d, ERR_USAGE, 0, "the body of a request lacks its type, or is longer than %d bytes", FETCH_BODY_MAX);
	if (r->n_hosts > FETCH_HOSTS_MAX)
		return fail(d, ERR_USAGE, 0, "a request names more than %d hosts", FETCH_HOSTS_MAX);
	if (f->n_queued >= FETCH_QUEUE_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d requests are waiting", FETCH_QUEUE_MAX);
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, CHANNEL_RECORD_MAX);
	record.secret = r->user || r->bearer || r->body.data;
	fetch_wire_put_get(&record, r, id);
	if (record.full)
		return fail(d, ERR_USAGE, 0, "a request is longer than %d bytes", CHANNEL_RECORD_MAX);
	enum status s = start_child(f, d);
	if (s)
		return s;
	CLEANUP(fd_close) int fd = fcntl(r->out_fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "cannot copy the output's descriptor: %s", strerror(errno));
	struct job *job = f->unused ? f->unused : ARENA_NEW(&f->arena, struct job);
	f->unused = f->unused ? f->unused->next : NULL;
	*job = (struct job){ .id = id, .fd = take_fd(&fd), .record = record };
	record = (struct buf){ 0 }; /* handed over */
	*f->end = job;
	f->end = &job->next;
	f->n_queued++;
	/* A failure of the channel is fetcher_wait's to report: it knows everything that is lost with it. */
	(void)!send_jobs(f, NULL);
	return OK;
}

/* A result for something that is not under way would be believed by the wrong caller. */
static bool land(struct fetcher *f, uint64_t id)
{
	for (size_t i = 0; i < f->n_flying; i++) {
		if (f->flying[i] != id)
			continue;
		f->flying[i] = f->flying[--f->n_flying];
		return true;
	}
	return false;
}

static enum status receive(struct fetcher *f, struct fetch_result *ret, bool *ret_done, struct diag *d)
{
	enum channel_outcome o = channel_receive(f->child.channel_fd, &f->in, NULL, false);
	if (o == CHANNEL_LATER)
		return OK;
	if (o == CHANNEL_FAILED)
		return fail(d, ERR_IO, 0, "cannot hear hwb-net: %s", strerror(errno));
	if (o == CHANNEL_CLOSED)
		return net_child_lost(&f->child, ERR_IO, d);
	struct fetch_result result;
	if (fetch_wire_get_done(buf_bytes(&f->in), &f->result, &result, d) || !land(f, result.id))
		return fail(d, ERR_IO, 0, "hwb-net answered with something that is not a result");
	*ret = result;
	*ret_done = true;
	return OK;
}

static enum status wait_once(struct fetcher *f, struct fetch_result *ret, bool *ret_done, struct diag *d)
{
	enum status s = run_check(f->run, d);
	if (!s && f->child.pid <= 0)
		s = fail(d, ERR_IO, 0, "hwb-net has ended");
	if (!s)
		s = send_jobs(f, d);
	if (s)
		return s;
	bool more = f->first && f->n_flying < FETCH_IN_FLIGHT;
	struct pollfd p = { .fd = f->child.channel_fd, .events = (short)(POLLIN | (more ? POLLOUT : 0)) };
	int n = poll(&p, 1, WAIT_SLICE_MS);
	if (n < 0 && errno != EINTR)
		return fail(d, ERR_IO, 0, "poll: %s", strerror(errno));
	return n > 0 && (p.revents & ~POLLOUT) ? receive(f, ret, ret_done, d) : OK;
}

enum status fetcher_wait(struct fetcher *f, struct fetch_result *ret, struct diag *d)
{
	bool done = false;
	arena_done(&f->result);
	if (!f->first && f->n_flying == 0)
		return fail(d, ERR_ABSENT, 0, "no transfer is under way");
	while (!done) {
		enum status s = wait_once(f, ret, &done, d);
		if (s) {
			lose_all(f);
			return s;
		}
	}
	return OK;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	lose_all(f);
	buf_done(&f->start);
	buf_done(&f->in);
	arena_done(&f->result);
	struct arena a = f->arena;
	arena_done(&a);
}
