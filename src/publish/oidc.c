#include "publish/oidc.h"

#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "format/json_write.h"
#include "host/locked.h"
#include "host/reply.h"
#include "host/sealed.h"
#include "publish/oidc_parts.h"

/* A refused connection is seldom over at once; more tries than three would hide a registry that is down. */
enum { TRIES_MAX = 3, BACKOFF_MS = 1000, WAIT_SLICE_MS = 100 };

bool publish_token_is_fresh(const struct publish_token *t, int64_t now, int64_t seconds)
{
	int64_t half = t->lifetime / 2;
	return t->value && t->expires > now && t->expires - now >= (seconds < half ? seconds : half);
}

void publish_token_done(struct publish_token *t)
{
	locked_free(&t->value);
	*t = (struct publish_token){ 0 };
}

/* ---- tries ---- */

static enum status wait_ms(const struct run_context *run, uint64_t ms, struct diag *d)
{
	uint64_t until = clock_ms() + ms;
	enum status s = run_check(run, d);
	while (s == OK && clock_ms() < until) {
		(void)poll(NULL, 0, WAIT_SLICE_MS);
		s = run_check(run, d);
	}
	return s;
}

/* Waits for the next try, the n-th having failed; false: there is none. */
static bool may_try_again(struct oidc *o, uint64_t n, enum status *s, struct diag *d)
{
	uint64_t most = o->run->limits->http_retries < TRIES_MAX ? o->run->limits->http_retries + 1 : TRIES_MAX;
	if (!o->may_pass || n >= most)
		return false;
	uint64_t backoff = (uint64_t)BACKOFF_MS << (n - 1), asked = 1000 * (uint64_t)o->retry_after_s;
	enum status waited = wait_ms(o->run, asked > backoff ? asked : backoff, d);
	*s = waited ? waited : *s;
	return waited == OK;
}

/* ---- discovery ---- */

static enum status no_publishing(const struct oidc *o, uint32_t code, struct diag *d)
{
	(void)fail(d, o->request->must ? ERR_REFUSED : ERR_ABSENT, 0,
		   "the registry '%s' has no Trusted Publishing (it answers %u to /_/oidc/audience)", o->host, (unsigned)code);
	return remedy(d, "use a token of that registry");
}

static enum status ask_again(struct oidc *o, const struct oidc_question *q, uint32_t *ret_code, int *ret_answer, struct diag *d)
{
	enum status s = oidc_ask(o, q, ret_code, ret_answer, d);
	for (uint64_t n = 1; s == ERR_NETWORK && may_try_again(o, n, &s, d); n++)
		s = oidc_ask(o, q, ret_code, ret_answer, d);
	return s;
}

/* The registry's word decides nothing: it must be the audience that is known or pinned for it. */
static enum status discover(struct oidc *o, struct diag *d)
{
	CLEANUP(fd_close) int answer = -1;
	CLEANUP(buf_done) struct buf reply = { 0 };
	uint32_t code;
	struct oidc_question q = { .url = arena_printf(o->arena, "%s/_/oidc/audience", o->origin), .who = "the registry" };
	enum status s = ask_again(o, &q, &code, &answer, d);
	if (s == OK && code != 200)
		return no_publishing(o, code, d);
	if (s == OK)
		s = oidc_parse(o, "the registry to /_/oidc/audience", "oidc-audience", OIDC_NO_WORD, answer, &reply, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&reply));
	struct bytes audience = wire_get_bytes(&w);
	if (wire_end(&w, "oidc-audience", NULL) || !oidc_is_audience(audience))
		return fail(d, ERR_UNCHECKED, 0, "hwb-parse answered with something that is no audience");
	if (bytes_equal(audience, bytes_of(o->audience)))
		return OK;
	(void)fail(d, ERR_REFUSED, 0,
		   "the registry '%s' wants an identity for the audience '%.*s', and its own is '%s': none was asked for", o->host,
		   BYTES_ARG(audience), o->audience);
	return remedy(d, "compare publish.audience in your hwb.toml with what the registry documents");
}

/* ---- identity ---- */

static enum status read_claims(struct oidc *o, const char *jwt, struct buf *record, struct oidc_claims *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status s = sealed_make("jwt", bytes_of(jwt), &fd, d);
	if (s == OK)
		s = oidc_parse(o, o->ambient->name, "jwt-claims", OIDC_NO_WORD, fd, record, d);
	if (s)
		return s;
	s = oidc_claims_read(buf_bytes(record), ret, d);
	return reply_check(s, d);
}

