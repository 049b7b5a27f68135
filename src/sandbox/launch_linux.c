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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "sandbox/bare.h"
#include "sandbox/contain.h"
#include "sandbox/guard.h"
#include "sandbox/inner.h"
#include "sandbox/kernel.h"

/* Namespaces of every build; pid 1 makes that of cgroups itself. The time namespace is left out, it would only hide the uptime. */
#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

enum { SPEC_MAX = 16 << 20, EXIT_SETUP = 125 };

int launch_refuse(const char *step, const char *detail)
{
	CLEANUP(buf_done) struct buf b;
	packet_failed(&b, step, errno, detail);
	(void)control_send(buf_bytes(&b), NULL, 0);
	return EXIT_SETUP;
}

enum status spec_load(struct arena *a, struct sandbox_spec *ret, struct diag *d)
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

/* Whether this user namespace has that id at all (user_namespaces(7): "inside outside count" a line). Root of a rootless
 * container has a few, root of `unshare -r` one alone. */
bool launch_id_is_mapped(const char *map, uint32_t id)
{
	FILE *file = fopen(map, "re");
	unsigned first, outside, count;
	bool found = false;
	while (file && !found && fscanf(file, "%u %u %u", &first, &outside, &count) == 3)
		found = id >= first && id - first < count;
	if (file)
		(void)fclose(file);
	return found;
}

/* One id inside, one outside. Root lends one of its own only where it has no other: RLIMIT_NPROC does not bind the real uid 0,
 * and that root is not it. */
static const char *write_maps(pid_t pid, uint32_t outside_id)
{
	char text[64];
	bool lends = geteuid() == 0 && launch_id_is_mapped("/proc/self/uid_map", outside_id) &&
		     launch_id_is_mapped("/proc/self/gid_map", outside_id);
	uint32_t uid = lends ? outside_id : (uint32_t)geteuid();
	uint32_t gid = lends ? outside_id : (uint32_t)getegid();
	if (write_proc(pid, "setgroups", "deny"))
		return "write setgroups";
	(void)snprintf(text, sizeof text, "%d %u 1", INSIDE_ID, uid);
	if (write_proc(pid, "uid_map", text))
		return "write uid_map";
	(void)snprintf(text, sizeof text, "%d %u 1", INSIDE_ID, gid);
	return write_proc(pid, "gid_map", text) ? "write gid_map" : NULL;
}

/* Groups of the caller are nothing to lend. Whoever may not drop them, an ordinary user or the root of a user namespace that
 * forbids it (user_namespaces(7), "/proc/pid/setgroups"), keeps what it cannot use: inside there is one id. */
int launch_drop_groups(void)
{
	if (geteuid() != 0 || setgroups(0, NULL) == 0)
		return 0;
	return errno == EPERM && !launch_id_is_mapped("/proc/self/uid_map", UINT32_MAX - 1) ? 0 : -1;
}

/* Holds the mounts of the sandbox: pid 1 does not take them down at its end, which hwb waits for, but we at ours, which
 * it does not. Only possible before the process stops being dumpable. -1 costs time and nothing else. */
static int hold_mounts(pid_t pid)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

void launch_close_given(void)
{
	static const int given[] = { SANDBOX_FD_LOG, 2, SANDBOX_FD_CHANNEL, SANDBOX_FD_SNAPSHOT, SANDBOX_FD_SPEC };
	for (size_t i = 0; i < COUNT(given); i++)
		(void)close(given[i]);
}

/* Watches until pid 1 of the sandbox is gone: its end, hwb's end (the control socket closes) or too much of something. */
void launch_guard(struct guard *g)
{
	bool ended = false;
	while (!ended && g->why == END_NORMAL) {
		struct pollfd waits[1 + GUARD_FDS] = { { .fd = SANDBOX_FD_CONTROL, .events = POLLIN } };
		guard_poll(g, waits + 1);
		int n = poll(waits, COUNT(waits), GUARD_TICK_MS);
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && waits[0].revents) /* anything hwb sends, and its end, means: stop */
			g->why = END_TOLD;
		else
			ended = guard_work(g, n, waits + 1);
	}
	guard_note_sums(g);
	(void)syscall(SYS_pidfd_send_signal, g->pidfd, SIGKILL, NULL, 0);
}

