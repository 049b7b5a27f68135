/* The kinds of source, each in its file. Private to source/. */
#ifndef SOURCE_PARTS_H
#define SOURCE_PARTS_H

#include "source/source.h"

/* Clones in the sandbox; fills tree, commit, epoch, network. */
MUST_USE enum status git_to_tree(const struct run_context *run, const struct source_request *request, struct arena *a,
				 struct source_result *ret, struct diag *d);

/* The sdist of a project: the wanted version, or the newest one that this Python can build. */
MUST_USE enum status index_choose_sdist(const struct source_request *request, struct arena *a, const struct index_file **ret,
					struct diag *d);

#endif
