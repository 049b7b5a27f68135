/* `hwb audit`: known vulnerabilities of wheels and what they require, and of lists of packages. Nothing is installed or changed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "advisory/pins.h"
#include "advisory/store.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/wire.h"
#include "cli/advisories.h"
#include "cli/commands.h"
#include "cli/judge.h"
#include "cli/named_file.h"
#include "cli/options_build.h"
#include "cli/options_findings.h"
#include "cli/session.h"
#include "cli/settings_parts.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "lock/pylock.h"
#include "python/metadata.h"

enum { RECORD_MAX = 64 << 20, FILES_MAX = 10000 };

/* One file on the command line, or of a folder there. */
struct audited {
	struct bytes path, name; /* name: without folders */
	size_t first, n; /* its subjects */
	struct finding_list findings;
	const struct advisory_subject *subjects; /* the first of its own, when all are known */
	const struct advisory_verdict *verdicts;
};

struct audit_command {
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct index *index; /* for its cache alone */
	struct audited *files;
	struct judged *judged;
	size_t n;
	struct advisory_subject *subjects;
	size_t n_subjects;
};

static void add_subject(struct audit_command *c, struct audited *f, const struct advisory_subject *subject)
{
	c->subjects = arena_grow(c->arena, c->subjects, c->n_subjects, sizeof *c->subjects);
	c->subjects[c->n_subjects++] = *subject;
	f->n++;
}

/* ---- what a file names ---- */

static enum status ask_parser(struct audit_command *c, const char *verb, struct bytes request, int fd, struct buf *reply,
			      struct diag *d)
{
	buf_init(reply, RECORD_MAX);
	return helper_call(&c->session.run, "hwb-parse", verb, request, &fd, 1, reply, d);
}

static void add_pins(struct audit_command *c, struct audited *f, const struct pins *pins, enum advisory_role role)
{
	for (size_t i = 0; i < pins->n; i++) {
		struct advisory_subject subject = advisories_subject(&pins->items[i], role, c->arena);
		add_subject(c, f, &subject);
	}
}

/* A list that hwb-parse makes of a file. */
static enum status take_list(struct audit_command *c, struct audited *f, const char *verb, struct bytes request, int fd,
			     enum advisory_role role, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	struct pins pins;
	enum status s = ask_parser(c, verb, request, fd, &reply, d);
	if (s == OK)
		s = pins_read(buf_bytes(&reply), c->arena, &pins, d) ? recode(d, ERR_UNCHECKED) : OK;
	if (s == OK)
		add_pins(c, f, &pins, role);
	return s;
}

/* The wheel itself, what it requires on any platform and for any extra, and what its SBOMs say is bundled in it. */
static enum status read_wheel(struct audit_command *c, struct audited *f, int fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	struct metadata m;
	buf_init(&ask, 65536);
	wire_put_bytes(&ask, f->name);
	enum status s = ask_parser(c, "wheel-metadata", buf_bytes(&ask), fd, &reply, d);
	if (s == OK)
		s = metadata_read(arena_copy(c->arena, buf_bytes(&reply)), c->arena, &m, d) ? recode(d, ERR_UNCHECKED) : OK;
	if (s)
		return s;
	struct advisory_subject self = { .name = m.name, .version = m.raw_version, .role = ADVISORY_SUBJECT };
	add_subject(c, f, &self);
	for (size_t i = 0; i < m.n_requires; i++) {
		const struct requirement *q = &m.requires[i];
		struct pin pin = pin_of(q, c->arena);
		struct advisory_subject subject = advisories_subject(&pin, ADVISORY_REQUIREMENT, c->arena);
		add_subject(c, f, &subject);
	}
	return take_list(c, f, "vendored", buf_bytes(&ask), fd, ADVISORY_VENDORED, d);
}

static enum status read_pins(struct audit_command *c, struct audited *f, int fd, enum pins_kind kind, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 16);
	wire_put_u32(&ask, (uint32_t)kind);
	return take_list(c, f, "pins", buf_bytes(&ask), fd, kind == PINS_REPORT ? ADVISORY_BUILD_DEPENDENCY : ADVISORY_REQUIREMENT,
			 d);
}

