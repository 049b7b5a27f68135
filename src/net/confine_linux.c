#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "fetch_table.h"
#include "proxy_table.h"
#include "upload_table.h"

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
	/* Not all of /etc/ssl and /etc/pki: private keys lie there, too. */
	"/etc/ssl/certs",
	"/etc/ssl/cert.pem",
	"/etc/ssl/openssl.cnf",
	"/etc/pki/tls/certs",
	"/etc/pki/tls/cert.pem",
	"/etc/pki/tls/openssl.cnf",
	"/etc/pki/ca-trust",
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

static const struct {
	const struct sock_filter *code;
	size_t n;
} filters[] = {
	[CONFINE_FETCH] = { fetch_table, COUNT(fetch_table) },
	[CONFINE_PROXY] = { proxy_table, COUNT(proxy_table) },
	[CONFINE_UPLOAD] = { upload_table, COUNT(upload_table) },
};

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

/* root's powers over network and files are not needed for what it does, and Landlock does not know all of them. */
static enum status drop_capabilities(struct diag *d)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	if (syscall(SYS_capset, &header, none) != 0)
		return fail(d, ERR_ISOLATION, 0, "capset: %s", strerror(errno));
	return OK;
}

static enum status seccomp(enum confine_role role, struct diag *d)
{
	struct sock_fprog program = {
		.len = (unsigned short)filters[role].n,
		.filter = (struct sock_filter *)(uintptr_t)filters[role].code,
	};
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "seccomp: %s", strerror(errno));
	return OK;
}

enum status confine_now(const struct confine_plan *plan, struct diag *d)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(d, ERR_ISOLATION, 0, "PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	enum status s = landlock(plan, d);
	if (!s)
		s = drop_capabilities(d);
	return s ? s : seccomp(plan->role, d);
}
