/* The run directory of one container, and the engine's small commands. Private to hwb-sandbox. */
#ifndef SANDBOX_CONTAIN_RUN_H
#define SANDBOX_CONTAIN_RUN_H

#include "sandbox/contain.h"

struct contain_place {
	struct contain_run run;
	const char *base, *source; /* below parent_fd: the directory, and its src/ */
	int parent_fd, out_fd; /* out_fd: where the container leaves its output, for hwb */
	const char *const *env; /* of the engine, NULL-terminated */
};

/* Makes the directory with the snapshot of SANDBOX_FD_SNAPSHOT and the seccomp profile in it. NULL, or the step that failed, with
 * errno. What was made is removed by contain_place_remove either way. */
const char *contain_place_make(const struct sandbox_spec *spec, struct arena *a, struct contain_place *ret);
void contain_place_remove(struct contain_place *p);

/* Sees to it that the engine knows no such container any more: asks, removes, asks again. */
bool contain_is_gone(const struct container *c, const struct contain_place *p);

#endif