/* A lock says what will be installed, on whichever platform: each of its packages. */
static enum status read_lock(struct audit_command *c, struct audited *f, int fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(mapped_done) struct bytes text = { NULL, 0 };
	struct pylock lock;
	buf_init(&reply, RECORD_MAX);
	enum status s = mapped_open(fd, PYLOCK_SIZE_MAX, &text, d);
	if (s == OK)
		s = helper_call(&c->session.run, "hwb-parse", "pylock", text, NULL, 0, &reply, d);
	if (s == OK)
		s = pylock_record_read(buf_bytes(&reply), c->arena, &lock, d) ? recode(d, ERR_UNCHECKED) : OK;
	for (size_t i = 0; s == OK && i < lock.n_packages; i++) {
		const struct pylock_package *p = &lock.packages[i];
		struct pin pin = { .name = p->name, .version = p->version, .line = p->line };
		if (!p->version.data || p->other.data) {
			pin.version = (struct bytes){ NULL, 0 };
			pin.unreadable = BYTES("it is a directory, a repository or an archive, which no advisory could name");
		}
		add_pins(c, f, &(struct pins){ .items = &pin, .n = 1 }, ADVISORY_REQUIREMENT);
	}
	return s;
}

enum file_kind { FILE_WHEEL, FILE_REPORT, FILE_REQUIREMENTS, FILE_LOCK, FILE_OTHER };

/* By its name alone. */
static enum file_kind kind_of(struct bytes name)
{
	static const struct {
		struct bytes end;
		enum file_kind kind;
	} kinds[] = {
		{ LIT(".whl"), FILE_WHEEL },       { LIT(".json"), FILE_REPORT }, { LIT(".txt"), FILE_REQUIREMENTS },
		{ LIT(".in"), FILE_REQUIREMENTS }, { LIT(".toml"), FILE_LOCK },
	};
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (bytes_ends(name, kinds[i].end))
			return kinds[i].kind;
	return FILE_OTHER;
}

static enum status check_kind(const struct audited *f, struct diag *d)
{
	switch (kind_of(f->name)) {
	case FILE_WHEEL:
	case FILE_REPORT:
	case FILE_REQUIREMENTS:
		return OK;
	case FILE_LOCK:
		if (pylock_is_name(f->path))
			return OK;
		(void)fail(d, ERR_USAGE, 0, "'%.*s' is TOML, and not called as a lock is", BYTES_ARG(f->path));
		return remedy(d, "pylock.toml or pylock.NAME.toml (PEP 751); 'hwb lock' writes one");
	case FILE_OTHER:
		break;
	}
	return fail(
		d, ERR_USAGE, 0,
		"'%.*s' is neither a wheel (.whl), a lock (pylock.toml), a report of a build (.json) nor a requirements file (.txt, .in)",
		BYTES_ARG(f->path));
}

static enum status read_file(struct audit_command *c, struct audited *f, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	bool is_wheel = kind_of(f->name) == FILE_WHEEL;
	uint64_t max = is_wheel ? c->session.run.limits->wheel_size : PINS_TEXT_MAX;
	enum status s = check_kind(f, d);
	if (s)
		return s;
	s = named_file_copy(&c->session.run, arena_string(c->arena, f->path), max, &fd, d);
	if (s)
		return s;
	if (is_wheel)
		s = read_wheel(c, f, fd, d);
	else if (kind_of(f->name) == FILE_LOCK)
		s = read_lock(c, f, fd, d);
	else
		s = read_pins(c, f, fd, kind_of(f->name) == FILE_REPORT ? PINS_REPORT : PINS_REQUIREMENTS, d);
	return s ? explain(d, "'%.*s'", BYTES_ARG(f->path)) : OK;
}

/* ---- the words ---- */

