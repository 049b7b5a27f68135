#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "base/status.h"

enum { TEXT_MAX = 8192, MOUNTS_MAX = 1 << 18, REMOVE_TRIES = 20, REMOVE_PAUSE_MS = 5 };

/* ---- files of a cgroup ---- */

static struct bytes read_file(int dir, const char *name, char *room, size_t size)
{
	CLEANUP(fd_close) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	for (ssize_t got = 1; fd >= 0 && got > 0 && n<size; n += got> 0 ? (size_t)got : 0)
		got = read(fd, room + n, size - n);
	return bytes_make(room, n);
}

static bool write_number(int dir, const char *name, uint64_t value)
{
	char text[32];
	CLEANUP(fd_close) int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	int size = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return fd >= 0 && write(fd, text, (size_t)size) == size;
}

/* The value of "key value" in a file of such lines; 0 without one. */
static uint64_t value_of(struct bytes text, const char *key)
{
	while (text.size) {
		struct bytes line = bytes_cut(&text, '\n'), name = bytes_cut(&line, ' ');
		uint64_t n;
		if (bytes_equal(name, bytes_of(key)) && number_parse_u64(bytes_trim(line), UINT64_MAX, &n) == OK)
			return n;
	}
	return 0;
}

static bool has_word(struct bytes text, const char *word, unsigned char between)
{
	while (text.size)
		if (bytes_equal(bytes_trim(bytes_cut(&text, between)), bytes_of(word)))
			return true;
	return false;
}

/* ---- where ours is ---- */

/* proc(5), /proc/PID/cgroup: "4:memory:/path", and "0::/path" for version 2. */
static bool find_path(bool unified, char ret[PATH_MAX])
{
	char room[TEXT_MAX];
	struct bytes rest = read_file(AT_FDCWD, "/proc/self/cgroup", room, sizeof room);
	while (rest.size) {
		struct bytes line = bytes_cut(&rest, '\n'), number = bytes_cut(&line, ':'), controllers = bytes_cut(&line, ':');
		bool is_it = unified ? bytes_equal(number, BYTES("0")) && controllers.size == 0
				     : has_word(controllers, "memory", ',');
		if (is_it && line.size && line.size < PATH_MAX) {
			(void)snprintf(ret, PATH_MAX, "%.*s", BYTES_ARG(line));
			return true;
		}
	}
	return false;
}

/* proc(5), mountinfo: the fourth word is what of the hierarchy is mounted, the fifth where; after " - " type, source, options. */
static bool is_mount_of(struct bytes line, bool unified, struct bytes *ret_root, struct bytes *ret_point)
{
	for (size_t i = 0; i < 3; i++)
		(void)bytes_cut(&line, ' ');
	*ret_root = bytes_cut(&line, ' ');
	*ret_point = bytes_cut(&line, ' ');
	while (line.size && !bytes_equal(bytes_cut(&line, ' '), BYTES("-")))
		;
	struct bytes type = bytes_cut(&line, ' ');
	(void)bytes_cut(&line, ' ');
	return unified ? bytes_equal(type, BYTES("cgroup2")) : bytes_equal(type, BYTES("cgroup")) && has_word(line, "memory", ',');
}

/* Our own cgroup as a directory, or -1. */
static int open_own(bool unified)
{
	static char own[PATH_MAX], path[PATH_MAX], room[MOUNTS_MAX]; /* more than a stack should hold */
	struct bytes root, point, rest = read_file(AT_FDCWD, "/proc/self/mountinfo", room, sizeof room);
	if (!find_path(unified, own))
		return -1;
	while (rest.size) {
		struct bytes below = bytes_of(own);
		if (!is_mount_of(bytes_cut(&rest, '\n'), unified, &root, &point))
			continue;
		if (root.size > 1 && bytes_starts(below, root)) /* a part of it is mounted: in a container */
			below = bytes_from(below, root.size);
		int size = snprintf(path, sizeof path, "%.*s/%.*s", BYTES_ARG(point), BYTES_ARG(below));
		return size < (int)sizeof path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	}
	return -1;
}

/* ---- making one ---- */

/* One whose launcher was killed stays behind, empty. */
static void remove_stale(int parent)
{
	int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		struct bytes name = bytes_of(e->d_name);
		uint64_t pid;
		if (bytes_starts(name, BYTES("hwb-")) && number_parse_u64(bytes_from(name, 4), INT32_MAX, &pid) == OK &&
		    kill((pid_t)pid, 0) && errno == ESRCH)
			(void)unlinkat(parent, e->d_name, AT_REMOVEDIR);
	}
	if (entries)
		(void)closedir(entries);
	else
		fd_close(&copy);
}

