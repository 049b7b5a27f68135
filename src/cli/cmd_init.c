/* `hwb init`: a release pipeline of least rights for the project, and what its Trusted Publisher has to be told. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "base/wire.h"
#include "cli/ci_templates.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/git_remote.h"
#include "cli/locking.h"
#include "cli/option_take.h"
#include "cli/options_build.h"
#include "format/json_write.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/reply.h"
#include "host/sealed.h"
#include "python/name.h"
#include "python/project.h"

enum { PYPROJECT_MAX = 16 << 20, REPLY_MAX = 64 << 20, CI_FILE_MAX = 1 << 20, FOLDERS_MAX = 1000 };

struct init_command {
	struct settings *settings;
	struct arena *arena;
	struct console *console;
	int dir; /* of the project, and how it was named */
	const char *dir_path;
	const char *project; /* NULL: not known */
	const struct registry_kind *registry; /* where its releases go */
	const char *environment; /* that publishes them */
	bool has_remote, is_gitlab;
	struct git_remote remote;
	const char *path; /* what is written, below the project */
};

static int compare_strings(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* pyproject.toml and the folders beside it: the parser wants to see that a backend-path leads somewhere. What is in them is not needed. */
static void put_snapshot(struct init_command *c, struct bytes pyproject, struct buf *out)
{
	static const char own[] = "pyproject.toml";
	const char **names = arena_grow(c->arena, NULL, 0, sizeof *names);
	size_t n = 0;
	struct stat st;
	DIR *entries = directory_entries(c->dir);
	names[n++] = own;
	for (struct dirent *e; entries && n < FOLDERS_MAX && (e = readdir(entries));) {
		struct bytes name = bytes_of(e->d_name);
		if (!snapshot_path_ok(name) || fstatat(c->dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
			continue;
		names = arena_grow(c->arena, names, n, sizeof *names);
		names[n++] = arena_string(c->arena, name);
	}
	if (entries)
		(void)closedir(entries);
	qsort(names, n, sizeof *names, compare_strings);
	snapshot_put_start(out);
	for (size_t i = 0; i < n; i++) {
		bool is_own = names[i] == own;
		snapshot_put_header(out, is_own ? 'f' : 'd', bytes_of(names[i]), is_own ? pyproject.size : 0);
		buf_add(out, is_own ? pyproject : BYTES(""));
	}
	snapshot_put_end(out);
}

/* Its name, by the parser that builds use. Without one the pipeline works all the same. */
static enum status ask_name(struct init_command *c, struct bytes pyproject, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(buf_done) struct buf snapshot;
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	struct run_context run = { .id = "", .limits = &c->settings->limits, .mode = c->settings->isolation };
	struct project project;
	buf_init(&snapshot, PYPROJECT_MAX + FOLDERS_MAX * 512);
	buf_init(&ask, 64);
	buf_init(&reply, REPLY_MAX);
	put_snapshot(c, pyproject, &snapshot);
	wire_put_bytes(&ask, BYTES(""));
	enum status s = sealed_make("project", buf_bytes(&snapshot), &fd, d);
	if (s == OK)
		s = helper_call(&run, "hwb-parse", "project", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&reply));
	struct bytes record = arena_copy(c->arena, wire_get_bytes(&w));
	(void)wire_get_bytes(&w); /* what an sdist says of itself: here is none */
	(void)wire_get_u64(&w); /* and no repository */
	s = wire_end(&w, "project", d);
	s = reply_check(s ? s : project_read(record, c->arena, &project, d), d);
	if (s == OK && project.name.size && name_is_valid(project.name))
		c->project = arena_string(c->arena, name_normalize(project.name, c->arena));
	return s;
}

static enum status read_name(struct init_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct diag why = { 0 };
	buf_init(&text, PYPROJECT_MAX);
	enum status s = file_read(c->dir, "pyproject.toml", &text, &why);
	if (s == ERR_ABSENT) {
		(void)fail(d, ERR_USAGE, 0, "there is no pyproject.toml in '%s'", c->dir_path);
		return remedy(d, "name the project's directory: hwb init DIR");
	}
	if (s == OK)
		s = ask_name(c, buf_bytes(&text), &why);
	if (s)
		console_warning(c->console, "the project's name could not be read from pyproject.toml: %s", why.text);
	else if (!c->project)
		console_warning(c->console, "pyproject.toml has no [project] name");
	return OK;
}

/* Which CI system it is, by the flag or by where the repository lives. */
static enum status read_remote(struct init_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct diag why = { 0 };
	const struct settings_init *s = &c->settings->init;
	buf_init(&text, GIT_CONFIG_MAX);
	enum status status = file_read(c->dir, ".git/config", &text, &why);
	if (status == OK)
		status = git_remote_find(buf_bytes(&text), c->arena, &c->remote, &why);
	c->has_remote = status == OK;
	if (!c->has_remote)
		console_warning(c->console, "where the repository lives is not known: %s", why.text);
	if (s->github && s->gitlab)
		return fail(d, ERR_USAGE, 0, "--github and --gitlab cannot go together");
	c->is_gitlab = s->gitlab || (!s->github && c->has_remote && strstr(c->remote.host, "gitlab"));
	if (s->github || s->gitlab || c->is_gitlab || !c->has_remote || strcmp(c->remote.host, "github.com") == 0)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "which CI system '%s' has is not known", c->remote.host);
	return remedy(d, "say it with --github or --gitlab");
}

/* The repository that the project is a part of, when it is not its top; NULL: there is none. */
static const char *find_top(const struct init_command *c)
{
	char path[PATH_MAX];
	struct bytes top;
	if (faccessat(c->dir, ".git", F_OK, AT_SYMLINK_NOFOLLOW) == 0 || !realpath(c->dir_path, path))
		return NULL;
	for (top = bytes_of(path); top.size > 1;) {
		size_t slash = bytes_find_last(top, '/');
		top = bytes_part(top, 0, slash ? slash : 1);
		const char *git = arena_printf(c->arena, "%.*s/.git", BYTES_ARG(top));
		if (faccessat(AT_FDCWD, git, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return arena_string(c->arena, top);
	}
	return NULL;
}

/* A CI reads its file at the top of the repository, and nowhere else. */
static enum status check_top(const struct init_command *c, struct diag *d)
{
	const char *top = find_top(c);
	if (!top)
		return OK;
	(void)fail(d, ERR_USAGE, 0,
		   "'%s' is a part of the repository in '%s', where alone a CI looks for its pipeline: '%s/.github/workflows', "
		   "'%s/.gitlab-ci.yml'",
		   c->dir_path, top, top, top);
	return remedy(d, "run 'hwb init' in a copy of the folder that lies elsewhere, move its file to the top, and let it build the "
			 "folder: hwb build -o dist FOLDER; or make the folder a repository of its own (git init)");
}

/* The Python of a lock that is for one alone, as hwb writes it: "==3.12.*". A lock that cannot be read is for the build to refuse. */
static const char *read_python(struct init_command *c)
{
	struct run_context run = { .id = "", .limits = &c->settings->limits, .mode = c->settings->isolation };
	struct lock_file file;
	struct diag why = { 0 };
	enum status s = lock_file_read(&run, arena_printf(c->arena, "%s/" LOCKING_FILE_NAME, c->dir_path), c->arena, &file, &why);
	if (s) {
		console_warning(c->console, "%s", why.text);
		return NULL;
	}
	struct bytes rest = file.lock.requires_python;
	if (!bytes_starts(rest, BYTES("==")) || !bytes_ends(rest, BYTES(".*")))
		return NULL;
	struct bytes version = bytes_part(rest, 2, rest.size - 4), minor = version, major = bytes_cut(&minor, '.');
	uint64_t number;
	if (number_parse_u64(major, 99, &number) || number_parse_u64(minor, 999, &number))
		return NULL;
	return arena_string(c->arena, version);
}

/* What is there is somebody's work. */
static enum status write_file(struct init_command *c, struct bytes content, struct diag *d)
{
	CLEANUP(fd_close) int folder = -1;
	const char *name = strrchr(c->path, '/') ? strrchr(c->path, '/') + 1 : c->path;
	enum status s = directory_make_inside(c->dir, c->is_gitlab ? "." : ".github/workflows", &folder, d);
	if (s)
		return s;
	if (c->settings->init.force)
		return file_replace(folder, name, content, 0644, true, d);
	s = file_create(folder, name, content, 0644, d);
	if (s != ERR_ABSENT)
		return s;
	(void)fail(d, ERR_USAGE, 0, "there is a '%s' already", c->path);
	return remedy(d, "move it away, or replace it with --force");
}

static enum status write_pipeline(struct init_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	const struct settings_init *s = &c->settings->init;
	struct ci_choices choices = { .project = c->project,
				      .registry = c->registry,
				      .environment = c->environment,
				      .action = s->action,
				      .is_locked = faccessat(c->dir, LOCKING_FILE_NAME, F_OK, 0) == 0 };
	if (choices.is_locked)
		choices.python = read_python(c);
	buf_init(&out, CI_FILE_MAX);
	c->path = c->is_gitlab ? ".gitlab-ci.yml" : ".github/workflows/release.yml";
	if (c->is_gitlab)
		ci_put_gitlab(&choices, &out);
	else {
		enum status status = ci_put_github(&choices, c->arena, &out, d);
		if (status)
			return status;
	}
	enum status status = buf_check(&out, c->path, d);
	return status ? status : write_file(c, buf_bytes(&out), d);
}

/* The fields of the form, in its order and with its words; a value of NULL is for the person to find out. */
struct form_field {
	const char *name, *key, *value;
};

static void print_form(struct init_command *c)
{
	CLEANUP(buf_done) struct buf out;
	const struct form_field fields[] = {
		{ "PyPI project name", "project", c->project },
		{ c->is_gitlab ? "Namespace" : "Owner", "owner", c->has_remote ? c->remote.owner : NULL },
		{ c->is_gitlab ? "Project name" : "Repository name", "repository", c->has_remote ? c->remote.repository : NULL },
		{ c->is_gitlab ? "Top-level pipeline file path" : "Workflow name", "workflow",
		  c->is_gitlab ? c->path : "release.yml" },
		{ "Environment name", "environment", c->environment },
	};
	buf_init(&out, 65536);
	if (c->settings->json) {
		struct json_writer w;
		json_writer_init(&w, &out, true);
		json_object_begin(&w);
		json_pair_cstring(&w, "version", "1.0");
		json_pair_cstring(&w, "path", c->path);
		json_pair_cstring(&w, "ci", c->is_gitlab ? "gitlab" : "github");
		json_pair_cstring(&w, "registry", c->registry->word);
		json_key(&w, "publisher");
		json_object_begin(&w);
		for (size_t i = 0; i < COUNT(fields); i++)
			json_pair_cstring(&w, fields[i].key, fields[i].value);
		json_object_end(&w);
		json_object_end(&w);
	} else {
		buf_printf(&out, "%s\n\nRegister the Trusted Publisher with these, at\n", c->path);
		if (c->project)
			buf_printf(&out, "  %s/manage/project/%s/settings/publishing/ or, before the first release,\n",
				   c->registry->site, c->project);
		buf_printf(&out, "  %s/manage/account/publishing/\n", c->registry->site);
		for (size_t i = 0; i < COUNT(fields); i++)
			buf_printf(&out, "%s  %-28s %s", i ? "\n" : "", fields[i].name,
				   fields[i].value ? fields[i].value : "(not known here)");
	}
	console_result(c->console, buf_bytes(&out));
}

static void say_what_is_missing(struct init_command *c)
{
	if (!c->is_gitlab && c->has_remote && strcmp(c->remote.host, "github.com") != 0)
		console_warning(c->console, "the repository is on '%s', and the form takes those of github.com alone",
				c->remote.host);
	if (!c->settings->init.action)
		console_warning(c->console, "hwb has to be on the runner for both jobs%s",
				c->is_gitlab ? ": in its image, or installed on it"
					     : ", and GitHub's own have none: --action OWNER/REPOSITORY@COMMIT builds it there");
}

static enum status init(struct init_command *c, struct diag *d)
{
	const struct strings *words = &c->settings->sources;
	const struct settings_init *said = &c->settings->init;
	struct registry where;
	enum status s = registry_find(said->registry ? said->registry : "pypi", c->arena, &where);
	if (s)
		return fail(d, s, 0, "no such registry"); /* take_registry lets none through */
	c->registry = where.kind;
	c->environment = said->environment ? said->environment : c->registry->word;
	if (words->n > 1)
		return fail(d, ERR_USAGE, 0, "hwb init takes one directory");
	c->dir_path = words->n ? words->items[0] : ".";
	s = directory_open(AT_FDCWD, c->dir_path, &c->dir, d);
	if (s)
		return recode(d, ERR_USAGE);
	s = check_top(c, d);
	if (s == OK)
		s = read_name(c, d);
	if (s == OK)
		s = read_remote(c, d);
	if (s == OK)
		s = write_pipeline(c, d);
	if (s)
		return s;
	print_form(c);
	say_what_is_missing(c);
	console_note(c->console, "create the environment '%s' with required reviewers; 'hwb doctor --publish' looks at the rest",
		     c->environment);
	return OK;
}

static int run_init(struct settings *settings, struct arena *a)
{
	struct init_command c = { .settings = settings, .arena = a, .console = console_open(settings, environ, a), .dir = -1 };
	struct diag d = { 0 };
	enum status s = init(&c, &d);
	fd_close(&c.dir);
	if (s)
		console_error(c.console, &d);
	return (int)console_end(c.console, exit_code_of(s));
}

FLAG(take_force, init.force)
FLAG(take_github, init.github)
FLAG(take_gitlab, init.gitlab)

/* Words that stand in YAML as they are. */
static bool is_plain(struct bytes text, const char *more)
{
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_alnum(text.data[i]) && !(text.data[i] && strchr(more, text.data[i])))
			return false;
	return text.size > 0 && text.size <= 255 && byte_is_alnum(text.data[0]);
}

/* Of any other the form, and what its CI has to be asked for, are its operator's to know. */
static enum status take_registry(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	struct registry known;
	if (registry_find(value, a, &known)) {
		(void)fail(d, ERR_USAGE, 0, "takes pypi or testpypi: no form for a Trusted Publisher is known of '%s'", value);
		return remedy(d, "'hwb publish' publishes to it: TRUSTED PUBLISHERS in hwb-publish(1) says what its pipeline needs");
	}
	s->init.registry = known.name;
	return OK;
}

static enum status take_environment(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	if (!is_plain(bytes_of(value), "._-"))
		return fail(d, ERR_USAGE, 0, "takes a word of letters, digits, '.', '_' and '-'");
	s->init.environment = arena_string(a, bytes_of(value));
	return OK;
}

static enum status take_action(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	struct bytes commit = bytes_of(value), repository = bytes_cut(&commit, '@');
	bool is_commit = commit.size == 40 && is_plain(commit, "");
	for (size_t i = 0; i < commit.size; i++)
		is_commit = is_commit && (byte_is_digit(commit.data[i]) || (commit.data[i] >= 'a' && commit.data[i] <= 'f'));
	size_t slash = bytes_find(repository, '/');
	if (!is_commit || !is_plain(bytes_part(repository, 0, slash), "-") || !is_plain(bytes_from(repository, slash + 1), "._-"))
		return fail(d, ERR_USAGE, 0, "takes OWNER/REPOSITORY@COMMIT with all 40 digits of the commit: a tag can be moved");
	s->init.action = arena_string(a, bytes_of(value));
	return OK;
}

static const struct option options[] = {
	{ "--github", 0, { 0 }, NULL, "Write .github/workflows/release.yml, wherever the repository lives.", take_github },
	{ "--gitlab", 0, { 0 }, NULL, "Write .gitlab-ci.yml.", take_gitlab },
	{ "--registry", 'r', { 0 }, "pypi|testpypi", "Where the releases go; pypi unless said.", take_registry },
	{ "--environment", 0, { 0 }, "NAME", "The environment that publishes; the registry's name unless said.", take_environment },
	{ "--action", 0, { 0 }, "OWNER/REPOSITORY@COMMIT", "Where the workflow gets hwb from.", take_action },
	{ "--force", 0, { 0 }, NULL, "Replace the file when it is there.", take_force },
	{ "--json", 0, { 0 }, NULL, "Print one JSON object.", option_take_json },
	{ 0 },
};

const struct command command_init = {
	.name = "init",
	.arguments = "[DIR]",
	.what = "write a release pipeline with a Trusted Publisher",
	.options = options,
	.run = run_init,
};
