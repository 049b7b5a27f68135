/* A project's page as a record: what hwb-parse makes of JSON (PEP 691) or HTML (PEP 503) and what the cache keeps. */
#ifndef INDEX_PAGE_H
#define INDEX_PAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "index/index.h"

/* Files of one page: the largest known project has 15,000. */
enum { PAGE_FILES_MAX = 200000 };
/* Why a project is archived: a sentence. What is longer is cut. */
enum { PAGE_REASON_MAX = 400 };

void page_write(const struct index_project *p, struct buf *out);
/* Everything is checked again: the status is one, file names parse and belong to the project, URLs are http(s) or file. Files that do not pass are
 * dropped. Sorted by version, then file name. Lives as long as a. ERR_FORMAT. */
MUST_USE enum status page_read(struct bytes record, struct bytes name, const char *hash_source, struct arena *a,
			       struct index_project *ret, struct diag *d);

/* Fills wheel, version and kind of f from its file name. False: not a file of that project that we could use. */
bool page_file_name(struct index_file *f, struct bytes project, struct arena *a);
void page_sort(struct index_project *p);

#endif