static enum status add_file(struct audit_command *c, const char *path, struct diag *d)
{
	if (c->n == FILES_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d files", FILES_MAX);
	struct bytes text = bytes_of(path);
	c->files = arena_grow(c->arena, c->files, c->n, sizeof *c->files);
	c->files[c->n++] = (struct audited){ .path = text, .name = bytes_base_name(text) };
	return OK;
}

static int compare_strings(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Every wheel in a folder, by name. */
static enum status add_folder(struct audit_command *c, const char *path, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	const char **found = NULL;
	size_t n = 0;
	enum status s = directory_open(AT_FDCWD, path, &fd, d);
	if (s)
		return recode(d, ERR_USAGE);
	DIR *entries = directory_entries(fd);
	if (!entries)
		return fail(d, ERR_USAGE, 0, "read '%s': %s", path, strerror(errno));
	for (const struct dirent *e = readdir(entries); e && n < FILES_MAX; e = readdir(entries)) {
		if (!bytes_ends(bytes_of(e->d_name), BYTES(".whl")))
			continue;
		found = arena_grow(c->arena, found, n, sizeof *found);
		found[n++] = arena_printf(c->arena, "%s%s%s", path, bytes_ends(bytes_of(path), BYTES("/")) ? "" : "/", e->d_name);
	}
	(void)closedir(entries);
	if (!n)
		return fail(d, ERR_USAGE, 0, "there is no wheel in the folder '%s'", path);
	qsort(found, n, sizeof *found, compare_strings);
	for (size_t i = 0; s == OK && i < n; i++)
		s = add_file(c, found[i], d);
	return s;
}

static enum status add_words(struct audit_command *c, struct diag *d)
{
	const struct strings *words = &c->settings->sources;
	enum status s = OK;
	for (size_t i = 0; s == OK && i < words->n; i++) {
		struct stat st;
		bool is_folder = stat(words->items[i], &st) == 0 && S_ISDIR(st.st_mode);
		s = is_folder ? add_folder(c, words->items[i], d) : add_file(c, words->items[i], d);
	}
	c->judged = ARENA_ARRAY(c->arena, struct judged, c->n);
	return s;
}

/* ---- what comes of it ---- */

static void put_match(struct json_writer *w, const struct advisory_match *m, const struct finding_style *style)
{
	json_object_begin(w);
	finding_pair_safe(w, "id", m->id, style);
	json_key(w, "aliases");
	json_array_begin(w);
	for (size_t i = 0; i < m->n_aliases; i++)
		json_put_string(w, m->aliases[i]); /* letters, digits and "._:-" */
	json_array_end(w);
	finding_pair_safe(w, "summary", m->summary, style);
	finding_pair_safe(w, "severity", m->severity, style);
	finding_pair_safe(w, "fixed", m->fixed, style);
	json_pair_bool(w, "malware", m->is_malware);
	if (m->ignored)
		finding_pair_safe(w, "ignored", m->ignored->why, style);
	json_object_end(w);
}

static void put_facts(struct json_writer *w, const void *facts, const struct finding_style *style)
{
	const struct audited *f = facts;
	json_key(w, "packages");
	json_array_begin(w);
	for (size_t i = 0; f->verdicts && i < f->n; i++) {
		const struct advisory_subject *s = &f->subjects[i];
		const struct advisory_verdict *v = &f->verdicts[i];
		json_object_begin(w);
		finding_pair_safe(w, "name", s->name, style);
		if (s->version.data)
			finding_pair_safe(w, "version", s->version, style);
		if (s->line)
			json_pair_unsigned(w, "line", s->line);
		json_pair_cstring(w, "role", advisory_role_name(s->role));
		json_pair_cstring(w, "outcome", advisory_outcome_name(v->outcome));
		if (v->reason)
			finding_pair_safe(w, "reason", bytes_of(v->reason), style);
		json_key(w, "advisories");
		json_array_begin(w);
		for (size_t k = 0; k < v->n_matches; k++)
			put_match(w, &v->matches[k], style);
		json_array_end(w);
		json_object_end(w);
	}
	json_array_end(w);
}

static bool refuses(const struct audit_command *c, const struct audited *f)
{
	for (size_t i = 0; i < f->findings.n_items; i++)
		if (!f->findings.items[i].ends && finding_refuses(&c->settings->findings, &f->findings.items[i]))
			return true;
	return f->findings.n_dropped > 0;
}

/* The findings of the whole run, to the files that they are of; those of no package to the first. */
static enum status judge_file(struct audit_command *c, size_t at, const struct advisory_result *r, struct diag *d)
{
	struct audited *f = &c->files[at];
	struct judged *j = &c->judged[at];
	bool is_first = at == 0, unchecked = false;
	f->subjects = c->subjects + f->first;
	f->verdicts = r->verdicts + f->first;
	for (size_t i = 0; i < f->n; i++) {
		const struct advisory_verdict *v = &f->verdicts[i];
		struct finding_list own = { .arena = c->arena,
					    .items = r->findings.items + v->first_finding,
					    .n_items = v->n_findings };
		finding_list_join(&f->findings, &own);
		unchecked |= v->reason && !v->is_open;
	}
	struct finding_list rest = { .arena = c->arena,
				     .items = r->findings.items + r->n_of_subjects,
				     .n_items = r->findings.n_items - r->n_of_subjects,
				     .n_dropped = r->findings.n_dropped };
	if (is_first)
		finding_list_join(&f->findings, &rest);
	enum status s = judge_apply(c->settings, &f->findings, f->name, c->session.run.audit, d);
	if (s)
		return s;
	j->put_facts = put_facts;
	j->facts = f;
	if (j->subject.unchecked.data) /* it could not even be read */
		return OK;
	j->outcome = refuses(c, f) ? "refused" : unchecked ? "unchecked" : "passed";
	if (unchecked)
		j->subject.unchecked = BYTES("not every package could be looked up");
	return OK;
}

static enum status read_files(struct audit_command *c, struct diag *d)
{
	for (size_t i = 0; i < c->n; i++) {
		struct audited *f = &c->files[i];
		struct judged *j = &c->judged[i];
		f->findings.arena = c->arena;
		f->first = c->n_subjects;
		j->subject = (struct finding_subject){ .path = f->path, .list = &f->findings };
		j->outcome = "passed";
		enum status s = read_file(c, f, d);
		if (s == ERR_CANCELLED)
			return s;
		if (s == OK)
			continue;
		j->is_unusable = s == ERR_USAGE || s == ERR_FORMAT;
		f->n = 0;
		c->n_subjects = f->first;
		j->subject.unchecked = arena_copy(c->arena, bytes_of(d->text));
		j->outcome = "unchecked";
		console_error(c->session.console, d);
	}
	return OK;
}

static enum status audit_files(struct audit_command *c, struct diag *d)
{
	struct advisory_options options = advisories_options(c->settings, c->index);
	struct advisory_result r;
	enum status s = add_words(c, d);
	if (s == OK)
		s = read_files(c, d);
	const bool *by_flag = c->settings->rows_by_flag; /* a configuration is for many projects */
	options.tell_unused = by_flag[setting_find(BYTES("audit.ignore"))] ||
			      by_flag[setting_find(BYTES("audit.ignore-until-fixed"))];
	struct advisory_request request = { .subjects = c->subjects, .n_subjects = c->n_subjects, .options = &options };
	if (s == OK)
		s = advisory_run(&c->session.run, &request, c->arena, &r, d);
	if (s == OK)
		s = advisories_note(c->session.run.audit, c->n ? c->files[0].name : BYTES(""), &r, d);
	for (size_t i = 0; s == OK && i < c->n; i++)
		s = judge_file(c, i, &r, d);
	if (s)
		return s;
	s = judge_verdict(c->judged, c->n, "file", ERR_RESOLVE, d);
	judge_print(c->settings, c->session.console, "audit", c->judged, c->n, (int)exit_code_of(s));
	judge_warn_unused(c->settings, c->session.console);
	console_note(c->session.console, "looked up %zu package%s in %s: %zu clean, %zu affected, %zu not checked", r.n,
		     PLURAL(r.n), r.source, r.counts[ADVISORY_CLEAN], r.counts[ADVISORY_AFFECTED], r.counts[ADVISORY_NOT_CHECKED]);
	return s;
}

static enum status import(struct audit_command *c, struct diag *d)
{
	struct store_import import;
	char date[CLOCK_TEXT_SIZE];
	const char *path = c->settings->audit.import;
	enum status s = store_import(&c->session.run, index_cache_dir(c->index), path, &import, d);
	if (s)
		return s;
	clock_text(import.newest_unix, date);
	struct json_writer *w = audit_begin(c->session.run.audit, "advisories.imported");
	json_pair_cstring(w, "file", path);
	json_pair_cstring(w, "newest", date);
	json_pair_unsigned(w, "advisories", import.n_advisories);
	console_note(c->session.console, "imported %llu advisories about %llu packages of PyPI, the newest of %s%s",
		     (unsigned long long)import.n_advisories, (unsigned long long)import.n_names, date,
		     import.n_others ? "; those of other ecosystems were left out" : "");
	return audit_end(c->session.run.audit, false, d);
}

static enum status audit_all(struct audit_command *c, struct diag *d)
{
	const struct settings *s = c->settings;
	struct index_options options = {
		.places = s->places, .n_places = s->n_places, .no_index = true, .offline = true, .cache_path = s->cache_dir
	};
	if (!c->settings->sources.n && !c->settings->audit.import) {
		(void)fail(d, ERR_USAGE, 0,
			   "hwb audit takes wheels, folders of wheels, locks, reports of builds and requirements files");
		return remedy(d, "hwb audit dist");
	}
	enum status status = index_open(&c->session.run, &options, &c->index, d);
	if (status == OK && s->audit.import)
		status = import(c, d);
	return status == OK && s->sources.n ? audit_files(c, d) : status;
}

static int run_audit(struct settings *settings, struct arena *a)
{
	struct audit_command c = { .settings = settings, .arena = a };
	struct diag d = { 0 };
	enum status s = session_open(settings, "audit", environ, a, &c.session, &d);
	if (s == OK)
		s = audit_all(&c, &d);
	index_free(c.index);
	enum exit_code code = session_close(&c.session, settings, s, &d);
	audit_free(c.session.run.audit);
	return (int)code;
}

static const char *const options_of_audit[] = { "--offline", "--service-url", "--ignore", "--ignore-until-fixed",
						"--profile", "--allow",       "--deny",   "--fail-on",
						"--cert",    "--proxy",       "--limit",  NULL };

const struct command command_audit = {
	.name = "audit",
	.arguments = "[FILE|DIR...]",
	.what = "look for known vulnerabilities of wheels and pinned packages",
	.options = options_audit,
	.borrowed = options_build,
	.names = options_of_audit,
	.run = run_audit,
};
