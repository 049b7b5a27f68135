/* System calls that the C library of Debian 12 has no function for, and the few structures they take.
 * Everything returns -1 with errno on failure, like its relatives. */
#ifndef SANDBOX_KERNEL_H
#define SANDBOX_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Forks into new namespaces (CLONE_NEW...), and into a cgroup of version 2 if there is one and that can be (-1: ours).
 * *ret_pidfd is close-on-exec. */
pid_t kernel_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd);
int kernel_pivot_root(const char *new_root, const char *put_old);
/* openat2 with RESOLVE_* flags; the mode is used with O_CREAT. */
int kernel_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/* A detached read-only copy of the mount tree at fd (open_tree + mount_setattr), nosuid, and nodev unless it is a device. */
int kernel_clone_tree(int fd, bool is_device);
/* A detached file system: options are "key", "value" pairs ending in NULL; attributes are MOUNT_ATTR_*. */
int kernel_new_fs(const char *type, const char *const *options, uint64_t attributes);
/* Attaches a detached tree at path below dir. */
int kernel_attach(int tree, int dir, const char *path);
/* Sets MOUNT_ATTR_* on the one mount at path below dir ("" means dir itself). */
int kernel_set_attributes(int dir, const char *path, uint64_t attributes);

/* What MODE_LANDLOCK needs: scopes for signals and abstract sockets, without which processes of the host could be reached. */
enum { KERNEL_BARE_ABI = 6 };
/* Highest Landlock ABI this kernel speaks, 0 when it has none. */
int kernel_landlock_abi(void);
/* true when the running kernel is at least that. */
bool kernel_at_least(unsigned major, unsigned minor);

#endif
