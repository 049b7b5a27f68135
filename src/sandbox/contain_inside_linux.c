/* hwb-sandbox as pid 1 of a container: what launch_linux.c is outside. The engine has made the namespaces and mounts; here they
 * are looked at again, because an engine may be a script. stdin is the lifeline: its end is the end of everything inside. */
#include "sandbox/contain.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "sandbox/frame.h"
#include "sandbox/guard.h"
#include "sandbox/inner.h"

enum { EXIT_SETUP = 125, BLOCK = 65536, CHANNEL_MAX = 1 << 18, LEASH_FD = SANDBOX_N_FDS, N_PIPES = 4 };

/* Everything pid 1 holds. */
struct inside {
	struct guard guard;
	struct sandbox_spec spec;
	struct arena arena;
	struct buf incoming; /* of stdin, not yet taken */
	int control_fd, channel_fd, log_fd; /* our ends */
	bool told; /* FRAME_STOP */
};

static void send_frame(enum frame_kind kind, struct bytes content)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, FRAME_STREAM_MAX);
	frame_put(&b, kind, content);
	if (fd_write_all(1, buf_bytes(&b), NULL))
		_exit(EXIT_SETUP); /* nobody listens any more */
}

static void send_failed(const char *step, const char *detail)
{
	CLEANUP(buf_done) struct buf b;
	packet_failed(&b, step, errno, detail);
	send_frame(FRAME_CONTROL, buf_bytes(&b));
}

/* One read of stdin. The end of it ends pid 1, and with it, by the kernel, everything inside. */
static void read_stdin(struct inside *i)
{
	unsigned char *to = buf_reserve(&i->incoming, BLOCK);
	ssize_t n = to ? read(0, to, BLOCK) : -1;
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		_exit(EXIT_SETUP);
	buf_grew(&i->incoming, (size_t)n);
}

/* What the image says of its own tools: a manylinux image keeps its compiler outside of the usual folders. */
static void take_image_env(struct inside *i)
{
	static const char *const names[] = { "LD_LIBRARY_PATH", "PKG_CONFIG_PATH",   "DEVTOOLSET_ROOTPATH",
					     "AUDITWHEEL_PLAT", "AUDITWHEEL_POLICY", "AUDITWHEEL_ARCH",
					     "MANPATH" };
	struct sandbox_spec *spec = &i->spec;
	const char **env = ARENA_ARRAY(&i->arena, const char *, spec->n_env + COUNT(names) + 1);
	const char *path = getenv("PATH");
	bytes_copy(env, bytes_make(spec->env, spec->n_env * sizeof *env));
	for (size_t k = 0; k < spec->n_env; k++)
		if (path && bytes_starts(bytes_of(env[k]), BYTES("PATH=/env/bin:")))
			env[k] = arena_printf(&i->arena, "PATH=/env/bin:%s", path);
	for (size_t k = 0; k < COUNT(names); k++)
		if (getenv(names[k]))
			env[spec->n_env++] = arena_printf(&i->arena, "%s=%s", names[k], getenv(names[k]));
	spec->env = env;
}

static bool read_spec(struct inside *i)
{
	enum frame_kind kind;
	struct bytes content;
	size_t size;
	struct diag d = { 0 };
	enum frame_result got;
	while ((got = frame_next(buf_bytes(&i->incoming), &kind, &content, &size)) == FRAME_NONE)
		read_stdin(i);
	errno = EBADMSG;
	if (got == FRAME_BAD || kind != FRAME_SPEC || sandbox_spec_read(content, &i->arena, &i->spec, &d) ||
	    i->spec.mode != MODE_CONTAINER) {
		send_failed("read the specification", d.text);
		return false;
	}
	frame_drop(&i->incoming, size);
	take_image_env(i);
	return true;
}

/* ---- what is checked before a stranger's program starts ---- */

static int refuse(struct inner *in, int error, const char *detail)
{
	in->detail = detail;
	errno = error;
	return -1;
}

