/* The verbs of hwb-parse that belong to Trusted Publishing. Each has one descriptor, at most OIDC_ANSWER_MAX bytes long.
 * "oidc-audience": the answer of /_/oidc/audience. request: empty. reply: string audience.
 * "oidc-token": what a CI system gives. request: u32 enum oidc_source. reply: string token, SECRET.
 * "oidc-mint": the answer of /_/oidc/mint-token. request: u32 1: a refusal, 0: not. reply: oidc_mint_write, SECRET.
 * "jwt-claims": a JWT. request: empty. reply: oidc_claims_write. */
#ifndef PUBLISH_OIDC_VERBS_H
#define PUBLISH_OIDC_VERBS_H

#include "host/verb.h"

enum status oidc_audience_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status oidc_token_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status oidc_mint_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status jwt_claims_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
