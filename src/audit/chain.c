#include "audit/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "format/json.h"
#include "host/file.h"
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
	DIR *entries = directory_entries(dir);
	if (!entries)
		return fail(d, ERR_LOG, 0, "read the directory of the audit log: %s", strerror(errno));
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

/* What the chain needs of a line. */
struct event {
	uint64_t seq;
	struct bytes prev, name; /* in the arena of the reader */
};

static enum status read_event(struct bytes line, struct arena *a, struct event *ret, struct diag *d)
{
	const struct json *root;
	int64_t seq;
	if (json_parse(line, a, &root, d) || json_get_string(root, "prev", &ret->prev, d) ||
	    json_get_string(root, "event", &ret->name, d) || json_get_integer(root, "seq", &seq, d) || seq < 1)
		return fail(d, ERR_LOG, 0, "not an event");
	ret->seq = (uint64_t)seq;
	return OK;
}

/* Cuts the last line off; text does not end in a newline. */
static struct bytes cut_last(struct bytes *text)
{
	size_t newline = bytes_find_last(*text, '\n');
	struct bytes line = newline == text->size ? *text : bytes_from(*text, newline + 1);
	*text = bytes_part(*text, 0, newline == text->size ? 0 : newline);
	return line;
}

/* text: the end of a file, perhaps from the middle of a line on. */
static struct chain_tail tail_of(struct bytes text)
{
	struct chain_tail tail = { .open = text.size && text.data[text.size - 1] != '\n' };
	if (!text.size)
		return tail;
	text.size -= !tail.open;
	for (bool is_last = true; text.size && !tail.seq; is_last = false) {
		CLEANUP(arena_done) struct arena a;
		struct bytes line = cut_last(&text);
		struct event event = { .seq = 0 };
		arena_init(&a);
		bool is_event = read_event(line, &a, &event, NULL) == OK;
		if (is_last) {
			tail.last = sha256_of(line);
			tail.torn = tail.open || !is_event;
		}
		tail.seq = is_event ? event.seq : 0;
	}
	return tail;
}

enum status chain_tail_read(int fd, struct arena *a, struct chain_tail *ret, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st))
		return fail(d, ERR_LOG, 0, "look at the audit log: %s", strerror(errno));
	size_t most = st.st_size < 2 * AUDIT_LINE_MAX ? (size_t)st.st_size : 2 * AUDIT_LINE_MAX;
	/* Lines are far shorter than their limit: a small read is enough nearly always. */
	for (size_t size = most < 65536 ? most : 65536;; size = most) {
		unsigned char *data = arena_alloc(a, size + 1, 1);
		if (pread(fd, data, size, st.st_size - (off_t)size) != (ssize_t)size)
			return fail(d, ERR_LOG, 0, "read the audit log: %s", strerror(errno));
		*ret = tail_of(bytes_make(data, size));
		if (ret->seq || size == most)
			return OK;
	}
}

struct verification {
	struct chain_report report;
	const char *wanted_head;
	char last[SHA256_TEXT_SIZE]; /* "" before the first line */
	uint64_t seq; /* of the last event; 0 before the first */
	bool torn; /* the line before is no event: more such or audit.recovered may follow, perhaps in the next file */
	struct diag torn_diag;
};

static enum status torn_for_good(const struct verification *v, struct diag *d)
{
	if (d)
		*d = v->torn_diag;
	return ERR_LOG;
}

/* What the first event of all has, and no other. */
static bool is_genesis(struct bytes prev)
{
	static const struct sha256 none;
	char zeros[SHA256_TEXT_SIZE];
	sha256_text(&none, zeros);
	return bytes_equal(prev, bytes_of(zeros));
}

static enum status verify_event(struct verification *v, const struct event *e, struct diag *d)
{
	if (!v->report.n_lines && is_genesis(e->prev) != (e->seq == 1))
		return fail(d, ERR_LOG, 0, "its 'seq' is %llu and its 'prev' %.*s: that is neither the first event nor a later one",
			    (unsigned long long)e->seq, BYTES_ARG(bytes_part(e->prev, 0, 100)));
	if (v->report.n_lines && !bytes_equal(e->prev, bytes_of(v->last)))
		return fail(d, ERR_LOG, 0, "its 'prev' is %.*s, but the line before has the sha256 %s", BYTES_ARG(e->prev), v->last);
	if (v->seq && e->seq != v->seq + 1)
		return fail(d, ERR_LOG, 0, "its 'seq' is %llu, but the event before has %llu", (unsigned long long)e->seq,
			    (unsigned long long)v->seq);
	if (!v->seq)
		v->report.first_seq = e->seq;
	v->seq = v->report.last_seq = e->seq;
	return OK;
}

static enum status verify_line(struct verification *v, const char *name, uint64_t number, struct bytes line, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct event event;
	struct diag now = { 0 };
	arena_init(&a);
	if (read_event(line, &a, &event, &now) == OK) {
		if (v->torn && !bytes_equal(event.name, BYTES("audit.recovered")))
			return torn_for_good(v, d);
		v->torn = false;
		if (verify_event(v, &event, d)) {
			(void)explain(d, "%s line %llu", name, (unsigned long long)number);
			return ERR_LOG;
		}
	} else if (!v->torn) {
		v->torn = true;
		v->torn_diag = now;
		(void)explain(&v->torn_diag, "%s line %llu", name, (unsigned long long)number);
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
		enum status s = verify_line(v, name, number, bytes_part(text, 0, end), d);
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
	if (s == OK && v.torn)
		s = torn_for_good(&v, d);
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
