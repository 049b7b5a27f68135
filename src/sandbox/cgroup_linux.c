#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "host/file.h"

enum { TEXT_MAX = 1 << 18, REMOVE_TRIES = 20, REMOVE_PAUSE_MS = 5 };

/* ---- files of a cgroup ---- */

static bool write_number(int dir, const char *name, uint64_t value)
{
	char text[32];
	CLEANUP(fd_close) int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	int size = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return fd >= 0 && write(fd, text, (size_t)size) == size;
}

/* The value of "key value" in a text of such lines; 0 without one. */
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
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, TEXT_MAX);
	(void)!file_read(AT_FDCWD, "/proc/self/cgroup", &text, NULL);
	struct bytes rest = buf_bytes(&text);
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
	char own[PATH_MAX], path[PATH_MAX];
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, TEXT_MAX);
	if (!find_path(unified, own))
		return -1;
	(void)!file_read(AT_FDCWD, "/proc/self/mountinfo", &text, NULL);
	struct bytes root, point, rest = buf_bytes(&text);
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
	DIR *entries = directory_entries(parent);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		struct bytes name = bytes_of(e->d_name);
		uint64_t pid;
		if (bytes_starts(name, BYTES("hwb-")) && number_parse_u64(bytes_from(name, 4), INT32_MAX, &pid) == OK &&
		    kill((pid_t)pid, 0) && errno == ESRCH)
			(void)unlinkat(parent, e->d_name, AT_REMOVEDIR);
	}
	if (entries)
		(void)closedir(entries);
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
	for (size_t i = 0; c->fd < 0 && i < COUNT(parents); i++) {
		CLEANUP(buf_done) struct buf controllers;
		CLEANUP(fd_close) int parent = openat(own, parents[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		buf_init(&controllers, TEXT_MAX);
		if (parent < 0 || file_read(parent, "cgroup.subtree_control", &controllers, NULL) ||
		    !has_word(buf_bytes(&controllers), "memory", ' '))
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
	if (c->is_unified) {
		(void)write_number(c->fd, "memory.max", most);
		(void)write_number(c->fd, "memory.swap.max", 0);
		return;
	}
	(void)write_number(c->fd, "memory.limit_in_bytes", most);
	(void)write_number(c->fd, "memory.memsw.limit_in_bytes", most);
	/* Only with a limit does version 1 count what sockets hold, of whatever kind. */
	(void)write_number(c->fd, "memory.kmem.tcp.limit_in_bytes", most);
}

static uint64_t read_number(const struct cgroup *c, const char *name)
{
	CLEANUP(buf_done) struct buf text;
	uint64_t n;
	buf_init(&text, TEXT_MAX);
	bool is_there = file_read(c->fd, name, &text, NULL) == OK;
	return is_there && number_parse_u64(bytes_trim(buf_bytes(&text)), UINT64_MAX, &n) == OK ? n : 0;
}

/* What the kernel can drop when it wants to is nobody's use: pages of files, names and inodes it remembers. */
static uint64_t used_unified(struct bytes text)
{
	static const char *const kernel[] = { "slab_unreclaimable", "kernel_stack", "pagetables",
					      "sec_pagetables",     "percpu",       "vmalloc" };
	uint64_t sum = value_of(text, "anon") + value_of(text, "shmem") + value_of(text, "sock");
	for (size_t i = 0; i < COUNT(kernel); i++)
		sum += value_of(text, kernel[i]);
	return sum;
}

static uint64_t used_legacy(const struct cgroup *c, struct bytes text)
{
	return value_of(text, "total_rss") + value_of(text, "total_shmem") + value_of(text, "total_swap") +
	       read_number(c, "memory.kmem.usage_in_bytes") + read_number(c, "memory.kmem.tcp.usage_in_bytes");
}

uint64_t cgroup_used(const struct cgroup *c)
{
	CLEANUP(buf_done) struct buf stat;
	buf_init(&stat, TEXT_MAX);
	if (c->fd < 0 || file_read(c->fd, "memory.stat", &stat, NULL))
		return 0;
	return c->is_unified ? used_unified(buf_bytes(&stat)) : used_legacy(c, buf_bytes(&stat));
}

bool cgroup_was_full(const struct cgroup *c)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, TEXT_MAX);
	if (c->fd < 0 || file_read(c->fd, c->is_unified ? "memory.events" : "memory.oom_control", &text, NULL))
		return false;
	return value_of(buf_bytes(&text), "oom_kill") > 0;
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
