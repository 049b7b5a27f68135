/* What --isolation landlock needs of the settings, and does not give: for every command that starts a sandbox. */
#ifndef CLI_LANDLOCK_SETUP_H
#define CLI_LANDLOCK_SETUP_H

#include "base/arena.h"
#include "base/run.h"
#include "cli/settings.h"

/* Sets run->run_path when run->mode is MODE_LANDLOCK; nothing else. */
void landlock_place(const struct settings *s, struct run_context *run, struct arena *a);
/* ERR_USAGE when the settings ask for what this mode cannot do: a way out to the network. */
MUST_USE enum status landlock_check(const struct settings *s, struct diag *d);

#endif
