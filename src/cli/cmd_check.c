/* `hwb check`: wheels and sdists against reference/wheel-checks.md, whoever made them. It never changes a file. */
#include "cli/checked.h"
#include "cli/commands.h"
#include "cli/options_build.h"
#include "cli/options_findings.h"

static enum status check_all(struct checked *c, struct diag *d)
{
	if (!c->settings->sources.n) {
		(void)fail(d, ERR_USAGE, 0, "hwb check takes wheels and sdists");
		return remedy(d, "hwb check dist/*");
	}
	checked_take(c, &c->settings->sources);
	enum status s = checked_run(c, d);
	if (s)
		return s;
	s = checked_verdict(c, d);
	judge_print(c->settings, c->session.console, "check", c->judged, c->n, (int)exit_code_of(s));
	judge_warn_unused(c->settings, c->session.console);
	judge_say_counts(c->session.console, c->judged, c->n, "checked", "file");
	return s;
}

static int run_check_command(struct settings *settings, struct arena *a)
{
	struct checked c = { .settings = settings, .arena = a, .command = "check" };
	struct diag d = { 0 };
	enum status s = session_open(settings, "check", environ, a, &c.session, &d);
	if (s == OK)
		s = check_all(&c, &d);
	checked_done(&c);
	enum exit_code code = session_close(&c.session, settings, s, &d);
	audit_free(c.session.run.audit);
	return (int)code;
}

const struct command command_check = {
	.name = "check",
	.arguments = "FILE...",
	.what = "judge wheels and sdists, whoever made them",
	.options = options_check,
	.borrowed = options_build,
	.names = options_of_findings,
	.run = run_check_command,
};
