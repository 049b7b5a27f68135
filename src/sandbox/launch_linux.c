/* P1: the launcher. A fresh program with an empty environment and no secrets in its memory: it makes the namespaces, writes
 * the id maps, watches, and kills. What it clones into the sandbox is therefore worth nothing to a stranger. */
#include "sandbox/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "sandbox/inner.h"
#include "sandbox/kernel.h"
#include "sandbox/memory.h"

/* Namespaces of every build; the time namespace is left out, it would only hide the uptime. */
#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

enum { SPEC_MAX = 16 << 20, MEMORY_POLL_MS = 200, EXIT_SETUP = 125 };

static int refuse(const char *step, const char *detail)
{
	int error = errno;
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	wire_put_u32(&b, SANDBOX_FAILED);
	wire_put_string(&b, step);
	wire_put_u32(&b, (uint32_t)error);
	wire_put_string(&b, detail);
	(void)control_send(buf_bytes(&b), NULL, 0);
	return EXIT_SETUP;
}

static void send_gone(enum sandbox_end why, uint64_t peak)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 64);
	wire_put_u32(&b, SANDBOX_GONE);
	wire_put_u32(&b, (uint32_t)why);
	wire_put_u64(&b, peak);
	(void)control_send(buf_bytes(&b), NULL, 0);
}

static enum status read_spec(struct arena *a, struct sandbox_spec *ret, struct diag *d)
{
	struct stat st;
	if (fstat(SANDBOX_FD_SPEC, &st) || st.st_size > SPEC_MAX)
		return fail(d, ERR_IO, 0, "no specification on descriptor %d", SANDBOX_FD_SPEC);
	size_t size = (size_t)st.st_size;
	unsigned char *data = arena_alloc(a, size + 1, 1);
	if (pread(SANDBOX_FD_SPEC, data, size, 0) != (ssize_t)size)
		return fail(d, ERR_IO, 0, "read the specification: %s", strerror(errno));
	return sandbox_spec_read(bytes_make(data, size), a, ret, d);
}

static int write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

/* One id inside, one outside. Root never lends its own: RLIMIT_NPROC does not bind uid 0. */
static const char *write_maps(pid_t pid, uint32_t outside_id)
{
	char text[64];
	uint32_t uid = geteuid() == 0 ? outside_id : (uint32_t)geteuid();
	uint32_t gid = geteuid() == 0 ? outside_id : (uint32_t)getegid();
	if (write_proc(pid, "setgroups", "deny"))
		return "write setgroups";
	(void)snprintf(text, sizeof text, "%d %u 1", INSIDE_ID, uid);
	if (write_proc(pid, "uid_map", text))
		return "write uid_map";
	(void)snprintf(text, sizeof text, "%d %u 1", INSIDE_ID, gid);
	return write_proc(pid, "gid_map", text) ? "write gid_map" : NULL;
}

/* Watches until pid 1 of the sandbox is gone: its end, hwb's end (the control socket closes) or too much memory. */
static enum sandbox_end watch(pid_t pid, int pidfd, uint64_t memory_max, uint64_t *ret_peak)
{
	enum sandbox_end why = END_NORMAL;
	for (;;) {
		struct pollfd waits[] = { { .fd = pidfd, .events = POLLIN }, { .fd = SANDBOX_FD_CONTROL, .events = POLLIN } };
		int n = poll(waits, COUNT(waits), MEMORY_POLL_MS);
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && waits[0].revents)
			return why;
		if (n > 0 && waits[1].revents) { /* anything hwb sends, and its end, means: stop */
			why = END_TOLD;
			break;
		}
		uint64_t used = memory_of_tree(pid);
		if (used > *ret_peak)
			*ret_peak = used;
		if (used > memory_max) {
			why = END_MEMORY;
			break;
		}
	}
	(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	return why;
}

static int run_sandbox(const struct sandbox_spec *spec, struct arena *a)
{
	int go[2], pidfd = -1, status;
	if (pipe2(go, O_CLOEXEC))
		return refuse("make a pipe", "");
	if (geteuid() == 0 && setgroups(0, NULL))
		return refuse("drop the groups", "");
	pid_t pid = kernel_clone(NAMESPACES, &pidfd);
	if (pid == 0) {
		struct inner in = { .spec = spec, .arena = a, .root_fd = -1, .out_fd = -1, .listen_fd = -1 };
		(void)close(go[1]);
		init_main(&in, go[0]);
	}
	if (pid < 0)
		return refuse("make the namespaces", "clone3");
	(void)close(go[0]);
	const char *failed = write_maps(pid, spec->outside_id);
	if (failed) {
		int code = refuse(failed, "");
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		return code;
	}
	/* Not before the maps: what we clone inherits it, and an ordinary user may not write the maps of such a process. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)!write(go[1], "g", 1);
	(void)close(go[1]);
	/* The log belongs to what is inside: as long as we held it, its end would never be seen. */
	(void)close(SANDBOX_FD_LOG);
	(void)close(2);
	(void)close(SANDBOX_FD_CHANNEL);
	(void)close(SANDBOX_FD_SNAPSHOT);
	uint64_t peak = 0;
	enum sandbox_end why = watch(pid, pidfd, spec->limits.memory, &peak);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	send_gone(why, peak);
	return 0;
}

int launch_main(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)close_range(SANDBOX_N_FDS, ~0U, 0);
	struct rlimit no_core = { 0, 0 };
	(void)setrlimit(RLIMIT_CORE, &no_core);
	struct arena a;
	arena_init(&a);
	struct sandbox_spec spec;
	struct diag d = { 0 };
	if (read_spec(&a, &spec, &d)) {
		errno = EBADMSG;
		return refuse("read the specification", d.text);
	}
	return run_sandbox(&spec, &a);
}
