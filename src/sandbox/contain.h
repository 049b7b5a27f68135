/* MODE_CONTAINER in the launcher: the engine's process, the relay between it and hwb, the run directory. And what hwb-sandbox
 * does as pid 1 inside. Private to hwb-sandbox. */
#ifndef SANDBOX_CONTAIN_H
#define SANDBOX_CONTAIN_H

#include "sandbox/container.h"
#include "sandbox/spec.h"

/* Where things are inside; fixed, like the native sandbox's /build, /tmp and /out. */
#define CONTAIN_PROGRAM "/hwb/hwb-sandbox"
#define CONTAIN_SNAPSHOT "/src/snapshot"
#define CONTAIN_OUTPUT "/output"

/* What distinguishes one container from the next. */
struct contain_run {
	const char *name; /* of the container */
	const char *path; /* the run directory: src/, out/, config/, seccomp.json */
	const char *program; /* ourselves, on the host */
	uint32_t uid, gid; /* of everything inside; never 0 */
};

/* The engine's command line, NULL-terminated, in a. NULL with *ret_bad when a path cannot be said in one (it has a ':'). */
const char *const *contain_argv(const struct sandbox_spec *spec, const struct contain_run *run, struct arena *a,
				const char **ret_bad);

/* One container from start to end, as run_sandbox: the exit status of the launcher. */
int container_run(const struct sandbox_spec *spec, struct arena *a);

/* The main of pid 1 inside; never 0 unless SANDBOX_GONE was said. */
int contain_inside_main(void);

#endif