/* Waits for what hwb wants. 0, or the exit status: hwb has changed its mind or died, or a failure has been told. */
static int take_orders(struct sandbox_spec *ret_spec, struct arena *a)
{
	static const int places[SANDBOX_N_GIVEN] = {
		[SANDBOX_GIVEN_SPEC] = SANDBOX_FD_SPEC, [SANDBOX_GIVEN_SNAPSHOT] = SANDBOX_FD_SNAPSHOT
	};
	char byte;
	int fds[PACKET_FDS_MAX];
	size_t n;
	struct diag d = { 0 };
	if (packet_receive(SANDBOX_FD_CONTROL, &byte, 1, fds, &n) != 1)
		return EXIT_SETUP;
	for (size_t i = 0; i < n && i < SANDBOX_N_GIVEN; i++)
		if (dup2(fds[i], places[i]) != places[i] || close(fds[i]))
			return launch_refuse("take the specification", "");
	if (spec_load(a, ret_spec, &d) == OK)
		return 0;
	errno = EBADMSG;
	return launch_refuse("read the specification", d.text);
}

/* Lets pid 1 go, with what hwb gave. */
static const char *give_orders(pid_t pid, int leash_fd, const struct sandbox_spec *spec)
{
	static const int given[SANDBOX_N_GIVEN] = { SANDBOX_FD_SPEC, SANDBOX_FD_SNAPSHOT };
	(void)hold_mounts(pid);
	const char *failed = write_maps(pid, spec->outside_id);
	if (failed)
		return failed;
	/* Not before the maps: what we clone inherits it, and an ordinary user may not write the maps of such a process. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	return packet_send(leash_fd, BYTES("g"), given, SANDBOX_N_GIVEN) ? "let pid 1 go" : NULL;
}

static int end_early(struct guard *g, int code)
{
	int status;
	if (g->pid > 0) {
		(void)kill(g->pid, SIGKILL);
		(void)waitpid(g->pid, &status, 0);
	}
	cgroup_remove(&g->cgroup);
	return code;
}

/* With one there is something to take away in the end: then hwb's death is only seen on the control socket, which is watched all
 * the time. */
static void make_cgroup(struct guard *g)
{
	cgroup_make(&g->cgroup);
	if (g->cgroup.fd >= 0)
		(void)prctl(PR_SET_PDEATHSIG, 0);
}

/* The namespaces are made at once, while hwb still reads the source: what shall run in them comes later. */
static int run_sandbox(struct arena *a)
{
	struct sandbox_spec spec;
	struct guard g;
	int leash[2], status;
	guard_init(&g);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, leash))
		return launch_refuse("make a socket pair", "");
	if (launch_drop_groups())
		return launch_refuse("drop the groups", "");
	make_cgroup(&g);
	g.pid = kernel_clone(NAMESPACES, cgroup_to_clone(&g.cgroup), &g.pidfd);
	if (g.pid == 0) {
		cgroup_enter(&g.cgroup);
		struct inner in = {
			.arena = a, .root_fd = -1, .out_fd = -1, .listen_fd = -1, .build_fd = -1, .notify_fd = -1, .names_fd = -1
		};
		(void)close(leash[1]);
		init_main(&in, leash[0]);
	}
	if (g.pid < 0)
		return end_early(&g, launch_refuse("make the namespaces", "clone3"));
	(void)close(leash[0]);
	g.leash_fd = leash[1];
	int code = take_orders(&spec, a);
	if (code)
		return end_early(&g, code);
	const char *failed = give_orders(g.pid, g.leash_fd, &spec);
	if (failed)
		return end_early(&g, launch_refuse(failed, ""));
	guard_set_limits(&g, &spec.limits);
	launch_close_given();
	launch_guard(&g);
	while (waitpid(g.pid, &status, 0) < 0 && errno == EINTR)
		;
	CLEANUP(buf_done) struct buf gone;
	guard_gone(&g, &gone);
	(void)control_send(buf_bytes(&gone), NULL, 0);
	cgroup_remove(&g.cgroup);
	guard_done(&g);
	return 0;
}

/* The modes that make nothing before they know what is wanted. */
static int run_later(int (*run)(const struct sandbox_spec *spec, struct arena *a), struct arena *a)
{
	struct sandbox_spec spec;
	int code = take_orders(&spec, a);
	return code ? code : run(&spec, a);
}

int launch_main(const char *mode)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)close_range(SANDBOX_N_FDS, ~0U, 0);
	struct rlimit no_core = { 0, 0 };
	(void)setrlimit(RLIMIT_CORE, &no_core);
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	if (strcmp(mode, isolation_mode_name(MODE_CONTAINER)) == 0)
		return run_later(container_run, &a);
	return strcmp(mode, isolation_mode_name(MODE_LANDLOCK)) == 0 ? run_later(bare_run, &a) : run_sandbox(&a);
}
