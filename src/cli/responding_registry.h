/* Which registry of the log somebody means, and where it shows what it serves. Private to responding_*.c. */
#ifndef CLI_RESPONDING_REGISTRY_H
#define CLI_RESPONDING_REGISTRY_H

#include "cli/settings.h"

/* Whether what the log calls a registry (an upload URL, or the host of an index) is the one that somebody named: by a name that is built in or that
 * an index of the settings has, by its host, or by its URL. */
bool registry_is(const struct settings *s, const char *named, struct bytes logged);
/* The simple index of a registry: --check-url, the known one, or an index of the settings at the same origin. NULL: nobody knows. is_only:
 * --check-url is for this one. Lives as long as a. */
const char *registry_simple_url(const struct settings *s, struct bytes logged, bool is_only, struct arena *a);

#endif
