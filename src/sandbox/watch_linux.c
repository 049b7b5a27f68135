#include "sandbox/watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "sandbox/inner.h"
#include "sandbox/kernel.h"
#include "sandbox/names.h"
#include "sandbox/peek.h"
#include "sandbox/seccomp.h"

enum { PATH_KEPT = 1024, ARGS_KEPT = 4096, RECORD_MAX = 8000, AGAIN_ROWS = 500 };

/* The kernel's structures may be longer than those of our headers (SECCOMP_GET_NOTIF_SIZES). */
union notice {
	struct seccomp_notif notif;
	char room[512];
};
union answer {
	struct seccomp_notif_resp resp;
	char room[512];
};

void watch_init(struct watch *w)
{
	*w = (struct watch){ .notify_fd = -1, .names_fd = -1, .place_fds = { -1, -1, -1 } };
	sightings_init(&w->programs);
	sightings_init(&w->attempts);
}

void watch_done(struct watch *w)
{
	fd_close(&w->notify_fd);
	fd_close(&w->names_fd);
	for (size_t i = 0; i < WATCH_PLACES; i++)
		fd_close(&w->place_fds[i]);
	sightings_done(&w->programs);
	sightings_done(&w->attempts);
}

void watch_take_places(struct watch *w, int names_fd, const int *places, size_t n_places)
{
	w->names_fd = names_fd;
	for (size_t i = 0; i < n_places && i < WATCH_PLACES; i++)
		w->place_fds[i] = places[i];
}

void watch_take_notify(struct watch *w, int notify_fd)
{
	w->notify_fd = notify_fd;
	w->recorded = true;
}

/* ---- what is told ---- */

static void begin(struct buf *record, enum activity_seen seen)
{
	buf_init(record, RECORD_MAX);
	wire_put_u32(record, SANDBOX_SEEN);
	wire_put_u32(record, seen);
}

/* What is new goes to hwb at once. */
static void end(struct sightings *known, struct buf *record, bool counts)
{
	if (!record->full && sightings_note(known, buf_bytes(record), counts))
		(void)control_send(buf_bytes(record), NULL, 0);
	buf_done(record);
}

static void tell_attempt(struct watch *w, enum activity_seen seen, struct bytes host, uint16_t port, bool counts)
{
	struct buf record;
	begin(&record, seen);
	wire_put_bytes(&record, host);
	wire_put_u32(&record, port);
	end(&w->attempts, &record, counts);
}

static void tell_more(const struct sightings *known, enum activity_seen again)
{
	for (size_t at = 0; at < known->n;) {
		CLEANUP(buf_done) struct buf record;
		begin(&record, again);
		if (sightings_put_more(known, &at, AGAIN_ROWS, &record))
			(void)control_send(buf_bytes(&record), NULL, 0);
	}
}

void watch_tell_more(const struct watch *w)
{
	tell_more(&w->programs, SEEN_PROGRAMS_AGAIN);
	tell_more(&w->attempts, SEEN_ATTEMPTS_AGAIN);
}

/* ---- programs ---- */

static bool is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES;
}

/* A word in one of the root's own folders: those are known to lead nowhere special, and execvp tries them for every word. */
static bool is_plain_word(const char *path)
{
	static const char *const folders[] = { "/bin/", "/sbin/" };
	for (size_t i = 0; i < COUNT(folders); i++) {
		size_t size = strlen(folders[i]);
		if (strncmp(path, folders[i], size) == 0 && !strchr(path + size, '/'))
			return true;
	}
	return false;
}

/* What is not there for us may be there for the process: /proc/self, and every link that leads through it, means somebody else
 * here. */
