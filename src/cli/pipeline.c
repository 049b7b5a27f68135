#include "cli/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "build/build.h"
#include "cli/advisories.h"
#include "cli/artefact.h"
#include "cli/crates.h"
#include "cli/deps_policy.h"
#include "cli/describing.h"
#include "cli/finishing.h"
#include "cli/hook_run.h"
#include "cli/locking.h"
#include "cli/settings_parts.h"
#include "cli/shell.h"
#include "cli/source_scan.h"
#include "cli/known_backends.h"
#include "host/file.h"
#include "host/sealed.h"
#include "net/url.h"
#include "sandbox/container.h"

/* ---- source ---- */

/* Whatever will be built, also the sdist on its way to a wheel. */
static enum status note_source(struct pipeline *p, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	const struct source_result *s = &p->source;
	sha256_text(&s->tree.digest, digest);
	audit_set_source(p->run->audit, s->display);
	struct json_writer *w = audit_begin(p->run->audit, "source.fetched");
	json_pair_cstring(w, "tree_sha256", digest);
	json_pair_unsigned(w, "members", s->tree.n_entries);
	if (s->has_archive_digest) {
		sha256_text(&s->archive_digest, digest);
		json_pair_cstring(w, "archive_sha256", digest);
	}
	if (s->commit.size)
		json_pair_string(w, "commit", s->commit);
	enum status written = audit_end(p->run->audit, false, d);
	if (written == OK)
		written = source_scan_start(p, d);
	return written ? written : crates_look(p, d);
}

/* All of them are in the report; a terminal with thousands of lines says nothing. */
enum { LEFT_OUT_SAID_MAX = 10 };

static void warn_of_source(struct pipeline *p)
{
	const struct source_result *s = &p->source;
	for (size_t i = 0; i < s->tree.n_left_out && i < LEFT_OUT_SAID_MAX; i++)
		console_warning(p->console, "'%.*s' is left out of the build: %s", BYTES_ARG(s->tree.left_out[i].path),
				s->tree.left_out[i].why);
	if (s->tree.n_left_out > LEFT_OUT_SAID_MAX)
		console_warning(p->console, "and %zu more are left out: the report has them all",
				s->tree.n_left_out - LEFT_OUT_SAID_MAX);
	for (size_t i = 0; i < s->project.n_warnings; i++)
		console_warning(p->console, "%.*s", BYTES_ARG(s->project.warnings[i]));
}

/* The cool-down holds for what is built as for what builds it. */
static int64_t source_cutoff(const struct settings *s, const struct source_word *word)
{
	int64_t cutoff = clock_unix() - s->min_age;
	bool is_free = s->min_age == 0;
	for (size_t i = 0; !is_free && i < s->min_age_exempt.n; i++)
		is_free = bytes_equal(word->name, bytes_of(s->min_age_exempt.items[i]));
	return is_free || s->exclude_newer < cutoff ? s->exclude_newer : cutoff;
}

static enum status take_source(struct pipeline *p, const struct source_word *word, const char *out_path, struct diag *d)
{
	struct stage_time t = pipeline_stage_begin(p, "source");
	struct source_request request = {
		.word = word,
		.index = p->index,
		.python = &p->python.interpreter,
		.out_path = out_path,
		.ca_file = p->settings->ca_file,
		.allow_prereleases = p->settings->allow_prereleases,
		.exclude_newer = source_cutoff(p->settings, word),
		.outside_id = p->settings->outside_id,
	};
	int64_t epoch;
	enum status s = settings_epoch(p->settings, &epoch, d);
	if (s)
		return s;
	s = source_run(p->run, &request, p->arena, &p->source, d);
	enum status noted = network_add_proxy(&p->network, "source", &p->source.network, p->run->audit, p->console, p->arena,
					      s ? NULL : d);
	if (s || noted)
		return s ? s : noted;
	p->has_source = true;
	p->source.epoch = epoch ? epoch : p->source.epoch;
	pipeline_stage_end(p, t);
	if (p->source.chosen.size)
		console_note(p->console, "source: %.*s", BYTES_ARG(p->source.chosen));
	warn_of_source(p);
	size_t n_warnings = p->settings->warnings.n;
	s = settings_check_project(p->settings, &p->source.project, p->arena, d);
	for (size_t i = n_warnings; s == OK && i < p->settings->warnings.n; i++)
		console_warning(p->console, "%s", p->settings->warnings.items[i]);
	return s ? s : note_source(p, d);
}

