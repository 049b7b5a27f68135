/* The private root: a fresh tmpfs that nobody else can write, host trees attached read-only by descriptor, a masked /proc,
 * a minimal /dev. The order follows reference/sandbox.md section 3, steps 12 to 22. */
#include "sandbox/inner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <signal.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "sandbox/kernel.h"
#include "sandbox/mask.h"

static const char *const devices[] = { "null", "zero", "full", "random", "urandom" };
enum { DEVICE_NULL = 0, NAMES_PORT = 53 };

const char *steps_run(const struct step *steps, size_t n, struct inner *in)
{
	for (size_t i = 0; i < n; i++)
		if (steps[i].run(in))
			return steps[i].name;
	return NULL;
}

void control_set(struct inner *in, enum sandbox_control control)
{
	in->controls |= UINT64_C(1) << control;
}

static int make_private(struct inner *in)
{
	static const enum sandbox_control made_by_clone[] = { CONTROL_MOUNT_NS, CONTROL_PID_NS, CONTROL_IPC_NS, CONTROL_EMPTY_ENV };
	for (size_t i = 0; i < COUNT(made_by_clone); i++)
		control_set(in, made_by_clone[i]);
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Not by the clone: by now the launcher has put us where we belong, and that is the root of what is seen inside. */
static int leave_cgroups(struct inner *in)
{
	control_set(in, CONTROL_CGROUP_NS);
	return unshare(CLONE_NEWCGROUP);
}

/* Every source is opened before the uid changes: as root, its own 0700 directories close behind it. */
static int open_sources(struct inner *in)
{
	in->tree_fds = ARENA_ARRAY(in->arena, int, in->spec->n_mounts);
	for (size_t i = 0; i < in->spec->n_mounts; i++) {
		in->detail = in->spec->mounts[i].source;
		CLEANUP(fd_close)
		int fd = kernel_openat2(AT_FDCWD, in->detail, O_PATH, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
		if (fd < 0)
			return -1;
		in->tree_fds[i] = kernel_clone_tree(fd, false);
		if (in->tree_fds[i] < 0)
			return -1;
	}
	control_set(in, CONTROL_READ_ONLY_HOST);
	return 0;
}

static int open_devices(struct inner *in)
{
	CLEANUP(fd_close) int dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dev < 0)
		return -1;
	for (size_t i = 0; i < COUNT(devices); i++) {
		in->detail = devices[i];
		CLEANUP(fd_close) int fd = openat(dev, devices[i], O_PATH | O_NOFOLLOW | O_CLOEXEC);
		struct stat st;
		if (fd < 0 || fstat(fd, &st))
			return -1;
		if (!S_ISCHR(st.st_mode)) {
			errno = ENODEV;
			return -1;
		}
		in->device_fds[i] = kernel_clone_tree(fd, true);
		if (in->device_fds[i] < 0)
			return -1;
	}
	return 0;
}

/* A credential change clears the parent-death signal and makes us dumpable again. */
static int change_ids(struct inner *in)
{
	(void)in;
	if (setresgid(INSIDE_ID, INSIDE_ID, INSIDE_ID) || setresuid(INSIDE_ID, INSIDE_ID, INSIDE_ID))
		return -1;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0))
		return -1;
	control_set(in, CONTROL_USER_NS);
	return 0;
}