static bool may_differ_for_us(int at, const char *path)
{
	if (is_plain_word(path))
		return false;
	CLEANUP(fd_close) int fd = kernel_openat2(at, path, O_PATH, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
	return fd >= 0 || !is_absent(errno);
}

/* Our root for a relative path is the folder of the process: what leads out of it cannot be looked up. */
static bool climbs(const char *path)
{
	struct bytes rest = bytes_of(path);
	while (rest.size)
		if (bytes_equal(bytes_cut(&rest, '/'), BYTES("..")))
			return true;
	return false;
}

/* Whether the path leads to something: execvp tries every folder of PATH, and those tries are nobody's business.
 * Looked up as the process would, never with our root. dir: of execveat, or AT_FDCWD. In doubt it does. */
static bool leads_somewhere(pid_t pid, int dir, const char *path)
{
	char base[64];
	if (climbs(path))
		return true;
	if (path[0] == '/')
		(void)snprintf(base, sizeof base, "/proc/%d/root", (int)pid);
	else if (dir == AT_FDCWD)
		(void)snprintf(base, sizeof base, "/proc/%d/cwd", (int)pid);
	else
		return true; /* execveat by descriptor: it was opened before */
	CLEANUP(fd_close) int at = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return true;
	CLEANUP(fd_close) int fd = kernel_openat2(at, path[0] ? path : ".", O_PATH, 0, RESOLVE_IN_ROOT);
	return fd >= 0 || !is_absent(errno) || may_differ_for_us(at, path);
}

static void put_args(pid_t pid, uint64_t argv, struct buf *record)
{
	uint64_t pointers[ACTIVITY_ARGS_MAX];
	CLEANUP(buf_done) struct buf texts;
	uint32_t n = 0;
	bool is_cut = false;
	size_t n_read = peek(pid, argv, pointers, sizeof pointers) / sizeof pointers[0];
	buf_init(&texts, ARGS_KEPT + 4 * ACTIVITY_ARGS_MAX);
	for (size_t used = 0; n < n_read && pointers[n] && !is_cut; n++) {
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, ARGS_KEPT);
		peek_string(pid, pointers[n], ARGS_KEPT - used, &text, &is_cut);
		used += text.size;
		wire_put_bytes(&texts, buf_bytes(&text));
	}
	if (n == ACTIVITY_ARGS_MAX)
		is_cut = true;
	wire_put_u32(record, is_cut);
	wire_put_u32(record, n);
	buf_add(record, buf_bytes(&texts));
}

static void note_program(struct watch *w, pid_t pid, int dir, uint64_t path_at, uint64_t argv)
{
	CLEANUP(buf_done) struct buf path;
	struct buf record;
	bool is_cut = false;
	if (w->n_notices == 1) /* the payload itself: hwb knows its words */
		return;
	buf_init(&path, PATH_KEPT + 1);
	peek_string(pid, path_at, PATH_KEPT, &path, &is_cut);
	if (!is_cut && !leads_somewhere(pid, dir, buf_string(&path)))
		return;
	begin(&record, SEEN_PROGRAM);
	wire_put_bytes(&record, buf_bytes(&path));
	put_args(pid, argv, &record);
	end(&w->programs, &record, true);
}

/* ---- connections ---- */

static bool is_loopback(const unsigned char *v4)
{
	return v4[0] == 127;
}

/* Loopback is the inside's own affair: test servers live there. An attempt at our name server is told by its name. */
static void note_address(struct watch *w, pid_t pid, uint64_t address, uint64_t size, bool is_message)
{
	static const unsigned char one[16] = { [15] = 1 }, mapped[12] = { [10] = 0xff, [11] = 0xff };
	union {
		sa_family_t family;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} to = { .family = AF_UNSPEC };
	char text[INET6_ADDRSTRLEN + 1] = "", path[sizeof to.local.sun_path + 8];
	size_t n = peek(pid, address, &to, size < sizeof to ? (size_t)size : sizeof to);
	/* The kernel takes a message to no family for one to an IPv4 address; a connection to none ends one. */
	if ((to.family == AF_INET || (is_message && to.family == AF_UNSPEC)) && n >= sizeof to.v4) {
		if (!is_loopback((const unsigned char *)&to.v4.sin_addr) && inet_ntop(AF_INET, &to.v4.sin_addr, text, sizeof text))
			tell_attempt(w, SEEN_CONNECT, bytes_of(text), ntohs(to.v4.sin_port), true);
	} else if (to.family == AF_INET6 && n >= sizeof to.v6 - sizeof to.v6.sin6_scope_id) {
		const unsigned char *b = to.v6.sin6_addr.s6_addr;
		bool inner = memcmp(b, one, 16) == 0 || (memcmp(b, mapped, 12) == 0 && is_loopback(b + 12));
		if (!inner && inet_ntop(AF_INET6, &to.v6.sin6_addr, text, sizeof text))
			tell_attempt(w, SEEN_CONNECT, bytes_of(text), ntohs(to.v6.sin6_port), true);
	} else if (to.family == AF_UNIX && n > sizeof to.family && to.local.sun_path[0] == '/') {
		size_t size_of_path = strnlen(to.local.sun_path, n - sizeof to.family);
		(void)snprintf(path, sizeof path, "unix:%.*s", (int)size_of_path, to.local.sun_path);
		if (strcmp(path, "unix:/var/run/nscd/socket") != 0) /* libc asks for it before every look at passwd */
			tell_attempt(w, SEEN_CONNECT, bytes_of(path), 0, true);
	}
}

/* ---- the filter's questions ---- */

static int refusal(enum isolation_mode mode, int number)
{
	const int *eperm;
	size_t n;
	seccomp_eperm(mode, &eperm, &n);
	for (size_t i = 0; i < n; i++)
		if (eperm[i] == number)
			return EPERM;
	return ENOSYS;
}

