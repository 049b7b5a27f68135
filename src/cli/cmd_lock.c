/* `hwb lock`: the build dependencies of a source, both phases, for one or several targets, into one lock file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "cli/building.h"
#include "cli/commands.h"
#include "cli/deps_policy.h"
#include "cli/lock_make.h"
#include "cli/locking.h"
#include "cli/options_build.h"
#include "host/file.h"
#include "lock/target.h"

enum { LOCK_TARGETS_MAX = 256 };

struct lock_command {
	struct build_command build; /* first: finish gets it */
	const char *path; /* of the lock */
	struct lock_file before;
	bool has_before;
	const struct lock_hint *hints;
	size_t n_hints;
	struct lock_target *targets;
	size_t n_targets;
};

static enum status choose_path(struct lock_command *c, struct diag *d)
{
	const struct settings *s = c->build.settings;
	struct source_word word;
	enum status status = source_word_parse(s->sources.items[0], c->build.arena, &word, d);
	if (status)
		return status;
	c->path = s->lock.out;
	if (!c->path && word.kind == SOURCE_DIRECTORY)
		c->path = arena_printf(c->build.arena, "%.*s/" LOCKING_FILE_NAME, BYTES_ARG(word.path));
	if (!c->path)
		c->path = LOCKING_FILE_NAME;
	if (pylock_is_name(bytes_of(c->path)))
		return OK;
	(void)fail(d, ERR_USAGE, 0, "'%s' is no name for a lock file", c->path);
	return remedy(d, "pylock.toml or pylock.NAME.toml (PEP 751)");
}

static bool is_upgraded(const struct settings *s, struct bytes name)
{
	for (size_t i = 0; i < s->lock.upgrade_packages.n; i++)
		if (name_equal(bytes_of(s->lock.upgrade_packages.items[i]), name))
			return true;
	return s->lock.upgrade;
}

/* What was locked before is tried first, but for what is to be upgraded. */
static enum status read_before(struct lock_command *c, struct diag *d)
{
	struct lock_hint *hints;
	size_t n, kept = 0;
	struct diag why = { 0 };
	enum status s = lock_file_read(&c->build.session.run, c->path, c->build.arena, &c->before, &why);
	if (s == ERR_ABSENT && c->build.settings->lock.check) {
		(void)fail(d, ERR_RESOLVE, 0, "there is no lock: %s", c->path);
		return remedy(d, "make one: hwb lock");
	}
	if (s == ERR_ABSENT)
		return OK;
	if (s) {
		*d = why;
		return s;
	}
	c->has_before = true;
	const struct lock_hint *all;
	locking_hints(&c->before.lock, c->build.arena, &all, &n);
	hints = ARENA_ARRAY(c->build.arena, struct lock_hint, n);
	for (size_t i = 0; i < n; i++)
		if (!is_upgraded(c->build.settings, all[i].name))
			hints[kept++] = all[i];
	c->hints = hints;
	c->n_hints = kept;
	return OK;
}

/* ---- targets ---- */

/* What building a requirement took is in the lock as well, under the same versions: a lock has one of each for a target. */
static enum status add_built(struct pipeline *p, struct lock_result *result, struct diag *d)
{
	for (size_t i = 0; i < p->n_built_pins; i++) {
		const struct lock_pin *pin = &p->built_pins[i];
		size_t k = 0;
		while (k < result->n_pins && !bytes_equal(result->pins[k].name, pin->name))
			k++;
		if (k < result->n_pins && !bytes_equal(result->pins[k].version, pin->version))
			return fail(d, ERR_RESOLVE, 0, "'%.*s' is needed as %.*s, and as %.*s to build a requirement from its sdist",
				    BYTES_ARG(pin->name), BYTES_ARG(result->pins[k].version), BYTES_ARG(pin->version));
		if (k < result->n_pins)
			continue;
		struct lock_pin *pins = ARENA_ARRAY(p->arena, struct lock_pin, result->n_pins + 1);
		bytes_copy(pins, bytes_make(result->pins, result->n_pins * sizeof *pins));
		pins[result->n_pins++] = *pin;
		result->pins = pins;
	}
	return OK;
}