/* ---- lock and environment ---- */

struct bytes pipeline_index_of(const struct pipeline *p, const struct lock_pin *pin)
{
	bool is_folder = pin->file.index.size && pin->file.index.data[0] == '/';
	return is_folder ? pin->file.index : url_for_log(pin->file.index, p->arena);
}

static enum status note_lock(struct pipeline *p, struct diag *d)
{
	struct json_writer *w = audit_begin(p->run->audit, "lock.created");
	json_pair_string(w, "python", p->python.interpreter.version);
	json_key(w, "pins");
	json_array_begin(w);
	for (size_t i = 0; i < p->lock.n_pins; i++) {
		char digest[SHA256_TEXT_SIZE];
		sha256_text(&p->lock.pins[i].file.digest, digest);
		json_object_begin(w);
		json_pair_string(w, "name", p->lock.pins[i].name);
		json_pair_string(w, "version", p->lock.pins[i].version);
		json_pair_cstring(w, "sha256", digest);
		json_pair_cstring(w, "hash_source", p->lock.pins[i].hash_source);
		json_pair_string(w, "index", pipeline_index_of(p, &p->lock.pins[i]));
		json_object_end(w);
	}
	json_array_end(w);
	return audit_end(p->run->audit, false, d);
}

static enum status note_installed(struct pipeline *p, struct diag *d)
{
	enum status s = OK;
	for (size_t i = 0; s == OK && !p->env.reused && i < p->lock.n_pins; i++) {
		char digest[SHA256_TEXT_SIZE];
		sha256_text(&p->lock.pins[i].file.digest, digest);
		struct json_writer *w = audit_begin(p->run->audit, "dependency.installed");
		json_pair_string(w, "file", p->lock.pins[i].file.filename);
		json_pair_cstring(w, "sha256", digest);
		json_pair_string(w, "url", url_for_log(p->lock.pins[i].file.url, p->arena));
		s = audit_end(p->run->audit, false, d);
	}
	return s;
}

static void release_env(struct pipeline *p)
{
	if (p->has_env)
		env_release(&p->env);
	p->has_env = false;
}

/* Requirements of the project and, in the second phase, of its backend's answer: resolved together, never downgraded. */
static enum status prepare(struct pipeline *p, const struct bytes *more, size_t n_more, struct diag *d)
{
	struct lock_request request;
	struct stage_time t = pipeline_stage_begin(p, "lock");
	enum status s = locking_request(p, more, n_more, &request, d);
	if (s == OK && n_more) {
		request.origin = BYTES("build requirements and what the backend asked for");
		request.preferred = p->lock.pins;
		request.n_preferred = p->lock.n_pins;
	}
	if (s == OK)
		s = locking_resolve(p, &request, d);
	if (s)
		return s;
	p->has_lock = true;
	pipeline_stage_end(p, t);
	s = note_lock(p, d);
	if (s == OK)
		s = deps_policy_judge(p, &request, &p->lock, d);
	if (s == OK)
		s = advisories_check_pins(p, d); /* before anything of them is fetched, installed or run */
	if (s)
		return s;
	t = pipeline_stage_begin(p, "env");
	release_env(p);
	struct env_request env = {
		.python = &p->python,
		.pins = p->lock.pins,
		.n_pins = p->lock.n_pins,
		.cache_dir = index_cache_dir(p->index),
		.cache_path = p->settings->cache_dir,
		.outside_id = p->settings->outside_id,
		.freeze = !p->made_env,
		.rehash = p->settings->ci_provider != NULL || index_cache_is_foreign(p->index),
	};
	s = env_run(p->run, &env, p->index, p->arena, &p->env, d);
	if (s)
		return s;
	p->has_env = true;
	p->made_env |= !p->env.reused;
	pipeline_stage_end(p, t);
	if (!p->env.reused)
		console_note(p->console, "prepared an environment of %zu distribution%s", p->lock.n_pins, PLURAL(p->lock.n_pins));
	return note_installed(p, d);
}

