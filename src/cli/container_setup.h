/* The container of a run, from the settings: only cli/ reads the environment that an engine needs. */
#ifndef CLI_CONTAINER_SETUP_H
#define CLI_CONTAINER_SETUP_H

#include "base/arena.h"
#include "base/run.h"
#include "cli/settings.h"

/* Sets run->container when run->mode is MODE_CONTAINER; nothing else. ERR_USAGE without an image, else as container_find. */
MUST_USE enum status container_setup(const struct settings *s, struct run_context *run, struct arena *a, struct diag *d);
/* Which engine it would be, image or not: for `hwb doctor`. As container_find_engine. */
MUST_USE enum status container_engine(const struct settings *s, const struct run_context *run, struct arena *a,
				      const char **ret_path, struct diag *d);

#endif
