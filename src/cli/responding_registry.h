/* Which registry of the log somebody means, and where it shows what it serves: both as `hwb publish` has it. Private to cmd_respond.c and
 * responding_*.c. */
#ifndef CLI_RESPONDING_REGISTRY_H
#define CLI_RESPONDING_REGISTRY_H

#include "cli/settings.h"
#include "publish/registry.h"

/* What --registry says. */
struct registry_meant {
	const char *word; /* a name, a host or a URL; NULL: any registry */
	const char *upload_url; /* what it stands for, also "s3://..."; NULL: it is no name of a registry */
	const char *index_url; /* of the index of that name; NULL: none */
	const char *unread; /* why nobody knows whether ~/.pypirc has the name; NULL: it is known, or another place has it */
};

/* word: NULL when nothing was said. Lives as long as a. */
struct registry_meant registry_meant_find(const struct settings *s, const char *word, struct arena *a);
/* Whether it is what the log calls a registry: an upload URL, or the origin of an index. With a word. */
bool registry_is_meant(const struct registry_meant *m, struct bytes logged);
/* The registry that the log calls so, or a word that the log has not, with the index that `hwb publish` asks: that of its name, else that of its
 * kind; else, as a guess, one of the settings at the same origin. --check-url is the caller's. Lives as long as a. */
struct registry registry_of_log(const struct settings *s, const struct registry_meant *m, const char *logged, struct arena *a);

#endif