/* ---- build ---- */

static bool has_requires(void *context, const struct bytes *requires, size_t n)
{
	struct pipeline *p = context;
	return lock_satisfies(p->lock.pins, p->lock.n_pins, requires, n, &p->python.interpreter);
}

/* The last gate: the verdict on the source, and the event. */
static enum status note_started(struct pipeline *p, const char *kind, struct diag *d)
{
	enum status s = source_scan_judge(p, d);
	if (s)
		return s;
	struct json_writer *w = audit_begin(p->run->audit, "build.started");
	json_pair_cstring(w, "kind", kind);
	json_pair_string(w, "backend", p->source.project.backend);
	json_key(w, "variables");
	json_array_begin(w);
	for (size_t i = 0; i < p->settings->env.n; i++) {
		struct bytes value = bytes_of(p->settings->env.items[i]);
		json_put_string(w, bytes_cut(&value, '=')); /* the name alone: what was in reach, when something leaked */
	}
	json_array_end(w);
	return audit_end(p->run->audit, true, d); /* durable: from here a stranger's code runs */
}

/* What the backend asked for is fetched when it is known or allowed. */
static enum status widen(struct pipeline *p, const struct build_result *answer, struct diag *d)
{
	/* With a lock nothing is asked for that is not in there. */
	enum status s = p->lock_file ? OK : known_requires_check(answer->requires, answer->n_requires, &p->lock, p->settings, d);
	return s ? s : prepare(p, answer->requires, answer->n_requires, d);
}

/* Asks get_requires_*, widens the environment when the answer needs it, and builds. */
static enum status build_artefact(struct pipeline *p, enum build_kind kind, int artefact_fd, struct build_result *ret, struct diag *d)
{
	enum status s = note_started(p, kind == BUILD_WHEEL ? "wheel" : "sdist", d);
	if (s)
		return s;
	struct stage_time t = pipeline_stage_begin(p, kind == BUILD_WHEEL ? "build wheel" : "build sdist");
	s = hook_run(p, kind, has_requires, artefact_fd, ret, d);
	if (s == OK && ret->outcome == BUILD_NEEDS) {
		s = widen(p, ret, d);
		if (s == OK)
			s = hook_run(p, kind, NULL, artefact_fd, ret, d);
	}
	pipeline_stage_end(p, t);
	if (s) {
		(void)!audit_note(p->run->audit, false, NULL, "build.failed", "reason",
				  console_redacted_diag(p->console, d, p->arena), NULL);
		return s;
	}
	return audit_note(p->run->audit, false, d, "build.completed", "kind", kind == BUILD_WHEEL ? "wheel" : "sdist", NULL);
}

/* ---- the two artefacts ---- */

static enum status make_wheel(struct pipeline *p, int out_dir, const char *out_path, struct diag *d)
{
	struct build_result built = { .outcome = BUILD_DONE };
	struct wheel_line line;
	enum status s = describing_check(p->settings, d);
	if (s == OK)
		s = prepare(p, NULL, 0, d);
	if (s == OK)
		s = wheel_line_open(p->settings->keep_archive, p->source.tree.fd, &line, d);
	if (s)
		return s;
	p->line = &line;
	s = build_artefact(p, BUILD_WHEEL, line.raw_fd, &built, d);
	if (s == OK)
		s = finishing_wheel(p, &built, out_dir, out_path, d);
	p->line = NULL;
	wheel_line_done(&line);
	return s;
}

