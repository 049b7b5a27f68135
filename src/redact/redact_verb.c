#include "redact/verbs.h"

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/wire.h"
#include "redact/redactor.h"
#include "redact/request.h"

enum { IN_FD = 0, OUT_FD = 1, READ_SIZE = 256 << 10 };

/* Made before there is a request: the arena of the verb does not exist yet. */
static struct {
	struct arena arena;
	struct known known;
	struct secret_scanner *scanner;
} ready;

void redact_prepare(void)
{
	arena_init(&ready.arena);
	known_init(&ready.known, &ready.arena);
	ready.scanner = secret_scanner_new(&ready.arena, true, &ready.known);
}

static enum status take_request(const struct verb_call *call, struct diag *d)
{
	struct wire w = wire_over(call->request);
	uint32_t n = wire_get_count(&w, 4);
	for (uint32_t i = 0; i < n; i++) {
		struct bytes value = wire_get_bytes(&w);
		if (!w.bad && !known_add(&ready.known, value))
			return fail(d, ERR_USAGE, 0, "a value is too short, too long or too common to be hidden");
	}
	return wire_end(&w, "redact", d);
}

struct sums {
	uint64_t in, out;
};

static enum status put(struct buf *out, int fd, struct sums *sums, struct diag *d)
{
	enum status s = buf_check(out, "what was redacted", d);
	if (s == OK && out->size)
		s = fd_write_all(fd, buf_bytes(out), d);
	sums->out += out->size;
	buf_clear(out);
	return s;
}

static enum status filter(struct redactor *r, int in_fd, int out_fd, struct sums *sums, struct diag *d)
{
	static unsigned char piece[READ_SIZE];
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, redactor_room(READ_SIZE));
	for (;;) {
		ssize_t n = read(in_fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, 0, "read what is to be redacted: %s", strerror(errno));
		if (n == 0)
			break;
		sums->in += (uint64_t)n;
		redactor_add(r, bytes_make(piece, (size_t)n), &out);
		enum status s = put(&out, out_fd, sums, d);
		if (s)
			return s;
	}
	redactor_end(r, &out);
	return put(&out, out_fd, sums, d);
}

/* ---- pieces and answers ---- */

/* ERR_ABSENT: the other side has closed, at the border of a piece. */
static enum status read_all(int fd, unsigned char *to, size_t size, bool may_end, struct diag *d)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, to + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 && !done && may_end)
			return ERR_ABSENT;
		if (n <= 0)
			return fail(d, ERR_IO, 0, "read a piece: %s", n ? strerror(errno) : "it was cut off");
		done += (size_t)n;
	}
	return OK;
}

static enum status answer(struct redactor *r, int fd, struct sums *sums, struct buf *out, struct diag *d)
{
	static unsigned char piece[REDACTION_PIECE_MAX];
	CLEANUP(buf_done) struct buf header;
	buf_init(&header, 4);
	enum status s = read_all(fd, piece, 4, true, d);
	if (s)
		return s;
	struct wire w = wire_over(bytes_make(piece, 4));
	size_t size = wire_get_u32(&w);
	if (size > sizeof piece)
		return fail(d, ERR_FORMAT, 0, "a piece of %zu bytes", size);
	s = read_all(fd, piece, size, false, d);
	if (s)
		return s;
	sums->in += size;
	if (size)
		redactor_add(r, bytes_make(piece, size), out);
	else
		redactor_end(r, out);
	wire_put_u32(&header, (uint32_t)out->size);
	s = fd_write_all(fd, buf_bytes(&header), d);
	return s ? s : put(out, fd, sums, d);
}

static enum status answer_all(struct redactor *r, int fd, struct sums *sums, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	enum status s = OK;
	buf_init(&out, REDACTION_ANSWER_MAX);
	while (s == OK)
		s = answer(r, fd, sums, &out, d);
	return s == ERR_ABSENT ? OK : s;
}

/* ---- what both are ---- */

/* Rules that share a name are one to whoever reads it. */
static void write_hits(const struct redactor *r, struct buf *reply)
{
	CLEANUP(buf_done) struct buf rows;
	uint32_t n = 0;
	buf_init(&rows, 1 << 16);
	for (unsigned i = 0; i < SECRET_RULE_NUMBERS; i++) {
		const char *id = secret_rule_id(i);
		uint64_t hits = r->hits[i];
		if (i && i < SECRET_RULES_MAX && strcmp(id, secret_rule_id(i - 1)) == 0)
			continue;
		for (unsigned k = i + 1; k < SECRET_RULES_MAX && strcmp(id, secret_rule_id(k)) == 0; k++)
			hits += r->hits[k];
		if (!hits)
			continue;
		wire_put_string(&rows, id);
		wire_put_u64(&rows, hits);
		n++;
	}
	wire_put_u32(reply, n);
	buf_add(reply, buf_bytes(&rows));
}

static enum status serve(const struct verb_call *call, bool in_pieces, struct buf *reply, struct diag *d)
{
	struct sums sums = { 0, 0 };
	if (!ready.scanner) {
		known_init(&ready.known, call->arena);
		ready.scanner = secret_scanner_new(call->arena, false, &ready.known);
	}
	enum status s = take_request(call, d);
	if (s)
		return s;
	CLEANUP(redactor_done) struct redactor r;
	redactor_init(&r, &ready.known, ready.scanner);
	s = in_pieces ? answer_all(&r, call->fds[IN_FD], &sums, d) : filter(&r, call->fds[IN_FD], call->fds[OUT_FD], &sums, d);
	if (s)
		return s;
	wire_put_u64(reply, sums.in);
	wire_put_u64(reply, sums.out);
	write_hits(&r, reply);
	return OK;
}

enum status redact_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	return serve(call, false, reply, d);
}

enum status redact_log_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	return serve(call, true, reply, d);
}
