/* Landlock as the second layer (reference/sandbox.md section 7): reading and executing everywhere in the already minimal
 * root, writing only in the writable places, no abstract sockets or signals to the outside. The network stays with its
 * namespace, so that test servers on the loopback keep working.
 *
 * In MODE_LANDLOCK it is the first layer: the root is the host's, so only what the rules of bare_trees_linux.c name is read, and
 * TCP is closed as well. */
#include "sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "sandbox/kernel.h"

/* Debian 12's header knows ABI 2 only; these are the kernel's numbers (Documentation/userspace-api/landlock.rst). */
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)
#define SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define ACCESS_NET_BIND_TCP (UINT64_C(1) << 0)
#define ACCESS_NET_CONNECT_TCP (UINT64_C(1) << 1)

#define ACCESS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define ACCESS_WRITE \
	(ACCESS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | \
	 ACCESS_REFER)
#define ACCESS_ALL (ACCESS_READ | ACCESS_WRITE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | ACCESS_IOCTL_DEV)

struct ruleset_attr {
	uint64_t handled_access_fs, handled_access_net, scoped;
};

/* What a kernel of that ABI, 2 or newer, can handle out of what we want. */
static uint64_t known_access(int abi)
{
	uint64_t known = ACCESS_ALL;
	if (abi < 5)
		known &= ~ACCESS_IOCTL_DEV;
	if (abi < 3)
		known &= ~ACCESS_TRUNCATE;
	return known;
}

static const uint64_t access_of[] = {
	[PLACE_READ] = ACCESS_READ,
	[PLACE_LOOK] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	[PLACE_WRITE] = ACCESS_READ | ACCESS_WRITE,
	[PLACE_READ_FILE] = LANDLOCK_ACCESS_FS_READ_FILE,
	[PLACE_WRITE_FILE] = LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_WRITE_FILE,
};

/* Of a file there is no more to allow; a rule that says otherwise is refused by the kernel. */
#define ACCESS_FILE (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_WRITE_FILE | ACCESS_IOCTL_DEV)

static int allow(int ruleset, const struct place_rule *r, uint64_t handled)
{
	struct stat st;
	CLEANUP(fd_close) int fd = open(r->path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st))
		return -1;
	uint64_t access = access_of[r->access] & handled & (S_ISDIR(st.st_mode) ? UINT64_MAX : ACCESS_FILE);
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int allow_all(struct inner *in, int ruleset, const struct place_rule *rules, size_t n, uint64_t handled)
{
	for (size_t i = 0; i < n; i++) {
		in->detail = rules[i].path;
		if (allow(ruleset, &rules[i], handled))
			return -1;
	}
	return 0;
}

static int add_rules(struct inner *in, int ruleset, uint64_t handled)
{
	static const struct place_rule root[] = {
		{ "/", PLACE_READ },     { "/build", PLACE_WRITE },   { "/tmp", PLACE_WRITE },
		{ "/out", PLACE_WRITE }, { "/dev/shm", PLACE_WRITE },
	};
	static const struct place_rule devices[] = {
		{ "/dev/null", PLACE_WRITE_FILE }, { "/dev/zero", PLACE_READ_FILE }, /* who may write may map shared memory that nobody counts */
		{ "/dev/full", PLACE_WRITE_FILE }, { "/dev/random", PLACE_READ_FILE }, { "/dev/urandom", PLACE_READ_FILE },
	};
	if (in->bare ? allow_all(in, ruleset, in->rules, in->n_rules, handled) : allow_all(in, ruleset, root, COUNT(root), handled))
		return -1;
	return allow_all(in, ruleset, devices, COUNT(devices), handled);
}

int landlock_apply(struct inner *in)
{
	int abi = kernel_landlock_abi();
	/* ABI 1 (Linux 5.13 to 5.18) refuses every rename and link from one folder to another, which builds need. The namespaces
	 * hold without Landlock; the missing control bit says so. Where there are none, hwb has asked for KERNEL_BARE_ABI. */
	errno = ENOSYS;
	if (abi < (in->bare ? KERNEL_BARE_ABI : 2))
		return in->bare ? -1 : 0;
	struct ruleset_attr attr = { .handled_access_fs = known_access(abi) };
	size_t size = abi >= 4 ? 16 : 8;
	if (in->bare)
		attr.handled_access_net = ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT_TCP;
	if (abi >= 6) {
		attr.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
		size = sizeof attr;
	}
	CLEANUP(fd_close) int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0 || add_rules(in, ruleset, attr.handled_access_fs) || syscall(SYS_landlock_restrict_self, ruleset, 0))
		return -1;
	control_set(in, CONTROL_LANDLOCK);
	if (abi >= 6)
		control_set(in, CONTROL_LANDLOCK_SCOPE);
	if (in->bare) {
		control_set(in, CONTROL_READ_ONLY_HOST);
		control_set(in, CONTROL_MINIMAL_DEV);
	}
	return 0;
}
