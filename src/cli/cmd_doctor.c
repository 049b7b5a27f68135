/* `hwb doctor`: whether a build could run here, proven by a trial, and what helps where it could not. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/options_build.h"
#include "cli/settings_parts.h"
#include "cli/trial.h"
#include "env/env.h"
#include "format/json_write.h"
#include "host/file.h"
#include "sandbox/kernel.h"

enum outcome { GOOD, MISSING, WEAKER }; /* WEAKER: builds run, with less around them */

struct finding_row {
	const char *name;
	enum outcome outcome;
	const char *text, *help;
};

enum { ROWS_MAX = 64 };

struct doctor {
	struct settings *settings;
	struct arena *arena;
	struct run_context run;
	struct finding_row rows[ROWS_MAX];
	size_t n_rows;
	bool has_controls;
	uint64_t controls;
};

static void add(struct doctor *doc, const char *name, enum outcome outcome, const char *text, const char *help)
{
	if (doc->n_rows < ROWS_MAX)
		doc->rows[doc->n_rows++] = (struct finding_row){ name, outcome, text, help };
}

static void add_failure(struct doctor *doc, const char *name, const struct diag *d)
{
	add(doc, name, MISSING, arena_string(doc->arena, bytes_of(d->text)), arena_string(doc->arena, bytes_of(d->help)));
}

static void check_kernel(struct doctor *doc)
{
	struct utsname u;
	const char *release = uname(&u) ? "unknown" : arena_printf(doc->arena, "%s %s %s", u.sysname, u.release, u.machine);
	bool is_new = kernel_at_least(5, 15);
	add(doc, "kernel", is_new ? GOOD : MISSING, release, is_new ? "" : "hwb needs Linux 5.15 or newer");
	int abi = kernel_landlock_abi();
	add(doc, "landlock", abi ? GOOD : WEAKER, arena_printf(doc->arena, abi ? "ABI %d" : "not there", abi),
	    abi ? "" : "boot with 'landlock' in lsm=...");
}

static void check_sandbox(struct doctor *doc)
{
	static const char *const argv[] = { "/usr/bin/true" };
	struct sandbox_result result = { 0 };
	struct diag d = { 0 };
	enum status s = trial_run(&doc->run, doc->settings, argv, 1, NULL, NULL, doc->arena, &result, &d);
	if (s == OK && (result.reason != REASON_EXIT || result.exit_code != 0))
		s = sandbox_explain(&result, &doc->settings->limits, &d);
	if (s) {
		add_failure(doc, "sandbox", &d);
		return;
	}
	doc->has_controls = true;
	doc->controls = result.controls;
	add(doc, "sandbox", GOOD, arena_printf(doc->arena, "'true' ran in it, %llu ms", (unsigned long long)result.wall_ms), "");
	add(doc, "user namespaces", result.controls >> CONTROL_USER_NS & 1 ? GOOD : WEAKER,
	    result.controls >> CONTROL_USER_NS & 1 ? "work" : "not used: hwb runs as root without them", "");
}

static void check_controls(struct doctor *doc)
{
	for (unsigned i = 0; doc->has_controls && i < N_CONTROLS; i++)
		if (!(doc->controls >> i & 1))
			add(doc, sandbox_control_name(i), WEAKER, "this control does not hold here", "a newer kernel may have it");
}

static int check_directory(struct doctor *doc, const char *name, const char *path, const char *variable)
{
	CLEANUP(fd_close) int dir = -1;
	struct diag d = { 0 };
	struct stat st;
	if (directory_make(AT_FDCWD, path, true, &dir, &d)) {
		add(doc, name, MISSING, arena_string(doc->arena, bytes_of(d.text)),
		    arena_printf(doc->arena, "set %s to a path you can write", variable));
		return -1;
	}
	if (fstat(dir, &st) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		add(doc, name, MISSING, arena_printf(doc->arena, "'%s' is not yours alone", path),
		    arena_printf(doc->arena, "chmod go-w '%s', or set %s to another path", path, variable));
		return -1;
	}
	if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS)) {
		add(doc, name, MISSING, arena_printf(doc->arena, "'%s' cannot be written: %s", path, strerror(errno)),
		    arena_printf(doc->arena, "set %s to a path you can write", variable));
		return -1;
	}
	add(doc, name, GOOD, path, "");
	return take_fd(&dir);
}