static int check_network(struct inner *in)
{
	struct if_nameindex *all = if_nameindex();
	bool alone = all != NULL;
	for (const struct if_nameindex *one = all; one && one->if_index; one++)
		alone = alone && strcmp(one->if_name, "lo") == 0;
	if (all)
		if_freenameindex(all);
	if (!alone)
		return refuse(in, EPERM, "there is a network interface inside");
	control_set(in, CONTROL_NET_NS);
	return 0;
}

/* The engine was told; this is what it did. */
static int check_container(struct inner *in)
{
	static const enum sandbox_control hold[] = { CONTROL_PID_NS,         CONTROL_MOUNT_NS,    CONTROL_PRIVATE_ROOT,
						     CONTROL_READ_ONLY_HOST, CONTROL_COPY_IN_OUT, CONTROL_EMPTY_ENV };
	struct statvfs root;
	char name[65] = "";
	if (getuid() == 0 || geteuid() == 0)
		return refuse(in, EPERM, "the user is root");
	if (statvfs("/", &root) || !(root.f_flag & ST_RDONLY))
		return refuse(in, EPERM, "the root can be written");
	for (const char *const *path = (const char *const[]){ "/build", "/tmp", "/out", NULL }; *path; path++)
		if (access(*path, R_OK | W_OK | X_OK)) /* podman gives a tmpfs the mode that the image's directory has */
			return refuse(in, errno, *path);
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1)
			return refuse(in, EPERM, "there are capabilities");
	for (size_t i = 0; i < COUNT(hold); i++)
		control_set(in, hold[i]);
	if (gethostname(name, sizeof name - 1) == 0 && strcmp(name, "sandbox") == 0)
		control_set(in, CONTROL_UTS_NS);
	return check_network(in);
}

/* Orphans come to the payload's parent, as they come to pid 1 of the native sandbox. */
static int adopt_orphans(struct inner *in)
{
	(void)in;
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

const struct step *container_steps(size_t *ret_n)
{
	static const struct step steps[] = {
		{ "check the container", check_container },
		{ "adopt orphans", adopt_orphans },
		{ "copy the source in", inner_copy_in },
	};
	*ret_n = COUNT(steps);
	return steps;
}

/* ---- the payload's parent, with the descriptors of sandbox/spec.h ---- */

static void become_init(struct inside *i, const int theirs[SANDBOX_N_FDS + 1])
{
	struct inner in = { .spec = &i->spec,
			    .arena = &i->arena,
			    .root_fd = -1,
			    .out_fd = -1,
			    .listen_fd = -1,
			    .build_fd = -1,
			    .notify_fd = -1,
			    .names_fd = -1 };
	int lifted[SANDBOX_N_FDS + 1];
	for (int k = 0; k <= SANDBOX_N_FDS; k++)
		lifted[k] = fcntl(theirs[k], F_DUPFD_CLOEXEC, 64);
	for (int k = 0; k <= SANDBOX_N_FDS; k++)
		if (dup2(lifted[k], k) != k)
			_exit(EXIT_SETUP);
	(void)close_range(SANDBOX_N_FDS + 1, ~0U, 0);
	init_main(&in, LEASH_FD);
}

static const char *start_init(struct inside *i)
{
	int control[2], channel[2], leash[2], log[2];
	CLEANUP(fd_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	CLEANUP(fd_close) int snapshot = i->spec.snapshot_path[0] ? open(CONTAIN_SNAPSHOT, O_RDONLY | O_CLOEXEC) : -1;
	if (i->spec.snapshot_path[0] && snapshot < 0)
		return "open " CONTAIN_SNAPSHOT;
	if (null < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, leash) || pipe2(log, O_CLOEXEC))
		return "make the sockets";
	const int theirs[SANDBOX_N_FDS + 1] = {
		null, log[1], log[1], null, control[1], channel[1], snapshot < 0 ? null : snapshot, leash[1]
	};
	i->guard.pid = fork();
	if (i->guard.pid == 0)
		become_init(i, theirs);
	i->control_fd = control[0];
	i->channel_fd = i->spec.with_channel ? channel[0] : -1;
	fd_refuse_passing(channel[0]);
	i->guard.leash_fd = leash[0];
	i->log_fd = log[0];
	/* The watch tells what it sees over this descriptor, wherever it runs: it goes the way of all packets. */
	(void)dup3(control[1], SANDBOX_FD_CONTROL, O_CLOEXEC);
	(void)close(control[1]);
	(void)close(channel[1]);
	(void)close(leash[1]);
	(void)close(log[1]);
	i->guard.pidfd = i->guard.pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, i->guard.pid, 0);
	if (i->guard.pidfd < 0 || fcntl(i->log_fd, F_SETFL, O_NONBLOCK))
		return "start the payload's parent";
	return write(i->guard.leash_fd, "g", 1) == 1 ? NULL : "start the payload's parent";
}

