/* Words for how a sandbox ended, and for why one could not be set up. */
#include "sandbox/sandbox.h"

#include <errno.h>

#include "sandbox/surroundings.h"

static const struct {
	const char *name, *limit, *what;
} reasons[N_REASONS] = {
	[REASON_EXIT] = { "exit", NULL, "ended" },
	[REASON_SIGNAL] = { "signal", NULL, "was killed" },
	[REASON_WALL] = { "wall", "wall", "took longer than its wall-time limit" },
	[REASON_CPU] = { "cpu", "cpu", "used more processor time than its limit" },
	[REASON_SILENCE] = { "silence", "silence", "said nothing for longer than its silence limit" },
	[REASON_MEMORY] = { "memory", "memory", "used more memory than its limit" },
	[REASON_DISK] = { "disk", "disk", "wrote more to the disk than its limit" },
	[REASON_INODES] = { "inodes", "inodes", "made more files than its limit" },
	[REASON_LOG] = { "log", "log", "wrote more output than its limit" },
	[REASON_STOPPED] = { "stopped", NULL, "was stopped" },
};

const char *sandbox_reason_name(enum sandbox_reason r)
{
	return r < N_REASONS ? reasons[r].name : "unknown";
}

static const struct limit_row *find_limit(const char *key)
{
	size_t n;
	const struct limit_row *rows = limit_rows(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

enum status sandbox_explain(const struct sandbox_result *r, const struct limits *l, struct diag *d)
{
	const char *key = reasons[r->reason].limit;
	if (key) {
		const struct limit_row *row = find_limit(key);
		uint64_t value = row ? limits_get(l, row) : 0;
		bool is_time = row && row->unit == UNIT_MS;
		bool whole = is_time && value % 1000 == 0;
		(void)fail(d, ERR_LIMIT, 0, "the build %s (%llu %s)", reasons[r->reason].what,
			   (unsigned long long)(whole ? value / 1000 : value),
			   whole                            ? "s"
			   : is_time                        ? "ms"
			   : row && row->unit == UNIT_COUNT ? "files"
							    : "bytes");
		return remedy(d, "raise it with --limit %s=VALUE, or '%s' in [limits] of hwb.toml", key, key);
	}
	if (r->reason == REASON_SIGNAL)
		return fail(d, ERR_BACKEND, 0, "the build backend was killed by signal %d (%s)", r->signal, strsignal(r->signal));
	return fail(d, ERR_BACKEND, 0, "the build backend exited with status %d without a result", r->exit_code);
}

/* ---- a container around us ---- */

/* How whoever starts such a container opens what hwb needs; the last row is for those that nobody recognises. */
static const struct {
	unsigned fact;
	const char *start, *seccomp, *proc, *apparmor;
} containers[] = {
	{ FACT(FACT_PODMAN), "podman run", "--security-opt seccomp=unconfined", "--security-opt unmask=ALL",
	  "--security-opt apparmor=unconfined" },
	{ FACT(FACT_DOCKER), "docker run", "--security-opt seccomp=unconfined", "--security-opt systempaths=unconfined",
	  "--security-opt apparmor=unconfined" },
	{ FACT(FACT_KUBERNETES), "the pod's securityContext:", "seccompProfile.type=Unconfined", "procMount=Unmasked",
	  "appArmorProfile.type=Unconfined" },
	{ 0, "docker run (podman: unmask=ALL for systempaths=unconfined)", "--security-opt seccomp=unconfined",
	  "--security-opt systempaths=unconfined", "--security-opt apparmor=unconfined" },
};

/* All that is closed at once, or the next attempt would end at the next door. */
static enum status open_container(unsigned facts, struct diag *d)
{
	size_t i = 0;
	while ((containers[i].fact & facts) != containers[i].fact)
		i++;
	bool seccomp = facts & FACT(FACT_SECCOMP), proc = facts & FACT(FACT_MASKED_PROC), apparmor = facts & FACT(FACT_CONFINED);
	return remedy(d, "start what hwb runs in with: %s%s%s%s%s%s%s", containers[i].start, seccomp ? " " : "",
		      seccomp ? containers[i].seccomp : "", proc ? " " : "", proc ? containers[i].proc : "", apparmor ? " " : "",
		      apparmor ? containers[i].apparmor : "");
}

/* ---- what an engine says ---- */

#define LEND_IDS \
	"as root, for the user who runs podman: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER; then: " \
	"podman system migrate"

static const struct {
	const char *words; /* of podman or docker, crun or runc */
	const char *help;
} engine_reasons[] = {
	{ "newuidmap", "install newuidmap and newgidmap (package uidmap or shadow-utils): rootless podman needs them" },
	{ "subuid", LEND_IDS },
	{ "subgid", LEND_IDS },
	{ "insufficient UIDs", LEND_IDS },
	{ "enough IDs", LEND_IDS },
	{ "permission denied while trying to connect",
	  "use rootless podman, or join the group that may use docker's socket, which is as good as being root" },
	{ "Is the docker daemon running", "start docker's daemon (systemctl start docker), or install podman, which needs none" },
	{ "user namespaces are not enabled", "as root: sysctl -w user.max_user_namespaces=15000" },
	{ "mount `proc`", "a container around this one masks /proc: start that one with --security-opt systempaths=unconfined (docker) "
			  "or unmask=ALL (podman)" },
};

const char *sandbox_engine_help(const char *words)
{
	for (size_t i = 0; i < COUNT(engine_reasons); i++)
		if (strstr(words, engine_reasons[i].words))
			return engine_reasons[i].help;
	return NULL;
}

/* ---- a step of the set-up ---- */

#define LOAD_PROFILE \
	"as root: apparmor_parser -r " HWB_APPARMOR_PROFILE " (hwb's profile; it names where hwb-sandbox may stand), or: sysctl -w " \
	"kernel.apparmor_restrict_unprivileged_userns=0"

/* Matched from the top; an empty step, an error of 0 and no facts match everything. Without help it is open_container's. */
static const struct {
	const char *step;
	int error;
	unsigned facts; /* all of them have to hold */
	const char *why, *help;
} setup_reasons[] = {
	{ "make the namespaces", ENOSPC, FACT(FACT_LIMIT_0), "user.max_user_namespaces is 0",
	  "as root: sysctl -w user.max_user_namespaces=15000" },
	{ "make the namespaces", ENOSPC, 0, "the limit of user namespaces is reached or 0",
	  "as root: sysctl -w user.max_user_namespaces=15000" },
	{ "make the namespaces", EPERM, FACT(FACT_CHROOT), "this is a chroot, where the kernel makes no user namespaces",
	  "enter the tree with pivot_root instead of chroot, as 'systemd-nspawn -D TREE' and 'bwrap --bind TREE /' do, or run hwb "
	  "outside of it" },
	{ "make the namespaces", EPERM, FACT(FACT_CLONE_0), "kernel.unprivileged_userns_clone is 0",
	  "as root: sysctl -w kernel.unprivileged_userns_clone=1" },
	{ "make the namespaces", EPERM, FACT(FACT_SECCOMP), "a seccomp filter around hwb refuses it", NULL },
	{ "make the namespaces", EPERM, 0, "user namespaces are switched off for ordinary users here",
	  "as root: sysctl -w kernel.unprivileged_userns_clone=1; in a container: --security-opt seccomp=unconfined, or a profile that "
	  "allows clone3 with namespaces" },
	{ "make the namespaces", ENOSYS, FACT(FACT_SECCOMP), "a seccomp filter around hwb hides clone3", NULL },
	{ "make the namespaces", ENOSYS, 0, "clone3 is not available: an old kernel, or a container's seccomp profile hides it",
	  "in a container: --security-opt seccomp=unconfined" },
	{ "make the namespaces", EINVAL, 0, "this kernel lacks one of the namespaces",
	  "hwb needs Linux 5.15 or newer with user namespaces" },
	{ "write uid_map", 0, 0, "AppArmor restricts unprivileged user namespaces (Ubuntu 23.10 and newer)", LOAD_PROFILE },
	{ "make mounts private", EACCES, FACT(FACT_CONFINED), "an AppArmor profile around hwb refuses it", NULL },
	{ "make mounts private", EACCES, 0, "AppArmor restricts unprivileged user namespaces (Ubuntu 23.10 and newer)", LOAD_PROFILE },
	{ "mount /proc", EPERM, FACT(FACT_MASKED_PROC),
	  "parts of /proc are masked here, so the kernel lets nobody mount a fresh one", NULL },
	{ "mount /proc", EPERM, 0, "this container masks parts of /proc, so the kernel lets nobody mount a fresh one",
	  "docker: --security-opt systempaths=unconfined; podman: --security-opt unmask=ALL" },
	{ "open the host's trees", ENOSYS, 0, "this kernel has no open_tree or mount_setattr", "hwb needs Linux 5.15 or newer" },
	{ "open the host's trees", EPERM, FACT(FACT_SECCOMP), "a seccomp filter around hwb refuses it", NULL },
	{ "open the host's trees", EACCES, 0, "a directory the build needs is not readable for you",
	  "check the permissions of the path named" },
	{ "open the host's trees", ENOENT, 0, "a directory the build needs does not exist", "check the path named" },
	{ "copy the source in", ENOSPC, 0, "the source does not fit into the disk limit",
	  "raise it with --limit disk=VALUE or --limit inodes=VALUE" },
	{ "start the program", ENOENT, 0, "the interpreter is not visible inside",
	  "use an interpreter whose prefix is one directory" },
	{ "start the program", EACCES, 0, "the interpreter cannot be executed by the sandbox's user",
	  "the interpreter's directory must be readable for everybody" },
	{ "load the seccomp filter", EINVAL, 0, "this kernel has no seccomp filters", "CONFIG_SECCOMP_FILTER is needed" },
	{ "check the container", EACCES, 0, "the image's own directory of that name gives it a mode that nobody can write",
	  "use an image whose /tmp has mode 1777 and that has no /build and no /out" },
	{ "check the container", 0, 0, "the engine did not do what it was told",
	  "look at what container.engine and container.arguments say" },
	{ "start the container", 0, 0, "the engine could not run it", "the words in quotes are the engine's own" },
	{ "remove the container", 0, 0, "the engine still lists it, or does not answer", "remove it by hand: 'podman rm -f NAME'" },
	{ "make a way out without namespaces", 0, 0, "isolation 'landlock' has no network of any kind",
	  "use --isolation sandbox or container for what needs one: a git source, crates, --allow-host; or fetch it before" },
	{ "choose the build's user", EINVAL, 0, "this user namespace has no id to spare",
	  "run hwb as an ordinary user, or start what it runs in with more ids" },
	{ "become the build's user", EPERM, 0, "root may not change its user here",
	  "in a container: --cap-add SETUID --cap-add SETGID; or run hwb as an ordinary user" },
	{ "show a tree to the build's user", EACCES, 0, "the build's own user cannot reach it",
	  "name an interpreter outside of it with -p, as it cannot be copied; or run hwb as the user whose it is" },
	{ "make the run directory", EPERM, 0, "others may rename what is in there",
	  "set TMPDIR to a directory that nobody else can write, or that is sticky as /tmp is" },
	{ "apply Landlock", ENOSYS, 0, "this kernel's Landlock is too old", "use --isolation sandbox" },
	{ "make a way out of a container", 0, 0, "a container has no network of any kind",
	  "--allow-host and git over https need --isolation sandbox" },
	{ "write the engine's command line", 0, 0, "a ':' in a path cannot be said to the engine", "use a path without one" },
	{ "", 0, 0, "the kernel refused it", "run 'hwb doctor' to see what works here" },
};

enum status sandbox_setup_failed(const char *step, int error, const char *detail, unsigned facts, struct diag *d)
{
	size_t i = 0;
	while (setup_reasons[i].step[0] &&
	       (strcmp(setup_reasons[i].step, step) != 0 || (setup_reasons[i].error && setup_reasons[i].error != error) ||
		(setup_reasons[i].facts & facts) != setup_reasons[i].facts))
		i++;
	(void)fail(d, ERR_ISOLATION, 0, "the sandbox cannot be set up: %s%s%s%s: %s (%s)", step, detail && detail[0] ? " '" : "",
		   detail ? detail : "", detail && detail[0] ? "'" : "", strerror(error), setup_reasons[i].why);
	if (!setup_reasons[i].help)
		return open_container(facts, d);
	const char *engine = strcmp(step, "start the container") == 0 ? sandbox_engine_help(detail) : NULL;
	return remedy(d, "%s", engine ? engine : setup_reasons[i].help);
}

enum status sandbox_not_started(enum status s, unsigned facts, struct diag *d)
{
	if (s != ERR_IO || !(facts & FACT(FACT_SECCOMP)))
		return s;
	(void)explain(d, "the sandbox cannot be set up (a seccomp filter around hwb may refuse it)");
	(void)open_container(facts, d);
	return recode(d, ERR_ISOLATION);
}
