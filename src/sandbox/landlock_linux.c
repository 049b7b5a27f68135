/* Landlock as the second layer (reference/sandbox.md section 7): reading and executing everywhere in the already minimal
 * root, writing only in the writable places, no abstract sockets or signals to the outside. The network stays with its
 * namespace, so that test servers on the loopback keep working. */
#include "sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "sandbox/kernel.h"

/* Debian 12's header knows ABI 2 only; these are the kernel's numbers (Documentation/userspace-api/landlock.rst). */
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)
#define SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

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

static int allow(int ruleset, const char *path, uint64_t access)
{
	CLEANUP(fd_close) int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

int landlock_apply(struct inner *in)
{
	static const struct {
		const char *path;
		uint64_t access;
	} rules[] = {
		{ "/", ACCESS_READ },
		{ "/build", ACCESS_READ | ACCESS_WRITE },
		{ "/tmp", ACCESS_READ | ACCESS_WRITE },
		{ "/out", ACCESS_READ | ACCESS_WRITE },
		{ "/dev/shm", ACCESS_READ | ACCESS_WRITE },
		{ "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_WRITE_FILE },
		{ "/dev/zero", LANDLOCK_ACCESS_FS_READ_FILE }, /* who may write may map shared memory that nobody counts */
		{ "/dev/full", LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_WRITE_FILE },
		{ "/dev/random", LANDLOCK_ACCESS_FS_READ_FILE },
		{ "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE },
	};
	int abi = kernel_landlock_abi();
	/* ABI 1 (Linux 5.13 to 5.18) refuses every rename and link from one folder to another, which builds need. The namespaces
	 * hold without Landlock; the missing control bit says so. */
	if (abi < 2)
		return 0;
	struct ruleset_attr attr = { .handled_access_fs = known_access(abi) };
	size_t size = abi >= 4 ? 16 : 8;
	if (abi >= 6) {
		attr.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
		size = sizeof attr;
	}
	CLEANUP(fd_close) int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0)
		return -1;
	for (size_t i = 0; i < COUNT(rules); i++) {
		in->detail = rules[i].path;
		if (allow(ruleset, rules[i].path, rules[i].access & attr.handled_access_fs))
			return -1;
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0))
		return -1;
	control_set(in, CONTROL_LANDLOCK);
	if (abi >= 6)
		control_set(in, CONTROL_LANDLOCK_SCOPE);
	return 0;
}
