#include "advisory/batch.h"

#include "advisory/record.h"
#include "base/wire.h"
#include "format/json_write.h"

void batch_put_query(struct buf *out, const struct batch_query *q)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_key(&w, "package");
	json_object_begin(&w);
	json_pair_string(&w, q->is_purl ? "purl" : "name", q->name);
	if (!q->is_purl)
		json_pair_cstring(&w, "ecosystem", "PyPI");
	json_object_end(&w);
	if (q->version.data)
		json_pair_string(&w, "version", q->version);
	if (q->token.data)
		json_pair_string(&w, "page_token", q->token);
	json_object_end(&w);
}

void batch_write(const struct batch_answer *answer, struct buf *out)
{
	wire_put_u32(out, (uint32_t)answer->n);
	for (size_t i = 0; i < answer->n; i++) {
		const struct batch_result *r = &answer->results[i];
		wire_put_bytes(out, r->token);
		wire_put_u32(out, (uint32_t)r->n_ids);
		for (size_t k = 0; k < r->n_ids; k++) {
			wire_put_bytes(out, r->ids[k].id);
			wire_put_bytes(out, r->ids[k].modified);
		}
	}
}

static void get_result(struct wire *w, struct arena *a, struct batch_result *ret)
{
	ret->token = wire_get_bytes(w);
	if (!ret->token.size)
		ret->token.data = NULL;
	uint32_t n = wire_get_count(w, 8);
	w->bad |= ret->token.size > BATCH_TOKEN_MAX || n > BATCH_IDS_MAX;
	if (w->bad)
		return;
	struct batch_id *ids = ARENA_ARRAY(a, struct batch_id, n);
	for (uint32_t i = 0; i < n && !w->bad; i++) {
		ids[i].id = wire_get_bytes(w);
		ids[i].modified = wire_get_bytes(w);
		w->bad |= !advisory_id_is_valid(ids[i].id);
	}
	ret->ids = ids;
	ret->n_ids = n;
}

enum status batch_read(struct bytes record, size_t n, struct arena *a, struct batch_answer *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	if (wire_get_u32(&w) != n)
		w.bad = true;
	struct batch_result *results = ARENA_ARRAY(a, struct batch_result, n);
	for (size_t i = 0; i < n && !w.bad; i++)
		get_result(&w, a, &results[i]);
	enum status s = wire_end(&w, "osv-batch", d);
	if (s)
		return s;
	*ret = (struct batch_answer){ results, n };
	return OK;
}
