#include "audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "audit/chain.h"
#include "audit/view.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/file.h"

struct audit {
	struct arena home; /* it lives in its own arena */
	const struct audit_who *who;
	int dir, fd;
	char name[32]; /* of the open file, "" when none is */
	char head[SHA256_TEXT_SIZE];
	struct sha256 last; /* of the last line in the file, as long as its size is known_size */
	uint64_t seq;
	off_t known_size;
	const char *source, *isolation, *image;
	const char *event;
	struct buf fields; /* of the event under way: a JSON object without its opening brace */
	struct json_writer writer;
};

enum status audit_open(const char *logs_path, const struct audit_who *who, struct audit **ret, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	if (directory_make(AT_FDCWD, logs_path, true, &dir, d)) {
		(void)fail(d, ERR_LOG, 0, "the audit log: cannot use the directory '%s': %s", logs_path, strerror(errno));
		return remedy(d, "set HWB_HOME to a path you can write");
	}
	struct arena home;
	arena_init(&home);
	struct audit *a = ARENA_NEW(&home, struct audit);
	*a = (struct audit){ .home = home, .who = who, .dir = take_fd(&dir), .fd = -1 };
	buf_init(&a->fields, AUDIT_LINE_MAX / 2);
	*ret = a;
	return OK;
}

void audit_free(struct audit *a)
{
	if (!a)
		return;
	fd_close(&a->fd);
	fd_close(&a->dir);
	buf_done(&a->fields);
	struct arena home = a->home;
	arena_done(&home);
}

void audit_set_source(struct audit *a, struct bytes source)
{
	if (a)
		a->source = arena_string(&a->home, source);
}

void audit_set_isolation(struct audit *a, const char *isolation, const char *image)
{
	if (!a)
		return;
	a->isolation = arena_string(&a->home, bytes_of(isolation));
	a->image = image ? arena_string(&a->home, bytes_of(image)) : NULL;
}

const char *audit_head(const struct audit *a)
{
	return a ? a->head : "";
}

struct json_writer *audit_begin(struct audit *a, const char *event)
{
	/* Without a log the fields still need a place to go; it is emptied at the next event. */
	static struct audit nowhere;
	if (!a) {
		if (!nowhere.fields.max)
			buf_init(&nowhere.fields, AUDIT_LINE_MAX);
		a = &nowhere;
	}
	a->event = event;
	buf_clear(&a->fields);
	json_writer_init(&a->writer, &a->fields, false);
	json_object_begin(&a->writer);
	return &a->writer;
}

static enum status log_failed(const char *what, struct diag *d)
{
	(void)fail(d, ERR_LOG, 0, "the audit log cannot be written: %s: %s", what, strerror(errno));
	return remedy(d, "hwb stops here rather than go on without a record; free the disk or set HWB_HOME");
}

