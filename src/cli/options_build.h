/* The options of `hwb build` (reference/build-protocol.md section 5); the other commands take some of them.
 * Ends with a row without a name. */
#ifndef CLI_OPTIONS_BUILD_H
#define CLI_OPTIONS_BUILD_H

#include "cli/option.h"

extern const struct option options_build[];
extern const struct option options_shell[], options_lock[]; /* beside some of those */

/* For the tables of other commands. */
enum status option_take_json(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_python(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_isolation(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_image(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_pull(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_limit(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_env(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_allow_read(struct settings *s, struct arena *a, const char *value, struct diag *d);

/* Names of those that every command takes which asks an index: a part of its list. */
#define OPTIONS_OF_INDEX \
	"--offline", "--index-url", "--find-links", "--no-index", "--exclude-newer", "--index", "--index-package", "--min-age", \
		"--keyring-provider", "--pre", "--netrc", "--cert", "--proxy"

#endif
