/* Answers of the resolver, kept for as long as the index pages they came from: CACHE/resolve/KEY. Private to lock/.
 * A warm answer costs one hash and one small file: no page is parsed, no process is started. */
#ifndef LOCK_CACHE_H
#define LOCK_CACHE_H

#include "lock/source.h"

/* Seconds; the same as that of index pages (index.c). Offline: for ever. */
enum { CACHE_LIFETIME_S = 600 };

/* Everything that decides the answer, but for what the index says: that may change CACHE_LIFETIME_S late. */
struct sha256 cache_key(const struct lock_request *request, const struct lock_source *source);

/* A record of that key that is not too old and reads back. False for any other, which is then as if it were not there. */
bool cache_find(const struct run_context *run, const struct lock_request *request, const struct lock_source *source,
		const struct sha256 *key, struct arena *a, struct lock_result *ret);
/* Never fails: an answer that cannot be kept is found again. */
void cache_keep(const struct lock_request *request, const struct lock_source *source, const struct sha256 *key,
		const struct lock_result *result);

/* The record, for tests and fuzzing. written_unix 0: good for offline runs only. */
void cache_write(const struct lock_result *result, const struct sha256 *key, int64_t written_unix, struct buf *out);
MUST_USE enum status cache_read(struct bytes record, const struct sha256 *key, struct arena *a, struct lock_result *ret,
				int64_t *ret_written_unix, struct diag *d);

#endif
