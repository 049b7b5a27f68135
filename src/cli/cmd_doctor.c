/* `hwb doctor`: whether a build could run here, proven by a trial, and what helps where it could not. */
#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/doctor.h"
#include "cli/exit.h"
#include "cli/landlock_setup.h"
#include "cli/options_build.h"
#include "cli/report.h"
#include "cli/session.h"
#include "env/env.h"
#include "format/json_write.h"
#include "host/file.h"
#include "sandbox/kernel.h"
#include "sandbox/sandbox.h"
#include "sandbox/surroundings.h"

enum { ROWS_MAX = 64, NAMES_MAX = 1 << 20 };

struct doctor {
	struct settings *settings;
	struct arena *arena;
	struct mode_row modes[N_MODES];
	struct finding_row rows[ROWS_MAX];
	size_t n_rows;
	const struct mode_row *wanted; /* the mode that a build would use: it alone decides the exit code */
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
	add(doc, "kernel's landlock", abi ? GOOD : WEAKER, arena_printf(doc->arena, abi ? "ABI %d" : "not there", abi),
	    abi ? "" : "boot with 'landlock' in lsm=...");
}

/* Nothing of it is a fault by itself: the trials tell, and name what stood in their way. */
static void check_surroundings(struct doctor *doc)
{
	unsigned facts = surroundings_here();
	const char *text = "";
	for (unsigned f = 0; f < N_FACTS; f++)
		if (facts & FACT(f))
			text = arena_printf(doc->arena, "%s%s%s", text, text[0] ? ", " : "", surroundings_fact_text(f));
	add(doc, "surroundings", GOOD, text[0] ? text : "no container, nothing that stands in the way", "");
}

static void check_controls(struct doctor *doc)
{
	bool is_bare = doc->settings->isolation == MODE_LANDLOCK;
	for (unsigned i = 0; doc->wanted->controls && i < N_CONTROLS; i++)
		if (!(doc->wanted->controls >> i & 1))
			add(doc, sandbox_control_name(i), WEAKER, "this control does not hold here",
			    is_bare ? "isolation 'landlock' goes without it, see hwb-build(1)" : "a newer kernel may have it");
}

/* subuid(5): a line "NAME-OR-UID:FIRST:COUNT". */
static bool has_range(const struct doctor *doc, const char *path)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, NAMES_MAX);
	struct bytes rest = file_read(AT_FDCWD, path, &text, NULL) == OK ? buf_bytes(&text) : BYTES("");
	const char *uid = arena_printf(doc->arena, "%u", (unsigned)geteuid());
	while (rest.size) {
		struct bytes line = bytes_cut(&rest, '\n'), owner = bytes_cut(&line, ':');
		if (line.size && (bytes_equal(owner, bytes_of(doc->settings->user)) || bytes_equal(owner, bytes_of(uid))))
			return true;
	}
	return false;
}

/* Rootless podman alone goes by these files; whoever keeps the ranges elsewhere (nsswitch.conf, subid) sees more in the trial. */
static void check_ranges(struct doctor *doc)
{
	static const char *const paths[] = { "/etc/subuid", "/etc/subgid" };
	const char *engine = doc->modes[MODE_CONTAINER].engine;
	if (geteuid() == 0 || !engine || !strstr(engine, "/podman"))
		return;
	for (size_t i = 0; i < COUNT(paths); i++) {
		bool is_there = has_range(doc, paths[i]);
		add(doc, strrchr(paths[i], '/') + 1, is_there ? GOOD : WEAKER,
		    arena_printf(doc->arena, is_there ? "'%s' lends '%s' a range of ids" : "'%s' lends '%s' no range of ids",
				 paths[i], doc->settings->user),
		    is_there ? "" : sandbox_engine_help(paths[i] + sizeof "/etc/" - 1));
	}
}

