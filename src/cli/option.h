/* Options as tables: one row an option, from which parsing, --help, the completions and the man page's test are made. */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "cli/settings.h"

struct option {
	const char *name; /* "--out-dir" */
	char letter; /* 'o' or 0 */
	const char *aliases[4]; /* "--outdir", ... NULL-terminated */
	/* "DIR", or NULL for a flag; "[FILE]" for an optional one. "auto|never": what is in lower case are the words themselves.
	 * The completions know FILE, PATH, SRC and DIR; so they read a command's arguments too. */
	const char *value;
	const char *what; /* one sentence for --help; "gc: ..." is for that verb of the command alone, "show|export: ..." for both */
	enum status (*take)(struct settings *s, struct arena *a, const char *value, struct diag *d);
};

struct command {
	const char *name, *arguments, *what; /* "build", "[SRC]", "build a wheel in the sandbox" */
	const struct option *options; /* ends with a row without a name; the common options are added to each */
	/* Another command's table, of which this one has only those named, a list that ends with NULL; or neither. */
	const struct option *borrowed;
	const char *const *names;
	/* The exit status of the program. argv: what is left after the options, in settings->sources. */
	int (*run)(struct settings *s, struct arena *a);
};

/* Parses argv behind the command's name: "--name value", "--name=value", "-o value", "-ovalue", bundled flags, "--" ends.
 * --help/-h sets *ret_help. ERR_USAGE names the option, with the nearest known name when it looks like a slip. */
MUST_USE enum status options_parse(const struct command *command, char **argv, struct settings *s, struct arena *a, bool *ret_help,
				   struct diag *d);
/* What common option a word before the command is ("-q", "-qv", "--color=never"); *ret_n: how many words it takes, 2 with its value.
 * ERR_USAGE: it is none of those. */
MUST_USE enum status options_before_command(char **argv, size_t *ret_n, struct diag *d);
void options_help(const struct command *command, struct buf *out);
/* All options of a command in the order of its --help, the common ones last; NULL at the end. after: NULL for the first. */
const struct option *options_next(const struct command *command, const struct option *after);
/* The first of the common ones. */
const struct option *options_common(void);

#endif
