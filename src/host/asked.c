#include "host/asked.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/on_path.h"
#include "host/spawn.h"

enum { POLL_MS = 100, READ_SIZE = 1024 };

/* "NAME=value" as it stands in the environment. */
static const char *find_variable(const struct asked *p, const char *name)
{
	size_t n = strlen(name);
	for (char **v = p->environment; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return *v;
	return NULL;
}

const char *asked_find(const struct asked *p, struct arena *a)
{
	const char *path = find_variable(p, "PATH");
	return on_path_find(path ? path + sizeof "PATH=" - 1 : NULL, p->argv[0], a);
}

/* Nothing of it is copied. */
static void choose_variables(const struct asked *p, const char *ret[ASKED_VARIABLES_MAX + 1])
{
	size_t n = 0;
	for (size_t i = 0; p->variables[i] && n < ASKED_VARIABLES_MAX; i++) {
		const char *variable = find_variable(p, p->variables[i]);
		if (variable)
			ret[n++] = variable;
	}
	ret[n] = NULL;
}

static enum status read_all(const struct run_context *run, const struct asked *p, int fd, struct buf *ret, struct diag *d)
{
	uint64_t until = clock_ms() + p->patience_ms;
	for (;;) {
		enum status s = run_check(run, d);
		if (s)
			return s;
		if (clock_ms() > until)
			return fail(d, ERR_NETWORK, 0, "the program '%s' has not answered for %u s", p->argv[0],
				    (unsigned)(p->patience_ms / 1000));
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int ready = poll(&wait, 1, POLL_MS);
		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		unsigned char block[READ_SIZE];
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0)
			return fail(d, ERR_IO, 0, "read what '%s' says: %s", p->argv[0], strerror(errno));
		buf_add(ret, bytes_make(block, (size_t)n));
		explicit_bzero(block, sizeof block);
		if (ret->full)
			return fail(d, ERR_LIMIT, 0, "what the program '%s' prints is longer than %zu bytes", p->argv[0], ret->max);
		if (n == 0)
			return OK;
	}
}

enum status asked_run(const struct run_context *run, const struct asked *p, struct buf *ret, int *ret_status, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	const char *env[ASKED_VARIABLES_MAX + 1];
	int out[2];
	pid_t pid;
	arena_init(&a);
	const char *path = asked_find(p, &a);
	if (!path)
		return fail(d, ERR_ABSENT, 0, "there is no program '%s' on PATH", p->argv[0]);
	if (pipe2(out, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe: %s", strerror(errno));
	CLEANUP(fd_close) int answer = out[0];
	CLEANUP(fd_close) int theirs = out[1];
	choose_variables(p, env);
	const int fds[] = { -1, theirs, -1 };
	struct spawn spawn = { .path = path, .argv = p->argv, .env = env, .fds = fds, .n_fds = COUNT(fds) };
	enum status s = spawn_start(&spawn, &pid, d);
	if (s)
		return s;
	fd_close(&theirs);
	s = read_all(run, p, answer, ret, d);
	if (s) {
		spawn_kill(pid);
		return s;
	}
	*ret_status = spawn_wait(pid);
	return OK;
}
