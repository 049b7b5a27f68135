/* The launcher of MODE_LANDLOCK. It is the subreaper (prctl(2)) of all that comes of the build, and ends it; where it is killed
 * itself, the payload's parent does the same. Neither can be reached from inside: Landlock scopes signals, and denies ptrace. */
#include "sandbox/bare.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "sandbox/guard.h"
#include "sandbox/kin.h"
#include "sandbox/launch.h"

enum { EXIT_SETUP = 125 };

/* ---- the payload's parent ---- */

static void wanted_signals(sigset_t *ret)
{
	(void)sigemptyset(ret);
	(void)sigaddset(ret, SIGTERM);
	(void)sigaddset(ret, SIGCHLD);
}

void bare_stay(struct bare *b)
{
	sigset_t set;
	wanted_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL); /* the payload's last steps unblock them */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != b->launcher)
		(void)raise(SIGTERM); /* it died before it could be told to us */
}

int bare_wait_for(struct bare *b, pid_t payload)
{
	sigset_t set;
	wanted_signals(&set);
	for (;;) {
		int status, number;
		pid_t pid;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == payload)
				return status;
		if (pid < 0 && errno == ECHILD)
			return EXIT_SETUP << 8;
		if (sigwait(&set, &number) == 0 && number == SIGTERM && getppid() != b->launcher)
			break;
	}
	kin_end();
	bare_place_remove(b);
	_exit(EXIT_SETUP);
}

static void become_parent(const struct sandbox_spec *spec, struct arena *a, struct bare *b, int leash_fd)
{
	struct inner in = {
		.spec = spec,
		.arena = a,
		.bare = b,
		.root_fd = -1,
		.out_fd = -1,
		.listen_fd = -1,
		.build_fd = -1,
		.notify_fd = -1,
		.names_fd = -1,
	};
	bare_stay(b);
	init_main(&in, leash_fd);
}

/* ---- the launcher ---- */

static const char *start_parent(const struct sandbox_spec *spec, struct arena *a, struct bare *b, struct guard *g)
{
	int leash[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, leash))
		return "make a socket pair";
	b->launcher = getpid();
	g->pid = fork();
	if (g->pid == 0) {
		(void)close(leash[1]);
		become_parent(spec, a, b, leash[0]);
	}
	(void)close(leash[0]);
	g->leash_fd = leash[1];
	g->pidfd = g->pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, g->pid, 0);
	return g->pidfd < 0 ? "start the payload's parent" : NULL;
}

static const char *start(const struct sandbox_spec *spec, struct arena *a, struct bare *b, struct guard *g)
{
	errno = EOPNOTSUPP;
	if (spec->with_listener)
		return "make a way out without namespaces";
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return "adopt orphans";
	if (launch_drop_groups())
		return "drop the groups";
	const char *failed = bare_place_make(spec, a, b);
	return failed ? failed : start_parent(spec, a, b, g);
}

static void say_gone(const struct guard *g)
{
	CLEANUP(buf_done) struct buf gone;
	guard_gone(g, &gone);
	(void)control_send(buf_bytes(&gone), NULL, 0);
}

/* hwb reads the output as long as it holds the control socket; its end, whatever it comes of, is the time to clean up. */
static void await_hwb(void)
{
	while (poll(&(struct pollfd){ .fd = SANDBOX_FD_CONTROL }, 1, -1) < 0 && errno == EINTR)
		;
}

int bare_run(const struct sandbox_spec *spec, struct arena *a)
{
	static struct bare b = { .parent_fd = -1, .top_fd = -1, .place_fds = { -1, -1, -1 } };
	struct guard g;
	(void)prctl(PR_SET_PDEATHSIG, 0); /* from here there is something to clean up: hwb's end is seen on the control socket */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	guard_init(&g);
	g.watch.mode = MODE_LANDLOCK;
	const char *failed = start(spec, a, &b, &g);
	int code = failed ? launch_refuse(failed, spec->run_path) : 0;
	launch_close_given();
	if (!failed) {
		guard_set_sockets(&g, b.is_root ? b.id : geteuid());
		guard_set_limits(&g, &spec->limits);
		guard_set_disk(&g, b.place_fds, BARE_PLACES, &spec->limits);
		launch_guard(&g);
	}
	kin_end();
	if (!failed)
		say_gone(&g);
	guard_done(&g);
	await_hwb();
	bare_place_remove(&b);
	return code;
}
