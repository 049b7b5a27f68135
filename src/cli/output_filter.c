#include "cli/output_filter.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/wire.h"
#include "redact/request.h"

/* A piece takes less than a millisecond; a machine that is busy with the build may take its time. */
enum { ANSWER_MS = 60000, POLL_MS = 200, READ_SIZE = 1 << 16, HEADER = 4 };

static enum status broken(struct output_filter *f, const char *how, struct diag *d)
{
	f->has_failed = true;
	(void)fail(d, ERR_UNCHECKED, 0, "the process that hides secrets in the build's output %s", how);
	return remedy(d, "nothing was shown or kept that it had not looked at");
}

enum status output_filter_start(struct output_filter *f, struct diag *d)
{
	int pair[2];
	CLEANUP(buf_done) struct buf request;
	if (f->is_started)
		return OK;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return fail(d, ERR_IO, 0, "make a socket pair: %s", strerror(errno));
	CLEANUP(fd_close) int ours = pair[0];
	CLEANUP(fd_close) int theirs = pair[1];
	/* No value that is known: a parser never holds one. The console hides those. */
	buf_init(&request, 64);
	redaction_request(&(const struct known){ .n_patterns = 0 }, &request);
	enum status s = helper_start(f->run, "hwb-parse", "redact-log", &theirs, 1, &f->helper, d);
	if (s == OK) {
		f->is_started = true;
		f->fd = take_fd(&ours);
		s = helper_ask(&f->helper, buf_bytes(&request), d);
	}
	if (s == OK || s == ERR_CANCELLED)
		return s;
	f->has_failed = true;
	(void)explain(d, "what hides secrets in the build's output");
	return recode(d, ERR_UNCHECKED);
}

/* ---- one piece and its answer ---- */

static enum status wait_for(struct output_filter *f, uint64_t until, struct diag *d)
{
	for (;;) {
		struct pollfd wait = { .fd = f->fd, .events = POLLIN };
		enum status s = run_check(f->run, d);
		if (s)
			return s;
		if (poll(&wait, 1, POLL_MS) > 0)
			return OK;
		if (clock_ms() > until)
			return broken(f, "does not answer", d);
	}
}

static enum status read_some(struct output_filter *f, struct buf *in, size_t wanted, struct diag *d)
{
	uint64_t until = clock_ms() + ANSWER_MS;
	while (in->size < wanted) {
		enum status s = wait_for(f, until, d);
		if (s)
			return s;
		size_t size = wanted - in->size < READ_SIZE ? wanted - in->size : READ_SIZE;
		unsigned char *to = buf_reserve(in, size);
		ssize_t n = to ? read(f->fd, to, size) : -1;
		if (n < 0 && to && errno == EINTR)
			continue;
		if (n <= 0)
			return broken(f, "is gone", d);
		buf_grew(in, (size_t)n);
	}
	return OK;
}

static enum status write_piece(struct output_filter *f, struct bytes piece, struct diag *d)
{
	CLEANUP(buf_done) struct buf frame;
	buf_init(&frame, HEADER + REDACTION_PIECE_MAX);
	wire_put_bytes(&frame, piece);
	for (struct bytes rest = buf_bytes(&frame); rest.size;) {
		ssize_t n = send(f->fd, rest.data, rest.size, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return broken(f, "is gone", d);
		rest = bytes_from(rest, n > 0 ? (size_t)n : 0);
	}
	return OK;
}

/* out: the answer; NULL: it is output, and goes to the console. */
static enum status exchange(struct output_filter *f, struct bytes piece, struct buf *out, struct diag *d)
{
	CLEANUP(buf_done) struct buf answer;
	buf_init(&answer, HEADER + REDACTION_ANSWER_MAX);
	enum status s = write_piece(f, piece, d);
	if (s == OK)
		s = read_some(f, &answer, HEADER, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&answer));
	size_t size = wire_get_u32(&w);
	if (size > REDACTION_ANSWER_MAX)
		return broken(f, "makes no sense", d);
	s = read_some(f, &answer, HEADER + size, d);
	struct bytes text = bytes_from(buf_bytes(&answer), HEADER);
	if (s == OK && out)
		buf_add(out, text);
	else if (s == OK && size)
		console_output(f->console, text);
	return s;
}

enum status output_filter_add(struct output_filter *f, struct bytes output, struct diag *d)
{
	enum status s = output_filter_start(f, d);
	if (s == OK && f->has_failed)
		return broken(f, "is gone", d);
	for (; s == OK && output.size; output = bytes_from(output, REDACTION_PIECE_MAX))
		s = exchange(f, bytes_part(output, 0, REDACTION_PIECE_MAX), NULL, d);
	return s;
}

enum status output_filter_flush(struct output_filter *f, struct diag *d)
{
	if (f->has_failed)
		return broken(f, "is gone", d);
	return !f->is_started ? OK : exchange(f, (struct bytes){ NULL, 0 }, NULL, d);
}

static enum status filter_words(struct output_filter *f, char *text, size_t room, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, REDACTION_ANSWER_MAX);
	enum status s = text[0] ? exchange(f, bytes_of(text), &out, d) : OK;
	if (s == OK)
		s = exchange(f, (struct bytes){ NULL, 0 }, &out, d);
	if (s == OK)
		(void)snprintf(text, room, "%s", buf_string(&out));
	return s;
}

enum status output_filter_words(struct output_filter *f, struct diag *words, struct diag *d)
{
	if (!words)
		return OK;
	enum status s = output_filter_start(f, d);
	if (s == OK && f->has_failed)
		s = broken(f, "is gone", d);
	if (s == OK)
		s = filter_words(f, words->text, sizeof words->text, d);
	return s ? s : filter_words(f, words->help, sizeof words->help, d);
}

/* ---- what it found ---- */

/* A sandbox is given no secret of ours: one in its output came with the source, or was taken from somewhere. */
static enum status tell(struct output_filter *f, const struct redaction_hit *hit, struct diag *d)
{
	struct json_writer *w = audit_begin(f->run->audit, "secret.leak");
	json_pair_cstring(w, "rule", hit->rule);
	json_pair_unsigned(w, "count", hit->n);
	console_warning(f->console, "the build printed what looks like a secret, %llu time%s: it is hidden as [REDACTED:%s]",
			(unsigned long long)hit->n, PLURAL(hit->n), hit->rule);
	return audit_end(f->run->audit, false, d);
}

enum status output_filter_finish(struct output_filter *f, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	struct redaction result = { 0 };
	if (!f->is_started || f->has_failed) {
		output_filter_stop(f);
		return OK;
	}
	buf_init(&reply, 1 << 20);
	f->is_started = false;
	fd_close(&f->fd); /* its end is the end of the output */
	enum status s = helper_finish(f->run, &f->helper, &reply, d);
	if (s == OK)
		s = redaction_reply(buf_bytes(&reply), a, &result, d);
	if (s && s != ERR_CANCELLED)
		return broken(f, "did not say what it hid", d);
	const struct redaction_hit known = { "known", console_n_hidden(f->console) };
	if (s == OK && known.n)
		s = tell(f, &known, d);
	for (size_t i = 0; s == OK && i < result.n_hits; i++)
		s = tell(f, &result.hits[i], d);
	return s;
}

void output_filter_stop(struct output_filter *f)
{
	if (!f->is_started)
		return;
	f->is_started = false;
	fd_close(&f->fd);
	helper_stop(&f->helper);
}
