/* pid 1 of the sandbox, and the payload's parent where there are no namespaces: takes the steps, starts the payload, waits for it alone, and ends; the kernel then kills whatever
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
#include "sandbox/bare.h"
#include "sandbox/sockets.h"

enum { PACKET_MAX = 8192, EXIT_SETUP = 125 };

static void send_failed(const char *step, int error, const char *detail)
{
	CLEANUP(buf_done) struct buf b;
	packet_failed(&b, step, error, detail);
	(void)control_send(buf_bytes(&b), NULL, 0);
}

static void send_ready(const struct inner *in)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, PACKET_MAX);
	wire_put_u32(&b, SANDBOX_READY);
	wire_put_u64(&b, in->controls);
	const int all[] = { in->out_fd, in->listen_fd, in->build_fd };
	int fds[COUNT(all)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT(all); i++)
		if (all[i] >= 0)
			fds[n++] = all[i];
	if (control_send(buf_bytes(&b), fds, n)) {
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

static void send_sockets(int leash_fd)
{
	const struct leash_packet packet = { .kind = LEASH_SOCKETS };
	CLEANUP(fd_close) int fd = sockets_open();
	if (fd >= 0)
		(void)packet_send(leash_fd, bytes_make(&packet, sizeof packet), &fd, 1);
}

/* What can be watched without the payload goes to the launcher ahead of it. */
static void send_places(struct inner *in, int leash_fd)
{
	static const char *const places[] = { "/build", "/tmp", "/out" };
	struct leash_packet packet = { .kind = LEASH_PLACES, .has_names = in->names_fd >= 0 };
	int fds[PACKET_FDS_MAX];
	size_t n = 0;
	if (packet.has_names)
		fds[n++] = in->names_fd;
	for (size_t i = 0; i < COUNT(places); i++) {
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

/* By the payload itself, for pid 1 sleeps until it has become the stranger's program: its very exec waits for the launcher. */
static int send_notify(struct inner *in, int leash_fd)
{
	const struct leash_packet packet = { .kind = LEASH_NOTIFY };
	int failed = in->notify_fd >= 0 ? packet_send(leash_fd, bytes_make(&packet, sizeof packet), &in->notify_fd, 1) : 0;
	int error = errno;
	fd_close(&in->notify_fd);
	errno = error;
	return failed;
}

enum { FD_KEPT_CHANNEL = 3, FD_KEPT_LEASH };

/* The descriptors are ordered so that close_range can take all the rest: 3 is the channel, 4 the leash until the exec. */
static int keep_descriptors(const struct inner *in, int leash_fd)
{
	/* The leash may sit on 3, the channel on 5. */
	int leash = fcntl(leash_fd, F_DUPFD_CLOEXEC, SANDBOX_N_FDS);
	if (leash < 0 || (in->spec->with_channel && dup2(SANDBOX_FD_CHANNEL, FD_KEPT_CHANNEL) != FD_KEPT_CHANNEL) ||
	    dup3(leash, FD_KEPT_LEASH, O_CLOEXEC) != FD_KEPT_LEASH)
		return -1;
	if (!in->spec->with_channel)
		(void)close(FD_KEPT_CHANNEL);
	return close_range(FD_KEPT_LEASH + 1, ~0U, 0);
}

/* Runs in the memory of pid 1, which waits for the exec: what is written to *in here is read there. */
static void payload_main(struct inner *in, int leash_fd)
{
	size_t n;
	const struct step *steps = payload_steps(in->spec->mode, &n);
	control_set(in, CONTROL_CLOSED_FDS);
	in->verdict.step = keep_descriptors(in, leash_fd) ? "close the descriptors" : steps_run(steps, n, in);
	if (!in->verdict.step) {
		in->verdict.took_steps = true;
		in->verdict.step = send_notify(in, FD_KEPT_LEASH) ? "hand out the filter's listener" : NULL;
	}
	if (!in->verdict.step) {
		(void)execve(in->spec->argv[0], (char *const *)(uintptr_t)in->spec->argv, (char *const *)(uintptr_t)in->spec->env);
		in->verdict.step = "start the program";
	}
	in->verdict.error = errno;
	_exit(EXIT_SETUP);
}

/* True when the payload is running; otherwise the failure has been sent. vfork: there is no copy of our memory to make, to
 * fault in and to throw away, and nothing to wait for but the exec. */
static bool start_payload(struct inner *in, int leash_fd, pid_t *ret)
{
	pid_t payload = vfork();
	if (payload == 0)
		payload_main(in, leash_fd);
	*ret = payload;
	const struct verdict *v = &in->verdict;
	if (payload > 0 && v->took_steps && !v->step)
		return true;
	send_failed(v->step ? v->step : "start the payload", v->error ? v->error : payload < 0 ? errno : ECHILD, in->spec->argv[0]);
	return false;
}

/* Reaps everything that comes to pid 1 until the payload itself has ended. */
static int wait_for(pid_t payload)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid == payload)
			return status;
		if (pid < 0 && errno != EINTR)
			return EXIT_SETUP << 8;
	}
}