/* A directory that was opened, or why not. */
static void add_directory(struct doctor *doc, const char *name, const char *path, const char *variable, int fd, const struct diag *d)
{
	if (fd < 0)
		add_failure(doc, name, d);
	else if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS))
		add(doc, name, MISSING, arena_printf(doc->arena, "'%s' cannot be written: %s", path, strerror(errno)),
		    arena_printf(doc->arena, "set %s to a path you can write", variable));
	else
		add(doc, name, GOOD, path, "");
}

/* The descriptor of the cache, or -1. */
static int check_cache(struct doctor *doc)
{
	CLEANUP(fd_close) int dir = -1;
	struct diag d = { 0 };
	const char *path = doc->settings->cache_dir;
	if (directory_make(AT_FDCWD, path, true, &dir, &d))
		(void)remedy(&d, "set HWB_CACHE_DIR to a path you can write");
	else if (directory_check_ours(dir, path, "HWB_CACHE_DIR", &d))
		fd_close(&dir);
	add_directory(doc, "cache", path, "HWB_CACHE_DIR", dir, &d);
	return take_fd(&dir);
}

static void check_home(struct doctor *doc)
{
	CLEANUP(fd_close) int dir = -1;
	struct diag d = { 0 };
	if (session_open_home(doc->settings->home_dir, &dir, &d))
		dir = -1;
	add_directory(doc, "home", doc->settings->home_dir, "HWB_HOME", dir, &d);
}

