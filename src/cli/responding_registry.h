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
/* Whether there is such a word at all, besides in the log: a name, a URL, or the host of a registry or an index that somebody named. */
bool registry_word_is_known(const struct settings *s, const struct registry_meant *m);
/* A registry of the log as it is compared with others: two that are one place are equal. Lives as long as a. */
const char *registry_spelling(const char *logged, struct arena *a);

/* Whose word it is that an index is a registry's: nobody's; --check-url; an index of the settings that has the registry's name; the log, which
 * has what `hwb publish` asked; hwb's, for a registry that is built in; a guess by the shape of the upload URL. */
enum index_word { INDEX_UNKNOWN, INDEX_BY_FLAG, INDEX_BY_NAME, INDEX_BY_LOG, INDEX_BUILT_IN, INDEX_BY_SHAPE };
struct registry_index {
	const char *url; /* of the simple index; NULL: INDEX_UNKNOWN */
	enum index_word word;
};
/* Of the registry that the log calls so, or of a word that the log has not. logged_index: what the log says; NULL: nothing. No other index is
 * taken for it, whatever host that is on. --check-url is the caller's. Lives as long as a. */
struct registry_index registry_index_find(const struct settings *s, const struct registry_meant *m, const char *logged,
					  const char *logged_index, struct arena *a);
/* "flag", "name", "log", "built-in", "shape"; NULL for INDEX_UNKNOWN. */
const char *index_word_name(enum index_word word);

#endif
