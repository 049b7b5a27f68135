#include "sandbox/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "sandbox/mask.h"

pid_t kernel_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
	};
	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned)cgroup_fd;
	}
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	return pid < 0 && cgroup_fd >= 0 ? kernel_clone(flags, -1, ret_pidfd) : pid;
}

int kernel_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int kernel_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve };
	return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

int kernel_clone_tree(int fd, bool is_device)
{
	if (mask_refuses(MASK_MOUNT_API))
		return -1;
	CLEANUP(fd_close) int tree = open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0)
		return -1;
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV),
		.propagation = MS_PRIVATE,
	};
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes))
		return -1;
	return take_fd(&tree);
}

int kernel_new_fs(const char *type, const char *const *options, uint64_t attributes)
{
	if (mask_refuses(MASK_MOUNT_API))
		return -1;
	CLEANUP(fd_close) int fs = fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	for (size_t i = 0; options && options[i]; i += 2)
		if (fsconfig(fs, FSCONFIG_SET_STRING, options[i], options[i + 1], 0))
			return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	return fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
}

int kernel_attach(int tree, int dir, const char *path)
{
	return move_mount(tree, "", dir, path, MOVE_MOUNT_F_EMPTY_PATH);
}

int kernel_set_attributes(int dir, const char *path, uint64_t attributes)
{
	struct mount_attr attr = { .attr_set = attributes };
	return mount_setattr(dir, path, *path ? 0 : AT_EMPTY_PATH, &attr, sizeof attr);
}

int kernel_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	return mask_landlock(abi > 0 ? (int)abi : 0);
}

bool kernel_at_least(unsigned major, unsigned minor)
{
	struct utsname name;
	if (uname(&name))
		return false;
	struct bytes rest = bytes_of(name.release);
	uint64_t have_major = 0, have_minor = 0;
	if (number_parse_u64(bytes_cut(&rest, '.'), 1000, &have_major))
		return false;
	size_t digits = 0;
	while (digits < rest.size && byte_is_digit(rest.data[digits]))
		digits++;
	if (number_parse_u64(bytes_part(rest, 0, digits), 1000, &have_minor))
		return false;
	return have_major > major || (have_major == major && have_minor >= minor);
}