/* The sdist, and then the wheel's source is that sdist: unpacked, digested and parsed anew. */
static enum status make_sdist(struct pipeline *p, int out_dir, const char *out_path, bool wheel_follows, bool *ret_unsupported,
			      struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct build_result built = { .outcome = BUILD_DONE };
	enum status s = prepare(p, NULL, 0, d);
	if (s == OK)
		s = sealed_open("hwb-artefact", &fd, d);
	if (s == OK)
		s = build_artefact(p, BUILD_SDIST, fd, &built, d);
	if (s)
		return s;
	if (built.outcome == BUILD_UNSUPPORTED) {
		*ret_unsupported = true;
		return OK;
	}
	struct artefact artefact = {
		.name = arena_string(p->arena, built.name),
		.kind = "sdist",
		.size = built.collected.size,
		.digest = built.collected.digest,
		.backend_digest = built.collected.digest,
	};
	struct source_result unpacked;
	s = source_from_archive(p->run, fd, built.name, p->arena, &unpacked, d);
	if (s)
		return explain(d, "the sdist the backend made");
	s = artefact_check_sdist(built.name, &unpacked, &p->source.project, p->arena, d);
	if (s == OK)
		s = artefact_write(out_dir, out_path, fd, &artefact, p->run, p->arena, d);
	if (s == OK)
		s = finishing_remember(p, artefact, d);
	if (s || !wheel_follows) {
		fd_close(&unpacked.tree.fd);
		return s;
	}
	fd_close(&p->source.tree.fd);
	/* For the report it stays the source that the user named. */
	unpacked.display = p->source.display;
	unpacked.tree.left_out = p->source.tree.left_out;
	unpacked.tree.n_left_out = p->source.tree.n_left_out;
	unpacked.commit = p->source.commit;
	unpacked.epoch = p->source.epoch; /* what the backend wrote just now has the time of now: not the source's */
	p->source = unpacked;
	return note_source(p, d);
}

static bool wants(const struct pipeline *p, enum build_kind kind, const struct source_word *word)
{
	const struct settings *set = p->settings;
	bool is_archive = word->kind != SOURCE_DIRECTORY && word->kind != SOURCE_GIT;
	return kind == BUILD_WHEEL ? set->wheel || !set->sdist : set->sdist || (!set->wheel && !is_archive);
}

static enum status make_all(struct pipeline *p, int out_dir, const char *out_path, const struct source_word *word, struct diag *d)
{
	const struct settings *set = p->settings;
	bool wants_sdist = wants(p, BUILD_SDIST, word), wants_wheel = wants(p, BUILD_WHEEL, word);
	bool chained = wants_sdist && wants_wheel && !set->sdist; /* the default: the wheel is built from the sdist */
	bool unsupported = false;
	enum status s = wants_sdist ? make_sdist(p, out_dir, out_path, chained, &unsupported, d) : OK;
	if (s == OK && unsupported && set->sdist)
		return fail(d, ERR_BACKEND, 0, "the backend '%.*s' cannot build an sdist here (UnsupportedOperation)",
			    BYTES_ARG(p->source.project.backend));
	if (s == OK && unsupported)
		console_warning(p->console, "the backend cannot build an sdist here; the wheel is built directly from the source");
	return s == OK && wants_wheel ? make_wheel(p, out_dir, out_path, d) : s;
}

/* The folder for artefacts: SRC/dist for a directory, else ./dist. */
static const char *choose_out_path(struct pipeline *p, const struct source_word *word)
{
	if (p->settings->out_dir)
		return p->settings->out_dir;
	return word->kind == SOURCE_DIRECTORY ? arena_printf(p->arena, "%.*s/dist", BYTES_ARG(word->path)) : "dist";
}

/* The default folder lies in the source, and the source is not ours: a link there would choose where we write. */
static enum status open_out(const struct pipeline *p, const char *out_path, int *ret_fd, struct diag *d)
{
	struct stat st;
	if (!p->settings->out_dir && lstat(out_path, &st) == 0 && S_ISLNK(st.st_mode)) {
		(void)fail(d, ERR_REFUSED, 0, "the output folder '%s' is a symbolic link that the source brought", out_path);
		return remedy(d, "name the folder with -o");
	}
	enum status s = directory_make(AT_FDCWD, out_path, false, ret_fd, d);
	if (s == OK && faccessat(*ret_fd, ".", W_OK, AT_EACCESS) == 0)
		return OK;
	/* Said before a build, not after it. */
	(void)fail(d, ERR_USAGE, 0, "the output folder '%s' cannot be written: %s", out_path, strerror(errno));
	return remedy(d, "name another with -o DIR");
}

