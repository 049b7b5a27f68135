#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"

static enum status find_program(const char *program_dir, char ret[PATH_MAX], struct diag *d)
{
	char self[PATH_MAX];
	if (program_dir) {
		(void)snprintf(ret, PATH_MAX, "%s/hwb-net", program_dir);
		return OK;
	}
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return fail(d, ERR_IO, 0, "cannot find hwb-net: readlink '/proc/self/exe': %s", strerror(errno));
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	size_t size = slash ? (size_t)(slash - self) : 0;
	(void)snprintf(ret, PATH_MAX, "%.*s/hwb-net", (int)size, self);
	if (access(ret, X_OK) != 0)
		(void)snprintf(ret, PATH_MAX, "%.*s/../libexec/hwb/hwb-net", (int)size, self);
	return OK;
}

/* Above the numbers that the child expects, so that no dup2 below can overwrite one that is still needed. */
static int fd_above(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 16);
}

static int spawn(const char *path, const char *role, const int fds[3], pid_t *ret)
{
	char *const argv[] = { (char *)(uintptr_t) "hwb-net", (char *)(uintptr_t)role, NULL };
	char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int e = posix_spawn_file_actions_init(&actions);
	if (e)
		return e;
	e = posix_spawnattr_init(&attributes);
	if (e) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return e;
	}
	/* A group of its own: ^C is hwb's to handle, and closing the channel is what ends hwb-net. */
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	e = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&actions, 0, 1);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&actions, fds[2] < 0 ? 0 : fds[2], 2);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&actions, fds[0], CHILD_CHANNEL_FD);
	if (!e && fds[1] >= 0)
		e = posix_spawn_file_actions_adddup2(&actions, fds[1], CHILD_LISTEN_FD);
	if (!e)
		e = posix_spawn_file_actions_addclosefrom_np(&actions, fds[1] >= 0 ? CHILD_LISTEN_FD + 1 : CHILD_CHANNEL_FD + 1);
	if (!e)
		e = posix_spawn(ret, path, &actions, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return e;
}

enum status net_child_start(const char *program_dir, const char *role, int listen_fd, struct net_child *ret, struct diag *d)
{
	char path[PATH_MAX];
	int pair[2];
	enum status s = find_program(program_dir, path, d);
	if (s)
		return s;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fail(d, ERR_IO, 0, "socketpair: %s", strerror(errno));
	CLEANUP(fd_close) int ours = pair[0];
	CLEANUP(fd_close) int theirs = pair[1];
	CLEANUP(fd_close) int high = fd_above(theirs);
	CLEANUP(fd_close) int listener = listen_fd >= 0 ? fd_above(listen_fd) : -1;
	CLEANUP(fd_close) int words = program_dir ? fd_above(2) : -1;
	if (high < 0 || (listen_fd >= 0 && listener < 0))
		return fail(d, ERR_IO, 0, "cannot copy a descriptor for hwb-net: %s", strerror(errno));
	pid_t pid;
	int e = spawn(path, role, (const int[3]){ high, listener, words }, &pid);
	if (e)
		return fail(d, ERR_IO, 0, "cannot start '%s': %s", path, strerror(e));
	*ret = (struct net_child){ .pid = pid, .channel_fd = take_fd(&ours) };
	return OK;
}

static int reap(pid_t pid)
{
	int status = 0;
	pid_t got;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	return got == pid ? status : 0;
}

void net_child_stop(struct net_child *c)
{
	if (c->pid <= 0)
		return;
	fd_close(&c->channel_fd);
	(void)kill(c->pid, SIGKILL);
	(void)reap(c->pid);
	c->pid = 0;
}

/* It has closed its channel, so it is ending; one that does not end is killed by the caller, a second later. */
static void give_time_to_end(pid_t pid)
{
	CLEANUP(fd_close) int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (fd >= 0)
		(void)poll(&p, 1, 1000);
}

enum status net_child_lost(struct net_child *c, enum status code, struct diag *d)
{
	if (c->pid <= 0)
		return fail(d, code, 0, "hwb-net is not running");
	fd_close(&c->channel_fd);
	give_time_to_end(c->pid);
	(void)kill(c->pid, SIGKILL);
	int status = reap(c->pid);
	c->pid = 0;
	if (WIFSIGNALED(status))
		return fail(d, code, 0, "hwb-net was ended by signal %d", WTERMSIG(status));
	return fail(d, code, 0, "hwb-net ended with status %d before it was done", WEXITSTATUS(status));
}
