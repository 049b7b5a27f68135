/* `hwb doctor --publish`: what makes a release hard to steal, as far as files and variables here tell. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/console.h"
#include "cli/doctor.h"
#include "format/ini.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/reply.h"
#include "workflow/workflow.h"

enum { CHECKS_MAX = 32, FILES_MAX = 200, NAMED_MAX = 3, RECORD_MAX = 8 << 20 };
#define WORKFLOWS ".github/workflows"
#define GITLAB ".gitlab-ci.yml"

struct workflow_file {
	const char *name;
	struct workflow w;
	const char *unread; /* why it, or the rest of it, is not known; NULL: all is */
};

struct checking {
	const struct settings *settings;
	struct arena *arena;
	int dir; /* of the project; -1: it cannot be opened */
	struct workflow_file *files;
	size_t n_files;
	const char *no_files; /* why there are none; NULL: there are */
	bool has_gitlab; /* a pipeline that nobody here reads */
	struct publish_check *checks;
	size_t n_checks;
};

/* What one check has found so far: the worst counts, and the first few of that are named. */
struct tally {
	struct checking *c;
	size_t n_bad, n_open;
	const char *bad, *open;
};

static void add(struct checking *c, const char *name, enum publish_verdict verdict, const char *text, const char *help)
{
	if (c->n_checks < CHECKS_MAX)
		c->checks[c->n_checks++] = (struct publish_check){ name, verdict, text, verdict == VERDICT_PASS ? "" : help };
}

static const char *joined(struct checking *c, const char *list, size_t n, const char *more)
{
	if (n >= NAMED_MAX)
		return n == NAMED_MAX ? arena_printf(c->arena, "%s; and more", list) : list;
	return arena_printf(c->arena, "%s%s%s", list ? list : "", list ? "; " : "", more);
}

static void bad(struct tally *t, const char *what)
{
	t->bad = joined(t->c, t->bad, t->n_bad++, what);
}

static void unknown(struct tally *t, const char *what)
{
	t->open = joined(t->c, t->open, t->n_open++, what);
}

/* A check of workflows: without any, and where one is not read to its end, nothing bad that was found is no pass. */
static void conclude(struct tally *t, const char *name, const char *good, const char *help)
{
	struct checking *c = t->c;
	for (size_t i = 0; i < c->n_files; i++)
		if (c->files[i].unread)
			unknown(t, arena_printf(c->arena, "%s: %s", c->files[i].name, c->files[i].unread));
	if (c->has_gitlab && !c->no_files)
		unknown(t, "'" GITLAB "' is not looked at");
	if (t->n_bad)
		add(c, name, VERDICT_FAIL, t->bad, help);
	else if (c->no_files)
		add(c, name, VERDICT_UNKNOWN, c->no_files, "");
	else if (t->n_open)
		add(c, name, VERDICT_UNKNOWN, t->open, help);
	else
		add(c, name, VERDICT_PASS, good, "");
}

/* ---- the workflows ---- */

static int compare_strings(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void read_file(struct checking *c, int dir, struct workflow_file *f)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(buf_done) struct buf record;
	struct diag d = { 0 };
	struct run_context run = { .id = "", .limits = &c->settings->limits, .mode = c->settings->isolation };
	buf_init(&text, WORKFLOW_SIZE_MAX + 1);
	buf_init(&record, RECORD_MAX);
	struct stat st;
	bool is_file = fstatat(dir, f->name, &st, 0) == 0 && S_ISREG(st.st_mode); /* a pipe would be waited for */
	enum status s = is_file ? file_read(dir, f->name, &text, &d) : fail(&d, ERR_IO, 0, "it is no file");
	if (s == OK)
		s = helper_call(&run, "hwb-parse", "workflow-facts", buf_bytes(&text), NULL, 0, &record, &d);
	if (s == OK)
		s = reply_check(workflow_read(arena_copy(c->arena, buf_bytes(&record)), c->arena, &f->w, &d), &d);
	if (s)
		f->unread = arena_string(c->arena, bytes_of(d.text));
	else if (f->w.unread.data)
		f->unread = arena_printf(c->arena, "line %u: %.*s", (unsigned)f->w.unread_line, BYTES_ARG(f->w.unread));
}

