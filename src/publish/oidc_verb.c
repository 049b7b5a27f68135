#include "publish/oidc_verbs.h"

#include "publish/oidc_json.h"

enum status oidc_audience_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct bytes text, audience;
	enum status s = verb_map(call, 0, OIDC_ANSWER_MAX, &text, d);
	if (s == OK)
		s = oidc_audience_parse(text, call->arena, &audience, d);
	if (s == OK)
		wire_put_bytes(reply, audience);
	return s;
}

enum status oidc_token_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct bytes text, token;
	uint32_t source = wire_get_u32(&w);
	reply->secret = true;
	enum status s = wire_end(&w, "oidc-token", d);
	if (s == OK && source >= N_OIDC_SOURCES)
		s = fail(d, ERR_FORMAT, 0, "no such source of a token");
	if (s == OK)
		s = verb_map(call, 0, OIDC_ANSWER_MAX, &text, d);
	if (s == OK)
		s = oidc_token_parse(text, (enum oidc_source)source, call->arena, &token, d);
	if (s == OK)
		wire_put_bytes(reply, token);
	return s;
}

enum status oidc_mint_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct bytes text;
	struct oidc_mint mint;
	uint32_t is_refusal = wire_get_u32(&w);
	reply->secret = true;
	enum status s = wire_end(&w, "oidc-mint", d);
	if (s == OK)
		s = verb_map(call, 0, OIDC_ANSWER_MAX, &text, d);
	if (s == OK)
		s = oidc_mint_parse(text, is_refusal == 1, call->arena, &mint, d);
	if (s == OK)
		oidc_mint_write(&mint, reply);
	return s;
}

enum status jwt_claims_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct bytes jwt;
	struct oidc_claims claims;
	enum status s = verb_map(call, 0, OIDC_ANSWER_MAX, &jwt, d);
	if (s == OK)
		s = oidc_claims_parse(jwt, call->arena, &claims, d);
	if (s == OK)
		oidc_claims_write(&claims, reply);
	return s;
}
