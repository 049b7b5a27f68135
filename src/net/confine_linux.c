#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#define OUR_HIGHEST_CALL 0x3fffffff /* above: the x32 calls, which would be a second set of numbers */
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#define OUR_HIGHEST_CALL 0x7fffffff
#else
#error "confine_linux.c does not know this processor"
#endif

/* Landlock beyond ABI 3, which is what Debian 12's headers know: the kernel tells which of it exists. */
struct ruleset {
	uint64_t handled_fs, handled_net, scoped;
};
struct port_rule {
	uint64_t allowed, port;
};
enum { RULE_PORT = 2 };
static const uint64_t net_bind = 1, net_connect = 2, scope_abstract_and_signals = 3;
static const uint64_t fs_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/* All rights on files that an ABI knows, by ABI. */
static const uint64_t fs_all[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };

static const char *const readable[] = {
	"/etc/ssl",
	"/etc/pki",
	"/etc/ca-certificates",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/ld.so.cache",
	"/usr/lib",
	"/usr/lib64",
	"/lib",
	"/lib64",
	"/run/systemd/resolve",
};

static const int denied_calls[] = {
	SYS_execve,
	SYS_execveat,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_pidfd_getfd,
	SYS_bpf,
	SYS_userfaultfd,
	SYS_perf_event_open,
	SYS_io_uring_setup,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_unshare,
	SYS_setns,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_move_mount,
	SYS_open_tree,
	SYS_fsopen,
	SYS_kexec_load,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_open_by_handle_at,
	SYS_listen,
	SYS_setuid,
	SYS_setgid,
	SYS_setresuid,
	SYS_setresgid,
};

static const unsigned allowed_families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };

enum status confine_early(struct diag *d)
{
	struct rlimit no_core = { 0, 0 };
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "PR_SET_DUMPABLE: %s", strerror(errno));
	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return fail(d, ERR_ISOLATION, 0, "RLIMIT_CORE: %s", strerror(errno));
	return OK;
}

/* A path that is not there needs no rule. */
static enum status allow_read(int ruleset, const char *path, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return OK;
	struct landlock_path_beneath_attr rule = {
		.allowed_access = S_ISDIR(st.st_mode) ? fs_read : LANDLOCK_ACCESS_FS_READ_FILE,
		.parent_fd = fd,
	};
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "Landlock rule for '%s': %s", path, strerror(errno));
	return OK;
}

static enum status allow_port(int ruleset, uint16_t port, struct diag *d)
{
	struct port_rule rule = { .allowed = net_connect, .port = port };
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "Landlock rule for port %u: %s", (unsigned)port, strerror(errno));
	return OK;
}

static enum status add_rules(int ruleset, const struct confine_plan *plan, bool ports, struct diag *d)
{
	enum status s = plan->ca_file ? allow_read(ruleset, plan->ca_file, d) : OK;
	for (size_t i = 0; !s && i < COUNT(readable); i++)
		s = allow_read(ruleset, readable[i], d);
	if (!s && ports)
		s = allow_port(ruleset, 53, d);
	for (size_t i = 0; !s && ports && i < plan->n_tcp_ports; i++)
		s = allow_port(ruleset, plan->tcp_ports[i], d);
	return s;
}

static enum status landlock(const struct confine_plan *plan, struct diag *d)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return OK;
	bool ports = abi >= 4 && plan->n_tcp_ports > 0;
	struct ruleset attr = {
		.handled_fs = fs_all[abi < (long)COUNT(fs_all) ? (size_t)abi : COUNT(fs_all) - 1],
		.handled_net = abi >= 4 ? net_bind | (ports ? net_connect : 0) : 0,
		.scoped = abi >= 6 ? scope_abstract_and_signals : 0,
	};
	/* Older kernels accept a longer structure whose tail is zero. */
	CLEANUP(fd_close) int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (fd < 0)
		return fail(d, ERR_ISOLATION, 0, "Landlock ruleset: %s", strerror(errno));
	enum status s = add_rules(fd, plan, ports, d);
	if (!s && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		s = fail(d, ERR_ISOLATION, 0, "Landlock: %s", strerror(errno));
	return s;
}

enum { FILTER_ROOM = 16 + COUNT(denied_calls) * 2 + COUNT(allowed_families) * 2 };

struct filter {
	struct sock_filter code[FILTER_ROOM];
	unsigned short n;
};

static void add(struct filter *f, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t k)
{
	f->code[f->n++] = (struct sock_filter){ code, if_true, if_false, k };
}

/* "If the loaded word is k, the answer is `answer`; else go on." */
static void answer_if(struct filter *f, uint16_t test, uint32_t k, uint32_t answer)
{
	add(f, (uint16_t)(BPF_JMP | test | BPF_K), 0, 1, k);
	add(f, BPF_RET | BPF_K, 0, 0, answer);
}

static void load(struct filter *f, size_t at)
{
	add(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)at);
}

static enum status seccomp(struct diag *d)
{
	struct filter f = { .n = 0 };
	load(&f, offsetof(struct seccomp_data, arch));
	add(&f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, OUR_ARCH);
	add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
	load(&f, offsetof(struct seccomp_data, nr));
	answer_if(&f, BPF_JGT, OUR_HIGHEST_CALL, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < COUNT(denied_calls); i++)
		answer_if(&f, BPF_JEQ, (uint32_t)denied_calls[i], SECCOMP_RET_ERRNO | EPERM);
	add(&f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_socket);
	add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	load(&f, offsetof(struct seccomp_data, args[0]));
	for (size_t i = 0; i < COUNT(allowed_families); i++)
		answer_if(&f, BPF_JEQ, allowed_families[i], SECCOMP_RET_ALLOW);
	add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	struct sock_fprog program = { .len = f.n, .filter = f.code };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "seccomp: %s", strerror(errno));
	return OK;
}

enum status confine_now(const struct confine_plan *plan, struct diag *d)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	enum status s = landlock(plan, d);
	return s ? s : seccomp(d);
}
