/* The file of frozen modules: what the backends of an environment import, in one piece, for src/hook/hwb_finder.py.
 * It is made by hwb itself, from a toy project; no user's build shapes it. CACHE/frozen/KEY/modules. Private to env/. */
#ifndef ENV_FROZEN_H
#define ENV_FROZEN_H

#include "env/env.h"

/* Sets env->frozen_path (its path and digest are set), to be mounted at ENV_FROZEN, and the lock that holds it; it stays NULL when
 * there is none and request->freeze is not set. Two programs make it, each in a sandbox: one runs the backends and says which
 * modules came (hwb_learn.py), one writes those modules down without running anything of the environment (hwb_freeze.py). When they
 * fail the directory is empty, and imports are plain. No limit is above the run's, so under tight ones less is learned, or nothing,
 * and that stays. An environment.learning event is on the disk before. ERR_IO, ERR_ISOLATION, ERR_CANCELLED, ERR_LOG. */
MUST_USE enum status frozen_find(const struct run_context *run, const struct env_request *request, struct arena *a,
				 struct env_result *env, struct diag *d);

#endif
