/* pid 1 of the sandbox: takes the steps, starts the payload, waits for it alone, and ends; the kernel then kills whatever
 * is left in the pid namespace. It never waits for a pipe to close: a stray child may hold it for ever. */
#include "sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/wire.h"

enum { PACKET_MAX = 8192, EXIT_SETUP = 125 };

static void send_failed(const char *step, int error, const char *detail)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, PACKET_MAX);
	wire_put_u32(&b, SANDBOX_FAILED);
	wire_put_string(&b, step);
	wire_put_u32(&b, (uint32_t)error);
	wire_put_string(&b, detail);
	(void)control_send(buf_bytes(&b), NULL, 0);
}

static void send_ready(const struct inner *in)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, PACKET_MAX);
	wire_put_u32(&b, SANDBOX_READY);
	wire_put_u64(&b, in->controls);
	int fds[2] = { in->out_fd, in->listen_fd };
	if (control_send(buf_bytes(&b), fds, in->listen_fd >= 0 ? 2 : 1)) {
		send_failed("hand out the output directory", errno, "");
		_exit(EXIT_SETUP);
	}
}

static void send_exited(int status, const struct rusage *usage)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, PACKET_MAX);
	wire_put_u32(&b, SANDBOX_EXITED);
	wire_put_u32(&b, (uint32_t)status);
	wire_put_u64(&b, (uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec);
	wire_put_u64(&b, (uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec);
	wire_put_u64(&b, (uint64_t)usage->ru_maxrss * 1024);
	(void)control_send(buf_bytes(&b), NULL, 0);
}

/* What the payload says before it becomes the payload: its controls, or the step that failed. */
struct verdict {
	int error;
	char step[64];
	uint64_t controls;
};

/* Over the way back; the listener of the filter goes along when there is one, and is not kept. */
static void send_verdict(struct inner *in, const struct verdict *v)
{
	(void)packet_send(4, bytes_make(v, sizeof *v), &in->notify_fd, in->notify_fd >= 0 ? 1 : 0);
	fd_close(&in->notify_fd);
}

/* The descriptors are ordered so that close_range can take all the rest: 3 is the channel, 4 the way back until exec. */
static void payload_main(struct inner *in, int verdict_fd)
{
	struct verdict v = { 0 };
	size_t n;
	const struct step *steps = payload_steps(&n);
	/* The channel sits on 5 and the verdict's socket anywhere: move both out of the way first. */
	int way_back = fcntl(verdict_fd, F_DUPFD_CLOEXEC, 64);
	int channel = fcntl(SANDBOX_FD_CHANNEL, F_DUPFD_CLOEXEC, 64);
	bool moved = way_back >= 0 && channel >= 0 && dup2(channel, 3) == 3 && dup3(way_back, 4, O_CLOEXEC) == 4 &&
		     close_range(5, ~0U, 0) == 0;
	if (!in->spec->with_channel)
		(void)close(3);
	control_set(in, CONTROL_CLOSED_FDS);
	const char *failed = moved ? steps_run(steps, n, in) : "move the descriptors";
	if (!failed) {
		v.controls = in->controls;
		send_verdict(in, &v);
		(void)execve(in->spec->argv[0], (char *const *)(uintptr_t)in->spec->argv, (char *const *)(uintptr_t)in->spec->env);
		failed = "start the program";
	}
	v.error = errno;
	(void)snprintf(v.step, sizeof v.step, "%s", failed);
	send_verdict(in, &v);
	_exit(EXIT_SETUP);
}

/* What there is to watch goes to the launcher at once: the payload's first call, its own start, already waits for it. */
static void send_leash(struct inner *in, int leash_fd, int notify_fd)
{
	static const char *const places[] = { "/build", "/tmp", "/out" };
	struct leash_packet packet = { .has_notify = notify_fd >= 0, .has_names = in->names_fd >= 0 };
	int fds[PACKET_FDS_MAX];
	size_t n = 0;
	if (packet.has_notify)
		fds[n++] = notify_fd;
	if (packet.has_names)
		fds[n++] = in->names_fd;
	for (size_t i = 0; in->spec->with_watch && i < COUNT(places); i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			fds[n++] = fd;
		packet.n_places += fd >= 0;
	}
	(void)packet_send(leash_fd, bytes_make(&packet, sizeof packet), fds, n);
	for (size_t i = 0; i < n; i++)
		(void)close(fds[i]);
	in->names_fd = -1;
}

/* True when the payload is running; otherwise the failure has been sent. One verdict and end of file: started. Two: exec
 * failed after the steps. */
static bool payload_started(struct inner *in, int verdict_fd, int leash_fd)
{
	struct verdict v[2] = { 0 };
	size_t n = 0, n_fds;
	int fds[PACKET_FDS_MAX];
	while (n < COUNT(v) && packet_receive(verdict_fd, &v[n], sizeof v[n], fds, &n_fds) == (ssize_t)sizeof v[n])
		if (n++ == 0 && v[0].error == 0)
			send_leash(in, leash_fd, n_fds ? fds[0] : -1);
	const struct verdict *bad = n == 2 ? &v[1] : n == 0 || v[0].error ? &v[0] : NULL;
	if (bad) {
		send_failed(bad->step[0] ? bad->step : "start the payload", bad->error ? bad->error : ECHILD, in->spec->argv[0]);
		return false;
	}
	in->controls |= v[0].controls;
	return true;
}

/* Reaps everything that comes to pid 1 until the payload itself has ended. */
static int wait_for(pid_t payload, struct rusage *ret_usage)
{
	for (;;) {
		int status;
		pid_t pid = wait4(-1, &status, 0, NULL);
		if (pid == payload) {
			(void)getrusage(RUSAGE_CHILDREN, ret_usage);
			return status;
		}
		if (pid < 0 && errno != EINTR)
			return EXIT_SETUP << 8;
	}
}

static void set_namespace_controls(struct inner *in)
{
	static const enum sandbox_control made_by_clone[] = { CONTROL_MOUNT_NS, CONTROL_PID_NS, CONTROL_IPC_NS, CONTROL_CGROUP_NS,
							      CONTROL_EMPTY_ENV };
	for (size_t i = 0; i < COUNT(made_by_clone); i++)
		control_set(in, made_by_clone[i]);
}

void init_main(struct inner *in, int leash_fd)
{
	char go = 0;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(leash_fd, &go, 1) != 1 || go != 'g')
		_exit(EXIT_SETUP);
	(void)prctl(PR_SET_DUMPABLE, 0); /* only now: before, the launcher could not have written the id maps */
	set_namespace_controls(in);
	size_t n;
	const struct step *steps = inner_steps(&n);
	const char *failed = steps_run(steps, n, in);
	int verdict[2];
	if (!failed && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, verdict))
		failed = "make a socket pair";
	if (failed) {
		send_failed(failed, errno, in->detail);
		_exit(EXIT_SETUP);
	}
	pid_t payload = fork();
	if (payload == 0)
		payload_main(in, verdict[1]);
	(void)close(verdict[1]);
	if (payload < 0 || !payload_started(in, verdict[0], leash_fd))
		_exit(EXIT_SETUP);
	send_ready(in);
	/* /out must not stay open in here: the last thing that keeps it is hwb's own descriptor. Log and channel go too. */
	fd_close(&in->out_fd);
	fd_close(&in->listen_fd);
	fd_close(&leash_fd);
	(void)close(SANDBOX_FD_CHANNEL);
	(void)close(SANDBOX_FD_LOG);
	(void)close(2);
	struct rusage usage = { 0 };
	int status = wait_for(payload, &usage);
	send_exited(status, &usage);
	_exit(0);
}
