/* The keys of hwb.toml(5) as a table: from it come the loader, HWB_*, what a project may say, and the man page's test. */
#ifndef CLI_SETTING_ROW_H
#define CLI_SETTING_ROW_H

#include "cli/settings.h"

/* What the [tool.hwb] of the project that is built may do with a key of hwb.toml(5): nothing, not even when it is trusted;
 * only what a trusted project may; only make it stricter. */
enum project_may { PROJECT_NEVER, PROJECT_TRUSTED, PROJECT_TIGHTEN };

struct setting_row {
	const char *key; /* in hwb.toml: "build.out-dir", "index.url", "limits.wall" (those come from limits.c) */
	const char *env; /* "HWB_OUT_DIR" or NULL */
	const char *takes; /* "a path", "true or false" ... for messages and the man page */
	const char *initial; /* for the man page */
	enum project_may project_may;
	const char *what;
	/* A list begins anew with is_first; value.data NULL then leaves it empty. */
	enum status (*set)(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
	bool is_list;
};
/* Fewer than SETTING_ROWS_MAX. Lists in variables are split at blanks. */
const struct setting_row *setting_rows(size_t *ret_n);

#endif
