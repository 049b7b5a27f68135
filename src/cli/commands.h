/* The commands: one file each (cmd_NAME.c), one row each in commands.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/option.h"

const struct command *commands_all(size_t *ret_n);

/* A command line behind the program's name. Common options may stand before the command, as git has it. */
struct command_line {
	const char *word; /* the command as it was written, or "--help", "-h", "--version", "-V"; NULL: there is none */
	char **rest; /* what belongs to it, NULL-terminated: the options from before it first */
};
MUST_USE enum status command_line_split(char **argv, struct arena *a, struct command_line *ret, struct diag *d);
/* ERR_USAGE, with the nearest name. */
MUST_USE enum status command_find(const char *name, const struct command **ret, struct diag *d);

extern const struct command command_build, command_lock, command_scan, command_check, command_audit, command_inspect, command_sbom,
	command_fetch, command_shell, command_log, command_redact, command_respond, command_cache, command_credential,
	command_doctor, command_init, command_debug, command_version, command_publish;

#endif
