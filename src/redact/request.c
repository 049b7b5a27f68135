#include "redact/request.h"

#include "base/wire.h"

static void count_value(void *context, struct bytes secret)
{
	uint32_t *n = context;
	(void)secret;
	++*n;
}

static void put_value(void *context, struct bytes secret)
{
	wire_put_bytes(context, secret);
}

void redaction_request(const struct known *k, struct buf *out)
{
	uint32_t n = 0;
	known_each(k, count_value, &n);
	wire_put_u32(out, n);
	known_each(k, put_value, out);
}

static bool is_rule(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++)
		if (!byte_is_lower((unsigned char)name[i]) && !byte_is_digit((unsigned char)name[i]) && name[i] != '-')
			return false;
	return n && n <= MASK_ID_MAX;
}

enum status redaction_reply(struct bytes reply, struct arena *a, struct redaction *ret, struct diag *d)
{
	struct wire w = wire_over(reply);
	struct redaction r = { .in = wire_get_u64(&w), .out = wire_get_u64(&w) };
	uint32_t n = wire_get_count(&w, 12);
	if (n > REDACTION_HITS_MAX)
		return fail(d, ERR_FORMAT, 0, "the reply names %u rules", n);
	r.hits = ARENA_ARRAY(a, struct redaction_hit, n + 1);
	for (; r.n_hits < n; r.n_hits++) {
		struct redaction_hit *hit = &r.hits[r.n_hits];
		hit->rule = wire_get_string(&w, a);
		hit->n = wire_get_u64(&w);
		if (w.bad || !is_rule(hit->rule))
			return fail(d, ERR_FORMAT, 0, "the reply names a rule that is none");
		r.n += hit->n;
	}
	enum status s = wire_end(&w, "the reply of redact", d);
	if (s == OK)
		*ret = r;
	return s;
}
