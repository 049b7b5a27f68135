/* CI systems whose helper program is asked for the job's identity. */
#include "publish/oidc_parts.h"

#include <sys/wait.h>

#include "base/cleanup.h"
#include "host/asked.h"
#include "host/locked.h"

/* It asks a service. One byte more than a token may have is read, so that a long one is seen. */
enum { PATIENCE_MS = 30000 };

struct program {
	const char *ci, *name;
	const char *const *variables; /* ends in NULL */
};

static const char *const buildkite_variables[] = {
	"PATH",
	"HOME",
	"BUILDKITE_AGENT_ACCESS_TOKEN",
	"BUILDKITE_AGENT_ENDPOINT",
	"BUILDKITE_AGENT_JOB_API_SOCKET",
	"BUILDKITE_AGENT_JOB_API_TOKEN",
	"BUILDKITE_JOB_ID",
	"BUILDKITE_NO_HTTP2",
	"HTTPS_PROXY",
	"NO_PROXY",
	NULL,
};
static const char *const circleci_variables[] = {
	"PATH",
	"HOME",
	"CIRCLECI",
	"CIRCLE_INTERNAL_CONFIG",
	"CIRCLE_INTERNAL_TASK_DATA",
	"CIRCLE_JOB",
	"CIRCLE_WORKFLOW_ID",
	"HTTPS_PROXY",
	"NO_PROXY",
	NULL,
};

static struct asked asked_of(const struct oidc *o, const struct program *p, const char *const *argv)
{
	return (struct asked){
		.argv = argv, .environment = o->request->environment, .variables = p->variables, .patience_ms = PATIENCE_MS
	};
}

static enum status absent(const struct program *p, struct diag *d)
{
	(void)fail(d, ERR_ABSENT, 0, "this job of %s has no program '%s' on PATH to ask for its identity", p->ci, p->name);
	return remedy(d, "publish in a step that has it: inside of a container it must be mounted");
}

static enum status check_program(struct oidc *o, const struct program *p, struct diag *d)
{
	const char *const argv[] = { p->name, NULL };
	const struct asked program = asked_of(o, p, argv);
	return asked_find(&program, o->arena) ? OK : absent(p, d);
}

static enum status run_program(struct oidc *o, const struct program *p, const char *const *argv, struct buf *ret, struct diag *d)
{
	const struct asked program = asked_of(o, p, argv);
	int status;
	enum status s = asked_run(o->run, &program, ret, &status, d);
	if (s == ERR_ABSENT)
		return absent(p, d);
	if (s == ERR_LIMIT)
		return fail(d, ERR_REFUSED, 0, "what the program '%s' prints is longer than a token", p->name);
	if (s || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return s;
	(void)fail(d, ERR_REFUSED, 0, "the program '%s' gave no identity: it ended with %s %d", p->name,
		   WIFEXITED(status) ? "status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return remedy(d, "run '%s' in the job to see what it says", p->name);
}

static enum status ask_program(struct oidc *o, const struct program *p, const char *const *argv, char **ret_jwt, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, OIDC_TOKEN_MAX + 2048);
	text.secret = true;
	enum status s = run_program(o, p, argv, &text, d);
	if (s)
		return s;
	struct bytes jwt = bytes_trim(buf_bytes(&text));
	if (!oidc_is_jwt(jwt))
		return fail(d, ERR_REFUSED, 0, "what the program '%s' prints is no identity token", p->name);
	return oidc_keep(o, p->ci, jwt, ret_jwt, d);
}

static const struct program buildkite = { "Buildkite", "buildkite-agent", buildkite_variables };
static const struct program circleci = { "CircleCI", "circleci", circleci_variables };

enum status buildkite_check(struct oidc *o, struct diag *d)
{
	return check_program(o, &buildkite, d);
}

enum status circleci_check(struct oidc *o, struct diag *d)
{
	return check_program(o, &circleci, d);
}

enum status buildkite_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	const char *const argv[] = { buildkite.name, "oidc", "request-token", "--audience", o->audience, NULL };
	return ask_program(o, &buildkite, argv, ret_jwt, d);
}

enum status circleci_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	/* An audience has nothing that JSON would escape. */
	const char *claims = arena_printf(o->arena, "{\"aud\":\"%s\"}", o->audience);
	const char *const argv[] = { circleci.name, "run", "oidc", "get", "--claims", claims, "--root-issuer", NULL };
	return ask_program(o, &circleci, argv, ret_jwt, d);
}
