/* Exit codes (DESIGN.md section 5): one table from statuses. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include <stddef.h>

#include "base/status.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_BUILD = 1,
	EXIT_USAGE = 2,
	EXIT_RESOLVE = 3,
	EXIT_SOURCE = 4,
	EXIT_ISOLATION = 5,
	EXIT_ARTEFACT = 6,
	EXIT_SIGN = 7,
	EXIT_DIFFERS = 8,
	EXIT_LIMIT = 9,
	EXIT_UNCHECKED = 10,
	EXIT_INTERRUPTED = 130
};

struct exit_row {
	enum exit_code code;
	const char *reason; /* one word for reports: "build", "usage" */
	const char *what; /* for the man page */
};
/* Every code once, ascending. */
const struct exit_row *exit_rows(size_t *ret_n);
enum exit_code exit_code_of(enum status s);
const char *exit_reason(enum exit_code code);

#endif
