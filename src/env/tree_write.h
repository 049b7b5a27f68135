/* A snapshot as files on disk, and a stored tree hardlinked into another: how wheels become environments. Private to env/. */
#ifndef ENV_TREE_WRITE_H
#define ENV_TREE_WRITE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Writes every entry of the snapshot below dir (empty, ours): files 0444 or 0555, directories 0755 for now. */
MUST_USE enum status tree_write(int dir, struct bytes snapshot, struct diag *d);

/* One path of a merged tree and which part brought it, for naming two that clash. */
struct tree_merge {
	struct arena *arena;
	int to; /* directory of the merged tree */
	struct tree_path *paths;
	size_t n_paths;
};
struct tree_path {
	struct bytes path;
	const char *part;
};

/* Hardlinks (copies where that fails) every file below from into m->to. part: name of the wheel, for messages.
 * Clashes are found by tree_merge_check, over all parts at once. */
MUST_USE enum status tree_merge_add(struct tree_merge *m, int from, const char *part, struct diag *d);
/* ERR_ARTEFACT naming the path and both wheels when two parts brought the same file. */
MUST_USE enum status tree_merge_check(struct tree_merge *m, struct diag *d);

/* Makes all directories read-only (0555), deepest first. */
MUST_USE enum status tree_freeze(int dir, struct diag *d);

#endif