static enum status open_index(struct pipeline *p, struct diag *d)
{
	const struct settings *s = p->settings;
	struct index_options options = settings_asking(s);
	options.places = s->places;
	options.n_places = s->n_places;
	options.rules = s->rules;
	options.n_rules = s->n_rules;
	options.find_links = s->find_links.items;
	options.n_find_links = s->find_links.n;
	options.no_index = s->no_index;
	options.offline = s->offline;
	options.exclude_newer = s->exclude_newer;
	options.find_credential = credentials_find;
	options.credential_context = &p->credentials;
	options.progress = artefact_progress;
	options.progress_context = p->console;
	p->credentials = (struct credentials){ .run = p->run, .settings = p->settings, .console = p->console, .arena = p->arena };
	return index_open(p->run, &options, &p->index, d);
}

/* Up to the source: the same for every command. */
static enum status begin(struct pipeline *p, const char *source_word, const char *python_word, struct source_word *ret_word,
			 const char **ret_out_path, struct diag *d)
{
	enum status s = source_word_parse(source_word, p->arena, ret_word, d);
	if (s == OK)
		s = sandbox_prepare(p->run, &p->ahead, d);
	if (s == OK)
		s = open_index(p, d);
	if (s)
		return s;
	struct stage_time t = pipeline_stage_begin(p, "python");
	s = env_python_find(p->run, python_word, p->settings->path_variable, p->settings->user_home, index_cache_dir(p->index),
			    p->settings->outside_id, p->arena, &p->python, d);
	if (s)
		return s;
	pipeline_stage_end(p, t);
	*ret_out_path = choose_out_path(p, ret_word);
	audit_set_isolation(p->run->audit, isolation_mode_name(p->run->mode),
			    p->run->container ? p->run->container->image_digest : NULL);
	s = take_source(p, ret_word, *ret_out_path, d);
	return s ? s : locking_open(p, ret_word, d);
}

enum status pipeline_build(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d)
{
	struct source_word word;
	const char *out_path;
	CLEANUP(fd_close) int out_dir = -1;
	enum status s = begin(p, source_word, python_word, &word, &out_path, d);
	if (s == OK)
		s = open_out(p, out_path, &out_dir, d);
	p->keep_dir = p->settings->keep ? out_dir : -1;
	p->keep_path = out_path;
	return s ? s : make_all(p, out_dir, out_path, &word, d);
}

enum status pipeline_build_archive(struct pipeline *p, int archive_fd, struct bytes file_name, int out_dir, const char *out_path,
				   struct diag *d)
{
	enum status s = source_from_archive(p->run, archive_fd, file_name, p->arena, &p->source, d);
	if (s)
		return s;
	p->has_source = true;
	p->source.display = file_name;
	warn_of_source(p);
	s = settings_check_project(p->settings, &p->source.project, p->arena, d);
	if (s == OK)
		s = note_source(p, d);
	return s ? s : make_wheel(p, out_dir, out_path, d);
}

/* ---- the caches alone ---- */

static bool ends_here(void *context, const struct bytes *requires, size_t n)
{
	(void)context;
	(void) requires;
	(void)n;
	return false;
}

/* Each once, in the order in which they were asked for. */
static void remember_dynamic(struct pipeline *p, const struct build_result *answer)
{
	for (size_t i = 0; i < answer->n_requires; i++) {
		size_t k = 0;
		while (k < p->n_dynamic && !bytes_equal(p->dynamic[k], answer->requires[i]))
			k++;
		if (k < p->n_dynamic)
			continue;
		p->dynamic = arena_grow(p->arena, p->dynamic, p->n_dynamic, sizeof *p->dynamic);
		p->dynamic[p->n_dynamic++] = arena_copy(p->arena, answer->requires[i]);
	}
}

