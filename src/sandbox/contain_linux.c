/* The launcher of a container: it starts the engine, carries frames between it and hwb, and does not end before the engine
 * says that the container is gone. Unlike the native launcher it outlives hwb for as long as that takes. */
#include "sandbox/contain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/wire.h"
#include "host/spawn.h"
#include "sandbox/contain_run.h"
#include "sandbox/frame.h"
#include "sandbox/inner.h"
#include "sandbox/launch.h"

enum { BLOCK = 65536, CHANNEL_MAX = 1 << 18, WORDS_KEPT = 4096, TICK_MS = 200, PATIENCE_MS = 20000, GONE_MAX = 8192 };

struct relay {
	const struct sandbox_spec *spec;
	struct contain_place place;
	pid_t engine;
	int to_fd, from_fd, words_fd; /* the engine's stdin, stdout and stderr */
	struct buf to, from; /* frames that are not whole, or not taken yet */
	struct buf words; /* what the engine itself said: why it failed */
	struct buf gone; /* SANDBOX_GONE as pid 1 said it, kept until the container is gone */
	uint64_t deadline_ms; /* when patience ends; 0: nobody waits for an end */
	bool told, hung_up; /* hwb asked for the end; hwb is gone, or no longer interested */
	bool started, failed; /* pid 1 said READY or FAILED */
	bool waiting; /* a packet that hwb does not take yet stands first in from */
};

static void give_up_after(struct relay *r, uint64_t patience_ms)
{
	if (!r->deadline_ms)
		r->deadline_ms = clock_ms() + patience_ms;
}

/* ---- to the container ---- */

