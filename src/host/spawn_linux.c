#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/cleanup.h"

enum { LEFT_MAX = 16 };

/* Sources are first lifted above every target, so that no dup2 overwrites one that is still needed. */
static enum status lift(const struct spawn *s, int lifted[SPAWN_FDS_MAX], struct diag *d)
{
	CLEANUP(fd_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < s->n_fds; i++) {
		lifted[i] = fcntl(s->fds[i] < 0 ? null : s->fds[i], F_DUPFD_CLOEXEC, 2 * SPAWN_FDS_MAX);
		if (lifted[i] < 0)
			return fail(d, ERR_IO, 0, "prepare a descriptor for '%s': %s", s->path, strerror(errno));
	}
	return OK;
}

static int spawn_with(const struct spawn *s, const int lifted[SPAWN_FDS_MAX], pid_t *ret)
{
	static const char *const nothing[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int error = 0;
	for (size_t i = 0; i < s->n_fds && !error; i++)
		error = posix_spawn_file_actions_adddup2(&actions, lifted[i], (int)i);
	if (!error) /* also what our caller left open without close-on-exec */
		error = posix_spawn_file_actions_addclosefrom_np(&actions, (int)s->n_fds);
	if (!error)
		error = posix_spawn(ret, s->path, &actions, &attributes, (char *const *)(uintptr_t)s->argv,
				    (char *const *)(uintptr_t)(s->env ? s->env : nothing));
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	return error;
}

enum status spawn_start(const struct spawn *s, pid_t *ret_pid, struct diag *d)
{
	int lifted[SPAWN_FDS_MAX];
	for (size_t i = 0; i < SPAWN_FDS_MAX; i++)
		lifted[i] = -1;
	if (s->n_fds > SPAWN_FDS_MAX)
		return fail(d, ERR_IO, 0, "too many descriptors for '%s'", s->path);
	pid_t pid = -1;
	enum status status = lift(s, lifted, d);
	int error = status ? 0 : spawn_with(s, lifted, &pid);
	for (size_t i = 0; i < s->n_fds; i++)
		fd_close(&lifted[i]);
	if (status)
		return status;
	if (error)
		return fail(d, ERR_IO, 0, "start '%s': %s", s->path, strerror(error));
	*ret_pid = pid;
	return OK;
}

void spawn_kill(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	(void)spawn_wait(pid);
}

static pid_t left[LEFT_MAX];
static size_t n_left;

void spawn_leave(pid_t pid)
{
	if (n_left == COUNT(left))
		spawn_reap();
	if (pid > 0)
		left[n_left++] = pid;
}

void spawn_reap(void)
{
	while (n_left)
		(void)spawn_wait(left[--n_left]);
}

int spawn_wait(pid_t pid)
{
	int status = -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}
