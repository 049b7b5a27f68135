/* The commands: one file each (cmd_NAME.c), one row each in commands.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/option.h"

const struct command *commands_find(const char *name);
const struct command *commands_all(size_t *ret_n);

extern const struct command command_build, command_fetch, command_shell, command_log, command_cache, command_doctor, command_debug,
	command_version;

#endif