static void read_workflows(struct checking *c)
{
	CLEANUP(fd_close) int dir = -1;
	struct diag d = { 0 };
	const char **names = NULL;
	size_t n = 0;
	c->has_gitlab = c->dir >= 0 && faccessat(c->dir, GITLAB, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	c->no_files = c->has_gitlab ? "there is no workflow in '" WORKFLOWS "', and '" GITLAB "' is not looked at"
				    : "there is no workflow in '" WORKFLOWS "'; other CI systems are not looked at";
	enum status s = c->dir < 0 ? ERR_ABSENT : directory_open(c->dir, WORKFLOWS, &dir, &d);
	if (s && s != ERR_ABSENT)
		c->no_files = arena_string(c->arena, bytes_of(d.text));
	DIR *entries = s ? NULL : directory_entries(dir);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		struct bytes name = bytes_of(e->d_name);
		if (!bytes_ends(name, BYTES(".yml")) && !bytes_ends(name, BYTES(".yaml")))
			continue;
		names = arena_grow(c->arena, names, n, sizeof *names);
		names[n++] = arena_string(c->arena, name);
	}
	if (entries)
		(void)closedir(entries);
	if (!n)
		return;
	qsort(names, n, sizeof *names, compare_strings);
	c->no_files = NULL;
	c->n_files = n;
	c->files = ARENA_ARRAY(c->arena, struct workflow_file, n);
	for (size_t i = 0; i < n; i++) {
		c->files[i].name = names[i];
		if (i < FILES_MAX)
			read_file(c, dir, &c->files[i]);
		else
			c->files[i].unread = "there are too many workflows";
	}
}

