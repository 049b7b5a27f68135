/* What hwb knows of registries without asking anybody: where they show what they serve, and where people manage it. */
#ifndef CLI_REGISTRY_KNOWN_H
#define CLI_REGISTRY_KNOWN_H

#include "cli/settings.h"

struct registry_known {
	const char *name; /* as -r and --registry take it */
	const char *upload_host;
	const char *simple_url;
	const char *site; /* for people, without a '/' at the end: SITE/manage/project/NAME/release/VERSION/ */
};

/* Of an upload URL, as the log has it; NULL: none is known. */
const struct registry_known *registry_known_of(struct bytes upload_url);
/* By its name; NULL: there is none. */
const struct registry_known *registry_known_find(const char *name);
/* Whether what the log calls a registry (an upload URL, or the host of an index) is the one that somebody named: by a name that is known or that an
 * index of the settings has, by its host, or by its URL. */
bool registry_is(const struct settings *s, const char *named, struct bytes logged);
/* The simple index of a registry: --check-url, the known one, or an index of the settings at the same origin. NULL: nobody knows. is_only:
 * --check-url is for this one. Lives as long as a. */
const char *registry_simple_url(const struct settings *s, struct bytes logged, bool is_only, struct arena *a);

#endif
