#include "cli/checked.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/named_file.h"

/* The sdist on the same command line that a wheel says it is of: then the two are compared. -1: there is none. */
static int source_of(const struct checked *c, const struct checked_file *wheel)
{
	struct wheel_name name;
	if (wheel_name_parse(wheel->name, c->arena, &name, NULL))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		const struct checked_file *f = &c->files[i];
		struct sdist_name sdist;
		if (!f->is_wheel && f->tree.fd >= 0 && sdist_name_parse(f->name, name.name, c->arena, &sdist, NULL) == OK &&
		    version_compare(&sdist.version, &name.version) == 0)
			return f->tree.fd;
	}
	return -1;
}

bool checked_is_artefact(struct bytes name)
{
	return bytes_ends(name, BYTES(".whl")) || bytes_ends(name, BYTES(".tar.gz")) || bytes_ends(name, BYTES(".zip"));
}

/* By its name alone: what is in it is for hwb-parse to say. */
static enum status check_kind(const struct checked *c, const struct checked_file *f, const char *path, struct diag *d)
{
	struct stat st;
	if (checked_is_artefact(f->name))
		return OK;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)fail(d, ERR_USAGE, 0, "'%s' is a folder", path);
		return remedy(d, "name the files in it: hwb %s %s/*", c->command, bytes_ends(f->path, BYTES("/")) ? "DIR" : path);
	}
	return fail(d, ERR_USAGE, 0, "'%s' is neither a wheel (.whl) nor an sdist (.tar.gz, .zip)", path);
}

/* A copy that cannot change any more: somebody may write to the file while it is read. */
static enum status open_copy(struct checked *c, struct checked_file *f, int *ret_fd, struct diag *d)
{
	const struct limits *l = c->session.run.limits;
	const char *path = arena_string(c->arena, f->path);
	enum status s = check_kind(c, f, path, d);
	if (s == OK)
		s = named_file_copy(&c->session.run, path, f->is_wheel ? l->wheel_size : l->download_size, ret_fd, d);
	if (s == ERR_LIMIT)
		(void)remedy(d, "raise it: --limit %s=SIZE", f->is_wheel ? "wheel-size" : "download-size");
	return s;
}

/* A check that was begun. */
struct begun {
	size_t at; /* of the files */
	int fd; /* the copy; -1: there is none */
	uint64_t size; /* of it, as far as it is waited for */
	struct helper checker;
	struct check_request request;
	enum status status;
	struct diag why;
};

static void begun_done(struct begun *b)
{
	helper_also_done(b->request.also);
	helper_stop(&b->checker);
	fd_close(&b->fd);
}

static void begin(struct checked *c, size_t at, struct begun *b)
{
	struct checked_file *f = &c->files[at];
	*b = (struct begun){ .at = at, .fd = -1 };
	b->status = open_copy(c, f, &b->fd, &b->why);
	if (b->status || !f->is_wheel)
		return;
	int source = source_of(c, f);
	f->also = c->also ? c->also(c->context, f) : NULL;
	b->request = (struct check_request){ .wheel_fd = b->fd, .has_source = source >= 0, .file_name = f->name, .also = f->also };
	b->status = check_start(&c->session.run, b->fd, source, &b->checker, &b->why);
	if (b->status == OK)
		b->status = check_ask(&c->session.run, &b->request, &b->checker, &b->why);
}

/* Of an sdist that cannot be unpacked hwb-unpack says why, and that program knows no form of credentials. What hwb-parse says has
 * been through it (check/hide.h). */
static enum status hide_in_refusal(struct checked *c, struct checked_file *f, struct diag *d)
{
	struct finding_list *list = &f->result.findings;
	c->filter.run = &c->session.run;
	c->filter.console = c->session.console;
	for (size_t i = 0; i < list->n_items && !f->is_wheel && f->tree.fd < 0; i++) {
		struct diag words = { 0 };
		(void)fail(&words, ERR_ARTEFACT, 0, "%.*s", BYTES_ARG(list->items[i].message));
		enum status s = output_filter_words(&c->filter, &words, d);
		if (s)
			return s;
		list->items[i].message = arena_copy(c->arena, bytes_of(words.text));
	}
	return OK;
}

static enum status note_checked(struct checked *c, const struct checked_file *f, const char *outcome, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->result.digest, digest);
	struct json_writer *w = audit_begin(c->session.run.audit, "artifact.checked");
	json_pair_string(w, "name", f->name);
	if (strcmp(outcome, "unchecked") != 0) /* else nobody knows it */
		json_pair_cstring(w, "sha256", digest);
	json_pair_cstring(w, "profile", finding_profile_name(c->settings->findings.profile));
	json_pair_unsigned(w, "findings", f->result.findings.n_items);
	json_pair_cstring(w, "outcome", outcome);
	return audit_end(c->session.run.audit, false, d);
}

static void put_facts(struct json_writer *w, const void *facts, const struct finding_style *style)
{
	const struct checked_file *f = facts;
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->result.digest, digest);
	json_pair_cstring(w, "kind", f->is_wheel ? "wheel" : "sdist");
	json_key(w, "hashes");
	json_object_begin(w);
	json_pair_cstring(w, "sha256", digest);
	json_object_end(w);
	finding_pair_safe(w, "name", f->result.name, style);
	finding_pair_safe(w, "version", f->result.version, style);
	json_pair_unsigned(w, "members", f->result.n_members);
	json_pair_unsigned(w, "unpacked_size", f->result.unpacked_size);
}