static int new_tmpfs(const char *size, const char *inodes, const char *mode)
{
	const char *const options[] = { "size", size, "nr_inodes", inodes, "mode", mode, NULL };
	return kernel_new_fs("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

/* The new root needs a place in the old tree for a moment; it is opened anew after it is attached, because a descriptor
 * from before would still mean the directory underneath. */
static int make_root(struct inner *in)
{
	static const char *const places[] = { "/tmp", "/run", "/mnt", "/usr" };
	CLEANUP(fd_close) int fs = new_tmpfs("4m", "2048", "0755");
	if (fs < 0)
		return -1;
	for (size_t i = 0; i < COUNT(places); i++) {
		if (kernel_attach(fs, AT_FDCWD, places[i]))
			continue;
		in->root_fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		return in->root_fd < 0 ? -1 : 0;
	}
	return -1;
}

/* Makes the parents of an absolute path inside the root; the root is ours alone, so names are safe here. */
static int make_parents(struct inner *in, const char *path)
{
	struct bytes whole = bytes_of(path + 1);
	for (size_t i = 0; i < whole.size; i++) {
		if (whole.data[i] != '/')
			continue;
		const char *parent = arena_string(in->arena, bytes_part(whole, 0, i));
		if (mkdirat(in->root_fd, parent, 0755) && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int make_directory(struct inner *in, const char *path)
{
	if (make_parents(in, path))
		return -1;
	return mkdirat(in->root_fd, path + 1, 0755) && errno != EEXIST ? -1 : 0;
}

static int make_file(struct inner *in, const char *path, struct bytes content, mode_t mode)
{
	if (make_parents(in, path))
		return -1;
	CLEANUP(fd_close) int fd = openat(in->root_fd, path + 1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	return fd_write_all(fd, content, NULL) ? -1 : 0;
}

static int make_items(struct inner *in)
{
	for (size_t i = 0; i < in->spec->n_items; i++) {
		const struct sandbox_item *item = &in->spec->items[i];
		in->detail = item->path;
		int failed;
		if (item->is_link)
			failed = make_parents(in, item->path) || symlinkat(item->content, in->root_fd, item->path + 1);
		else if (item->content)
			failed = make_file(in, item->path, bytes_of(item->content), 0444);
		else
			failed = make_directory(in, item->path);
		if (failed)
			return -1;
	}
	return 0;
}

static int attach_trees(struct inner *in)
{
	for (size_t i = 0; i < in->spec->n_mounts; i++) {
		const char *target = in->spec->mounts[i].target;
		in->detail = target;
		struct stat st;
		if (fstatat(in->tree_fds[i], "", &st, AT_EMPTY_PATH))
			return -1;
		if (S_ISDIR(st.st_mode) ? make_directory(in, target) : make_file(in, target, BYTES(""), 0444))
			return -1;
		if (kernel_attach(in->tree_fds[i], in->root_fd, target + 1))
			return -1;
		fd_close(&in->tree_fds[i]);
	}
	control_set(in, CONTROL_PRIVATE_ROOT);
	return 0;
}

static int make_dev(struct inner *in)
{
	static const struct {
		const char *name, *target;
	} links[] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
	};
	for (size_t i = 0; i < COUNT(devices); i++) {
		const char *path = arena_printf(in->arena, "/dev/%s", devices[i]);
		in->detail = path;
		if (make_file(in, path, BYTES(""), 0444) || kernel_attach(in->device_fds[i], in->root_fd, path + 1))
			return -1;
	}
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlinkat(links[i].target, in->root_fd, links[i].name + 1))
			return -1;
	control_set(in, CONTROL_MINIMAL_DEV);
	return 0;
}

/* Where the payload may write; each a tmpfs with the limits of the spec, gone with the namespace. */
static int make_writable(struct inner *in)
{
	static const struct {
		const char *path, *mode;
		unsigned shrink;
	} places[] = {
		{ "/build", "0755", 1 },
		{ "/tmp", "1777", 1 },
		{ "/out", "0755", 1 },
		{ "/dev/shm", "1777", 8 },
	};
	const char *inodes = arena_printf(in->arena, "%llu", (unsigned long long)in->spec->limits.inodes);
	for (size_t i = 0; i < COUNT(places); i++) {
		in->detail = places[i].path;
		const char *size = arena_printf(in->arena, "%llu", (unsigned long long)(in->spec->limits.disk / places[i].shrink));
		CLEANUP(fd_close) int fs = new_tmpfs(size, inodes, places[i].mode);
		if (fs < 0 || make_directory(in, places[i].path) || kernel_attach(fs, in->root_fd, places[i].path + 1))
			return -1;
	}
	control_set(in, CONTROL_COPY_IN_OUT);
	return 0;
}

/* What this kernel does not have below /proc needs no cover. Asked before a tree is made: one that is closed without having
 * been attached waits for a grace period of RCU, 50 us and more. */
static bool is_there(struct inner *in, const char *path)
{
	return faccessat(in->root_fd, path, F_OK, 0) == 0 || errno != ENOENT;
}

static int cover(struct inner *in, int tree, const char *path)
{
	in->detail = path;
	return tree < 0 ? -1 : kernel_attach(tree, in->root_fd, path);
}

static int cover_read_only(struct inner *in, const char *path)
{
	CLEANUP(fd_close) int fd = openat(in->root_fd, path, O_PATH | O_CLOEXEC);
	CLEANUP(fd_close) int tree = fd < 0 ? -1 : kernel_clone_tree(fd, false);
	return cover(in, tree, path);
}

/* The tree is the same for each: a file that reads as empty and takes every write. */
static int cover_null(struct inner *in, const char *path)
{
	CLEANUP(fd_close) int null = openat(in->root_fd, "dev/null", O_PATH | O_CLOEXEC);
	CLEANUP(fd_close) int tree = null < 0 ? -1 : kernel_clone_tree(null, true);
	return cover(in, tree, path);
}

static int cover_empty(struct inner *in, const char *path)
{
	const char *const options[] = { "size", "4k", "nr_inodes", "2", NULL };
	CLEANUP(fd_close)
	int fs = kernel_new_fs("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY);
	return cover(in, fs, path);
}

static int cover_file(struct inner *in, const char *stand_in, struct bytes content, const char *path)
{
	if (!is_there(in, path))
		return 0;
	if (make_file(in, stand_in, content, 0444))
		return -1;
	CLEANUP(fd_close) int fd = openat(in->root_fd, stand_in + 1, O_PATH | O_CLOEXEC);
	CLEANUP(fd_close) int tree = fd < 0 ? -1 : kernel_clone_tree(fd, false);
	if (cover(in, tree, path))
		return -1;
	return unlinkat(in->root_fd, stand_in + 1, 0) && errno != EBUSY ? -1 : 0;
}

/* The limit of processes that also binds the whole pid namespace; per namespace since Linux 6.14, so that writing it on an
 * older kernel as root would change the host. Below 301 the kernel refuses it. */
static int limit_pids(struct inner *in)
{
	if (!kernel_at_least(6, 14) || mask_refuses(MASK_PID_MAX))
		return 0;
	uint64_t most = in->spec->limits.processes < 301 ? 301 : in->spec->limits.processes;
	const char *text = arena_printf(in->arena, "%llu", (unsigned long long)most);
	in->detail = "/proc/sys/kernel/pid_max";
	CLEANUP(fd_close) int fd = openat(in->root_fd, "proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -1;
	control_set(in, CONTROL_PID_MAX);
	return 0;
}

static int make_proc(struct inner *in)
{
	CLEANUP(fd_close) int fs = kernel_new_fs("proc", NULL, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fs < 0)
		return -1;
	if (make_directory(in, "/proc") || kernel_attach(fs, in->root_fd, "proc"))
		return -1;
	return limit_pids(in);
}

static int mask_proc(struct inner *in)
{
	static const struct {
		const char *path;
		int (*cover)(struct inner *in, const char *path);
	} rows[] = {
		{ "proc/sys", cover_read_only },      { "proc/bus", cover_read_only },    { "proc/fs", cover_read_only },
		{ "proc/irq", cover_read_only },      { "proc/kcore", cover_null },       { "proc/keys", cover_null },
		{ "proc/key-users", cover_null },     { "proc/timer_list", cover_null },  { "proc/sysrq-trigger", cover_null },
		{ "proc/kmsg", cover_null },          { "proc/kallsyms", cover_null },    { "proc/config.gz", cover_null },
		{ "proc/kpagecount", cover_null },    { "proc/kpageflags", cover_null },  { "proc/kpagecgroup", cover_null },
		{ "proc/latency_stats", cover_null }, { "proc/sched_debug", cover_null }, { "proc/interrupts", cover_null },
		{ "proc/softirqs", cover_null },      { "proc/diskstats", cover_null },   { "proc/partitions", cover_null },
		{ "proc/acpi", cover_empty },         { "proc/scsi", cover_empty },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (is_there(in, rows[i].path) && rows[i].cover(in, rows[i].path))
			return -1;
	unsigned char r[16];
	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		return -1;
	const char *id = arena_printf(in->arena, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-a%01x%02x-%02x%02x%02x%02x%02x%02x\n", r[0],
				      r[1], r[2], r[3], r[4], r[5], r[6] & 15, r[7], r[8] & 15, r[9], r[10], r[11], r[12], r[13],
				      r[14], r[15]);
	if (cover_file(in, "/.boot_id", bytes_of(id), "proc/sys/kernel/random/boot_id") ||
	    cover_file(in, "/.cmdline", BYTES(""), "proc/cmdline"))
		return -1;
	control_set(in, CONTROL_MASKED_PROC);
	return 0;
}

static int seal_root(struct inner *in)
{
	return kernel_set_attributes(in->root_fd, "", MOUNT_ATTR_RDONLY);
}

static int change_root(struct inner *in)
{
	if (fchdir(in->root_fd) || kernel_pivot_root(".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
		return -1;
	fd_close(&in->root_fd);
	return 0;
}

static int name_host(struct inner *in)
{
	control_set(in, CONTROL_UTS_NS);
	return sethostname("sandbox", 7);
}

static int loopback_up(struct inner *in)
{
	CLEANUP(fd_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo" };
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request))
		return -1;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		return -1;
	control_set(in, CONTROL_NET_NS);
	return 0;
}

static int bind_loopback(int type, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	CLEANUP(fd_close) int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address))
		return -1;
	return take_fd(&fd);
}

/* The proxy's listener when one is asked for, and the socket that learns which names were asked for. */
static int open_listeners(struct inner *in)
{
	if (in->spec->with_listener) {
		in->listen_fd = bind_loopback(SOCK_STREAM, SANDBOX_PROXY_PORT);
		if (in->listen_fd < 0 || listen(in->listen_fd, 64))
			return -1;
	}
	if (in->spec->with_watch)
		in->names_fd = bind_loopback(SOCK_DGRAM, NAMES_PORT);
	return in->spec->with_watch && in->names_fd < 0 ? -1 : 0;
}

int inner_copy_in(struct inner *in)
{
	if (mkdir("/build/home", 0700))
		return -1;
	if (in->spec->snapshot_path[0] && snapshot_expand(in, in->spec->snapshot_path))
		return -1;
	in->out_fd = open("/out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->spec->with_tree)
		in->build_fd = open("/build", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return in->out_fd < 0 || (in->spec->with_tree && in->build_fd < 0) ? -1 : 0;
}

const struct step *inner_steps(size_t *ret_n)
{
	static const struct step steps[] = {
		{ "make mounts private", make_private },
		{ "make the cgroup namespace", leave_cgroups },
		{ "open the host's trees", open_sources },
		{ "open the devices", open_devices },
		{ "change the user", change_ids },
		{ "make the root", make_root },
		{ "fill the root", make_items },
		{ "make the writable places", make_writable }, /* before the trees: one of them may lie below /tmp */
		{ "attach the host's trees", attach_trees },
		{ "make /dev", make_dev },
		{ "mount /proc", make_proc },
		{ "mask /proc", mask_proc },
		{ "make the root read-only", seal_root },
		{ "change the root", change_root },
		{ "name the host", name_host },
		{ "raise the loopback", loopback_up },
		{ "listen on the loopback", open_listeners },
		{ "copy the source in", inner_copy_in },
	};
	*ret_n = COUNT(steps);
	return steps;
}
