/* Where a resolution asks for pages and metadata: the index, or a table in tests. And lock_run over any such source.
 * Private to lock/. */
#ifndef LOCK_SOURCE_H
#define LOCK_SOURCE_H

#include "lock/lock.h"

/* Each function is the one of index/index.h with the same name; context is its first argument. */
struct lock_source {
	void *context;
	void (*prefetch)(void *context, const struct bytes *names, size_t n);
	void (*expect)(void *context, const struct index_file *const *files, size_t n); /* NULL: there is nothing to gain */
	enum status (*project)(void *context, struct bytes name, const struct index_project **ret, struct diag *d);
	enum status (*metadata)(void *context, const struct index_file *file, const struct metadata **ret, struct diag *d);
	void (*fingerprint)(void *context, struct buf *out);
	int (*cache_dir)(void *context); /* -1: there is none */
};

/* The answer of the cache, else of the resolver. As lock_run. */
MUST_USE enum status lock_run_over(const struct run_context *run, const struct lock_request *request,
				   const struct lock_source *source, struct arena *a, struct lock_result *ret, struct diag *d);

#endif
