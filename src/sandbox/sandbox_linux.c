#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fd.h"
#include "base/wire.h"
#include "host/sealed.h"
#include "host/self.h"
#include "host/spawn.h"
#include "sandbox/bare_paths.h"
#include "sandbox/kernel.h"
#include "sandbox/mask.h"
#include "sandbox/packet.h"
#include "sandbox/surroundings.h"
#include "sandbox/terminal.h"

enum { LOG_BLOCK = 16384, PACKET_MAX = 8192, TICK_MS = 200, CHANNEL_ROOM = 1 << 18 };

struct sandbox {
	struct arena home; /* it lives in its own arena */
	const struct run_context *run;
	struct limits limits;
	const char *run_path;
	pid_t launcher;
	int control_fd, log_fd, channel_fd, out_fd, listener_fd, tree_fd;
	bool with_listener, with_tree; /* what SANDBOX_READY brings beside /out */
	uint64_t started_ms, heard_ms;
	bool stopping, gone, log_closed, exited;
	enum sandbox_reason forced; /* the limit that ended it; REASON_EXIT while there is none */
	struct terminal *terminal; /* NULL: the log is a pipe */
	struct sandbox_result result;
	struct activity activity;
	size_t log_size;
	unsigned char log[LOG_BLOCK];
};

static struct sandbox *sandbox_new(void)
{
	struct arena home;
	arena_init(&home);
	struct sandbox *s = ARENA_NEW(&home, struct sandbox);
	s->home = home;
	activity_init(&s->activity, &s->home);
	return s;
}

static enum status make_pair(int type, int *ret_ours, int *ret_theirs, struct diag *d)
{
	int pair[2];
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
		return fail(d, ERR_IO, 0, "make a socket pair: %s", strerror(errno));
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
	return OK;
}