static enum status add_target(struct lock_command *c, struct pipeline *p, const struct interpreter *python, struct diag *d)
{
	struct lock_request request;
	if (c->n_targets == LOCK_TARGETS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d targets", LOCK_TARGETS_MAX);
	struct lock_target *t = &c->targets[c->n_targets];
	*t = (struct lock_target){ .python = python, .index = p->index };
	enum status s = locking_request(p, p->dynamic, p->n_dynamic, &request, d);
	request.python = python;
	if (python != &p->python.interpreter) /* nobody builds for what is not here */
		request.builder = NULL;
	if (s == OK)
		s = lock_run(p->run, &request, p->index, p->arena, &t->result, d);
	if (s == OK)
		s = add_built(p, &t->result, d);
	if (s == OK)
		s = deps_policy_judge(p, &request, &t->result, d);
	c->n_targets++;
	return s ? explain(d, "for Python %.*s on %.*s (%.*s)", BYTES_ARG(python->version),
			   BYTES_ARG(python->env.field[MARKER_SYS_PLATFORM]), BYTES_ARG(python->env.field[MARKER_PLATFORM_MACHINE]))
		 : OK;
}

/* One interpreter's own place, or every version and platform that was asked for. */
static enum status add_targets(struct lock_command *c, struct pipeline *p, struct diag *d)
{
	const struct settings *set = p->settings;
	static const char *const own[] = { "" };
	const char *const *versions = set->lock.versions.n ? set->lock.versions.items : own;
	const char *const *platforms = set->lock.platforms.n ? set->lock.platforms.items
				       : set->lock.universal ? target_universal
							     : own;
	size_t n_versions = set->lock.versions.n ? set->lock.versions.n : 1, n_platforms = set->lock.platforms.n;
	while (!set->lock.platforms.n && (platforms == own ? n_platforms < 1 : platforms[n_platforms] != NULL))
		n_platforms++;
	if (versions == own && platforms == own)
		return add_target(c, p, &p->python.interpreter, d);
	for (size_t v = 0; v < n_versions; v++)
		for (size_t k = 0; k < n_platforms; k++) {
			struct interpreter *python = ARENA_NEW(p->arena, struct interpreter);
			struct bytes version = versions == own ? (struct bytes){ NULL, 0 } : bytes_of(versions[v]);
			struct bytes platform = platforms == own ? (struct bytes){ NULL, 0 } : bytes_of(platforms[k]);
			enum status s = target_make(&p->python.interpreter, version, platform, p->arena, python, d);
			if (s == OK)
				s = add_target(c, p, python, d);
			if (s)
				return s;
		}
	return OK;
}

/* ---- the file ---- */

static enum status make(struct lock_command *c, struct pylock *ret, struct diag *d)
{
	char folder[PATH_MAX] = "", time[CLOCK_TEXT_SIZE];
	struct build_command *b = &c->build;
	const struct pipeline *first = &b->pipelines[0];
	const struct project *project = &first->source.project;
	struct bytes path = bytes_of(c->path);
	size_t slash = bytes_find_last(path, '/');
	const char *where = slash < path.size ? arena_string(b->arena, bytes_part(path, 0, slash ? slash : 1)) : ".";
	struct lock_make_request request = {
		.targets = c->targets,
		.n_targets = c->n_targets,
		.universal = b->settings->lock.universal,
		.exclude_newer = b->settings->exclude_newer,
		.folder = realpath(where, folder) ? bytes_of(folder) : (struct bytes){ NULL, 0 },
	};
	*ret = (struct pylock){ .created_by = BYTES("hwb"), .is_ours = true, .has_input = true };
	ret->requires = project->requires;
	ret->n_requires = project->n_requires;
	ret->input = pylock_input(project->requires, project->n_requires, project->backend);
	ret->dynamic = first->dynamic;
	ret->n_dynamic = first->n_dynamic;
	if (b->settings->exclude_newer != INT64_MAX) {
		clock_text(b->settings->exclude_newer, time);
		ret->exclude_newer = arena_copy(b->arena, bytes_of(time));
	}
	/* An age means another time in each run: that alone makes no other lock. */
	if (b->settings->lock.check && c->has_before)
		ret->exclude_newer = c->before.lock.exclude_newer;
	return lock_make(&request, b->arena, ret, d);
}

static void say_change(void *context, const char *verb, struct bytes name, struct bytes before, struct bytes after)
{
	const bool both = before.size && after.size;
	console_note(context, "%s %.*s %.*s%s%.*s", verb, BYTES_ARG(name), BYTES_ARG(before), both ? " -> " : "", BYTES_ARG(after));
}

static enum status write_lock(struct lock_command *c, const struct pylock *lock, struct bytes text, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	struct sha256 sum = sha256_of(text);
	struct bytes path = bytes_of(c->path);
	struct console *console = c->build.session.console;
	bool is_same = c->has_before && bytes_equal(text, c->before.text);
	size_t n = lock_compare(&c->before.lock, lock, say_change, console);
	sha256_text(&sum, digest);
	enum status s = audit_note(c->build.session.run.audit, true, d, "lock.written", "path", c->path, "sha256", digest, NULL);
	if (s == OK && !is_same)
		s = file_replace_path(c->path, text, 0644, d);
	if (s)
		return s;
	console_note(console, "locked %zu distribution%s for %zu target%s%s", lock->n_packages, PLURAL(lock->n_packages),
		     c->n_targets, PLURAL(c->n_targets), is_same || !n ? ": nothing changed" : "");
	console_result(console, path);
	return OK;
}

static enum status compare_lock(const struct lock_command *c, const struct pylock *lock, struct bytes text, struct diag *d)
{
	struct console *console = c->build.session.console;
	if (bytes_equal(text, c->before.text)) {
		console_note(console, "%s is up to date", c->path);
		return OK;
	}
	size_t n = lock_compare(&c->before.lock, lock, say_change, console);
	(void)fail(d, ERR_RESOLVE, 0, "the lock '%s' is not up to date%s", c->path,
		   n ? "" : ": what it was made for, or a file, is another");
	return remedy(d, "bring it up to date: hwb lock");
}

static enum status finish_lock(struct build_command *b, struct diag *d)
{
	struct lock_command *c = (struct lock_command *)b;
	CLEANUP(buf_done) struct buf text;
	struct pylock lock;
	enum status s = OK;
	c->targets = ARENA_ARRAY(b->arena, struct lock_target, LOCK_TARGETS_MAX);
	for (size_t i = 0; s == OK && i < b->n_pipelines; i++)
		s = add_targets(c, &b->pipelines[i], d);
	if (s == OK)
		s = make(c, &lock, d);
	if (s)
		return s;
	buf_init(&text, PYLOCK_SIZE_MAX);
	pylock_write(&lock, &text);
	s = buf_check(&text, "the lock", d);
	if (s)
		return s;
	return b->settings->lock.check ? compare_lock(c, &lock, buf_bytes(&text), d) : write_lock(c, &lock, buf_bytes(&text), d);
}

/* Hints are for all pipelines, and there is a session only now. */
static enum status start_lock(struct build_command *b, struct diag *d)
{
	struct lock_command *c = (struct lock_command *)b;
	enum status s = choose_path(c, d);
	return s ? s : read_before(c, d);
}

static void hint(struct build_command *b, struct pipeline *p)
{
	const struct lock_command *c = (const struct lock_command *)b;
	p->hints = c->hints;
	p->n_hints = c->n_hints;
}

static int run_lock(struct settings *settings, struct arena *a)
{
	static const char *here[] = { "." };
	struct lock_command c = { .build = { .run = pipeline_lock, .start = start_lock, .prepare = hint, .finish = finish_lock } };
	c.build.settings = settings;
	c.build.arena = a;
	if (!settings->sources.n)
		settings->sources = (struct strings){ here, 1 };
	if (settings->sources.n > 1) {
		struct diag d = { 0 };
		(void)fail(&d, ERR_USAGE, 0, "a lock is of one source, not of %zu", settings->sources.n);
		console_error(console_open(settings, environ, a), &d);
		return EXIT_USAGE;
	}
	settings->lock.none = true;
	return building_run(&c.build, "lock");
}

static const char *const options_of_lock[] = { "--python",
					       "--build-constraint",
					       OPTIONS_OF_INDEX,
					       "--build-deps",
					       "--unknown-requires",
					       "--allow-url",
					       "--isolation",
					       "--image",
					       "--pull",
					       "--allow-requires",
					       "--allow-read",
					       "--allow-host",
					       "--env",
					       "--scan",
					       "--allow",
					       "--deny",
					       "--fail-on",
					       "--trust-project",
					       "--limit",
					       "--config-setting",
					       NULL };

const struct command command_lock = {
	.name = "lock",
	.arguments = "[SRC]",
	.what = "write the hashes of all build dependencies to pylock.build.toml",
	.options = options_lock,
	.borrowed = options_build,
	.names = options_of_lock,
	.run = run_lock,
};