/* Waits for the launcher, which may be long in coming: it is started before anybody knows what shall be built. */
static void await_orders(struct inner *in, int leash_fd)
{
	static const int places[SANDBOX_N_GIVEN] = { SANDBOX_FD_SPEC, SANDBOX_FD_SNAPSHOT };
	char go;
	int fds[PACKET_FDS_MAX];
	size_t n;
	struct diag d = { 0 };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (packet_receive(leash_fd, &go, 1, fds, &n) != 1)
		_exit(EXIT_SETUP);
	(void)prctl(PR_SET_DUMPABLE, 0); /* only now: before, the launcher could not have written the id maps */
	for (size_t i = 0; i < n && i < SANDBOX_N_GIVEN; i++)
		if (dup2(fds[i], places[i]) != places[i] || close(fds[i]))
			_exit(EXIT_SETUP);
	if (in->spec)
		return;
	struct sandbox_spec *spec = ARENA_NEW(in->arena, struct sandbox_spec);
	if (spec_load(in->arena, spec, &d))
		_exit(EXIT_SETUP); /* the launcher has read it too, and has told */
	in->spec = spec;
}

void init_main(struct inner *in, int leash_fd)
{
	static const struct step *(*const steps_of[N_MODES])(
		size_t * ret_n) = { [MODE_SANDBOX] = inner_steps, [MODE_CONTAINER] = container_steps, [MODE_LANDLOCK] = bare_steps };
	if (!in->bare)
		await_orders(in, leash_fd);
	size_t n;
	const struct step *steps = steps_of[in->spec->mode](&n);
	const char *failed = steps_run(steps, n, in);
	if (failed) {
		send_failed(failed, errno, in->detail);
		_exit(EXIT_SETUP);
	}
	if (!in->bare) /* what it could ask there are the host's sockets, and the places are the launcher's own */
		send_sockets(leash_fd);
	if (in->spec->with_watch && !in->bare)
		send_places(in, leash_fd);
	pid_t payload;
	if (!start_payload(in, leash_fd, &payload))
		_exit(EXIT_SETUP);
	send_ready(in);
	/* /out and /build must not stay open in here: the last thing that keeps them is hwb's own descriptor. Log and channel go too. */
	fd_close(&in->out_fd);
	fd_close(&in->listen_fd);
	fd_close(&in->build_fd);
	fd_close(&leash_fd);
	(void)close(SANDBOX_FD_CHANNEL);
	(void)close(SANDBOX_FD_LOG);
	(void)close(2);
	struct rusage usage = { 0 };
	int status = in->bare ? bare_wait_for(in->bare, payload) : wait_for(payload);
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	send_exited(status, &usage);
	_exit(0);
}
