/* The distributions of one `hwb publish`: which files, checked by the rules of PyPI, with their forms and attestations. */
#ifndef CLI_PUBLISH_FILES_H
#define CLI_PUBLISH_FILES_H

#include "cli/checked.h"
#include "publish/publish.h"

struct publish_files {
	struct publish_file *files; /* wheels, then sdists, each by name */
	size_t n;
};

/* Closes what is kept; ok on a zeroed one. */
void publish_files_done(struct publish_files *files);

/* *ret: zeroed by the caller, and his to end, also on failure. Takes the words, or what is in dist/, and checks all of it; c has settings, an
 * arena and an open session. Findings are said. ERR_USAGE: nothing to publish, or a word that is no distribution. ERR_ARTEFACT: a finding
 * refuses. ERR_UNCHECKED, ERR_CANCELLED. */
MUST_USE enum status publish_files_find(struct checked *c, const struct registry *registry, struct publish_files *ret,
					struct diag *d);

#endif