/* ---- the relay ---- */

static void relay_log(struct inside *i)
{
	static unsigned char block[BLOCK];
	ssize_t n = read(i->log_fd, block, sizeof block);
	if (n > 0)
		send_frame(FRAME_LOG, bytes_make(block, (size_t)n));
	else if (n == 0)
		fd_close(&i->log_fd);
}

/* Descriptors that come along (/out) mean nothing outside: what is in /out is copied at the end. */
static bool relay_control(struct inside *i, int flags)
{
	unsigned char packet[8192];
	ssize_t n = recv(i->control_fd, packet, sizeof packet, MSG_CMSG_CLOEXEC | flags);
	if (n > 0)
		send_frame(FRAME_CONTROL, bytes_make(packet, (size_t)n));
	else if (n == 0)
		fd_close(&i->control_fd);
	return n > 0;
}

static void relay_channel(struct inside *i)
{
	static unsigned char packet[CHANNEL_MAX];
	ssize_t n = recv(i->channel_fd, packet, sizeof packet, MSG_DONTWAIT);
	if (n > 0)
		send_frame(FRAME_CHANNEL, bytes_make(packet, (size_t)n));
	else if (n == 0 || errno != EAGAIN) {
		send_frame(FRAME_CHANNEL_END, (struct bytes){ NULL, 0 });
		fd_close(&i->channel_fd);
	}
}