/* The other end is a stranger's: bytes come from there, nothing else, and there is room for two requests that nobody reads. */
static enum status make_channel(struct sandbox *s, int *ret_theirs, struct diag *d)
{
	const int room = CHANNEL_ROOM;
	enum status status = make_pair(SOCK_SEQPACKET, &s->channel_fd, ret_theirs, d);
	if (status)
		return status;
	fd_refuse_passing(s->channel_fd);
	(void)setsockopt(s->channel_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	return OK;
}

static enum status make_pipe(int *ret_ours, int *ret_theirs, struct diag *d)
{
	int pipe_fds[2];
	if (pipe2(pipe_fds, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe: %s", strerror(errno));
	*ret_ours = pipe_fds[0];
	*ret_theirs = pipe_fds[1];
	return OK;
}

static enum status start_launcher(struct sandbox *s, struct diag *d)
{
	CLEANUP(fd_close) int control = -1;
	CLEANUP(fd_close) int channel = -1;
	CLEANUP(fd_close) int log = -1;
	char path[PATH_MAX];
	enum status status = self_program("hwb-sandbox", path, d);
	if (status == OK)
		status = make_pair(SOCK_SEQPACKET, &s->control_fd, &control, d);
	if (status == OK)
		status = make_channel(s, &channel, d);
	if (status == OK)
		status = s->terminal ? terminal_make(&s->log_fd, &log, d) : make_pipe(&s->log_fd, &log, d);
	if (status)
		return status;
	const char *const argv[] = { "hwb-sandbox", isolation_mode_name(s->run->mode), NULL };
	const int fds[SANDBOX_N_FDS] = { -1, log, log, -1, control, channel, -1 };
	struct spawn spawn = { .path = path, .argv = argv, .env = mask_env(), .fds = fds, .n_fds = SANDBOX_N_FDS };
	return spawn_start(&spawn, &s->launcher, d);
}

/* Without the scopes of signals and abstract sockets the processes of the host would be in reach: less is not a weaker mode. */
static enum status check_landlock(const struct run_context *run, struct diag *d)
{
	int abi = kernel_landlock_abi();
	if (abi >= KERNEL_BARE_ABI)
		return run->run_path ? OK : fail(d, ERR_ISOLATION, 0, "isolation 'landlock' has no place for its run directories");
	(void)fail(d, ERR_ISOLATION, 0, "isolation 'landlock' needs ABI %d of Landlock, and the kernel here has %s%.0d",
		   KERNEL_BARE_ABI, abi ? "ABI " : "none", abi);
	return remedy(d, abi ? "it came with Linux 6.12; use 'sandbox', or run hwb on a newer kernel"
			     : "boot with 'landlock' in lsm=..., let the seccomp filter around hwb allow landlock_create_ruleset, or use "
			       "'sandbox'");
}

/* Not to be guessed, or somebody could be there first. */
static const char *name_run(struct sandbox *s, const char *below)
{
	unsigned char random[16] = { 0 };
	char text[2 * sizeof random + 1];
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) /* then it may be there, and making it fails */
		return arena_printf(&s->home, "%s/hwb-0", below);
	hex_write(bytes_make(random, sizeof random), text);
	return arena_printf(&s->home, "%s/hwb-%s", below, text);
}

static enum status prepare(const struct run_context *run, const int *input_fd, struct sandbox **ret, struct diag *d)
{
	enum status status = run_check(run, d);
	if (status)
		return status;
	if (run->mode == MODE_LANDLOCK)
		status = check_landlock(run, d);
	if (status)
		return status;
	struct sandbox *s = sandbox_new();
	s->run = run;
	s->run_path = run->mode == MODE_LANDLOCK ? name_run(s, run->run_path) : "";
	s->control_fd = s->log_fd = s->channel_fd = s->out_fd = s->listener_fd = s->tree_fd = -1;
	s->terminal = input_fd ? ARENA_NEW(&s->home, struct terminal) : NULL;
	status = start_launcher(s, d);
	if (status == OK && s->terminal)
		terminal_init(s->terminal, s->log_fd, *input_fd);
	if (status) {
		sandbox_free(s);
		return sandbox_not_started(status, surroundings_here(), d);
	}
	*ret = s;
	return OK;
}

enum status sandbox_prepare(const struct run_context *run, struct sandbox **ret, struct diag *d)
{
	return prepare(run, NULL, ret, d);
}

enum status sandbox_prepare_terminal(const struct run_context *run, int input_fd, struct sandbox **ret, struct diag *d)
{
	return prepare(run, &input_fd, ret, d);
}

static enum status seal_spec(const struct sandbox *s, const struct sandbox_spec *spec, int *ret_fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf record;
	struct sandbox_spec own = *spec;
	own.mode = s->run->mode;
	own.container = s->run->container;
	own.run_path = s->run_path;
	buf_init(&record, 16 << 20);
	sandbox_spec_write(&own, &record);
	enum status status = buf_check(&record, "the sandbox's specification", d);
	return status ? status : sealed_make("hwb-spec", buf_bytes(&record), ret_fd, d);
}

enum status sandbox_start(struct sandbox *s, const struct sandbox_spec *spec, int snapshot_fd, struct diag *d)
{
	CLEANUP(fd_close) int spec_fd = -1;
	enum status status = run_check(s->run, d);
	if (status == OK)
		status = seal_spec(s, spec, &spec_fd, d);
	if (status)
		return status;
	s->limits = spec->limits;
	s->with_listener = spec->with_listener;
	s->with_tree = spec->with_tree;
	s->started_ms = s->heard_ms = clock_ms();
	if (!spec->with_channel)
		fd_close(&s->channel_fd);
	const int given[SANDBOX_N_GIVEN] = { spec_fd, snapshot_fd };
	int failed = packet_send(s->control_fd, BYTES("s"), given, snapshot_fd < 0 ? SANDBOX_GIVEN_SNAPSHOT : SANDBOX_N_GIVEN);
	if (failed && errno != EPIPE && errno != ECONNRESET) /* a launcher that is gone has said why */
		return fail(d, ERR_IO, 0, "send to the launcher: %s", strerror(errno));
	return OK;
}

const char *sandbox_inside(const struct sandbox *s, const char *path, struct arena *a)
{
	struct bare_paths paths;
	if (s->run->mode != MODE_LANDLOCK)
		return path;
	bare_paths_init(&paths, s->run_path, a);
	return bare_paths_say(&paths, path);
}

int sandbox_channel(const struct sandbox *s)
{
	return s->channel_fd;
}

int sandbox_listener(const struct sandbox *s)
{
	return s->listener_fd;
}

struct bytes sandbox_log(const struct sandbox *s)
{
	return bytes_make(s->log, s->log_size);
}

const struct sandbox_result *sandbox_result(const struct sandbox *s)
{
	return &s->result;
}

const struct activity *sandbox_activity(const struct sandbox *s)
{
	return &s->activity;
}

int sandbox_out(const struct sandbox *s)
{
	return s->gone ? s->out_fd : -1;
}

int sandbox_tree(const struct sandbox *s)
{
	return s->gone ? s->tree_fd : -1;
}

/* The launcher kills on the first sign from us; shutting down our sending side is one that cannot block. */
void sandbox_stop(struct sandbox *s)
{
	if (!s->stopping)
		(void)shutdown(s->control_fd, SHUT_WR);
	s->stopping = true;
}

static void stop_for(struct sandbox *s, enum sandbox_reason reason)
{
	if (s->forced == REASON_EXIT && !s->exited)
		s->forced = reason;
	sandbox_stop(s);
}

static void check_clocks(struct sandbox *s)
{
	uint64_t now = clock_ms();
	if (s->stopping)
		return;
	if (now - s->started_ms > s->limits.wall_ms)
		stop_for(s, REASON_WALL);
	else if (now - s->heard_ms > s->limits.silence_ms)
		stop_for(s, REASON_SILENCE);
}

static void note_exit(struct sandbox *s, struct wire *w)
{
	int status = (int)wire_get_u32(w);
	s->result.user_us = wire_get_u64(w);
	s->result.system_us = wire_get_u64(w);
	s->result.peak_memory = wire_get_u64(w);
	s->exited = true;
	if (WIFSIGNALED(status)) {
		s->result.signal = WTERMSIG(status);
		s->result.reason = s->result.signal == SIGXCPU ? REASON_CPU : REASON_SIGNAL;
	} else {
		s->result.exit_code = WEXITSTATUS(status);
		s->result.reason = REASON_EXIT;
	}
}

static void note_gone(struct sandbox *s, struct wire *w)
{
	static const enum sandbox_reason limits[] = {
		[END_MEMORY] = REASON_MEMORY, [END_DISK] = REASON_DISK, [END_INODES] = REASON_INODES
	};
	uint32_t why = wire_get_u32(w);
	uint64_t peak = wire_get_u64(w), user_us = wire_get_u64(w), system_us = wire_get_u64(w);
	if (!s->exited) { /* ended by us: only its end tells what it used */
		s->result.user_us = user_us;
		s->result.system_us = system_us;
	}
	activity_take_sums(&s->activity, w);
	if (peak > s->result.peak_memory)
		s->result.peak_memory = peak;
	if (why < COUNT(limits) && limits[why] != REASON_EXIT)
		s->result.reason = limits[why];
	else if (s->forced != REASON_EXIT)
		s->result.reason = s->forced;
	else if (!s->exited)
		s->result.reason = s->stopping ? REASON_STOPPED : REASON_SIGNAL;
	if (s->result.reason == REASON_SIGNAL && s->result.signal == 0)
		s->result.signal = SIGKILL;
	s->result.wall_ms = clock_ms() - s->started_ms;
	s->gone = true;
	/* Everybody inside is dead, so what is in the pipe now is all there will be. Its write end may still live in a message
	 * that was sent over the channel: nobody waits for that to close. */
	fd_close(&s->channel_fd);
	(void)fcntl(s->log_fd, F_SETFL, O_NONBLOCK);
}

/* The descriptors of SANDBOX_READY, in their order; whatever else comes is closed. */
static void take_fds(struct sandbox *s, bool expected, int *fds, size_t n)
{
	int *places[3], n_places = 0;
	places[n_places++] = &s->out_fd;
	if (s->with_listener)
		places[n_places++] = &s->listener_fd;
	if (s->with_tree)
		places[n_places++] = &s->tree_fd;
	for (int i = 0; i < (int)n; i++) {
		if (expected && i < n_places && *places[i] < 0)
			*places[i] = take_fd(&fds[i]);
		fd_close(&fds[i]);
	}
}

/* One packet of the control socket. *ret_is_event is set when the caller of sandbox_wait should see it. */
static enum status read_control(struct sandbox *s, bool *ret_is_event, enum sandbox_event *ret, struct diag *d)
{
	unsigned char packet[PACKET_MAX];
	int fds[PACKET_FDS_MAX];
	size_t n_fds;
	ssize_t n = packet_receive(s->control_fd, packet, sizeof packet, fds, &n_fds);
	if (n <= 0) /* the launcher was killed from outside: the kernel killed the rest with it */
		return fail(d, ERR_ISOLATION, 0, "the sandbox's launcher died");
	struct wire w = wire_over(bytes_make(packet, (size_t)n));
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	uint32_t kind = wire_get_u32(&w);
	take_fds(s, kind == SANDBOX_READY, fds, n_fds);
	if (kind == SANDBOX_FAILED) {
		const char *step = wire_get_string(&w, &a);
		int error = (int)wire_get_u32(&w);
		return sandbox_setup_failed(step, error, wire_get_string(&w, &a), surroundings_here(), d);
	}
	if (kind == SANDBOX_READY) {
		s->result.controls = wire_get_u64(&w);
		s->heard_ms = clock_ms();
		*ret = EVENT_READY;
		*ret_is_event = true;
	} else if (kind == SANDBOX_EXITED) {
		note_exit(s, &w);
	} else if (kind == SANDBOX_SEEN) {
		activity_take(&s->activity, &w);
	} else if (kind == SANDBOX_GONE) {
		note_gone(s, &w);
	}
	return OK;
}

static bool read_log(struct sandbox *s)
{
	ssize_t n = read(s->log_fd, s->log, sizeof s->log);
	if (n < 0 && (errno == EINTR || (errno == EAGAIN && !s->gone)))
		return false;
	if (n <= 0) {
		s->log_closed = true;
		return false;
	}
	s->log_size = (size_t)n;
	s->heard_ms = clock_ms();
	uint64_t before = s->result.log_size;
	s->result.log_size += (uint64_t)n;
	if (s->result.log_size <= s->limits.log_size)
		return true;
	stop_for(s, REASON_LOG);
	if (before >= s->limits.log_size) /* beyond the limit: read so that the pipe empties, but kept by nobody */
		return false;
	s->log_size = (size_t)(s->limits.log_size - before);
	return true;
}

static void serve_terminal(struct terminal *t, const struct pollfd *master, const struct pollfd *input)
{
	if (master->revents & POLLOUT)
		terminal_flush(t);
	if (input->revents)
		terminal_read_input(t);
	terminal_follow_size(t);
}

enum status sandbox_wait(struct sandbox *s, bool watch_channel, enum sandbox_event *ret, struct diag *d)
{
	for (;;) {
		enum status status = run_check(s->run, d);
		if (status)
			return status;
		if (s->gone && s->log_closed) {
			*ret = EVENT_ENDED;
			return OK;
		}
		struct pollfd waits[] = {
			{ .fd = s->gone ? -1 : s->control_fd, .events = POLLIN },
			{ .fd = s->log_closed ? -1 : s->log_fd, .events = s->terminal ? terminal_master_events(s->terminal) : POLLIN },
			{ .fd = watch_channel && !s->gone ? s->channel_fd : -1, .events = POLLIN },
			{ .fd = s->terminal && terminal_wants_input(s->terminal) ? s->terminal->input_fd : -1, .events = POLLIN },
		};
		int n = s->gone ? 1 : poll(waits, COUNT(waits), TICK_MS);
		check_clocks(s);
		if (s->terminal)
			serve_terminal(s->terminal, &waits[1], &waits[3]);
		if (n <= 0)
			continue;
		if ((waits[1].revents & ~POLLOUT || s->gone) && read_log(s)) {
			*ret = EVENT_LOG;
			return OK;
		}
		bool is_event = false;
		if (waits[0].revents)
			status = read_control(s, &is_event, ret, d);
		if (status || is_event)
			return status;
		if (waits[2].revents) {
			*ret = EVENT_CHANNEL;
			return OK;
		}
	}
}

void sandbox_free(struct sandbox *s)
{
	if (!s)
		return;
	int *const fds[] = { &s->control_fd, &s->log_fd, &s->channel_fd, &s->out_fd, &s->listener_fd, &s->tree_fd };
	for (size_t i = 0; i < COUNT(fds); i++)
		fd_close(fds[i]);
	/* A closed control socket tells the launcher to kill, reap, take away what the kernel would leave (a cgroup, a container), and
	 * end. One that has said that all is over still gives back the memory of the sandbox: nobody waits for that now. */
	if (s->gone)
		spawn_leave(s->launcher);
	else if (s->launcher > 0)
		(void)spawn_wait(s->launcher);
	struct arena home = s->home;
	arena_done(&home);
}
