/* What the payload does to itself before it becomes the stranger's program (reference/sandbox.md section 3, P3).
 * Seccomp is last: after it, most of the calls used here are gone. */
#include "sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/bare.h"

enum { SIGNALS_MAX = 2048 };

static int die_with_parent(struct inner *in)
{
	(void)in;
	return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* With a terminal of its own, that one is what it controls its jobs by. */
static int new_session(struct inner *in)
{
	control_set(in, CONTROL_NEW_SESSION);
	if (setsid() < 0)
		return -1;
	return in->spec->with_terminal && (dup2(SANDBOX_FD_LOG, 0) < 0 || ioctl(0, TIOCSCTTY, 0)) ? -1 : 0;
}

static int set_limits(struct inner *in)
{
	const struct limits *l = &in->spec->limits;
	uint64_t cpu = (l->cpu_ms + 999) / 1000;
	const struct {
		int which;
		rlim_t soft, hard;
		const char *name;
	} rows[] = {
		{ RLIMIT_CORE, 0, 0, "core" },
		{ RLIMIT_NPROC, l->processes, l->processes, "processes" },
		{ RLIMIT_NOFILE, l->open_files, l->open_files, "open files" },
		/* Above what a quota allows, so that ENOSPC comes first; it binds files that no quota knows. */
		{ RLIMIT_FSIZE, l->disk + (1 << 20), l->disk + (1 << 20), "file size" },
		{ RLIMIT_CPU, cpu, cpu + 5, "cpu" },
		{ RLIMIT_MEMLOCK, 65536, 65536, "locked memory" },
		{ RLIMIT_MSGQUEUE, 0, 0, "message queues" },
		/* Counted for a user, whatever the namespace: timers and signals of the host's own processes come out of the same purse. */
		{ RLIMIT_SIGPENDING, SIGNALS_MAX, SIGNALS_MAX, "pending signals" },
		{ RLIMIT_NICE, 0, 0, "nice" },
		{ RLIMIT_RTPRIO, 0, 0, "real-time priority" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rlimit now;
		in->detail = rows[i].name;
		if (getrlimit((__rlimit_resource_t)rows[i].which, &now))
			return -1;
		/* An ordinary user cannot raise a hard limit: the tighter of the two holds. */
		rlim_t hard = rows[i].hard < now.rlim_max ? rows[i].hard : now.rlim_max;
		struct rlimit wanted = { rows[i].soft < hard ? rows[i].soft : hard, hard };
		if (setrlimit((__rlimit_resource_t)rows[i].which, &wanted))
			return -1;
	}
	control_set(in, CONTROL_PROCESS_LIMIT);
	return 0;
}

/* A session keyring of its own: the host's is reachable otherwise, whatever the namespaces. Kernels without keyrings: fine. */
static int new_keyring(struct inner *in)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0) < 0 && errno != ENOSYS)
		return -1;
	control_set(in, CONTROL_KEYRING);
	return 0;
}

static int enter_directory(struct inner *in)
{
	in->detail = in->spec->cwd;
	(void)umask(022);
	return chdir(in->spec->cwd);
}

static int no_new_privileges(struct inner *in)
{
	control_set(in, CONTROL_NO_NEW_PRIVS);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* A container's engine may have emptied the bounding set already; then nothing may be dropped, nor need be. Nor can an ordinary
 * user without a user namespace of his own: no program gives him any, after no_new_privs. */
static int close_bounding_set(struct inner *in)
{
	bool had_any = false;
	if (in->bare && prctl(PR_CAPBSET_DROP, CAP_SETPCAP) && errno == EPERM)
		return 0;
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_READ, cap) != 1)
			continue;
		had_any = true;
		if (prctl(PR_CAPBSET_DROP, cap))
			return -1;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return -1;
	if (!had_any)
		return 0;
	return prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
						SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
						SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
}

static int drop_capabilities(struct inner *in)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };
	if (syscall(SYS_capset, &header, none))
		return -1;
	control_set(in, CONTROL_NO_CAPABILITIES);
	return 0;
}

/* A credential change clears the parent-death signal. The groups went in the launcher. */
static int change_user(struct inner *in)
{
	uint32_t id = in->bare->id;
	if (!in->bare->is_root)
		return 0;
	if (setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id))
		return -1;
	return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int reset_signals(struct inner *in)
{
	(void)in;
	sigset_t none;
	(void)sigemptyset(&none);
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

const struct step *payload_steps(enum isolation_mode mode, size_t *ret_n)
{
	static const struct step steps[] = {
		{ "die with the launcher", die_with_parent },
		{ "start a session", new_session },
		{ "set the resource limits", set_limits },
		{ "leave the session keyring", new_keyring },
		{ "enter the build directory", enter_directory },
		{ "set no_new_privs", no_new_privileges },
		{ "close the bounding set", close_bounding_set },
		{ "drop the capabilities", drop_capabilities },
		{ "apply Landlock", landlock_apply },
		{ "reset the signals", reset_signals },
		{ "load the seccomp filter", seccomp_apply },
	};
	/* Without namespaces the user still has to be changed, which takes capabilities, and the keyring is his. */
	static const struct step bare[] = {
		{ "die with the launcher", die_with_parent },     { "start a session", new_session },
		{ "set the resource limits", set_limits },        { "set no_new_privs", no_new_privileges },
		{ "close the bounding set", close_bounding_set }, { "become the build's user", change_user },
		{ "drop the capabilities", drop_capabilities },   { "leave the session keyring", new_keyring },
		{ "enter the build directory", enter_directory }, { "apply Landlock", landlock_apply },
		{ "reset the signals", reset_signals },           { "load the seccomp filter", seccomp_apply },
	};
	*ret_n = mode == MODE_LANDLOCK ? COUNT(bare) : COUNT(steps);
	return mode == MODE_LANDLOCK ? bare : steps;
}