static void flush(struct relay *r)
{
	ssize_t n = r->to.size && r->to_fd >= 0 ? write(r->to_fd, r->to.data, r->to.size) : 0;
	if (n > 0)
		frame_drop(&r->to, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		fd_close(&r->to_fd);
}

static void take_channel(struct relay *r)
{
	static unsigned char packet[CHANNEL_MAX];
	ssize_t n = recv(SANDBOX_FD_CHANNEL, packet, sizeof packet, MSG_DONTWAIT);
	if (n > 0)
		frame_put(&r->to, FRAME_CHANNEL, bytes_make(packet, (size_t)n));
}

/* hwb shuts its sending side down to stop, and closes the socket when it has what it wants, or dies. */
static void take_control(struct relay *r, short events)
{
	if (events & POLLHUP) {
		r->hung_up = true;
		fd_close(&r->to_fd); /* the lifeline of everything inside */
	} else if (!r->told) {
		frame_put(&r->to, FRAME_STOP, (struct bytes){ NULL, 0 });
	}
	r->told = true;
	give_up_after(r, PATIENCE_MS);
}

/* ---- from the container: hostile ---- */

static void take_packet(struct relay *r, struct bytes packet)
{
	struct wire w = wire_over(packet);
	uint32_t kind = wire_get_u32(&w);
	if (kind == SANDBOX_GONE) {
		buf_clear(&r->gone);
		buf_add(&r->gone, packet);
		return;
	}
	bool ready = kind == SANDBOX_READY && !r->started;
	if (!ready && kind != SANDBOX_FAILED && kind != SANDBOX_EXITED && kind != SANDBOX_SEEN)
		return;
	r->started = r->started || ready;
	r->failed = r->failed || kind == SANDBOX_FAILED;
	(void)control_send(packet, &r->place.out_fd, ready ? 1 : 0);
}

/* False when it has to wait for hwb. */
static bool take_frame(struct relay *r, enum frame_kind kind, struct bytes content)
{
	switch (kind) {
	case FRAME_CONTROL:
		take_packet(r, content);
		return true;
	case FRAME_LOG:
		(void)!fd_write_all(SANDBOX_FD_LOG, content, NULL);
		return true;
	case FRAME_CHANNEL:
		return r->told || send(SANDBOX_FD_CHANNEL, content.data, content.size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 ||
		       errno != EAGAIN;
	case FRAME_CHANNEL_END:
		(void)shutdown(SANDBOX_FD_CHANNEL, SHUT_WR);
		return true;
	case FRAME_SPEC:
	case FRAME_STOP:
	case N_FRAMES:
		break;
	}
	return true;
}

static void take_frames(struct relay *r)
{
	enum frame_kind kind;
	struct bytes content;
	size_t size;
	enum frame_result got;
	r->waiting = false;
	while ((got = frame_next(buf_bytes(&r->from), &kind, &content, &size)) == FRAME_ONE) {
		if (!r->hung_up && !take_frame(r, kind, content)) {
			r->waiting = true;
			return;
		}
		frame_drop(&r->from, size);
	}
	if (got == FRAME_BAD) { /* nothing of ours speaks like that */
		fd_close(&r->from_fd);
		fd_close(&r->to_fd);
	}
}

static void read_engine(struct relay *r)
{
	unsigned char *to = buf_reserve(&r->from, BLOCK);
	ssize_t n = to ? read(r->from_fd, to, BLOCK) : -1;
	if (n > 0)
		buf_grew(&r->from, (size_t)n);
	else if (n == 0 || errno != EINTR)
		fd_close(&r->from_fd);
}

static void read_words(struct relay *r)
{
	char block[WORDS_KEPT];
	ssize_t n = read(r->words_fd, block, sizeof block);
	if (n <= 0 && errno != EINTR)
		fd_close(&r->words_fd);
	if (n > 0)
		buf_add(&r->words, bytes_part(bytes_make(block, (size_t)n), 0, WORDS_KEPT - r->words.size));
}

static void serve(struct relay *r)
{
	while (r->from_fd >= 0 && (!r->deadline_ms || clock_ms() < r->deadline_ms)) {
		bool idle = !r->to.size && !r->told && r->spec->with_channel;
		struct pollfd waits[] = {
			{ .fd = r->hung_up ? -1 : SANDBOX_FD_CONTROL, .events = r->told ? 0 : POLLIN },
			{ .fd = idle || r->waiting ? SANDBOX_FD_CHANNEL : -1,
			  .events = (short)((idle ? POLLIN : 0) | (r->waiting ? POLLOUT : 0)) },
			{ .fd = r->waiting ? -1 : r->from_fd, .events = POLLIN },
			{ .fd = r->words_fd, .events = POLLIN },
			{ .fd = r->to.size ? r->to_fd : -1, .events = POLLOUT },
		};
		if (poll(waits, COUNT(waits), TICK_MS) > 0) {
			if (waits[0].revents)
				take_control(r, waits[0].revents);
			if (waits[1].revents & POLLIN && idle)
				take_channel(r);
			if (waits[2].revents)
				read_engine(r);
			if (waits[3].revents)
				read_words(r);
		}
		take_frames(r);
		flush(r);
	}
}

/* ---- start and end ---- */

static enum status start_engine(struct relay *r, const char *const *argv, struct diag *d)
{
	int to[2], from[2], words[2];
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC) || pipe2(words, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make pipes");
	const int fds[] = { to[0], from[1], words[1] };
	struct spawn spawn = { .path = argv[0], .argv = argv, .env = r->place.env, .fds = fds, .n_fds = COUNT(fds) };
	enum status s = spawn_start(&spawn, &r->engine, d);
	for (size_t i = 0; i < COUNT(fds); i++)
		(void)close(fds[i]);
	r->to_fd = to[1];
	r->from_fd = from[0];
	r->words_fd = words[0];
	(void)fcntl(r->to_fd, F_SETFL, O_NONBLOCK);
	return s;
}

/* The last line that the engine said: engines put the reason there. */
static const char *last_words(struct relay *r, struct arena *a)
{
	while (r->words_fd >= 0 && poll(&(struct pollfd){ .fd = r->words_fd, .events = POLLIN }, 1, 0) > 0)
		read_words(r);
	struct bytes text = bytes_trim(buf_bytes(&r->words));
	size_t at = bytes_find_last(text, '\n');
	return arena_string(a, bytes_part(at < text.size ? bytes_from(text, at + 1) : text, 0, 1000));
}

/* The engine's process, then the container itself, whatever became of the process. */
static bool end_engine(struct relay *r)
{
	uint64_t until = r->deadline_ms ? r->deadline_ms : clock_ms() + PATIENCE_MS;
	int status;
	fd_close(&r->to_fd);
	fd_close(&r->from_fd);
	pid_t ended = 0;
	while (clock_ms() < until && (ended = waitpid(r->engine, &status, WNOHANG)) == 0)
		(void)poll(NULL, 0, 5);
	if (ended) /* its number may be somebody else's by now */
		r->engine = 0;
	bool gone = contain_is_gone(r->spec->container, &r->place);
	spawn_kill(r->engine);
	return gone;
}

static int say_gone(struct relay *r)
{
	if (!r->gone.size) { /* it died without a word: the engine or the kernel ended it */
		wire_put_u32(&r->gone, SANDBOX_GONE);
		wire_put_u32(&r->gone, r->told ? END_TOLD : END_NORMAL);
		wire_put_u64(&r->gone, 0);
	}
	(void)control_send(buf_bytes(&r->gone), NULL, 0);
	return 0;
}

static int relay_run(struct relay *r, struct arena *a)
{
	struct diag d = { 0 };
	struct stat st;
	const char *bad;
	const char *failed = contain_place_make(r->spec, a, &r->place);
	if (failed)
		return launch_refuse(failed, r->place.run.path);
	const char *const *argv = contain_argv(r->spec, &r->place.run, a, &bad);
	errno = EINVAL;
	if (!argv)
		return launch_refuse("write the engine's command line", bad);
	if (fstat(SANDBOX_FD_SPEC, &st))
		return launch_refuse("read the specification", "");
	unsigned char *spec = arena_alloc(a, (size_t)st.st_size + 1, 1);
	if (pread(SANDBOX_FD_SPEC, spec, (size_t)st.st_size, 0) != st.st_size)
		return launch_refuse("read the specification", "");
	frame_put(&r->to, FRAME_SPEC, bytes_make(spec, (size_t)st.st_size));
	if (start_engine(r, argv, &d))
		return launch_refuse("start the engine", d.text);
	serve(r);
	bool gone = end_engine(r);
	errno = ECHILD;
	if (!gone)
		return launch_refuse("remove the container", r->place.run.name);
	if (r->failed)
		return 0;
	return r->started || r->told ? say_gone(r) : launch_refuse("start the container", last_words(r, a));
}

int container_run(const struct sandbox_spec *spec, struct arena *a)
{
	static struct relay r = { .to_fd = -1, .from_fd = -1, .words_fd = -1, .place = { .parent_fd = -1, .out_fd = -1 } };
	(void)prctl(PR_SET_PDEATHSIG, 0); /* from here there is something to clean up: hwb's end is seen on the control socket */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	r.spec = spec;
	buf_init(&r.to, FRAME_STREAM_MAX);
	buf_init(&r.from, FRAME_STREAM_MAX);
	buf_init(&r.words, WORDS_KEPT);
	buf_init(&r.gone, GONE_MAX);
	if (spec->with_listener) {
		errno = EOPNOTSUPP;
		return launch_refuse("make a way out of a container", "");
	}
	int code = relay_run(&r, a);
	/* hwb reads the output as long as it holds the control socket. */
	(void)close(SANDBOX_FD_LOG);
	(void)close(2);
	while (!r.hung_up && poll(&(struct pollfd){ .fd = SANDBOX_FD_CONTROL }, 1, -1) < 0 && errno == EINTR)
		;
	contain_place_remove(&r.place);
	return code;
}
