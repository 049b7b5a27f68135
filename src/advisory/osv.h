/* OSV's JSON, read by hwb-parse alone: an advisory (OSV schema 1.7) and the answer of POST v1/querybatch. */
#ifndef ADVISORY_OSV_H
#define ADVISORY_OSV_H

#include "advisory/batch.h"
#include "advisory/record.h"

/* Bytes of one advisory, and of one answer to a batch of queries. */
#define OSV_RECORD_MAX (UINT64_C(16) << 20)
#define OSV_BATCH_MAX (UINT64_C(64) << 20)

/* text: one object. with_others: packages of other ecosystems are kept if they have a purl, else those of PyPI alone.
 * *ret lives as long as a. ERR_FORMAT names the key (also: not JSON, a key twice, a version, date or id that is none), ERR_LIMIT. */
MUST_USE enum status osv_advisory_parse(struct bytes text, bool with_others, struct arena *a, struct advisory *ret, struct diag *d);

/* The answers to n queries, in their order. ERR_FORMAT: also when there are not n of them. */
MUST_USE enum status osv_batch_parse(struct bytes text, size_t n, struct arena *a, struct batch_answer *ret, struct diag *d);

#endif