static struct bytes claims_json(const struct oidc_claims *c, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct json_writer w;
	buf_init(&out, OIDC_ANSWER_MAX);
	json_writer_init(&w, &out, false);
	json_object_begin(&w);
	for (size_t i = 0; i < N_CLAIMS; i++)
		if (c->values[i].size)
			json_pair_string(&w, oidc_claim_name((enum oidc_claim)i), c->values[i]);
	json_object_end(&w);
	return arena_copy(a, buf_bytes(&out));
}

/* ---- mint ---- */

static enum status take_minted(struct oidc *o, uint32_t code, int answer, const struct oidc_claims *claims,
			       struct publish_token *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply = { 0 };
	struct oidc_mint mint = { .n_errors = 0 };
	enum status s = oidc_parse(o, "the registry to /_/oidc/mint-token", "oidc-mint", code != 200, answer, &reply, d);
	if (s == OK) {
		s = reply_check(oidc_mint_read(buf_bytes(&reply), &mint, d), d);
		if (s)
			return s;
	}
	if (code != 200 && (s == OK || s == ERR_NETWORK)) /* a refusal without words is one */
		return oidc_explain_refusal(o, code, &mint, claims, d);
	if (s)
		return s;
	if (!mint.token.size)
		return fail(d, ERR_UNCHECKED, 0, "hwb-parse answered without a token");
	int64_t now = clock_unix();
	if (mint.expires <= now) {
		(void)fail(d, ERR_REFUSED, 0, "the registry '%s' gave a token that has expired", o->host);
		return remedy(d, "look at the clock of this machine");
	}
	s = oidc_keep(o, "the registry", mint.token, &ret->value, d);
	if (s)
		return s;
	ret->expires = mint.expires;
	ret->lifetime = mint.expires - now;
	ret->issuer = arena_string(o->arena, claims->values[CLAIM_ISSUER]);
	ret->ci = o->ambient->name;
	ret->claims = claims_json(claims, o->arena);
	return OK;
}

static enum status mint(struct oidc *o, const char *jwt, const struct oidc_claims *claims, struct publish_token *ret, struct diag *d)
{
	CLEANUP(fd_close) int answer = -1;
	CLEANUP(buf_done) struct buf body;
	uint32_t code;
	buf_init(&body, OIDC_TOKEN_MAX + 100);
	body.secret = true;
	buf_printf(&body, "{\"token\":\"%s\"}", jwt); /* a JWT has nothing that JSON would escape */
	struct oidc_question q = {
		.url = arena_printf(o->arena, "%s/_/oidc/mint-token", o->origin),
		.who = "the registry",
		.body = buf_bytes(&body),
	};
	enum status s = oidc_ask(o, &q, &code, &answer, d);
	return s ? s : take_minted(o, code, answer, claims, ret, d);
}

/* A new identity and one try to have a token for it. */
static enum status try_once(struct oidc *o, struct publish_token *ret, struct diag *d)
{
	CLEANUP(locked_free) char *jwt = NULL;
	CLEANUP(buf_done) struct buf record = { 0 };
	struct oidc_claims claims;
	o->may_pass = false;
	enum status s = o->ambient->get(o, &jwt, d);
	if (s == OK)
		s = read_claims(o, jwt, &record, &claims, d);
	if (s == OK)
		s = oidc_check_claims(o, &claims, &ret->warning, d);
	if (s == OK)
		s = mint(o, jwt, &claims, ret, d);
	return s;
}

/* A JWT that was sent may have been used, whatever came back: where there is no other, there is no other try. */
static enum status try_all(struct oidc *o, struct publish_token *ret, struct diag *d)
{
	enum status s = ERR_NETWORK;
	for (uint64_t n = 1;; n++) {
		struct publish_token token = { 0 };
		s = try_once(o, &token, d);
		if (s == OK)
			*ret = token;
		if (s == OK || !o->ambient->is_renewable || !may_try_again(o, n, &s, d))
			return s;
	}
}

enum status oidc_token(const struct run_context *run, const struct oidc_request *request, struct arena *a,
		       struct publish_token *ret, struct diag *d)
{
	struct oidc o = { .run = run, .request = request, .arena = a };
	enum status s = oidc_choose_audience(&o, d);
	if (s == OK)
		s = ambient_find(&o, d);
	if (s == OK)
		s = oidc_open(&o, d);
	if (s == OK)
		s = discover(&o, d);
	if (s == OK)
		s = try_all(&o, ret, d);
	oidc_close(&o);
	return s;
}
