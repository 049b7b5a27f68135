/* The Python files of a source tree: which of them run when, and the facts of all (reference/source-scan.md section 5.1). */
#ifndef SCAN_TREE_H
#define SCAN_TREE_H

#include "python/project.h"
#include "scan/fact.h"

/* Of the Python in one tree; what is beyond is a fact "py.too-large". The largest sdists hold 30 MB of it. */
enum { SCAN_TREE_SIZE_MAX = 256 << 20, SCAN_TREE_FILES_MAX = 100000 };

struct scan_tree_request {
	struct bytes snapshot; /* format/snapshot.h, borrowed */
	const struct project *project; /* for backend and backend-path; NULL: neither is known */
};
struct scan_tree_result {
	uint32_t n_files[N_ZONES]; /* Python files that were scanned */
	uint64_t size; /* bytes of them */
};

/* Appends the facts of every .py, .pyw and .pyi file, of scripts whose first line names Python, of the lines of .pth files that are
 * code. The build zone is scanned first, from setup.py, in-tree backends, hooks that pyproject.toml names and what they import of the
 * tree, in that order; then the others as the snapshot has them. The facts of one file stand together.
 * ERR_FORMAT for a broken snapshot, ERR_LIMIT for too many files; facts may have been added then. */
MUST_USE enum status scan_tree(const struct scan_tree_request *request, struct fact_list *facts, struct scan_tree_result *ret,
			       struct diag *d);

#endif
