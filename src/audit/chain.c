#include "audit/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "format/json.h"
#include "host/mapped.h"

static bool is_log_name(struct bytes name)
{
	return name.size == 21 && bytes_starts(name, BYTES("audit-")) && bytes_ends(name, BYTES(".json"));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status chain_files(int dir, struct arena *a, const char ***ret_names, size_t *ret_n, struct diag *d)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	if (!entries) {
		(void)(copy >= 0 && close(copy));
		return fail(d, ERR_LOG, 0, "read the directory of the audit log: %s", strerror(errno));
	}
	const char **names = NULL;
	size_t n = 0;
	for (struct dirent *e; n < AUDIT_FILES_MAX && (e = readdir(entries));) {
		if (!is_log_name(bytes_of(e->d_name)))
			continue;
		names = arena_grow(a, names, n, sizeof *names);
		names[n++] = arena_string(a, bytes_of(e->d_name));
	}
	(void)closedir(entries);
	if (n)
		qsort(names, n, sizeof *names, compare_names);
	*ret_names = names;
	*ret_n = n;
	return OK;
}

static enum status read_seq(struct bytes line, uint64_t *ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const struct json *root;
	int64_t seq;
	if (json_parse(line, &a, &root, d) || json_get_integer(root, "seq", &seq, d) || seq < 1)
		return fail(d, ERR_LOG, 0, "the line is not an event of the audit log");
	*ret = (uint64_t)seq;
	return OK;
}

enum status chain_tail_read(int fd, struct arena *a, struct chain_tail *ret, struct diag *d)
{
	struct stat st;
	struct chain_tail tail = { .seq = 0 };
	if (fstat(fd, &st))
		return fail(d, ERR_LOG, 0, "look at the audit log: %s", strerror(errno));
	size_t want = st.st_size < 2 * AUDIT_LINE_MAX ? (size_t)st.st_size : 2 * AUDIT_LINE_MAX;
	/* Lines are far shorter than their limit: a small read is enough nearly always. */
	size_t size = want < 65536 ? want : 65536;
	for (;;) {
		unsigned char *data = arena_alloc(a, size + 1, 1);
		if (pread(fd, data, size, st.st_size - (off_t)size) != (ssize_t)size)
			return fail(d, ERR_LOG, 0, "read the audit log: %s", strerror(errno));
		struct bytes text = bytes_make(data, size);
		size_t end = bytes_find_last(text, '\n');
		if (end == text.size) { /* no newline at all */
			if (size < want) {
				size = want;
				continue;
			}
			tail.torn = text;
			break;
		}
		tail.torn = bytes_from(text, end + 1);
		struct bytes before = bytes_part(text, 0, end);
		size_t start = bytes_find_last(before, '\n');
		if (start == before.size && size < want) {
			size = want;
			continue;
		}
		struct bytes line = start == before.size ? before : bytes_from(before, start + 1);
		tail.last = sha256_of(line);
		if (read_seq(line, &tail.seq, d))
			tail.seq = 0; /* an edited line: the chain goes on from its bytes, and verify will name it */
		break;
	}
	*ret = tail;
	return OK;
}

struct verification {
	struct chain_report report;
	const char *wanted_head;
	char last[SHA256_TEXT_SIZE]; /* "" before the first line */
	uint64_t seq;
	bool torn; /* the line before makes no sense: only audit.recovered may follow */
	struct diag torn_diag;
};

static enum status verify_line(struct verification *v, struct bytes line, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const struct json *root;
	struct bytes prev;
	int64_t seq;
	/* A torn line is there on purpose when the next one is audit.recovered: it has no fields to check, only its hash. */
	if (json_parse(line, &a, &root, d) || json_get_string(root, "prev", &prev, d) || json_get_integer(root, "seq", &seq, d))
		return fail(d, ERR_LOG, 0, "not an event");
	if (v->report.n_lines && !bytes_equal(prev, bytes_of(v->last)))
		return fail(d, ERR_LOG, 0, "its 'prev' is %.*s, but the line before has the sha256 %s", BYTES_ARG(prev), v->last);
	if (v->report.n_lines && v->seq && (uint64_t)seq != v->seq + 1)
		return fail(d, ERR_LOG, 0, "its 'seq' is %lld, but the line before has %llu", (long long)seq,
			    (unsigned long long)v->seq);
	v->seq = (uint64_t)seq;
	return OK;
}