/* Asks the backend, in the environment of the first phase. */
static enum status ask_requires(struct pipeline *p, enum build_kind kind, struct build_result *ret, struct diag *d)
{
	CLEANUP(fd_close) int nowhere = -1;
	enum status s = prepare(p, NULL, 0, d);
	if (s == OK)
		s = sealed_open("hwb-nowhere", &nowhere, d);
	if (s == OK)
		s = note_started(p, "requires", d);
	if (s)
		return s;
	struct stage_time t = pipeline_stage_begin(p, kind == BUILD_WHEEL ? "ask for wheel" : "ask for sdist");
	s = hook_run(p, kind, ends_here, nowhere, ret, d);
	pipeline_stage_end(p, t);
	return s;
}

static enum status fetch_requires(struct pipeline *p, enum build_kind kind, struct diag *d)
{
	struct build_result answer = { .outcome = BUILD_DONE };
	enum status s = ask_requires(p, kind, &answer, d);
	return s || has_requires(p, answer.requires, answer.n_requires) ? s : widen(p, &answer, d);
}

/* No environment is made of the answer: all targets resolve both phases together, so that nothing of the first is settled. */
static enum status note_requires(struct pipeline *p, enum build_kind kind, struct diag *d)
{
	struct build_result answer = { .outcome = BUILD_DONE };
	enum status s = ask_requires(p, kind, &answer, d);
	if (s == OK)
		s = known_requires_check(answer.requires, answer.n_requires, &p->lock, p->settings, d);
	if (s == OK)
		remember_dynamic(p, &answer);
	return s;
}

enum status pipeline_fetch(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d)
{
	struct source_word word;
	const char *out_path;
	enum status s = begin(p, source_word, python_word, &word, &out_path, d);
	if (s == OK && wants(p, BUILD_SDIST, &word))
		s = fetch_requires(p, BUILD_SDIST, d);
	if (s == OK && wants(p, BUILD_WHEEL, &word))
		s = fetch_requires(p, BUILD_WHEEL, d);
	if (s)
		return s;
	struct stage_time t = pipeline_stage_begin(p, "crates");
	s = crates_fetch(p, d);
	pipeline_stage_end(p, t);
	return s;
}

enum status pipeline_lock(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d)
{
	struct source_word word;
	const char *out_path;
	p->is_locking = true;
	enum status s = begin(p, source_word, python_word, &word, &out_path, d);
	if (s || p->settings->lock.is_static)
		return s;
	if (word.kind == SOURCE_DIRECTORY || word.kind == SOURCE_GIT)
		s = note_requires(p, BUILD_SDIST, d);
	return s ? s : note_requires(p, BUILD_WHEEL, d);
}

enum status pipeline_shell(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d)
{
	struct source_word word;
	const char *out_path;
	struct diag why = { 0 };
	enum status s = begin(p, source_word, python_word, &word, &out_path, d);
	if (s)
		return s;
	enum status asked = fetch_requires(p, BUILD_WHEEL, &why);
	s = run_check(p->run, d);
	if (s == OK && !p->has_env)
		s = prepare(p, NULL, 0, d);
	if (s)
		return s;
	if (asked)
		console_warning(p->console, "what the backend needs beside [build-system] requires is not there: %s",
				console_redacted_diag(p->console, &why, p->arena));
	return shell_run(p, p->settings->shell_command, &p->shell_code, d);
}

enum status pipeline_scan(struct pipeline *p, const char *source_word, struct scan_result *ret, struct diag *d)
{
	struct source_word word;
	enum status s = source_word_parse(source_word, p->arena, &word, d);
	if (s == OK)
		s = open_index(p, d);
	if (s == OK && word.kind == SOURCE_INDEX) /* requires-python decides which sdist is the newest */
		s = env_python_find(p->run, "", p->settings->path_variable, p->settings->user_home, index_cache_dir(p->index),
				    p->settings->outside_id, p->arena, &p->python, d);
	if (s == OK)
		s = take_source(p, &word, NULL, d);
	return s ? s : source_scan_finish(p, ret, d);
}

void pipeline_done(struct pipeline *p)
{
	if (p->has_source)
		fd_close(&p->source.tree.fd);
	helper_stop(&p->scanner);
	sandbox_free(p->ahead);
	release_env(p);
	crates_release(p);
	fd_close(&p->log_fd);
	index_free(p->index);
	p->index = NULL;
}
