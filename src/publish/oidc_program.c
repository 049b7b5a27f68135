/* CI systems whose helper program is asked: it gets the variables that it needs by name and none other, and answers into a pipe. */
#include "publish/oidc_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/locked.h"
#include "host/spawn.h"

/* It asks a service. One byte more than a token may have is read, so that a long one is seen. */
enum { PATIENCE_MS = 30000, POLL_MS = 100, ARGUMENTS_MAX = 8, VARIABLES_MAX = 16 };

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

static const char *find_program(struct oidc *o, const char *name)
{
	struct bytes rest = bytes_of(oidc_variable(o, "PATH"));
	while (rest.data) {
		struct bytes folder = bytes_cut(&rest, ':');
		if (!folder.size || folder.data[0] != '/')
			continue;
		const char *path = arena_printf(o->arena, "%.*s/%s", BYTES_ARG(folder), name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* What stands in the caller's environment already; nothing of it is copied. */
static void choose_variables(const struct oidc *o, const struct program *p, const char *ret[VARIABLES_MAX + 1])
{
	size_t n = 0;
	for (size_t i = 0; p->variables[i] && n < VARIABLES_MAX; i++) {
		const char *value = oidc_variable(o, p->variables[i]);
		if (value)
			ret[n++] = value - strlen(p->variables[i]) - 1;
	}
	ret[n] = NULL;
}

static enum status read_all(struct oidc *o, const struct program *p, int fd, struct buf *ret, struct diag *d)
{
	uint64_t until = clock_ms() + PATIENCE_MS;
	for (;;) {
		enum status s = run_check(o->run, d);
		if (s)
			return s;
		if (clock_ms() > until)
			return fail(d, ERR_NETWORK, 0, "the program '%s' has not answered for %d s", p->name, PATIENCE_MS / 1000);
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int ready = poll(&wait, 1, POLL_MS);
		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		unsigned char *to = buf_reserve(ret, 1024);
		ssize_t n = to ? read(fd, to, 1024) : -1;
		if (!to)
			return fail(d, ERR_REFUSED, 0, "what the program '%s' prints is longer than a token", p->name);
		if (n < 0)
			return fail(d, ERR_IO, 0, "read what '%s' says: %s", p->name, strerror(errno));
		if (n == 0)
			return OK;
		buf_grew(ret, (size_t)n);
	}
}

static enum status run_program(struct oidc *o, const struct program *p, const char *path, const char *const *argv, struct buf *ret,
			       struct diag *d)
{
	const char *env[VARIABLES_MAX + 1];
	int out[2];
	pid_t pid;
	if (pipe2(out, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe: %s", strerror(errno));
	CLEANUP(fd_close) int answer = out[0];
	CLEANUP(fd_close) int theirs = out[1];
	choose_variables(o, p, env);
	const int fds[] = { -1, theirs, -1 };
	struct spawn spawn = { .path = path, .argv = argv, .env = env, .fds = fds, .n_fds = COUNT(fds) };
	enum status s = spawn_start(&spawn, &pid, d);
	if (s)
		return s;
	fd_close(&theirs);
	s = read_all(o, p, answer, ret, d);
	if (s) {
		spawn_kill(pid);
		return s;
	}
	int status = spawn_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OK;
	(void)fail(d, ERR_REFUSED, 0, "the program '%s' gave no identity: it ended with %s %d", p->name,
		   WIFEXITED(status) ? "status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return remedy(d, "run '%s' in the job to see what it says", p->name);
}

static enum status check_program(struct oidc *o, const struct program *p, struct diag *d)
{
	if (find_program(o, p->name))
		return OK;
	(void)fail(d, ERR_ABSENT, 0, "this job of %s has no program '%s' on PATH to ask for its identity", p->ci, p->name);
	return remedy(d, "publish in a step that has it: inside of a container it must be mounted");
}

static enum status ask_program(struct oidc *o, const struct program *p, const char *const *argv, char **ret_jwt, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, OIDC_TOKEN_MAX + 2048);
	text.secret = true;
	const char *path = find_program(o, p->name);
	if (!path)
		return check_program(o, p, d);
	enum status s = run_program(o, p, path, argv, &text, d);
	if (s)
		return s;
	struct bytes jwt = bytes_trim(buf_bytes(&text));
	if (!oidc_is_jwt(jwt))
		return fail(d, ERR_REFUSED, 0, "what the program '%s' prints is no identity token", p->name);
	s = locked_copy(jwt, ret_jwt, d);
	if (s == OK)
		oidc_report_secret(o, *ret_jwt);
	return s;
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
	const char *const argv[ARGUMENTS_MAX] = { buildkite.name, "oidc", "request-token", "--audience", o->audience, NULL };
	return ask_program(o, &buildkite, argv, ret_jwt, d);
}

enum status circleci_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	/* An audience has nothing that JSON would escape. */
	const char *claims = arena_printf(o->arena, "{\"aud\":\"%s\"}", o->audience);
	const char *const argv[ARGUMENTS_MAX] = { circleci.name, "run", "oidc", "get", "--claims", claims, "--root-issuer", NULL };
	return ask_program(o, &circleci, argv, ret_jwt, d);
}
