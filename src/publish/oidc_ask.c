/* Questions to registries and CI systems: hwb-net asks, hwb-parse reads, hwb checks once more. */
#include "publish/oidc_parts.h"

#include "base/cleanup.h"
#include "host/helper.h"
#include "host/locked.h"
#include "host/reply.h"
#include "host/sealed.h"

/* Registries with hundreds of projects take more than the five seconds that other clients give them (warehouse#18514). */
enum { WHOLE_MS = 30000, REPLY_MAX = 64 << 10 };

static uint32_t patience_ms(const struct oidc *o)
{
	uint64_t ms = o->run->limits->http_ms;
	return (uint32_t)(ms < WHOLE_MS ? ms : WHOLE_MS);
}

/* Without retries: they are ours, because an identity counts once. */
enum status oidc_open(struct oidc *o, struct diag *d)
{
	const struct oidc_request *r = o->request;
	struct fetch_options options = {
		.ca_file = r->ca_file,
		.proxy_url = r->proxy_url,
		.allow_http_loopback = true,
		.http_hosts = r->http_hosts,
		.n_http_hosts = r->n_http_hosts,
		.idle_ms = patience_ms(o),
	};
	return fetcher_start(o->run, &options, &o->fetcher, d);
}

static enum status open_near(struct oidc *o, struct diag *d)
{
	const char *host = google_metadata_host(o);
	struct fetch_options options = {
		.allow_http_loopback = true,
		.http_hosts = &host,
		.n_http_hosts = 1,
		.connect_ms = 3000, /* it is on this machine, or not at all */
		.idle_ms = patience_ms(o),
	};
	return o->near ? OK : fetcher_start(o->run, &options, &o->near, d);
}

void oidc_close(struct oidc *o)
{
	fetcher_free(o->fetcher);
	fetcher_free(o->near);
}

static enum status check_result(struct oidc *o, const char *who, const struct fetch_result *r, struct diag *d)
{
	if (r->status == OK)
		return OK;
	o->retry_after_s = r->retry_after_s;
	o->may_pass = r->status == ERR_NETWORK && r->retry_after_s <= FETCH_RETRY_AFTER_MAX_S &&
		      (r->http_code < 300 || r->http_code >= 500 || r->http_code == 429);
	return fail(d, r->status == ERR_USAGE ? ERR_USAGE : ERR_NETWORK, 0, "%s: %s", who, r->text);
}

enum status oidc_ask(struct oidc *o, const struct oidc_question *q, uint32_t *ret_code, int *ret_answer, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct url url;
	struct fetch_result result;
	o->may_pass = false;
	enum status s = url_parse(bytes_of(q->url), o->arena, &url, d);
	if (s) {
		(void)explain(d, "the URL of %s", q->who);
		return recode(d, ERR_USAGE);
	}
	s = sealed_open("oidc", &fd, d);
	if (s == OK && q->metadata_flavor)
		s = open_near(o, d);
	if (s)
		return s;
	const char *host = arena_printf(o->arena, url.host_is_ipv6 ? "[%s]:%u" : "%s:%u", url.host, (unsigned)url.port);
	struct fetch_request request = {
		.url = q->url,
		.accept = "application/json",
		.max_size = OIDC_ANSWER_MAX,
		.whole_ms = patience_ms(o),
		.body = q->body,
		.content_type = q->body.data ? "application/json" : NULL,
		.bearer = q->bearer,
		.auth_origin = q->bearer ? url_origin(&url, o->arena) : NULL,
		.metadata_flavor = q->metadata_flavor,
		.refusals = true,
		.hosts = &host,
		.n_hosts = 1,
		.out_fd = fd,
	};
	struct fetcher *f = q->metadata_flavor ? o->near : o->fetcher;
	s = fetcher_submit(f, &request, 0, d);
	if (s == OK)
		s = fetcher_wait(f, &result, d);
	if (s == OK)
		s = check_result(o, q->who, &result, d);
	if (s)
		return s;
	*ret_code = result.http_code;
	*ret_answer = take_fd(&fd);
	return OK;
}

enum status oidc_parse(struct oidc *o, const char *who, const char *verb, int64_t word, int answer, struct buf *ret, struct diag *d)
{
	CLEANUP(helper_stop) struct helper h = { 0 };
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 8);
	buf_init(ret, REPLY_MAX);
	ret->secret = true;
	if (word != OIDC_NO_WORD)
		wire_put_u32(&ask, (uint32_t)word);
	enum status s = helper_start(o->run, "hwb-parse", verb, &answer, 1, &h, d);
	h.is_secret = true;
	if (s == OK)
		s = helper_ask(&h, buf_bytes(&ask), d);
	if (s == OK)
		s = helper_finish(o->run, &h, ret, d);
	if (s == OK || run_check(o->run, NULL))
		return s;
	(void)explain(d, "the answer of %s", who);
	return recode(d, s == ERR_FORMAT || s == ERR_LIMIT ? ERR_NETWORK : ERR_UNCHECKED);
}

enum status oidc_report_secret(const struct oidc *o, const char *who, const char *secret, struct diag *d)
{
	if (!o->request->take_secret || o->request->take_secret(o->request->secret_context, bytes_of(secret)))
		return OK;
	return fail(d, ERR_REFUSED, 0,
		    "the token of %s is too short, too long or too common to be hidden in what hwb prints, so it is not used", who);
}

enum status oidc_keep(const struct oidc *o, const char *who, struct bytes token, char **ret, struct diag *d)
{
	CLEANUP(locked_free) char *copy = NULL;
	enum status s = locked_copy(token, &copy, d);
	if (s == OK)
		s = oidc_report_secret(o, who, copy, d);
	if (s)
		return s;
	*ret = copy;
	copy = NULL;
	return OK;
}

enum status oidc_ask_token(struct oidc *o, const struct oidc_question *q, enum oidc_source source, char **ret, struct diag *d)
{
	CLEANUP(fd_close) int answer = -1;
	CLEANUP(buf_done) struct buf reply = { 0 };
	uint32_t code;
	enum status s = oidc_ask(o, q, &code, &answer, d);
	if (s == OK && code != 200)
		s = fail(d, ERR_REFUSED, 0, "%s answers %u to the request for an identity", q->who, (unsigned)code);
	if (s == OK)
		s = oidc_parse(o, q->who, "oidc-token", source, answer, &reply, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&reply));
	struct bytes token = wire_get_bytes(&w);
	s = reply_check(wire_end(&w, "oidc-token", d), d);
	if (s == OK && (source == OIDC_ACCESS ? !oidc_is_token(token) : !oidc_is_jwt(token)))
		s = fail(d, ERR_UNCHECKED, 0, "hwb-parse answered with something that is no token");
	return s ? s : oidc_keep(o, q->who, token, ret, d);
}

const char *oidc_escape(struct oidc *o, const char *text)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 3 * OIDC_AUDIENCE_MAX + 1);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (byte_is_alnum(*p) || strchr("-._~", *p))
			buf_add_byte(&out, *p);
		else
			buf_printf(&out, "%%%02X", (unsigned)*p);
	return arena_string(o->arena, buf_bytes(&out));
}
