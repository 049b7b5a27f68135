/* Words for how a sandbox ended, and for why one could not be set up. */
#include "sandbox/sandbox.h"

#include <errno.h>

static const struct {
	const char *name, *limit, *what;
} reasons[N_REASONS] = {
	[REASON_EXIT] = { "exit", NULL, "ended" },
	[REASON_SIGNAL] = { "signal", NULL, "was killed" },
	[REASON_WALL] = { "wall", "wall", "took longer than its wall-time limit" },
	[REASON_CPU] = { "cpu", "cpu", "used more processor time than its limit" },
	[REASON_SILENCE] = { "silence", "silence", "said nothing for longer than its silence limit" },
	[REASON_MEMORY] = { "memory", "memory", "used more memory than its limit" },
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
			   whole     ? "s"
			   : is_time ? "ms"
				     : "bytes");
		return remedy(d, "raise it with --limit %s=VALUE, or '%s' in [limits] of hwb.toml", key, key);
	}
	if (r->reason == REASON_SIGNAL)
		return fail(d, ERR_BACKEND, 0, "the build backend was killed by signal %d (%s)", r->signal, strsignal(r->signal));
	return fail(d, ERR_BACKEND, 0, "the build backend exited with status %d without a result", r->exit_code);
}

/* Matched from the top; an empty step or an error of 0 matches everything. */
static const struct {
	const char *step;
	int error;
	const char *why, *help;
} setup_reasons[] = {
	{ "make the namespaces", ENOSPC, "the limit of user namespaces is reached or 0",
	  "as root: sysctl -w user.max_user_namespaces=15000" },
	{ "make the namespaces", EPERM, "user namespaces are switched off for ordinary users here",
	  "as root: sysctl -w kernel.unprivileged_userns_clone=1; in a container: --security-opt seccomp=unconfined, or a profile that "
	  "allows clone3 with namespaces" },
	{ "make the namespaces", ENOSYS, "clone3 is not available: an old kernel, or a container's seccomp profile hides it",
	  "in a container: --security-opt seccomp=unconfined" },
	{ "make the namespaces", EINVAL, "this kernel lacks one of the namespaces",
	  "hwb needs Linux 5.15 or newer with user namespaces" },
	{ "write uid_map", 0, "AppArmor restricts unprivileged user namespaces (Ubuntu 23.10 and newer)",
	  "install hwb's AppArmor profile, or as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "make mounts private", EACCES, "AppArmor restricts unprivileged user namespaces (Ubuntu 23.10 and newer)",
	  "install hwb's AppArmor profile, or as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "mount /proc", EPERM, "this container masks parts of /proc, so the kernel lets nobody mount a fresh one",
	  "docker: --security-opt systempaths=unconfined; podman: --security-opt unmask=ALL" },
	{ "open the host's trees", EACCES, "a directory the build needs is not readable for you",
	  "check the permissions of the path named" },
	{ "open the host's trees", ENOENT, "a directory the build needs does not exist", "check the path named" },
	{ "copy the source in", ENOSPC, "the source does not fit into the disk limit",
	  "raise it with --limit disk=VALUE or --limit inodes=VALUE" },
	{ "start the program", ENOENT, "the interpreter is not visible inside", "use an interpreter whose prefix is one directory" },
	{ "start the program", EACCES, "the interpreter cannot be executed by the sandbox's user",
	  "the interpreter's directory must be readable for everybody" },
	{ "load the seccomp filter", EINVAL, "this kernel has no seccomp filters", "CONFIG_SECCOMP_FILTER is needed" },
	{ "check the container", EACCES, "the image's own directory of that name gives it a mode that nobody can write",
	  "use an image whose /tmp has mode 1777 and that has no /build and no /out" },
	{ "check the container", 0, "the engine did not do what it was told",
	  "look at what container.engine and container.arguments say" },
	{ "start the container", 0, "the engine could not run it", "the words in quotes are the engine's own" },
	{ "remove the container", 0, "the engine still lists it, or does not answer", "remove it by hand: 'podman rm -f NAME'" },
	{ "make a way out of a container", 0, "a container has no network of any kind",
	  "--allow-host and git over https need --isolation sandbox" },
	{ "write the engine's command line", 0, "a ':' in a path cannot be said to the engine", "use a path without one" },
	{ "", 0, "the kernel refused it", "run 'hwb doctor' to see what works here" },
};

enum status sandbox_setup_failed(const char *step, int error, const char *detail, struct diag *d)
{
	size_t i = 0;
	while (setup_reasons[i].step[0] &&
	       (strcmp(setup_reasons[i].step, step) != 0 || (setup_reasons[i].error && setup_reasons[i].error != error)))
		i++;
	(void)fail(d, ERR_ISOLATION, 0, "the sandbox cannot be set up: %s%s%s%s: %s (%s)", step, detail && detail[0] ? " '" : "",
		   detail ? detail : "", detail && detail[0] ? "'" : "", strerror(error), setup_reasons[i].why);
	return remedy(d, "%s", setup_reasons[i].help);
}