static bool is_recovery(struct bytes line)
{
	return bytes_search(line, BYTES("\"event\":\"audit.recovered\"")) < line.size;
}

/* A line that makes no sense is a torn one when the next, perhaps in the next file, is audit.recovered. */
static enum status verify_next(struct verification *v, const char *name, uint64_t number, struct bytes line, struct diag *d)
{
	struct diag now = { 0 };
	if (v->torn && !is_recovery(line)) {
		if (d)
			*d = v->torn_diag;
		return ERR_LOG;
	}
	v->torn = verify_line(v, line, &now) != OK;
	if (v->torn) {
		v->torn_diag = now;
		(void)explain(&v->torn_diag, "%s line %llu", name, (unsigned long long)number);
		v->seq = 0;
	}
	struct sha256 hash = sha256_of(line);
	sha256_text(&hash, v->last);
	if (v->wanted_head && strcmp(v->wanted_head, v->last) == 0)
		v->report.head_found = true;
	v->report.n_lines++;
	return OK;
}

static enum status verify_text(struct verification *v, const char *name, struct bytes text, struct diag *d)
{
	uint64_t number = 0;
	while (text.size) {
		size_t end = bytes_find(text, '\n');
		number++;
		if (end == text.size)
			return fail(d, ERR_LOG, 0, "%s line %llu: the line is torn", name, (unsigned long long)number);
		enum status s = verify_next(v, name, number, bytes_part(text, 0, end), d);
		if (s)
			return s;
		text = bytes_from(text, end + 1);
	}
	return OK;
}

enum status chain_verify(int dir, const char *wanted_head, struct chain_report *ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const char **names;
	size_t n;
	struct verification v = { .wanted_head = wanted_head };
	enum status s = chain_files(dir, &a, &names, &n, d);
	for (size_t i = 0; s == OK && i < n; i++) {
		CLEANUP(fd_close) int fd = openat(dir, names[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		struct bytes text = { NULL, 0 };
		if (fd < 0 || mapped_open(fd, UINT64_MAX, &text, d))
			return fail(d, ERR_LOG, 0, "open '%s': %s", names[i], strerror(errno));
		s = verify_text(&v, names[i], text, d);
		mapped_done(&text);
		v.report.n_files++;
	}
	if (s == OK && v.torn) {
		if (d)
			*d = v.torn_diag;
		s = ERR_LOG;
	}
	if (s)
		return s;
	memcpy(v.report.head, v.last, sizeof v.last);
	*ret = v.report;
	return OK;
}

/* The writer's own compact form: looking for the pair as text is enough to select lines to show. */
static bool line_has(struct bytes line, const char *key, const char *value)
{
	if (!value)
		return true;
	char pair[256];
	int n = snprintf(pair, sizeof pair, "\"%s\":\"%s", key, value);
	return n > 0 && n < (int)sizeof pair && bytes_search(line, bytes_make(pair, (size_t)n)) < line.size;
}

enum status chain_show(int dir, const char *run, const char *event, void (*show)(void *context, struct bytes line), void *context,
		       struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const char **names;
	size_t n;
	enum status s = chain_files(dir, &a, &names, &n, d);
	for (size_t i = 0; s == OK && i < n; i++) {
		CLEANUP(fd_close) int fd = openat(dir, names[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		struct bytes text = { NULL, 0 };
		if (fd < 0 || mapped_open(fd, UINT64_MAX, &text, d))
			return fail(d, ERR_LOG, 0, "open '%s': %s", names[i], strerror(errno));
		struct bytes rest = text;
		while (rest.size) {
			struct bytes line = bytes_cut(&rest, '\n');
			if (line_has(line, "run", run) && line_has(line, "event", event))
				show(context, line);
		}
		mapped_done(&text);
	}
	return s;
}