/* Takes what came over stdin. A packet that the payload does not take yet stays where it is; true then. */
static bool take_frames(struct inside *i)
{
	enum frame_kind kind;
	struct bytes content;
	size_t size;
	for (;;) {
		enum frame_result got = frame_next(buf_bytes(&i->incoming), &kind, &content, &size);
		if (got == FRAME_BAD)
			_exit(EXIT_SETUP);
		if (got == FRAME_NONE)
			return false;
		if (kind == FRAME_CHANNEL && i->channel_fd >= 0 &&
		    send(i->channel_fd, content.data, content.size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EAGAIN)
			return true;
		i->told = i->told || kind == FRAME_STOP;
		frame_drop(&i->incoming, size);
	}
}

/* Until the payload's parent is gone, or we are told to stop, or the memory limit is reached. */
static void serve(struct inside *i)
{
	bool ended = false, waiting = false;
	while (!ended && !i->told && i->guard.why == END_NORMAL) {
		struct pollfd waits[N_PIPES + GUARD_FDS] = {
			{ .fd = 0, .events = POLLIN },
			{ .fd = i->log_fd, .events = POLLIN },
			{ .fd = i->control_fd, .events = POLLIN },
			{ .fd = i->channel_fd, .events = (short)(POLLIN | (waiting ? POLLOUT : 0)) },
		};
		guard_poll(&i->guard, waits + N_PIPES);
		int n = poll(waits, COUNT(waits), GUARD_TICK_MS);
		if (n > 0 && waits[0].revents)
			read_stdin(i);
		if (n > 0 && waits[1].revents)
			relay_log(i);
		if (n > 0 && waits[2].revents)
			(void)relay_control(i, 0);
		if (n > 0 && waits[3].revents & (POLLIN | POLLHUP))
			relay_channel(i);
		waiting = take_frames(i);
		ended = guard_work(&i->guard, n, waits + N_PIPES);
	}
	if (i->told)
		i->guard.why = END_TOLD;
}

/* ---- copy-out ---- */

struct copy {
	int from_dir, to_dir;
	uint64_t left, file_max; /* bytes that may still be copied, and of one file */
};

/* More than one file may have is only said, not copied: the outside refuses it by its size. */
static int copy_bytes(struct copy *c, int from, int to, uint64_t size)
{
	if (size > c->file_max)
		return ftruncate(to, (off_t)(c->file_max + 1));
	static unsigned char block[BLOCK];
	for (;;) {
		ssize_t n = read(from, block, sizeof block);
		if (n <= 0)
			return (int)n;
		if ((uint64_t)n > c->left) {
			errno = EFBIG;
			return -1;
		}
		c->left -= (uint64_t)n;
		if (fd_write_all(to, bytes_make(block, (size_t)n), NULL))
			return -1;
	}
}

/* What is not a regular file is made anew, empty, so that the outside can say what it was. */
static int copy_other(const struct copy *c, const char *name, mode_t mode)
{
	char target[4096];
	if (S_ISDIR(mode))
		return mkdirat(c->to_dir, name, 0700);
	ssize_t n = S_ISLNK(mode) ? readlinkat(c->from_dir, name, target, sizeof target - 1) : -1;
	if (n < 0)
		return 0;
	target[n] = '\0';
	return symlinkat(target, c->to_dir, name);
}

static int copy_one(struct copy *c, const char *name)
{
	struct stat st;
	if (fstatat(c->from_dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (!S_ISREG(st.st_mode))
		return copy_other(c, name, st.st_mode);
	CLEANUP(fd_close) int from = openat(c->from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP(fd_close) int to = openat(c->to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (from < 0)
		return errno == EACCES ? 0 : -1; /* a mode of the payload's own making: an empty file, refused as such */
	return to < 0 ? -1 : copy_bytes(c, from, to, (uint64_t)st.st_size);
}

/* Everybody else is dead, so nothing changes any more. */
static bool copy_out(struct inside *i)
{
	const struct limits *l = &i->spec.limits;
	struct copy c = { .left = l->disk, .file_max = l->wheel_size > l->source_file ? l->wheel_size : l->source_file };
	DIR *entries = opendir("/out");
	c.to_dir = open(CONTAIN_OUTPUT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *bad = !entries || c.to_dir < 0 ? "" : NULL;
	c.from_dir = entries ? dirfd(entries) : -1;
	uint64_t n = 0;
	for (struct dirent *e; !bad && n <= l->wheel_members && (e = readdir(entries));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (copy_one(&c, e->d_name))
			bad = arena_string(&i->arena, bytes_of(e->d_name));
	}
	if (bad)
		send_failed("copy the output out", bad);
	if (entries)
		(void)closedir(entries);
	fd_close(&c.to_dir);
	return !bad;
}

/* Nobody but us is left when this returns; what they said before is handed on. */
static void end_all(struct inside *i)
{
	guard_note_sums(&i->guard);
	(void)kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	while (i->control_fd >= 0 && relay_control(i, MSG_DONTWAIT))
		;
	for (int before = -1; i->log_fd >= 0 && before != 0;) {
		struct pollfd wait = { .fd = i->log_fd, .events = POLLIN };
		before = poll(&wait, 1, 0);
		if (before > 0)
			relay_log(i);
	}
	if (i->channel_fd >= 0 && !i->told)
		relay_channel(i);
}

int contain_inside_main(void)
{
	static struct inside i = { .control_fd = -1, .channel_fd = -1, .log_fd = -1 };
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)dup2(2, SANDBOX_FD_CONTROL); /* its place is kept until there is one */
	arena_init(&i.arena);
	buf_init(&i.incoming, FRAME_STREAM_MAX);
	if (!read_spec(&i))
		return EXIT_SETUP;
	guard_init(&i.guard);
	guard_set_limits(&i.guard, &i.spec.limits);
	errno = EPERM;
	if (getpid() != 1) { /* it would kill whom it can reach in the end */
		send_failed("check the container", "hwb-sandbox is not the first process");
		return EXIT_SETUP;
	}
	const char *failed = start_init(&i);
	if (failed) {
		send_failed(failed, "");
		return EXIT_SETUP;
	}
	serve(&i);
	end_all(&i);
	if (!copy_out(&i))
		return EXIT_SETUP;
	CLEANUP(buf_done) struct buf gone;
	guard_gone(&i.guard, &gone);
	send_frame(FRAME_CONTROL, buf_bytes(&gone));
	return 0;
}
