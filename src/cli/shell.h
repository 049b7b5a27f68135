/* `hwb shell`: a person in the sandbox of a build. */
#ifndef CLI_SHELL_H
#define CLI_SHELL_H

#include "cli/pipeline.h"

/* Whether standard input and output are a terminal: then the shell has one of its own, of the same size. */
bool shell_has_terminal(void);
/* Said before anything is fetched. ERR_USAGE: no terminal and no command; a container. */
MUST_USE enum status shell_check(const char *command, enum isolation_mode mode, struct diag *d);

/* Runs a shell, or `sh -c command`, where p's build backend would run: the same environment, mounts, variables, network and filter.
 * *ret_code: the shell's own status, 128 and more for a signal. ERR_LIMIT, ERR_ISOLATION, ERR_CANCELLED. */
MUST_USE enum status shell_run(struct pipeline *p, const char *command, int *ret_code, struct diag *d);

#endif
