/* An advisory, and an answer to a batch of queries, as records. */
#include "advisory/osv.h"
#include "advisory/verbs.h"

enum status osv_batch_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct batch_answer answer;
	struct bytes text;
	uint32_t n = wire_get_u32(&w);
	enum status s = wire_end(&w, "osv-batch", d);
	if (s == OK && n > BATCH_QUERIES_MAX)
		s = fail(d, ERR_FORMAT, 0, "more than %d queries", BATCH_QUERIES_MAX);
	if (s == OK)
		s = verb_map(call, 0, OSV_BATCH_MAX, &text, d);
	if (s == OK)
		s = osv_batch_parse(text, n, call->arena, &answer, d);
	if (s == OK)
		batch_write(&answer, reply);
	return s;
}

enum status osv_record_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct advisory v;
	struct bytes text;
	enum status s = verb_map(call, 0, OSV_RECORD_MAX, &text, d);
	if (s == OK)
		s = osv_advisory_parse(text, true, call->arena, &v, d);
	if (s == OK)
		advisory_write(&v, reply);
	return s;
}