/* The probe runs in the mode that builds would use, so without it there is nothing to say about the interpreter. */
static void check_python(struct doctor *doc, int cache)
{
	struct env_python python;
	struct diag d = { 0 };
	const struct settings *s = doc->settings;
	if (cache < 0 || doc->wanted->found.outcome != GOOD)
		return;
	struct run_context run = { .id = "", .limits = &s->limits, .mode = s->isolation, .container = doc->wanted->container };
	landlock_place(s, &run, doc->arena);
	const char *wanted = s->pythons.n ? s->pythons.items[0] : "";
	if (env_python_find(&run, wanted, s->path_variable, s->user_home, cache, s->outside_id, doc->arena, &python, &d))
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

static void put_row(struct json_writer *w, const struct finding_row *r)
{
	json_pair_cstring(w, "name", r->name);
	json_pair_cstring(w, "outcome", outcome_name(r->outcome));
	json_pair_cstring(w, "text", r->text);
	json_pair_cstring(w, "help", r->help);
}

/* data/doctor.schema.json */
static void print_json(const struct doctor *doc, bool ok, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_pair_bool(&w, "ok", ok);
	json_pair_cstring(&w, "mode", doc->wanted->found.name);
	report_controls(&w, doc->wanted->controls);
	json_key(&w, "modes");
	json_array_begin(&w);
	for (size_t i = 0; i < N_MODES; i++) {
		json_object_begin(&w);
		put_row(&w, &doc->modes[i].found);
		report_controls(&w, doc->modes[i].controls);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_key(&w, "checks");
	json_array_begin(&w);
	for (size_t i = 0; i < doc->n_rows; i++) {
		json_object_begin(&w);
		put_row(&w, &doc->rows[i]);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
}

static void print_row(const struct finding_row *r, struct buf *out)
{
	buf_printf(out, "%-8s %-18s %s\n", outcome_name(r->outcome), r->name, r->text);
	if (r->help[0])
		buf_printf(out, "%-8s %-18s help: %s\n", "", "", r->help);
}

static void print_text(const struct doctor *doc, bool ok, struct buf *out)
{
	for (size_t i = 0; i < N_MODES; i++)
		print_row(&doc->modes[i].found, out);
	for (size_t i = 0; i < doc->n_rows; i++)
		print_row(&doc->rows[i], out);
	for (unsigned i = 0; i < N_CONTROLS; i++)
		if (doc->wanted->controls >> i & 1)
			buf_printf(out, "%-8s %-18s holds\n", "ok", sandbox_control_name(i));
	buf_printf(out, "%s (isolation: %s)", ok ? "hwb can build here" : "hwb cannot build here", doc->wanted->found.name);
}

/* 5 is for isolation, and for directories that are not ours alone; what else is missing is the caller's to name. */
static enum exit_code judge(const struct doctor *doc)
{
	enum exit_code code = EXIT_OK;
	if (doc->wanted->found.outcome == MISSING)
		return EXIT_ISOLATION;
	for (size_t i = 0; i < doc->n_rows; i++)
		if (doc->rows[i].outcome == MISSING && code != EXIT_ISOLATION)
			code = strcmp(doc->rows[i].name, "python") == 0 ? EXIT_USAGE : EXIT_ISOLATION;
	return code;
}

/* ---- publishing ---- */

static const char *const verdict_names[] = { [VERDICT_PASS] = "pass", [VERDICT_FAIL] = "fail", [VERDICT_UNKNOWN] = "unknown" };

static void put_publishing_json(const struct publish_check *checks, size_t n, bool ok, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_pair_bool(&w, "ok", ok);
	json_key(&w, "publish");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++) {
		json_object_begin(&w);
		json_pair_cstring(&w, "name", checks[i].name);
		json_pair_cstring(&w, "outcome", verdict_names[checks[i].verdict]);
		json_pair_cstring(&w, "text", checks[i].text);
		json_pair_cstring(&w, "help", checks[i].help);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
}

/* Nothing is built, and no mode is tried: another question, with another answer. */
static int run_publishing(struct settings *s, struct console *c, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct publish_check *checks;
	size_t n, counts[COUNT(verdict_names)] = { 0 };
	buf_init(&out, 1 << 20);
	doctor_check_publishing(s, s->publish_dir, a, &checks, &n);
	for (size_t i = 0; i < n; i++) {
		counts[checks[i].verdict]++;
		if (s->json)
			continue;
		buf_printf(&out, "%-8s %-18s %s\n", verdict_names[checks[i].verdict], checks[i].name, checks[i].text);
		if (checks[i].help[0])
			buf_printf(&out, "%-8s %-18s help: %s\n", "", "", checks[i].help);
	}
	if (s->json)
		put_publishing_json(checks, n, !counts[VERDICT_FAIL], &out);
	else
		buf_printf(&out, "%zu passed, %zu failed, %zu unknown, which is no pass", counts[VERDICT_PASS],
			   counts[VERDICT_FAIL], counts[VERDICT_UNKNOWN]);
	console_result(c, buf_bytes(&out));
	return (int)console_end(c, counts[VERDICT_FAIL] ? EXIT_BUILD : EXIT_OK);
}

static int run_doctor(struct settings *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct console *c = console_open(s, environ, a);
	if (s->publish_dir)
		return run_publishing(s, c, a);
	struct doctor doc = { .settings = s, .arena = a, .wanted = &doc.modes[s->isolation] };
	buf_init(&out, 1 << 20);
	CLEANUP(fd_close) int cache = check_cache(&doc);
	check_home(&doc);
	doctor_try_modes(s, a, doc.modes);
	check_kernel(&doc);
	check_surroundings(&doc);
	check_controls(&doc);
	check_ranges(&doc);
	check_python(&doc, cache);
	enum exit_code code = judge(&doc);
	if (s->json)
		print_json(&doc, code == EXIT_OK, &out);
	else
		print_text(&doc, code == EXIT_OK, &out);
	console_result(c, buf_bytes(&out));
	return (int)console_end(c, code);
}

static enum status take_publish(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->publish_dir = value ? arena_string(a, bytes_of(value)) : ".";
	return OK;
}

static const struct option options[] = {
	{ "--isolation", 0, { 0 }, "auto|sandbox|container|landlock", "The mode that has to work here.", option_take_isolation },
	{ "--image", 0, { 0 }, "IMAGE", "The image to try --isolation container with.", option_take_image },
	{ "--pull", 0, { 0 }, NULL, "Fetch the image when it is not here.", option_take_pull },
	{ "--python", 'p', { 0 }, "VERSION|PATH", "The interpreter to look for.", option_take_python },
	{ "--publish", 0, { 0 }, "[DIR]", "Go through the check list for publishing the project instead.", take_publish },
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
