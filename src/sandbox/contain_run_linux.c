#include "sandbox/contain_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fd.h"
#include "container_profile.h"
#include "host/file.h"
#include "host/spawn.h"

enum { COPY_BLOCK = 65536, REMOVE_TRIES = 5, REMOVE_PAUSE_MS = 200, ASK_MS = 20000 };

static int copy_snapshot(int dir)
{
	static unsigned char block[COPY_BLOCK];
	CLEANUP(fd_close) int to = openat(dir, "snapshot", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	for (off_t at = 0; to >= 0;) {
		ssize_t n = pread(SANDBOX_FD_SNAPSHOT, block, sizeof block, at);
		if (n <= 0)
			return (int)n;
		if (fd_write_all(to, bytes_make(block, (size_t)n), NULL))
			return -1;
		at += n;
	}
	return -1;
}

static int write_file(int dir, const char *name, struct bytes content)
{
	CLEANUP(fd_close) int to = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	return to < 0 || fd_write_all(to, content, NULL) ? -1 : 0;
}

/* Where the user inside may write: as root that user is somebody else. */
static int make_out(int dir, const struct contain_run *run, int *ret_fd)
{
	if (mkdirat(dir, "out", 0700))
		return -1;
	*ret_fd = openat(dir, "out", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd < 0)
		return -1;
	return geteuid() == 0 ? fchown(*ret_fd, run->uid, run->gid) : 0;
}

static const char *fill(struct contain_place *p, int dir, bool has_snapshot)
{
	if (mkdirat(dir, "src", 0755) || mkdirat(dir, "config", 0700))
		return "make the run directory";
	CLEANUP(fd_close) int src = openat(dir, "src", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (src < 0 || (has_snapshot && copy_snapshot(src)) || fchmod(src, 0555))
		return "copy the source in";
	if (make_out(dir, &p->run, &p->out_fd))
		return "make the output directory";
	if (write_file(dir, "config/config.json", BYTES("{}\n"))) /* podman wants one to be there */
		return "write the engine's configuration";
	struct bytes profile = bytes_make(container_profile, sizeof container_profile);
	return write_file(dir, "seccomp.json", profile) ? "write the seccomp profile" : NULL;
}

/* The engine reads no configuration of docker's: its credentials are of no use to a build. */
static const char *const *engine_env(const struct container *c, const char *path, struct arena *a)
{
	const char **env = ARENA_ARRAY(a, const char *, c->n_env + 2);
	bytes_copy(env, bytes_make(c->env, c->n_env * sizeof *env));
	env[c->n_env] = arena_printf(a, "DOCKER_CONFIG=%s/config", path);
	return env;
}

static const char *our_path(struct arena *a)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self);
	return n > 0 && n < (ssize_t)sizeof self ? arena_string(a, bytes_make(self, (size_t)n)) : NULL;
}

const char *contain_place_make(const struct sandbox_spec *spec, struct arena *a, struct contain_place *ret)
{
	unsigned char random[8];
	char text[2 * sizeof random + 1];
	const struct container *c = spec->container;
	*ret = (struct contain_place){ .parent_fd = -1, .out_fd = -1 };
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return "name the container";
	hex_write(bytes_make(random, sizeof random), text);
	ret->base = arena_printf(a, "hwb-%s", text);
	ret->source = arena_printf(a, "%s/src", ret->base);
	ret->run = (struct contain_run){
		.name = ret->base,
		.path = arena_printf(a, "%s/%s", c->run_path, ret->base),
		.program = our_path(a),
		.uid = geteuid() == 0 ? spec->outside_id : (uint32_t)geteuid(),
		.gid = geteuid() == 0 ? spec->outside_id : (uint32_t)getegid(),
	};
	ret->env = engine_env(c, ret->run.path, a);
	if (directory_make(AT_FDCWD, c->run_path, true, &ret->parent_fd, NULL) || mkdirat(ret->parent_fd, ret->base, 0700))
		return "make the run directory";
	CLEANUP(fd_close) int dir = openat(ret->parent_fd, ret->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || !ret->run.program)
		return "make the run directory";
	return fill(ret, dir, spec->snapshot_path[0] != '\0');
}

void contain_place_remove(struct contain_place *p)
{
	fd_close(&p->out_fd);
	if (p->parent_fd < 0)
		return;
	(void)!fchmodat(p->parent_fd, p->source, 0700, 0); /* an ordinary user could not empty it otherwise */
	(void)!directory_remove(p->parent_fd, p->base, NULL);
	fd_close(&p->parent_fd);
}

/* What comes out of a pipe until its end, or until nobody should wait any more: -1. */
static ssize_t read_all(int from, char *room, size_t size, uint64_t until_ms)
{
	for (size_t n = 0;;) {
		uint64_t now = clock_ms();
		struct pollfd wait = { .fd = from, .events = POLLIN };
		if (now >= until_ms || poll(&wait, 1, (int)(until_ms - now)) == 0)
			return -1;
		ssize_t got = read(from, room + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (ssize_t)n;
		n += (size_t)got;
	}
}

/* Runs a command of the engine; what it prints, up to the room. -1 when it fails, or does not end. */
static ssize_t ask(const struct contain_place *p, const char *const *argv, char *room, size_t size)
{
	int out[2];
	pid_t pid;
	if (pipe2(out, O_CLOEXEC))
		return -1;
	const int fds[] = { -1, out[1], -1 };
	struct spawn spawn = { .path = argv[0], .argv = argv, .env = p->env, .fds = fds, .n_fds = COUNT(fds) };
	enum status status = spawn_start(&spawn, &pid, NULL);
	(void)close(out[1]);
	ssize_t n = status ? -1 : read_all(out[0], room, size, clock_ms() + ASK_MS);
	(void)close(out[0]);
	if (status)
		return -1;
	if (n < 0) {
		spawn_kill(pid);
		return -1;
	}
	return spawn_wait(pid) == 0 ? n : -1;
}

bool contain_is_gone(const struct container *c, const struct contain_place *p)
{
	char filter[64], room[512];
	(void)snprintf(filter, sizeof filter, "name=^%s$", p->run.name);
	const char *const list[] = { c->engine, "ps", "-a", "-q", "--filter", filter, NULL };
	const char *const remove[] = { c->engine, "rm", "-f", p->run.name, NULL };
	for (int i = 0; i < REMOVE_TRIES; i++) {
		ssize_t n = ask(p, list, room, sizeof room);
		if (n == 0)
			return true;
		(void)ask(p, remove, room, sizeof room);
		(void)poll(NULL, 0, i ? REMOVE_PAUSE_MS : 0);
	}
	return false;
}