/* Pages of shared memory without a file live on when no process maps them, and then no account shows them. So what is asked for is
 * what counts, and for good: mmap(2)'s length is in a register, where nobody changes it afterwards. */
static int grant_shared(struct watch *w, uint64_t size)
{
	enum { PAGE = 4096, RECORDS = 1024 }; /* the kernel's own, for each */
	size = size > UINT64_MAX - PAGE - RECORDS ? UINT64_MAX : (size + PAGE - 1) / PAGE * PAGE + RECORDS;
	if (size > w->shared_max || w->shared_size > w->shared_max - size)
		return ENOMEM;
	w->shared_size += size;
	return 0;
}

static void note_call(struct watch *w, const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	const struct seccomp_data *data = &notif->data;
	pid_t pid = (pid_t)notif->pid;
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	switch (data->nr) {
	case SYS_execve:
		note_program(w, pid, AT_FDCWD, data->args[0], data->args[1]);
		break;
	case SYS_execveat:
		note_program(w, pid, (int)data->args[0], data->args[1], data->args[2]);
		break;
	case SYS_connect:
		note_address(w, pid, data->args[1], data->args[2], false);
		break;
	case SYS_sendto:
		note_address(w, pid, data->args[4], data->args[5], true);
		break;
	case SYS_mmap:
		resp->error = -grant_shared(w, data->args[1]);
		if (resp->error)
			resp->flags = 0;
		break;
	default:
		w->calls[data->nr >= 0 && data->nr < ACTIVITY_CALLS ? data->nr : ACTIVITY_CALLS - 1]++;
		resp->flags = 0;
		resp->error = -refusal(w->mode, data->nr);
		break;
	}
}

static void serve_notice(struct watch *w)
{
	union notice notice;
	union answer answer;
	memset(&notice, 0, sizeof notice);
	memset(&answer, 0, sizeof answer);
	if (ioctl(w->notify_fd, SECCOMP_IOCTL_NOTIF_RECV, &notice))
		return; /* its process has died, or was interrupted, between poll and here */
	w->n_notices++;
	answer.resp.id = notice.notif.id;
	note_call(w, &notice.notif, &answer.resp);
	(void)ioctl(w->notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Programs ask for both kinds of addresses: that is one wish. */
static void tell_name(void *context, const char *name, unsigned type)
{
	tell_attempt(context, SEEN_NAME, bytes_of(name), 0, type != NAMES_AAAA);
}

void watch_poll(const struct watch *w, struct pollfd fds[WATCH_FDS])
{
	fds[0] = (struct pollfd){ .fd = w->notify_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = w->names_fd, .events = POLLIN };
}

void watch_work(struct watch *w, const struct pollfd fds[WATCH_FDS])
{
	if (fds[0].revents & POLLIN)
		serve_notice(w);
	else if (fds[0].revents) /* no process uses the filter any more */
		fd_close(&w->notify_fd);
	if (fds[1].revents & POLLIN)
		names_answer(w->names_fd, tell_name, w);
	else if (fds[1].revents)
		fd_close(&w->names_fd);
}

uint64_t watch_measure(struct watch *w)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < WATCH_PLACES; i++) {
		struct statfs fs;
		if (w->place_fds[i] >= 0 && fstatfs(w->place_fds[i], &fs) == 0)
			sum += ((uint64_t)fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
	}
	w->disk_size = sum > w->disk_size ? sum : w->disk_size;
	return sum;
}

void watch_put_sums(const struct watch *w, const pid_t *left, size_t n_left, struct buf *out)
{
	uint32_t n_calls = 0, n_names = n_left < ACTIVITY_LEFT_MAX ? (uint32_t)n_left : ACTIVITY_LEFT_MAX;
	for (size_t i = 0; i < ACTIVITY_CALLS; i++)
		n_calls += w->calls[i] != 0;
	wire_put_u32(out, w->recorded);
	wire_put_u64(out, w->programs.n_not_kept);
	wire_put_u64(out, w->attempts.n_not_kept);
	wire_put_u64(out, w->disk_size);
	wire_put_u32(out, n_calls);
	for (uint32_t i = 0; i < ACTIVITY_CALLS; i++) {
		if (!w->calls[i])
			continue;
		wire_put_u32(out, i);
		wire_put_u64(out, w->calls[i]);
	}
	wire_put_u64(out, n_left);
	wire_put_u32(out, n_names);
	for (uint32_t i = 0; i < n_names; i++) {
		char path[64], name[32];
		(void)snprintf(path, sizeof path, "/proc/%d/comm", (int)left[i]);
		CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof name);
		wire_put_bytes(out, bytes_trim(bytes_make(name, n > 0 ? (size_t)n : 0)));
	}
}
