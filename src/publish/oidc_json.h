/* Answers of registries and CI systems from their JSON. For hwb-parse only. */
#ifndef PUBLISH_OIDC_JSON_H
#define PUBLISH_OIDC_JSON_H

#include "publish/oidc_answer.h"

/* {"audience": "..."}. ERR_FORMAT: no such string, or oidc_is_audience says no. Results of all live in a. */
MUST_USE enum status oidc_audience_parse(struct bytes text, struct arena *a, struct bytes *ret, struct diag *d);
/* SECRET. ERR_FORMAT: no such string, or it is not that kind of token. */
MUST_USE enum status oidc_token_parse(struct bytes text, enum oidc_source source, struct arena *a, struct bytes *ret, struct diag *d);
/* {"success": true, "token", "expires"}, or with is_refusal {"message", "errors": [{"code", "description"}]}, where everything may be
 * missing. More than OIDC_ERRORS_MAX errors are left away, words are cut and made printable. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status oidc_mint_parse(struct bytes text, bool is_refusal, struct arena *a, struct oidc_mint *ret, struct diag *d);
/* The payload of a JWT, whose signature nobody here can check. Of claims that are no strings, true, false and integers are written out, others
 * left away; a LIST keeps its strings, a FLAG is OIDC_NO_FLAG when it is anything but true, false and null. "aud" may be a list of one.
 * ERR_FORMAT: no JWT, no object, or several audiences. */
MUST_USE enum status oidc_claims_parse(struct bytes jwt, struct arena *a, struct oidc_claims *ret, struct diag *d);

#endif
