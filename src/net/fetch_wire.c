#include "net/fetch_wire.h"

#include "base/wire.h"

/* First word of each record, so that one is never taken for another. */
enum kind { KIND_START = 0x73746172, KIND_GET = 0x67657420, KIND_DONE = 0x646f6e65 };

/* An absent string is not an empty one: an empty If-None-Match would be sent. */
static void put_optional(struct buf *out, const char *s)
{
	wire_put_u32(out, s ? 1 : 0);
	wire_put_string(out, s);
}

static const char *get_optional(struct wire *w, struct arena *a)
{
	bool there = wire_get_u32(w) == 1;
	const char *s = wire_get_string(w, a);
	return there ? s : NULL;
}

static void put_list(struct buf *out, const char *const *list, size_t n)
{
	wire_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_string(out, list[i]);
}

static const char *const *get_list(struct wire *w, struct arena *a, size_t *ret_n)
{
	uint32_t n = wire_get_count(w, 4);
	if (n > FETCH_HOSTS_MAX)
		w->bad = true;
	*ret_n = w->bad ? 0 : n;
	const char **list = ARENA_ARRAY(a, const char *, *ret_n + 1);
	for (size_t i = 0; i < *ret_n; i++)
		list[i] = wire_get_string(w, a);
	return list;
}

static void expect(struct wire *w, enum kind kind)
{
	if (wire_get_u32(w) != (uint32_t)kind)
		w->bad = true;
}

void fetch_wire_put_start(struct buf *out, const struct fetch_options *o)
{
	wire_put_u32(out, KIND_START);
	put_optional(out, o->ca_file);
	put_optional(out, o->proxy_url);
	put_optional(out, o->user_agent);
	const uint32_t numbers[] = { o->connect_ms, o->idle_ms, o->low_speed, o->backoff_ms, o->retries, o->allow_http_loopback };
	for (size_t i = 0; i < COUNT(numbers); i++)
		wire_put_u32(out, numbers[i]);
	put_list(out, o->http_hosts, o->n_http_hosts);
}

enum status fetch_wire_get_start(struct bytes record, struct arena *a, struct fetch_options *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct fetch_options o = { 0 };
	expect(&w, KIND_START);
	o.ca_file = get_optional(&w, a);
	o.proxy_url = get_optional(&w, a);
	o.user_agent = get_optional(&w, a);
	uint32_t *const numbers[] = { &o.connect_ms, &o.idle_ms, &o.low_speed, &o.backoff_ms, &o.retries };
	for (size_t i = 0; i < COUNT(numbers); i++)
		*numbers[i] = wire_get_u32(&w);
	o.allow_http_loopback = wire_get_u32(&w) == 1;
	o.http_hosts = get_list(&w, a, &o.n_http_hosts);
	enum status s = wire_end(&w, "start", d);
	if (s)
		return s;
	*ret = o;
	return OK;
}

void fetch_wire_put_get(struct buf *out, const struct fetch_request *r, uint64_t id)
{
	wire_put_u32(out, KIND_GET);
	wire_put_u64(out, id);
	wire_put_string(out, r->url);
	const char *const optional[] = { r->accept,      r->if_none_match, r->range,  r->user,           r->password,
					 r->auth_origin, r->content_type,  r->bearer, r->metadata_flavor };
	for (size_t i = 0; i < COUNT(optional); i++)
		put_optional(out, optional[i]);
	wire_put_u32(out, r->compressed);
	wire_put_u32(out, r->refusals);
	wire_put_u64(out, r->max_size);
	wire_put_u32(out, r->whole_ms);
	wire_put_u32(out, r->body.data ? 1 : 0);
	wire_put_bytes(out, r->body);
	put_list(out, r->hosts, r->n_hosts);
}

enum status fetch_wire_get_get(struct bytes record, struct arena *a, struct fetch_request *ret, uint64_t *ret_id, struct diag *d)
{
	struct wire w = wire_over(record);
	struct fetch_request r = { .out_fd = -1 };
	expect(&w, KIND_GET);
	uint64_t id = wire_get_u64(&w);
	r.url = wire_get_string(&w, a);
	const char **const optional[] = { &r.accept,      &r.if_none_match, &r.range,  &r.user,           &r.password,
					  &r.auth_origin, &r.content_type,  &r.bearer, &r.metadata_flavor };
	for (size_t i = 0; i < COUNT(optional); i++)
		*optional[i] = get_optional(&w, a);
	r.compressed = wire_get_u32(&w) == 1;
	r.refusals = wire_get_u32(&w) == 1;
	r.max_size = wire_get_u64(&w);
	r.whole_ms = wire_get_u32(&w);
	bool has_body = wire_get_u32(&w) == 1;
	struct bytes body = wire_get_bytes(&w);
	w.bad |= has_body ? body.size > FETCH_BODY_MAX || !r.content_type : body.size > 0;
	if (has_body && !w.bad)
		r.body = arena_copy(a, body);
	r.hosts = get_list(&w, a, &r.n_hosts);
	enum status s = wire_end(&w, "get", d);
	if (s)
		return s;
	*ret = r;
	*ret_id = id;
	return OK;
}

void fetch_wire_put_done(struct buf *out, const struct fetch_result *r)
{
	wire_put_u32(out, KIND_DONE);
	wire_put_u64(out, r->id);
	wire_put_u32(out, r->status);
	wire_put_u32(out, r->http_code);
	wire_put_u64(out, r->size);
	wire_put_u32(out, r->n_tries);
	wire_put_u32(out, r->retry_after_s);
	const char *const strings[] = { r->url, r->content_type, r->etag, r->text };
	for (size_t i = 0; i < COUNT(strings); i++)
		wire_put_string(out, strings[i]);
}

static bool is_outcome(uint32_t status)
{
	return status == OK || status == ERR_ABSENT || status == ERR_LIMIT || status == ERR_USAGE || status == ERR_IO ||
	       status == ERR_NETWORK;
}

enum status fetch_wire_get_done(struct bytes record, struct arena *a, struct fetch_result *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct fetch_result r = { 0 };
	expect(&w, KIND_DONE);
	r.id = wire_get_u64(&w);
	uint32_t status = wire_get_u32(&w);
	if (!is_outcome(status))
		w.bad = true;
	else
		r.status = (enum status)status;
	r.http_code = wire_get_u32(&w);
	r.size = wire_get_u64(&w);
	r.n_tries = wire_get_u32(&w);
	r.retry_after_s = wire_get_u32(&w);
	const char **const strings[] = { &r.url, &r.content_type, &r.etag, &r.text };
	for (size_t i = 0; i < COUNT(strings); i++)
		*strings[i] = wire_get_printable(&w, a);
	enum status s = wire_end(&w, "done", d);
	if (s)
		return s;
	*ret = r;
	return OK;
}
