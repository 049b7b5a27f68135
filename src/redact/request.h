/* What hwb says to `hwb-parse redact` and hears from it: verbs.h. The reply is hostile. */
#ifndef REDACT_REQUEST_H
#define REDACT_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "redact/known.h"

/* No table has more rules. A piece of output, and what comes back for one: with a line of 128 KiB that was held back, and masks. */
enum { REDACTION_HITS_MAX = 512, REDACTION_PIECE_MAX = 64 << 10, REDACTION_ANSWER_MAX = 4 << 20 };

struct redaction_hit {
	const char *rule; /* [a-z][a-z0-9-]*, MASK_ID_MAX at most */
	uint64_t n;
};

struct redaction {
	uint64_t in, out; /* bytes */
	struct redaction_hit *hits;
	size_t n_hits;
	uint64_t n; /* of all hits */
};

/* Appends the request: every value of k. */
void redaction_request(const struct known *k, struct buf *out);
/* ERR_FORMAT. Everything in *ret lives as long as a. */
MUST_USE enum status redaction_reply(struct bytes reply, struct arena *a, struct redaction *ret, struct diag *d);

#endif
