/* The kinds of source, each in its file. Private to source/. */
#ifndef SOURCE_PARTS_H
#define SOURCE_PARTS_H

#include "source/source.h"

/* An archive's bytes into *ret: tree, top directory's name. file_name decides between zip and tar. */
MUST_USE enum status archive_to_tree(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
				     struct source_tree *ret, struct bytes *ret_top, struct diag *d);

/* Clones in the sandbox; fills tree, commit, epoch, network. */
MUST_USE enum status git_to_tree(const struct run_context *run, const struct source_request *request, struct arena *a,
				 struct source_result *ret, struct diag *d);

/* The sdist of a project: the wanted version, or the newest one that this Python can build. */
MUST_USE enum status index_choose_sdist(const struct source_request *request, struct arena *a, const struct index_file **ret,
					struct diag *d);

/* Earliest time that a zip can hold, with a day to spare. */
#define SOURCE_EPOCH_MIN INT64_C(315532800)

#endif
