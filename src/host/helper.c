#include "host/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/wire.h"
#include "host/reply.h"
#include "host/self.h"
#include "host/spawn.h"

enum { CANCEL_POLL_MS = 200, FIRST_FD = 3 };

enum status helper_start(const struct run_context *run, const char *program, const char *verb, const int *fds, size_t n_fds,
			 struct helper *ret, struct diag *d)
{
	char path[PATH_MAX];
	int in[2], out[2];
	enum status s = run_check(run, d);
	if (s == OK)
		s = self_program(program, path, d);
	if (s)
		return s;
	/* A socket, because writing to it can be told to raise no SIGPIPE. */
	if (n_fds > HELPER_FDS_MAX || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in))
		return fail(d, ERR_IO, 0, "make a socket pair for '%s': %s", program, strerror(errno));
	CLEANUP(fd_close) int request_fd = in[0];
	CLEANUP(fd_close) int their_request = in[1];
	if (pipe2(out, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe for '%s': %s", program, strerror(errno));
	CLEANUP(fd_close) int reply_fd = out[0];
	CLEANUP(fd_close) int their_reply = out[1];
	int table[FIRST_FD + HELPER_FDS_MAX] = { their_request, their_reply, -1 };
	for (size_t i = 0; i < n_fds; i++)
		table[FIRST_FD + i] = fds[i];
	const char *argv[] = { program, verb, NULL };
	struct spawn spawn = { .path = path, .argv = argv, .fds = table, .n_fds = FIRST_FD + n_fds };
	struct helper h = { .program = program, .verb = verb };
	s = spawn_start(&spawn, &h.pid, d);
	if (s)
		return s;
	h.request_fd = take_fd(&request_fd);
	h.reply_fd = take_fd(&reply_fd);
	*ret = h;
	return OK;
}

enum status helper_ask(struct helper *h, struct bytes request, struct diag *d)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, request.size + (h->also ? h->also->request.size : 0) + 256);
	b.secret = h->is_secret;
	wire_put_string(&b, h->verb);
	wire_put_bytes(&b, request);
	if (h->also) {
		wire_put_string(&b, h->also->verb);
		wire_put_bytes(&b, h->also->request);
	}
	enum status s = buf_check(&b, "a request", d);
	for (struct bytes rest = buf_bytes(&b); s == OK && rest.size;) {
		ssize_t n = send(h->request_fd, rest.data, rest.size, MSG_NOSIGNAL);
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			break;
		if (n < 0 && errno != EINTR)
			s = fail(d, ERR_IO, 0, "ask '%s': %s", h->program, strerror(errno));
		rest = bytes_from(rest, n > 0 ? (size_t)n : 0);
	}
	fd_close(&h->request_fd); /* its end is the end of the request */
	return s;
}

static enum status read_reply(const struct run_context *run, const struct helper *h, struct buf *stream, struct diag *d)
{
	uint64_t until = clock_ms() + run->limits->wall_ms;
	for (;;) {
		enum status s = run_check(run, d);
		if (s)
			return s;
		if (clock_ms() > until)
			return fail(d, ERR_UNCHECKED, 0, "%s took longer than the wall limit at '%s'", h->program, h->verb);
		struct pollfd wait = { .fd = h->reply_fd, .events = POLLIN };
		int n = poll(&wait, 1, CANCEL_POLL_MS);
		if (n == 0 || (n < 0 && errno == EINTR))
			continue;
		unsigned char *to = buf_reserve(stream, 65536);
		ssize_t got = to ? read(h->reply_fd, to, 65536) : -1;
		if (got < 0)
			return fail(d, ERR_UNCHECKED, 0, "the reply of %s (%s) is too long or cannot be read", h->program, h->verb);
		if (got == 0)
			return OK;
		buf_grew(stream, (size_t)got);
	}
}

/* A frame for each verb. */
static enum status take_replies(struct helper *h, struct bytes stream, struct buf *ret_reply, struct diag *d)
{
	struct wire w = wire_over(stream);
	struct bytes frame = wire_get_bytes(&w), more = h->also ? wire_get_bytes(&w) : BYTES(""), payload;
	if (wire_end(&w, "replies", d))
		return fail(d, ERR_UNCHECKED, 0, "the reply of %s (%s) makes no sense", h->program, h->verb);
	if (h->also) {
		h->also->status = reply_read(more, &payload, &h->also->why);
		if (h->also->status == OK)
			buf_add(&h->also->reply, payload);
	}
	enum status s = reply_read(frame, &payload, d);
	if (s == OK)
		buf_add(ret_reply, payload);
	return s;
}

enum status helper_finish(const struct run_context *run, struct helper *h, struct buf *ret_reply, struct diag *d)
{
	CLEANUP(buf_done) struct buf stream;
	buf_init(&stream, HELPER_REPLY_MAX);
	stream.secret = h->is_secret;
	if (h->also)
		h->also->status = fail(&h->also->why, ERR_UNCHECKED, 0, "%s did not get to '%s'", h->program, h->also->verb);
	enum status s = read_reply(run, h, &stream, d);
	if (s) {
		helper_stop(h);
		return s;
	}
	int status = spawn_wait(h->pid);
	h->pid = 0;
	fd_close(&h->reply_fd);
	if (WIFSIGNALED(status))
		return fail(d, ERR_UNCHECKED, 0, "%s died of signal %d (%s) at '%s'%s", h->program, WTERMSIG(status),
			    strsignal(WTERMSIG(status)), h->verb,
			    WTERMSIG(status) == SIGSYS ? ": it asked the kernel for something a parser must not" : "");
	if (status != 0)
		return fail(d, ERR_UNCHECKED, 0, "%s ended with status %d at '%s'", h->program, WEXITSTATUS(status), h->verb);
	return take_replies(h, buf_bytes(&stream), ret_reply, d);
}

void helper_also_done(struct helper_also *also)
{
	if (also)
		buf_done(&also->reply);
}

void helper_stop(struct helper *h)
{
	if (h->pid > 0) {
		spawn_kill(h->pid);
		fd_close(&h->request_fd);
		fd_close(&h->reply_fd);
	}
	h->pid = 0;
}

enum status helper_call(const struct run_context *run, const char *program, const char *verb, struct bytes request, const int *fds,
			size_t n_fds, struct buf *ret_reply, struct diag *d)
{
	struct helper h = { 0 };
	enum status s = helper_start(run, program, verb, fds, n_fds, &h, d);
	if (s == OK)
		s = helper_ask(&h, request, d);
	if (s == OK)
		return helper_finish(run, &h, ret_reply, d);
	helper_stop(&h);
	return s;
}
