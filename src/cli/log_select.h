/* Which events of the audit log somebody wants to see, besides by run and by name: those of a package, those since a time. */
#ifndef CLI_LOG_SELECT_H
#define CLI_LOG_SELECT_H

#include "cli/settings.h"
#include "format/json.h"

/* Whether an event is about the project that settings->log.package names (as "package", or by the file name of an artefact of it), and not
 * older than settings->log.since. */
bool log_selects(const struct settings_log *log, const struct json *event);
/* Whether it selects by these at all. */
bool log_is_selective(const struct settings_log *log);

/* --package and --since, for the tables of options: ERR_USAGE. */
enum status option_take_package(struct settings *s, struct arena *a, const char *value, struct diag *d);
enum status option_take_since(struct settings *s, struct arena *a, const char *value, struct diag *d);

#endif
