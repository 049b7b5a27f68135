/* The source scan of what is not Python: build files of other languages, what pyproject.toml asks for, programs and credentials in
 * the tree, names (reference/source-scan.md sections 3, 5.1, 5.2, 5.4). Bytes in, facts out; nothing is run or fetched. */
#ifndef SCAN_FILES_H
#define SCAN_FILES_H

#include "python/project.h"
#include "scan/fact.h"

/* Of one build file that is read, and of all that are searched for credentials; what is beyond is a fact of FACT_UNPARSED. The
 * longest configure of a well-known sdist has 1 MB. */
enum { SCAN_BUILD_FILE_MAX = 8 << 20, SCAN_SECRET_FILE_MAX = 1 << 20, SCAN_FILES_READ_MAX = 256 << 20, SCAN_FILES_MAX = 200000 };

/* What finds secrets by their form in a whole file: calls `found` for each, in order. rule: a short name, "github-token"; offset
 * and size: in content. */
typedef void scan_secret_found(void *found_context, const char *rule, size_t offset, size_t size);
typedef void scan_secrets(void *context, struct bytes content, scan_secret_found *found, void *found_context);

struct scan_files_request {
	struct bytes snapshot; /* format/snapshot.h, borrowed */
	const struct project *project; /* for the backend; NULL: not known */
	scan_secrets *secrets; /* NULL: only private keys and files whose name says it */
	void *context; /* of secrets */
};

/* Appends the facts. Files that the build runs come first, each with its facts together, then the rest as the snapshot has them.
 * Evidence never shows the value of a credential. Time: linear in the snapshot, but for sorting its names.
 * ERR_FORMAT for a broken snapshot, ERR_LIMIT for more than SCAN_FILES_MAX files; facts may have been added then. */
MUST_USE enum status scan_files(const struct scan_files_request *request, struct fact_list *facts, struct diag *d);

#endif