/* for (EACH_JOB(f, j, c)): every job of every workflow. */
#define EACH_JOB(f, j, c) \
	const struct workflow_file *f = (c)->files; \
	f < (c)->files + (c)->n_files; \
	f++) for (const struct workflow_job *j = f->w.jobs; j < f->w.jobs + f->w.n_jobs; j++

static const struct workflow_permissions *permissions_of(const struct workflow_file *f, const struct workflow_job *j)
{
	return j->permissions.level == LEVEL_ABSENT ? &f->w.permissions : &j->permissions;
}

static const char *job_text(struct checking *c, const struct workflow_file *f, const struct workflow_job *j, const char *what)
{
	return arena_printf(c->arena, "%s:%u job '%.*s' %s", f->name, (unsigned)j->line, BYTES_ARG(j->name), what);
}

static void check_trusted_publisher(struct checking *c)
{
	struct tally t = { .c = c };
	size_t n_publishing = 0;
	for (EACH_JOB(f, j, c)) {
		const struct workflow_permissions *p = permissions_of(f, j);
		if (j->calls)
			unknown(&t, job_text(c, f, j, "calls a workflow, which is not looked into"));
		if (!j->publishes)
			continue;
		n_publishing++;
		if (j->has_token || f->w.has_token)
			bad(&t, job_text(c, f, j, "publishes with a password or a token"));
		else if (p->level == LEVEL_UNKNOWN)
			unknown(&t, job_text(c, f, j, "has permissions that are not known"));
		else if (!p->id_token)
			bad(&t, job_text(c, f, j, "publishes and may not ask for an identity"));
	}
	if (!n_publishing)
		unknown(&t, "no workflow is known to publish");
	conclude(&t, "trusted-publisher", "what publishes does so with a Trusted Publisher",
		 "register a Trusted Publisher, give the job 'id-token: write' and remove the token: 'hwb init' writes such a workflow");
}

static void check_pins(struct checking *c)
{
	struct tally t = { .c = c };
	for (size_t i = 0; i < c->n_files; i++)
		for (size_t k = 0; k < c->files[i].w.n_uses; k++) {
			const struct workflow_use *u = &c->files[i].w.uses[k];
			const char *what = arena_printf(c->arena, "%s:%u %.*s", c->files[i].name, (unsigned)u->line,
							BYTES_ARG(u->text));
			if (u->pin == PIN_NAME)
				bad(&t, what);
			else if (u->pin == PIN_UNKNOWN)
				unknown(&t, what);
		}
	conclude(&t, "action-pins", "every action is pinned by a commit",
		 "pin each by its full commit: a tag or a branch can be moved to other code; Dependabot and Renovate keep pins fresh");
}

static void check_permissions(struct checking *c)
{
	struct tally t = { .c = c };
	for (size_t i = 0; i < c->n_files; i++) {
		const struct workflow_file *f = &c->files[i];
		enum workflow_level level = f->w.permissions.level;
		if (level == LEVEL_WRITE_ALL)
			bad(&t, arena_printf(c->arena, "%s has 'write-all'", f->name));
		else if (level == LEVEL_WRITE && f->w.n_jobs > 1)
			bad(&t, arena_printf(c->arena, "%s may write in every job", f->name));
		else if (level == LEVEL_UNKNOWN)
			unknown(&t, arena_printf(c->arena, "%s has permissions that are not known", f->name));
	}
	for (EACH_JOB(f, j, c))
		if (permissions_of(f, j)->level == LEVEL_ABSENT)
			bad(&t, job_text(c, f, j, "has what the repository's default gives"));
		else if (j->permissions.level == LEVEL_WRITE_ALL)
			bad(&t, job_text(c, f, j, "has 'write-all'"));
		else if (j->permissions.level == LEVEL_UNKNOWN)
			unknown(&t, job_text(c, f, j, "has permissions that are not known"));
	conclude(&t, "permissions", "every workflow says what it may, and no more than it needs at its top",
		 "write 'permissions: {}' at the top of the workflow and what a job needs in that job");
}

static bool has_trigger(const struct workflow *w, struct bytes name)
{
	for (size_t i = 0; i < w->n_triggers; i++)
		if (bytes_equal(w->triggers[i], name))
			return true;
	return false;
}

static void check_pull_requests(struct checking *c)
{
	struct tally t = { .c = c };
	for (EACH_JOB(f, j, c))
		if (has_trigger(&f->w, BYTES("pull_request_target")) && (j->publishes || permissions_of(f, j)->id_token))
			bad(&t, job_text(c, f, j, "can publish, and runs for strangers' pull requests"));
	conclude(&t, "pull-requests", "nothing that can publish is started by 'pull_request_target'",
		 "publish from a workflow of its own, started by a release or a tag");
}

static void check_identity(struct checking *c)
{
	struct tally t = { .c = c };
	for (EACH_JOB(f, j, c)) {
		if (permissions_of(f, j)->level == LEVEL_UNKNOWN)
			unknown(&t, job_text(c, f, j, "has permissions that are not known"));
		if (!permissions_of(f, j)->id_token)
			continue;
		if (j->calls)
			unknown(&t, job_text(c, f, j, "calls a workflow, which is not looked into"));
		else if (!j->publishes)
			bad(&t, job_text(c, f, j, "may ask for an identity and does not publish"));
		else if (j->runs_code)
			bad(&t, job_text(c, f, j, "may ask for an identity and runs other code than the upload"));
	}
	conclude(&t, "id-token", "only jobs that publish, and do nothing else, may ask for an identity",
		 "two jobs: one builds without 'id-token', one gets the artefacts and publishes");
}

static void check_environment(struct checking *c)
{
	struct tally t = { .c = c };
	size_t n_publishing = 0;
	for (EACH_JOB(f, j, c)) {
		n_publishing += j->publishes;
		if (j->publishes && !j->has_environment)
			bad(&t, job_text(c, f, j, "publishes without an environment"));
	}
	if (!n_publishing)
		unknown(&t, "no workflow is known to publish");
	conclude(&t, "environment", "what publishes has an environment",
		 "'environment: pypi' with required reviewers, and the same name in the Trusted Publisher");
}

/* ---- here ---- */

/* Given by a CI system for one run, or no credential of anybody's. */
static bool is_short_lived(struct bytes name)
{
	static const char *const names[] = { "GITHUB_TOKEN", "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return bytes_starts(name, BYTES("ACTIONS_")) || bytes_ends(name, BYTES("_ID_TOKEN"));
}

/* By name alone: no value is said, not even masked. */
static void check_variables(struct checking *c)
{
	struct tally t = { .c = c };
	char **env = c->settings->environment;
	for (size_t i = 0; env && env[i]; i++) {
		struct bytes rest = bytes_of(env[i]), name = bytes_cut(&rest, '=');
		if (console_is_secret_variable(bytes_of(env[i])) && !is_short_lived(name))
			bad(&t, arena_printf(c->arena, "%.*s", BYTES_ARG(name)));
	}
	if (t.n_bad)
		add(c, "token-variables", VERDICT_FAIL, arena_printf(c->arena, "%s: whatever is started here can read them", t.bad),
		    "keep a token in a keyring or 'hwb credential'; a Trusted Publisher needs none");
	else
		add(c, "token-variables", VERDICT_PASS, "no variable looks like a credential that lasts", "");
}

static void check_pypirc(struct checking *c)
{
	CLEANUP(buf_done) struct buf text;
	struct ini ini;
	struct diag d = { 0 };
	struct tally t = { .c = c };
	static const char help[] = "remove the password and revoke it: it is readable by whatever runs as you";
	const char *home = c->settings->user_home, *path = arena_printf(c->arena, "%s/.pypirc", home ? home : "");
	buf_init(&text, INI_MAX_SIZE);
	enum status s = home ? file_read(AT_FDCWD, path, &text, &d) : ERR_ABSENT;
	if (s == ERR_ABSENT) {
		add(c, "pypirc", home ? VERDICT_PASS : VERDICT_UNKNOWN, home ? "there is no ~/.pypirc" : "HOME is not set", "");
		return;
	}
	if (s || ini_parse(buf_bytes(&text), INI_EQUALS_AND_COLON, c->arena, &ini, &d)) {
		add(c, "pypirc", VERDICT_UNKNOWN, arena_printf(c->arena, "~/.pypirc cannot be read: %s", d.text), help);
		return;
	}
	for (size_t i = 0; i < ini.n_items; i++)
		if (bytes_equal_nocase(ini.items[i].key, BYTES("password")) && ini.items[i].value.size)
			bad(&t, arena_printf(c->arena, "[%.*s]", BYTES_ARG(ini.items[i].section)));
	if (t.n_bad)
		add(c, "pypirc", VERDICT_FAIL, arena_printf(c->arena, "~/.pypirc has a password in %s", t.bad), help);
	else
		add(c, "pypirc", VERDICT_PASS, "~/.pypirc has no password", "");
}

static void check_lock(struct checking *c)
{
	struct stat st;
	static const char help[] = "'hwb lock --python-version VERSION' writes it for the Python of the machine that builds (3.12 on "
				   "ubuntu-24.04); then 'hwb build --locked' installs nothing else";
	if (c->dir < 0)
		add(c, "lock", VERDICT_UNKNOWN, "the project cannot be opened", "");
	else if (fstatat(c->dir, "pylock.build.toml", &st, 0) == 0)
		add(c, "lock", VERDICT_PASS, "'pylock.build.toml' pins what builds it", "");
	else if (errno == ENOENT)
		add(c, "lock", VERDICT_FAIL, "there is no 'pylock.build.toml': what builds a release can change from day to day",
		    help);
	else
		add(c, "lock", VERDICT_UNKNOWN, arena_printf(c->arena, "'pylock.build.toml': %s", strerror(errno)), help);
}

void doctor_check_publishing(const struct settings *s, const char *project, struct arena *a, struct publish_check **ret, size_t *ret_n)
{
	CLEANUP(fd_close) int dir = -1;
	struct checking c = { .settings = s, .arena = a, .dir = -1 };
	struct diag d = { 0 };
	c.checks = ARENA_ARRAY(a, struct publish_check, CHECKS_MAX);
	if (directory_open(AT_FDCWD, project, &dir, &d))
		add(&c, "project", VERDICT_UNKNOWN, arena_string(a, bytes_of(d.text)), "name its directory: --publish=DIR");
	else
		c.dir = dir;
	read_workflows(&c);
	check_trusted_publisher(&c);
	check_environment(&c);
	check_identity(&c);
	check_pull_requests(&c);
	check_permissions(&c);
	check_pins(&c);
	check_variables(&c);
	check_pypirc(&c);
	check_lock(&c);
	add(&c, "two-factor", VERDICT_UNKNOWN,
	    "no file tells whether the accounts of the registry and the code host ask for a second factor",
	    "look there: a security key for every owner and maintainer, recovery codes kept offline");
	*ret = c.checks;
	*ret_n = c.n_checks;
}
