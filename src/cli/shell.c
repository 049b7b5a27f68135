#include "cli/shell.h"

#include <termios.h>

#define DAY_MS UINT64_C(86400000)

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/hook_run.h"
#include "cli/visible.h"
#include "net/egress.h"
#include "sandbox/inside.h"

/* Our terminal, given to what is inside until it is over: every key goes there, the interrupt too. */
struct raw_terminal {
	bool is_raw;
	struct termios before;
};

static void raw_begin(struct raw_terminal *t)
{
	if (tcgetattr(0, &t->before))
		return;
	struct termios raw = t->before;
	cfmakeraw(&raw);
	t->is_raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

static void raw_end(struct raw_terminal *t)
{
	if (t->is_raw)
		(void)tcsetattr(0, TCSADRAIN, &t->before);
	t->is_raw = false;
}

/* Only what names a terminal: the word ends up in paths of terminfo. */
static const char *terminal_name(struct arena *a)
{
	const char *name = getenv("TERM");
	bool is_plain = name && name[0] && strlen(name) < 64 &&
			name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+_")] == '\0';
	return arena_printf(a, "TERM=%s", is_plain ? name : "dumb");
}

/* What a person does at a terminal may take long and say much. An hour that was asked for stays an hour. */
static void loosen_limits(const struct settings *s, struct limits *l)
{
	size_t n;
	const struct limit_row *rows = limit_rows(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, "wall") == 0 && !(s->limits_set >> i & 1))
			l->wall_ms = DAY_MS;
	l->silence_ms = l->wall_ms;
	l->log_size = UINT64_MAX / 2;
}

static void fill_spec(const struct pipeline *p, struct visible *v, struct sandbox_spec *spec)
{
	struct arena *a = p->arena;
	struct sandbox_mount *mounts = ARENA_ARRAY(a, struct sandbox_mount, v->n_mounts + 1);
	bytes_copy(mounts, bytes_make(v->mounts, v->n_mounts * sizeof *mounts));
	mounts[v->n_mounts] = (struct sandbox_mount){ p->env.path, "/env" };
	const char **env = ARENA_ARRAY(a, const char *, v->n_env + 2);
	size_t n = 0;
	if (spec->with_terminal) {
		env[n++] = terminal_name(a);
		env[n++] = "PS1=sandbox:\\w\\$ ";
	}
	bytes_copy(env + n, bytes_make(v->env, v->n_env * sizeof *env));
	inside_fill(spec, mounts, v->n_mounts + 1, env, n + v->n_env, p->source.epoch, a);
	spec->cwd = p->source.subdirectory.size ? arena_printf(a, "/build/src/%.*s", BYTES_ARG(p->source.subdirectory))
						: "/build/src";
}

static enum status follow(struct sandbox *s, struct egress *egress, uint64_t *ret_controls, struct diag *d)
{
	for (;;) {
		enum sandbox_event event;
		enum status status = sandbox_wait(s, false, &event, d);
		if (status == OK && event == EVENT_READY) {
			*ret_controls = sandbox_result(s)->controls;
			status = egress_open(egress, sandbox_listener(s), d);
		}
		/* As it is: whoever asks for a shell wants to see what its programs write. */
		if (status == OK && event == EVENT_LOG)
			status = fd_write_all(1, sandbox_log(s), d);
		if (status || event == EVENT_ENDED)
			return status;
	}
}

static const char *interactive_shell(void)
{
	return access("/usr/bin/bash", X_OK) == 0 ? "/usr/bin/bash" : "/bin/sh";
}

static enum status start(struct pipeline *p, const char *command, bool with_terminal, struct egress *egress, struct sandbox **ret,
			 struct diag *d)
{
	const char *const once[] = { "/bin/sh", "-c", command }, *const talk[] = { interactive_shell(), "-i" };
	struct sandbox_spec spec = {
		.argv = command ? once : talk,
		.n_argv = command ? COUNT(once) : COUNT(talk),
		.snapshot_path = "/build/src",
		.outside_id = p->settings->outside_id,
		.with_terminal = with_terminal,
		.with_listener = settings_egress(p->settings, p->arena, &egress->options),
		.with_watch = true,
		.limits = *p->run->limits,
	};
	if (with_terminal)
		loosen_limits(p->settings, &spec.limits);
	struct visible visible;
	enum status s = visible_fill(p, spec.with_listener, &visible, d);
	if (s)
		return s;
	fill_spec(p, &visible, &spec);
	s = with_terminal ? sandbox_prepare_terminal(p->run, 0, ret, d) : sandbox_prepare(p->run, ret, d);
	return s ? s : sandbox_start(*ret, &spec, p->source.tree.fd, d);
}

static void say_hello(const struct pipeline *p)
{
	console_note(p->console,
		     "this is the sandbox of a build: /build/src is a copy of the source, gone at the end; the backend is %.*s",
		     BYTES_ARG(p->source.project.backend));
	console_stage(p->console, NULL);
}

bool shell_has_terminal(void)
{
	return isatty(0) && isatty(1);
}

enum status shell_check(const char *command, enum isolation_mode mode, struct diag *d)
{
	if (!command && !shell_has_terminal()) {
		(void)fail(d, ERR_USAGE, 0, "a shell needs a terminal");
		return remedy(d, "run one program with --command 'PROGRAM ARGUMENT...'");
	}
	if (mode != MODE_CONTAINER)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "there is no shell for --isolation container");
	return remedy(d, "use the engine's own: podman run -it IMAGE");
}

enum status shell_run(struct pipeline *p, const char *command, int *ret_code, struct diag *d)
{
	bool with_terminal = shell_has_terminal();
	struct egress egress = { .run = p->run };
	struct raw_terminal terminal = { .is_raw = false };
	struct sandbox *sandbox = NULL;
	struct build_result seen = { .outcome = BUILD_DONE };
	if (with_terminal)
		say_hello(p);
	activity_init(&seen.activity, p->arena);
	enum status s = audit_note(p->run->audit, true, d, "shell.started", "command", command ? command : interactive_shell(), NULL);
	if (s == OK)
		s = start(p, command, with_terminal, &egress, &sandbox, d);
	if (with_terminal)
		raw_begin(&terminal);
	if (s == OK)
		s = follow(sandbox, &egress, &p->sandbox.controls, d);
	raw_end(&terminal);
	if (sandbox) {
		seen.sandbox = *sandbox_result(sandbox);
		activity_add(&seen.activity, sandbox_activity(sandbox));
	}
	sandbox_free(sandbox);
	enum status noted = hook_take_notes(p, &egress, &seen, s ? NULL : d);
	if (s || noted)
		return s ? s : noted;
	if (seen.sandbox.reason != REASON_EXIT && seen.sandbox.reason != REASON_SIGNAL)
		return sandbox_explain(&seen.sandbox, p->run->limits, d);
	*ret_code = seen.sandbox.reason == REASON_EXIT ? seen.sandbox.exit_code : 128 + seen.sandbox.signal;
	return OK;
}