/* The file of today; the first of a day continues the chain of the newest one before. */
static enum status open_today(struct audit *a, const char *timestamp, struct diag *d)
{
	char name[sizeof a->name];
	(void)snprintf(name, sizeof name, "audit-%.10s.json", timestamp);
	if (a->fd >= 0 && strcmp(name, a->name) == 0)
		return OK;
	fd_close(&a->fd);
	a->fd = openat(a->dir, name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (a->fd < 0)
		return log_failed(name, d);
	memcpy(a->name, name, sizeof name);
	a->known_size = -1;
	return OK;
}

/* Adds what an older file says to what the newer ones do: its last line where they have none, its seq where they have no event. */
static enum status add_older(const struct audit *a, const char *name, struct arena *scratch, struct chain_tail *tail, struct diag *d)
{
	struct chain_tail older;
	CLEANUP(fd_close) int fd = openat(a->dir, name, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return log_failed(name, d);
	enum status s = chain_tail_read(fd, scratch, &older, d);
	if (s)
		return s;
	if (tail->torn) {
		tail->seq = older.seq;
		return OK;
	}
	if (older.open && write(fd, "\n", 1) != 1)
		return log_failed(name, d);
	older.open = false;
	*tail = older;
	return OK;
}

/* The end of the chain: of today's file, which is new or may hold a torn line alone, and of as many older ones as it takes. */
static enum status read_tail(const struct audit *a, struct arena *scratch, struct chain_tail *ret, struct diag *d)
{
	const char **names;
	size_t n;
	enum status s = chain_tail_read(a->fd, scratch, ret, d);
	if (s || ret->seq)
		return s;
	s = chain_files(a->dir, scratch, &names, &n, d);
	for (size_t i = n; s == OK && !ret->seq && i-- > 0;)
		if (strcmp(names[i], a->name) < 0)
			s = add_older(a, names[i], scratch, ret, d);
	return s;
}

static void write_common(struct audit *a, struct json_writer *w, const char *timestamp, const char *event)
{
	char prev[SHA256_TEXT_SIZE];
	sha256_text(&a->last, prev);
	json_object_begin(w);
	json_pair_cstring(w, "timestamp", timestamp);
	json_pair_cstring(w, "event", event);
	json_pair_unsigned(w, "seq", a->seq + 1);
	json_pair_cstring(w, "prev", prev);
	json_pair_cstring(w, "run", a->who->run);
	json_pair_cstring(w, "source", a->source);
	json_pair_cstring(w, "isolation", a->isolation);
	json_pair_cstring(w, "image", a->image);
	json_pair_cstring(w, "user", a->who->user);
	json_pair_cstring(w, "host", a->who->host);
	json_key(w, "environment");
	json_object_begin(w);
	if (a->who->ci_provider) {
		json_pair_cstring(w, "ci_provider", a->who->ci_provider);
		json_pair_cstring(w, "workflow", a->who->ci_workflow);
		json_pair_cstring(w, "run_id", a->who->ci_run);
	}
	json_object_end(w);
}

/* fields: the event's own, as ",...}" behind the common ones. */
static enum status append(struct audit *a, const char *timestamp, const char *event, struct bytes fields, struct diag *d)
{
	CLEANUP(buf_done) struct buf line;
	struct json_writer w;
	buf_init(&line, AUDIT_LINE_MAX);
	json_writer_init(&w, &line, false);
	write_common(a, &w, timestamp, event);
	if (fields.size > 2) /* more than "{}": without its opening brace it continues ours */
		buf_add_byte(&line, ',');
	buf_add(&line, bytes_from(fields, 1));
	struct sha256 hash = sha256_of(buf_bytes(&line));
	buf_add_byte(&line, '\n');
	if (line.full) {
		errno = EFBIG;
		return log_failed(event, d);
	}
	/* One write to a file opened for appending: whole, or torn by a full disk, which the next run will see. */
	ssize_t n = write(a->fd, line.data, line.size);
	if (n != (ssize_t)line.size) {
		if (n >= 0)
			errno = ENOSPC; /* a short write to a file says so only at the next one */
		return log_failed(a->name, d);
	}
	a->last = hash;
	a->seq++;
	a->known_size = lseek(a->fd, 0, SEEK_END);
	line.size--; /* its newline */
	return view_is_publishing(event, fields) ? view_append(a->dir, timestamp, buf_bytes(&line), d) : OK;
}

/* Another run may have written since: then the end of the chain is read anew. */
static enum status catch_up(struct audit *a, const char *timestamp, struct diag *d)
{
	struct stat st;
	if (fstat(a->fd, &st))
		return log_failed(a->name, d);
	if (st.st_size == a->known_size)
		return OK;
	CLEANUP(arena_done) struct arena scratch;
	struct chain_tail tail;
	arena_init(&scratch);
	enum status s = read_tail(a, &scratch, &tail, d);
	if (s)
		return s;
	a->last = tail.last;
	a->seq = tail.seq;
	if (tail.open && write(a->fd, "\n", 1) != 1)
		return log_failed(a->name, d);
	return tail.torn ? append(a, timestamp, "audit.recovered", BYTES("{\"reason\":\"the line before was torn\"}"), d) : OK;
}

enum status audit_end(struct audit *a, bool durable, struct diag *d)
{
	if (!a)
		return OK;
	char timestamp[CLOCK_TEXT_SIZE];
	json_object_end(&a->writer);
	if (a->fields.full) { /* a record that leaves something out would be worse than none */
		errno = EFBIG;
		return log_failed(a->event, d);
	}
	/* The lock is on the directory and the time is taken behind it: whoever waited over midnight writes into the new day. */
	while (flock(a->dir, LOCK_EX))
		if (errno != EINTR)
			return log_failed("lock", d);
	clock_text_now(timestamp);
	enum status s = open_today(a, timestamp, d);
	if (s == OK)
		s = catch_up(a, timestamp, d);
	if (s == OK)
		s = append(a, timestamp, a->event, buf_bytes(&a->fields), d);
	if (s == OK && durable && fdatasync(a->fd))
		s = log_failed(a->name, d);
	(void)flock(a->dir, LOCK_UN);
	if (s == OK)
		sha256_text(&a->last, a->head);
	return s;
}

enum status audit_note(struct audit *a, bool durable, struct diag *d, const char *event, ...)
{
	if (!a)
		return OK;
	struct json_writer *w = audit_begin(a, event);
	va_list pairs;
	va_start(pairs, event);
	for (const char *key; (key = va_arg(pairs, const char *));)
		json_pair_cstring(w, key, va_arg(pairs, const char *));
	va_end(pairs);
	return audit_end(a, durable, d);
}
