#include "cli/checked.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/sealed.h"

static struct bytes base_name(struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	return slash < path.size ? bytes_from(path, slash + 1) : path;
}

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

static enum status check_wheel(struct checked *c, struct checked_file *f, int fd, struct diag *d)
{
	CLEANUP(helper_stop) struct helper checker = { .pid = 0 };
	int source = source_of(c, f);
	struct check_request request = { .wheel_fd = fd, .has_source = source >= 0, .file_name = f->name };
	enum status s = check_start(&c->session.run, fd, source, &checker, d);
	return s ? s : check_run(&c->session.run, &request, &checker, c->arena, &f->result, d);
}

/* By its name alone: what is in it is for hwb-parse to say. */
static enum status check_kind(const struct checked_file *f, const char *path, struct diag *d)
{
	struct stat st;
	if (f->is_wheel || bytes_ends(f->name, BYTES(".tar.gz")) || bytes_ends(f->name, BYTES(".zip")))
		return OK;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)fail(d, ERR_USAGE, 0, "'%s' is a folder", path);
		return remedy(d, "name the files in it: hwb check %s/*", bytes_ends(f->path, BYTES("/")) ? "DIR" : path);
	}
	return fail(d, ERR_USAGE, 0, "'%s' is neither a wheel (.whl) nor an sdist (.tar.gz, .zip)", path);
}

/* A copy that cannot change any more: somebody may write to the file while it is read. */
static enum status open_copy(struct checked *c, struct checked_file *f, int *ret_fd, struct diag *d)
{
	const struct limits *l = c->session.run.limits;
	const char *path = arena_string(c->arena, f->path);
	enum status s = check_kind(f, path, d);
	if (s == OK)
		s = sealed_copy(AT_FDCWD, path, f->is_wheel ? l->wheel_size : l->download_size, ret_fd, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_USAGE, 0, "there is no file '%.*s'", BYTES_ARG(f->path));
	if (s == ERR_LIMIT)
		(void)remedy(d, "raise it: --limit %s=SIZE", f->is_wheel ? "wheel-size" : "download-size");
	return s == ERR_IO ? recode(d, ERR_USAGE) : s;
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
static enum status check_one(struct checked *c, size_t at, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct checked_file *f = &c->files[at];
	struct judged *j = &c->judged[at];
	enum status s = open_copy(c, f, &fd, d);
	f->is_unusable = s == ERR_USAGE;
	if (s == OK)
		s = f->is_wheel ? check_wheel(c, f, fd, d)
				: check_sdist_run(&c->session.run, fd, f->name, c->arena, &f->tree, &f->result, d);
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
	return s == OK && c->passed && strcmp(j->outcome, "passed") == 0 ? c->passed(c->context, f, fd, d) : s;
}

void checked_take(struct checked *c, const struct strings *words)
{
	c->n = words->n;
	c->files = ARENA_ARRAY(c->arena, struct checked_file, c->n + 1);
	c->judged = ARENA_ARRAY(c->arena, struct judged, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		struct checked_file *f = &c->files[i];
		f->path = bytes_of(words->items[i]);
		f->name = base_name(f->path);
		f->is_wheel = bytes_ends(f->name, BYTES(".whl"));
		f->result.findings.arena = c->arena;
		f->tree.fd = -1;
	}
}

enum status checked_run(struct checked *c, struct diag *d)
{
	enum status s = OK;
	for (size_t i = 0; s == OK && i < c->n; i++)
		if (!c->files[i].is_wheel)
			s = check_one(c, i, d);
	for (size_t i = 0; s == OK && i < c->n; i++)
		if (c->files[i].is_wheel)
			s = check_one(c, i, d);
	return s;
}

enum status checked_verdict(const struct checked *c, struct diag *d)
{
	size_t n_unchecked = 0, n_unusable = 0;
	for (size_t i = 0; i < c->n; i++) {
		n_unchecked += strcmp(c->judged[i].outcome, "unchecked") == 0;
		n_unusable += c->files[i].is_unusable;
	}
	enum status s = judge_verdict(c->judged, c->n, "file", ERR_ARTEFACT, d);
	return s == ERR_UNCHECKED && n_unchecked == n_unusable ? recode(d, ERR_USAGE) : s;
}

void checked_done(struct checked *c)
{
	output_filter_stop(&c->filter);
	for (size_t i = 0; i < c->n; i++)
		fd_close(&c->files[i].tree.fd);
}
