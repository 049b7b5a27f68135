#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/credentials.h"
#include "cli/secret_input.h"
#include "cli/settings_parts.h"
#include "host/spawn.h"

/* A person may have to unlock it. */
enum { PATIENCE_MS = 120000, POLL_MS = 200, ENV_MAX = 16 };

static const char *find_program(const struct credentials *c)
{
	struct bytes rest = bytes_of(c->settings->path_variable);
	while (rest.data) {
		struct bytes folder = bytes_cut(&rest, ':');
		if (!folder.size || folder.data[0] != '/')
			continue;
		const char *path = arena_printf(c->arena, "%.*s/keyring", BYTES_ARG(folder));
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* What its backends need to find the session and their files: no token, no credential of ours. */
static void make_environment(const struct credentials *c, const char *ret[ENV_MAX + 1])
{
	static const char *const names[] = { "PATH",
					     "HOME",
					     "USER",
					     "LANG",
					     "LC_ALL",
					     "DISPLAY",
					     "WAYLAND_DISPLAY",
					     "XAUTHORITY",
					     "DBUS_SESSION_BUS_ADDRESS",
					     "XDG_RUNTIME_DIR",
					     "XDG_CONFIG_HOME",
					     "XDG_DATA_HOME",
					     "PYTHON_KEYRING_BACKEND" };
	size_t n = 0;
	_Static_assert(COUNT(names) <= ENV_MAX, "the caller has room");
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = env_get(c->settings->environment, names[i]);
		if (value)
			ret[n++] = arena_printf(c->arena, "%s=%s", names[i], value);
	}
	ret[n] = NULL;
}

/* Until it closes its output. One byte more than a password may have is read, so that a long one is seen. */
static enum status read_all(const struct credentials *c, int fd, struct buf *ret, struct diag *d)
{
	uint64_t until = clock_ms() + PATIENCE_MS;
	for (;;) {
		enum status s = run_check(c->run, d);
		if (s)
			return s;
		if (clock_ms() > until)
			return fail(d, ERR_USAGE, 0, "the program 'keyring' has not answered for %d s", PATIENCE_MS / 1000);
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int ready = poll(&wait, 1, POLL_MS);
		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		unsigned char block[512];
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0)
			return fail(d, ERR_IO, 0, "read what 'keyring' says: %s", strerror(errno));
		buf_add(ret, bytes_make(block, (size_t)n));
		explicit_bzero(block, sizeof block);
		if (ret->full)
			return fail(d, ERR_USAGE, 0, "what the program 'keyring' prints is longer than %d bytes", SECRET_MAX);
		if (n == 0)
			return OK;
	}
}

static enum status check_password(struct buf *b, struct diag *d)
{
	while (b->size && (b->data[b->size - 1] == '\n' || b->data[b->size - 1] == '\r'))
		b->size--;
	for (size_t i = 0; i < b->size; i++)
		if (b->data[i] < ' ' || b->data[i] == 0x7f)
			return fail(d, ERR_USAGE, 0, "what the program 'keyring' prints is more than one line, or no text");
	return b->size ? OK : ERR_ABSENT;
}

enum status keyring_get(const struct credentials *c, const char *service, const char *user, struct buf *ret, struct diag *d)
{
	const char *env[ENV_MAX + 1], *path = find_program(c);
	const char *const argv[] = { "keyring", "get", service, user, NULL };
	int out[2];
	pid_t pid;
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	if (!path) {
		(void)fail(d, ERR_USAGE, 0, "index.keyring-provider is subprocess, and there is no program 'keyring' on PATH");
		return remedy(d, "install it (the distribution keyring), or set index.keyring-provider to disabled");
	}
	if (pipe2(out, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe: %s", strerror(errno));
	CLEANUP(fd_close) int answer = out[0];
	CLEANUP(fd_close) int theirs = out[1];
	make_environment(c, env);
	const int fds[] = { -1, theirs, -1 };
	struct spawn spawn = { .path = path, .argv = argv, .env = env, .fds = fds, .n_fds = COUNT(fds) };
	enum status s = spawn_start(&spawn, &pid, d);
	if (s)
		return s;
	fd_close(&theirs);
	s = read_all(c, answer, ret, d);
	if (s) {
		spawn_kill(pid);
		return s;
	}
	int status = spawn_wait(pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) /* 1: it has none */
		return ERR_ABSENT;
	return check_password(ret, d);
}
