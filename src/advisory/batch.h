/* A batch of queries to OSV (POST v1/querybatch) and its answer as a record. */
#ifndef ADVISORY_BATCH_H
#define ADVISORY_BATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

/* Queries of one call: the service takes 1,000. Ids that one answer may have for one query. A token is the server's own text. */
enum { BATCH_QUERIES_MAX = 1000, BATCH_IDS_MAX = 20000, BATCH_TOKEN_MAX = 4096 };

struct batch_query {
	bool is_purl;
	struct bytes name, version; /* a normalised name of PyPI, or a purl; version {NULL, 0}: any */
	struct bytes token; /* of the page before; {NULL, 0}: the first */
};

/* Appends the JSON of one query, without what stands between and around them. */
void batch_put_query(struct buf *out, const struct batch_query *q);

struct batch_id {
	struct bytes id, modified;
};
struct batch_result {
	const struct batch_id *ids;
	size_t n_ids;
	struct bytes token; /* of the next page; {NULL, 0}: that was all */
};
struct batch_answer {
	const struct batch_result *results;
	size_t n;
};

void batch_write(const struct batch_answer *answer, struct buf *out);
/* Checked again: n results, ids that are some. *ret borrows from the record, its arrays live as long as a. ERR_FORMAT. */
MUST_USE enum status batch_read(struct bytes record, size_t n, struct arena *a, struct batch_answer *ret, struct diag *d);

#endif