/* One file; what could not be checked is an outcome of that file, not the end of the others. */
static enum status check_one(struct checked *c, struct begun *b, struct diag *d)
{
	struct checked_file *f = &c->files[b->at];
	struct judged *j = &c->judged[b->at];
	enum status s = b->status;
	if (s)
		*d = b->why;
	j->is_unusable = s == ERR_USAGE;
	if (s == OK)
		s = f->is_wheel ? check_finish(&c->session.run, &b->request, &b->checker, c->arena, &f->result, d)
				: check_sdist_run(&c->session.run, b->fd, f->name, c->arena, &f->tree, &f->result, d);
	if (s == OK)
		s = hide_in_refusal(c, f, d);
	if (s == ERR_CANCELLED)
		return s;
	j->subject = (struct finding_subject){ .path = f->path, .list = &f->result.findings };
	if (s) {
		j->subject.unchecked = arena_copy(c->arena, bytes_of(d->text));
		j->outcome = "unchecked";
		console_error(c->session.console, d);
		return note_checked(c, f, j->outcome, d);
	}
	s = judge_apply(c->settings, &f->result.findings, f->name, c->session.run.audit, d);
	if (s)
		return s;
	j->outcome = finding_list_refuses(&c->settings->findings, &f->result.findings) ? "refused" : "passed";
	j->put_facts = put_facts;
	j->facts = f;
	s = note_checked(c, f, j->outcome, d);
	return s == OK && c->passed && strcmp(j->outcome, "passed") == 0 ? c->passed(c->context, f, b->fd, d) : s;
}

void checked_take(struct checked *c, const struct strings *words)
{
	c->n = words->n;
	c->files = ARENA_ARRAY(c->arena, struct checked_file, c->n + 1);
	c->judged = ARENA_ARRAY(c->arena, struct judged, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		struct checked_file *f = &c->files[i];
		f->path = bytes_of(words->items[i]);
		f->name = bytes_base_name(f->path);
		f->is_wheel = bytes_ends(f->name, BYTES(".whl"));
		f->result.findings.arena = c->arena;
		f->tree.fd = -1;
	}
}

static size_t next_of(const struct checked *c, size_t from, bool is_wheel)
{
	while (from < c->n && c->files[from].is_wheel != is_wheel)
		from++;
	return from;
}

/* One by one: the wheels may be of them. */
static enum status run_sdists(struct checked *c, struct diag *d)
{
	enum status s = OK;
	for (size_t i = next_of(c, 0, false); s == OK && i < c->n; i = next_of(c, i + 1, false)) {
		CLEANUP(begun_done) struct begun b;
		begin(c, i, &b);
		s = check_one(c, &b, d);
	}
	return s;
}

/* Wheels in their order: while the first is judged, the others are looked at already. Copies of many large ones would be much memory. */
enum { AHEAD_FILES = 16, AHEAD_SIZE = 64 << 20 };
struct ahead {
	struct begun begun[AHEAD_FILES];
	size_t first, n, n_max, next; /* next: of the files, the one that is begun then */
	uint64_t size;
};

static void ahead_done(struct ahead *q)
{
	for (; q->n; q->n--, q->first++)
		begun_done(&q->begun[q->first % AHEAD_FILES]);
}

/* A core for each, and one more, for each ends with a wait. */
static size_t ahead_max(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	return cores < 1 ? 2 : cores >= AHEAD_FILES ? AHEAD_FILES : (size_t)cores + 1;
}

static void fill(struct checked *c, struct ahead *q)
{
	struct stat st;
	while (q->n < q->n_max && q->next < c->n) {
		bool is_there = stat(arena_string(c->arena, c->files[q->next].path), &st) == 0;
		uint64_t size = is_there ? (uint64_t)st.st_size : 0;
		if (q->n && size > AHEAD_SIZE - (q->size < AHEAD_SIZE ? q->size : AHEAD_SIZE))
			return;
		struct begun *b = &q->begun[(q->first + q->n++) % AHEAD_FILES];
		begin(c, q->next, b);
		b->size = size;
		q->size += size;
		q->next = next_of(c, q->next + 1, true);
	}
}

static enum status run_wheels(struct checked *c, struct diag *d)
{
	enum status s = OK;
	struct ahead *q = ARENA_NEW(c->arena, struct ahead); /* large for a stack */
	q->n_max = ahead_max();
	q->next = next_of(c, 0, true);
	fill(c, q);
	while (s == OK && q->n) {
		struct begun *b = &q->begun[q->first % AHEAD_FILES];
		s = check_one(c, b, d);
		q->size -= b->size;
		begun_done(b);
		q->n--;
		q->first++;
		if (s == OK)
			fill(c, q);
	}
	ahead_done(q);
	return s;
}

enum status checked_run(struct checked *c, struct diag *d)
{
	enum status s = run_sdists(c, d);
	return s ? s : run_wheels(c, d);
}

enum status checked_verdict(const struct checked *c, struct diag *d)
{
	return judge_verdict(c->judged, c->n, "file", ERR_ARTEFACT, d);
}

void checked_done(struct checked *c)
{
	output_filter_stop(&c->filter);
	for (size_t i = 0; i < c->n; i++)
		fd_close(&c->files[i].tree.fd);
}