static bool make_below(struct cgroup *c, int parent)
{
	(void)snprintf(c->name, sizeof c->name, "hwb-%d", (int)getpid());
	remove_stale(parent);
	if (mkdirat(parent, c->name, 0700))
		return false;
	c->fd = openat(parent, c->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd >= 0 && !c->is_unified)
		c->enter_fd = openat(c->fd, "tasks", O_WRONLY | O_CLOEXEC);
	if (c->fd >= 0 && (c->is_unified || c->enter_fd >= 0))
		return true;
	fd_close(&c->fd);
	(void)unlinkat(parent, c->name, AT_REMOVEDIR);
	return false;
}

void cgroup_init(struct cgroup *c)
{
	*c = (struct cgroup){ .parent_fd = -1, .fd = -1, .enter_fd = -1 };
}

/* Version 2 has no processes beside cgroups with controllers, so there it is a sister of ours more often than a daughter. */
static void make_unified(struct cgroup *c, int own)
{
	static const char *const parents[] = { ".", ".." };
	char room[TEXT_MAX];
	for (size_t i = 0; c->fd < 0 && i < COUNT(parents); i++) {
		CLEANUP(fd_close) int parent = openat(own, parents[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (parent < 0 || !has_word(read_file(parent, "cgroup.subtree_control", room, sizeof room), "memory", ' '))
			continue;
		if (make_below(c, parent))
			c->parent_fd = take_fd(&parent);
	}
	if (c->fd >= 0)
		(void)write_number(c->fd, "memory.oom.group", 1);
}

void cgroup_make(struct cgroup *c)
{
	CLEANUP(fd_close) int legacy = open_own(false);
	c->is_unified = legacy < 0;
	if (legacy >= 0) {
		if (make_below(c, legacy))
			c->parent_fd = take_fd(&legacy);
		return;
	}
	CLEANUP(fd_close) int unified = open_own(true);
	if (unified >= 0)
		make_unified(c, unified);
}

int cgroup_to_clone(const struct cgroup *c)
{
	return c->is_unified ? c->fd : -1;
}

void cgroup_enter(struct cgroup *c)
{
	if (c->enter_fd >= 0)
		(void)!write(c->enter_fd, "0", 1);
	fd_close(&c->enter_fd);
	fd_close(&c->fd);
	fd_close(&c->parent_fd);
}

/* ---- using it ---- */

void cgroup_limit(const struct cgroup *c, uint64_t most)
{
	if (c->fd < 0)
		return;
	(void)write_number(c->fd, c->is_unified ? "memory.max" : "memory.limit_in_bytes", most);
	if (c->is_unified)
		(void)write_number(c->fd, "memory.swap.max", 0);
	else
		(void)write_number(c->fd, "memory.memsw.limit_in_bytes", most);
	if (!c->is_unified) /* only with a limit does version 1 count what sockets hold, of whatever kind */
		(void)write_number(c->fd, "memory.kmem.tcp.limit_in_bytes", most);
}

static uint64_t read_number(int dir, const char *name)
{
	char room[64];
	uint64_t n;
	return number_parse_u64(bytes_trim(read_file(dir, name, room, sizeof room)), UINT64_MAX, &n) == OK ? n : 0;
}

/* What the kernel can drop when it wants to is nobody's use: pages of files, names and inodes it remembers. */
static uint64_t used_unified(const struct cgroup *c)
{
	static const char *const kernel[] = { "slab_unreclaimable", "kernel_stack", "pagetables",
					      "sec_pagetables",     "percpu",       "vmalloc" };
	char room[TEXT_MAX];
	struct bytes text = read_file(c->fd, "memory.stat", room, sizeof room);
	uint64_t sum = value_of(text, "anon") + value_of(text, "shmem") + value_of(text, "sock");
	for (size_t i = 0; i < COUNT(kernel); i++)
		sum += value_of(text, kernel[i]);
	return sum;
}

static uint64_t used_legacy(const struct cgroup *c)
{
	char room[TEXT_MAX];
	struct bytes text = read_file(c->fd, "memory.stat", room, sizeof room);
	return value_of(text, "total_rss") + value_of(text, "total_shmem") + value_of(text, "total_swap") +
	       read_number(c->fd, "memory.kmem.usage_in_bytes") + read_number(c->fd, "memory.kmem.tcp.usage_in_bytes");
}

uint64_t cgroup_used(const struct cgroup *c)
{
	if (c->fd < 0)
		return 0;
	return c->is_unified ? used_unified(c) : used_legacy(c);
}

bool cgroup_was_full(const struct cgroup *c)
{
	char room[TEXT_MAX];
	return c->fd >= 0 &&
	       value_of(read_file(c->fd, c->is_unified ? "memory.events" : "memory.oom_control", room, sizeof room), "oom_kill") > 0;
}

void cgroup_remove(struct cgroup *c)
{
	fd_close(&c->enter_fd);
	fd_close(&c->fd);
	for (int i = 0; c->parent_fd >= 0 && i < REMOVE_TRIES; i++) {
		if (unlinkat(c->parent_fd, c->name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			break;
		(void)poll(NULL, 0, REMOVE_PAUSE_MS);
	}
	fd_close(&c->parent_fd);
}
