#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "cli/landlock_setup.h"
#include "host/file.h"
#include "redact/version.h"

/* The one thing a signal handler may touch. Every stage looks at it through run_check. */
static volatile sig_atomic_t caught_signal;

static void note_signal(int number)
{
	caught_signal = number;
}

static void catch_signals(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal }; /* no SA_RESTART: a wait ends at once */
	for (size_t i = 0; i < COUNT(stops); i++)
		(void)sigaction(stops[i], &action, NULL);
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

enum status session_open_home(const char *home_dir, int *ret_fd, struct diag *d)
{
	static const char variable[] = "HWB_HOME";
	CLEANUP(fd_close) int home = -1;
	CLEANUP(fd_close) int logs = -1;
	enum status s = directory_make(AT_FDCWD, home_dir, true, &home, d);
	if (s) {
		(void)remedy(d, "set %s to a path you can write", variable);
		return s;
	}
	s = directory_check_ours(home, home_dir, variable, d);
	if (s == OK && directory_open(home, "logs", &logs, NULL) == OK) {
		char path[PATH_MAX];
		(void)snprintf(path, sizeof path, "%s/logs", home_dir);
		s = directory_check_ours(logs, path, variable, d);
	}
	if (s == OK)
		*ret_fd = take_fd(&home);
	return s;
}

static enum status open_log(const struct session *session, const char *home_dir, struct audit **ret, struct diag *d)
{
	CLEANUP(fd_close) int home = -1;
	if (session_open_home(home_dir, &home, d) == OK)
		return audit_open(session->logs_path, &session->who, ret, d);
	(void)explain(d, "the audit log");
	return recode(d, ERR_LOG);
}

enum status session_open(struct settings *settings, const char *command, char **env, struct arena *a, struct session *ret,
			 struct diag *d)
{
	unsigned char random[16];
	catch_signals();
	*ret = (struct session){ .console = console_open(settings, env, a), .arena = a };
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return fail(d, ERR_IO, 0, "no random bytes: %s", strerror(errno));
	hex_write(bytes_make(random, sizeof random), ret->id);
	/* A user of its own for every run as root, far from those that exist: two builds share no quota and no count. */
	settings->outside_id = 0x70000000U | (uint32_t)random[0] << 16 | (uint32_t)random[1] << 8 | random[2];
	ret->who = (struct audit_who){ .run = ret->id,
				       .user = settings->user,
				       .host = uname(&ret->machine) ? NULL : ret->machine.nodename,
				       .ci_provider = settings->ci_provider,
				       .ci_workflow = settings->ci_workflow,
				       .ci_run = settings->ci_run };
	ret->run = (struct run_context){ .id = ret->id,
					 .limits = &settings->limits,
					 .mode = settings->isolation,
					 .spool_path = settings->spool_path,
					 .known = console_known(ret->console),
					 .cancelled = &caught_signal };
	landlock_place(settings, &ret->run, a);
	ret->logs_path = arena_printf(a, "%s/logs", settings->home_dir);
	enum status s = open_log(ret, settings->home_dir, &ret->run.audit, d);
	if (s)
		return s;
	struct json_writer *w = audit_begin(ret->run.audit, "run.started");
	json_pair_cstring(w, "command", command);
	json_pair_cstring(w, "version", HWB_VERSION);
	json_pair_cstring(w, "redaction_rules", redaction_version());
	return audit_end(ret->run.audit, false, d);
}

enum exit_code session_close(struct session *session, const struct settings *settings, enum status s, const struct diag *d)
{
	enum exit_code code = exit_code_of(s);
	struct diag log_failure = { 0 };
	if (s)
		console_error(session->console, d);
	code = console_end(session->console, code);
	struct json_writer *w = audit_begin(session->run.audit, "run.finished");
	json_pair_integer(w, "exit_code", code);
	json_pair_cstring(w, "reason", exit_reason(code));
	if (s)
		json_pair_cstring(w, "error", console_redacted_diag(session->console, d, session->arena));
	if (session->run.audit && audit_end(session->run.audit, true, &log_failure) && s != ERR_LOG) {
		console_error(session->console, &log_failure);
		code = code == EXIT_OK ? EXIT_SIGN : code;
	}
	if (settings->verbose)
		console_note(session->console, "audit log head %s", audit_head(session->run.audit));
	return code;
}
