/* One program in a plain sandbox, with nothing of a project in it: for `hwb doctor` and `hwb debug sandbox`. */
#ifndef CLI_TRIAL_H
#define CLI_TRIAL_H

#include "base/arena.h"
#include "cli/settings.h"
#include "sandbox/sandbox.h"

/* argv: n_argv strings, the first an absolute path inside. output gets what it prints, hostile. *ret is filled when it ran to an end
 * of any kind. ERR_ISOLATION names the step and the remedy, ERR_IO, ERR_CANCELLED. */
MUST_USE enum status trial_run(const struct run_context *run, const struct settings *s, const char *const *argv, size_t n_argv,
			       void (*output)(void *context, struct bytes output), void *context, struct arena *a,
			       struct sandbox_result *ret, struct diag *d);

#endif