/* The probe runs in the sandbox, so without one there is nothing to say about the interpreter. */
static void check_python(struct doctor *doc, int cache)
{
	struct env_python python;
	struct diag d = { 0 };
	const struct settings *s = doc->settings;
	if (cache < 0 || !doc->has_controls)
		return;
	const char *wanted = s->pythons.n ? s->pythons.items[0] : "";
	if (env_python_find(&doc->run, wanted, s->path_variable, s->user_home, cache, s->outside_id, doc->arena, &python, &d))
		add_failure(doc, "python", &d);
	else
		add(doc, "python", GOOD,
		    arena_printf(doc->arena, "%.*s at %.*s", BYTES_ARG(python.interpreter.version),
				 BYTES_ARG(python.interpreter.executable)),
		    "");
}

static const char *outcome_name(enum outcome o)
{
	return o == GOOD ? "ok" : o == WEAKER ? "weaker" : "missing";
}

static void print_json(const struct doctor *doc, bool ok, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_bool(&w, "ok", ok);
	json_key(&w, "controls");
	json_array_begin(&w);
	for (unsigned i = 0; i < N_CONTROLS; i++)
		if (doc->controls >> i & 1)
			json_put_string(&w, bytes_of(sandbox_control_name(i)));
	json_array_end(&w);
	json_key(&w, "checks");
	json_array_begin(&w);
	for (size_t i = 0; i < doc->n_rows; i++) {
		json_object_begin(&w);
		json_pair_cstring(&w, "name", doc->rows[i].name);
		json_pair_cstring(&w, "outcome", outcome_name(doc->rows[i].outcome));
		json_pair_cstring(&w, "text", doc->rows[i].text);
		json_pair_cstring(&w, "help", doc->rows[i].help);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
}

static void print_text(const struct doctor *doc, bool ok, struct buf *out)
{
	for (size_t i = 0; i < doc->n_rows; i++) {
		const struct finding_row *r = &doc->rows[i];
		buf_printf(out, "%-8s %-18s %s\n", outcome_name(r->outcome), r->name, r->text);
		if (r->help[0])
			buf_printf(out, "%-8s %-18s help: %s\n", "", "", r->help);
	}
	for (unsigned i = 0; i < N_CONTROLS; i++)
		if (doc->controls >> i & 1)
			buf_printf(out, "%-8s %-18s holds\n", "ok", sandbox_control_name(i));
	buf_add_string(out, ok ? "hwb can build here" : "hwb cannot build here");
}

static int run_doctor(struct settings *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct console *c = console_open(s, environ, a);
	struct doctor doc = { .settings = s, .arena = a, .run = { .id = "", .limits = &s->limits } };
	enum exit_code code = EXIT_OK;
	buf_init(&out, 1 << 20);
	check_kernel(&doc);
	check_sandbox(&doc);
	check_controls(&doc);
	CLEANUP(fd_close) int cache = check_directory(&doc, "cache", s->cache_dir, "HWB_CACHE_DIR");
	CLEANUP(fd_close) int home = check_directory(&doc, "home", s->home_dir, "HWB_HOME");
	check_python(&doc, cache);
	/* 5 is for isolation alone: what else is missing is the caller's to name. */
	for (size_t i = 0; i < doc.n_rows; i++)
		if (doc.rows[i].outcome == MISSING && code != EXIT_ISOLATION)
			code = strcmp(doc.rows[i].name, "python") == 0 ? EXIT_USAGE : EXIT_ISOLATION;
	if (s->json)
		print_json(&doc, code == EXIT_OK, &out);
	else
		print_text(&doc, code == EXIT_OK, &out);
	console_result(c, buf_bytes(&out));
	return (int)code;
}

static enum status take_python(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	return setting_put_flag(s, a, "build.python", value, d);
}

static const struct option options[] = {
	{ "--python", 'p', { 0 }, "VERSION|PATH", "The interpreter to look for.", take_python },
	{ "--json", 0, { 0 }, NULL, "Print one JSON object.", option_take_json },
	{ 0 },
};

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.what = "say whether a build can run here, and what is missing",
	.options = options,
	.run = run_doctor,
};
