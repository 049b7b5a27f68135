/* One run from its start to its end: run id, audit log, signals. What every command that does something opens first. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <sys/utsname.h>

#include "audit/audit.h"
#include "base/run.h"
#include "cli/console.h"
#include "cli/exit.h"

struct session {
	struct run_context run;
	struct audit_who who;
	struct console *console;
	struct arena *arena;
	char id[33];
	struct utsname machine;
	const char *logs_path;
};

/* Installs the handlers of SIGINT, SIGTERM and SIGHUP (SIGPIPE is ignored), opens the audit log and writes run.started.
 * env: the process environment. */
MUST_USE enum status session_open(struct settings *settings, const char *command, char **env, struct arena *a, struct session *ret,
				  struct diag *d);
/* Whether home_dir, where the log is, is ours alone; made when it is not there. For the doctor too, so that they agree. *ret_fd: the
 * directory. ERR_USAGE and ERR_IO with a remedy. */
MUST_USE enum status session_open_home(const char *home_dir, int *ret_fd, struct diag *d);
/* Writes run.finished with the exit code (durable), says the error if s is one, prints the head of the log in verbose runs.
 * Returns the exit code; a log that cannot be written turns success into EXIT_SIGN. */
enum exit_code session_close(struct session *session, const struct settings *settings, enum status s, const struct diag *d);

#endif
