/* What registries and CI systems answer, as records between hwb-parse, which reads the JSON, and hwb, which believes nothing of it.
 * Private to src/publish/oidc*. */
#ifndef PUBLISH_OIDC_ANSWER_H
#define PUBLISH_OIDC_ANSWER_H

#include "base/wire.h"
#include "publish/oidc.h"

/* Answer: a token and words about it. Errors, words: what a person reads. */
enum { OIDC_ANSWER_MAX = 64 << 10, OIDC_ERRORS_MAX = 8, OIDC_WORDS_MAX = 512 };

/* Where in an answer the token is; the numbers travel. */
enum oidc_source {
	OIDC_VALUE, /* {"value": JWT}: GitHub */
	OIDC_TOKEN, /* {"token": JWT}: Google's generateIdToken */
	OIDC_ACCESS, /* {"access_token": no JWT}: Google's metadata server */
	OIDC_PLAIN, /* nothing but a JWT, and blanks around it */
	N_OIDC_SOURCES
};

/* What a JWT says that registries compare, or that goes to the log. */
enum oidc_claim {
	CLAIM_ISSUER,
	CLAIM_AUDIENCE,
	CLAIM_SUBJECT,
	CLAIM_REPOSITORY,
	CLAIM_OWNER,
	CLAIM_OWNER_ID,
	CLAIM_WORKFLOW_REF,
	CLAIM_JOB_WORKFLOW_REF,
	CLAIM_REF,
	CLAIM_ENVIRONMENT,
	CLAIM_EVENT,
	CLAIM_PROJECT_PATH,
	CLAIM_CI_CONFIG,
	CLAIM_EMAIL,
	CLAIM_ORGANIZATION, /* this and the next four are Buildkite's */
	CLAIM_PIPELINE,
	CLAIM_BRANCH,
	CLAIM_TAG,
	CLAIM_STEP,
	CLAIM_CIRCLE_ORGANIZATION,
	CLAIM_CIRCLE_PROJECT,
	CLAIM_CIRCLE_PIPELINE,
	CLAIM_CIRCLE_SSH, /* the job was started again so that a person can be in it */
	CLAIM_CIRCLE_CONTEXTS,
	CLAIM_CIRCLE_REF,
	CLAIM_CIRCLE_ORIGIN,
	N_CLAIMS
};
/* As it stands in the JWT: "job_workflow_ref". */
const char *oidc_claim_name(enum oidc_claim claim);

/* How its value is written. WORDS: the text as it is. FLAG: "true", "false", or OIDC_NO_FLAG for whatever else the JWT has there. LIST: its
 * strings as "a, b", and ", ..." behind them where there is no room for all. */
enum oidc_kind { OIDC_WORDS, OIDC_FLAG, OIDC_LIST };
#define OIDC_NO_FLAG "neither true nor false"
/* Of a claim: a constant of the table. */
enum oidc_kind oidc_claim_kind(enum oidc_claim claim);

struct oidc_claims {
	struct bytes values[N_CLAIMS]; /* size 0: not there; printable; at most OIDC_WORDS_MAX; as its kind says */
	int64_t expires; /* seconds since 1970; 0: it does not say */
};

/* What a registry says for people. */
struct oidc_sentence {
	struct bytes text; /* printable, at most OIDC_WORDS_MAX */
	bool is_cut; /* there was more */
};

struct oidc_error {
	struct bytes code; /* of lower-case letters and '-', or empty */
	struct oidc_sentence description;
};

struct oidc_mint {
	struct bytes token; /* SECRET; size 0: refused, see message and errors */
	int64_t expires;
	struct oidc_sentence message;
	struct oidc_error errors[OIDC_ERRORS_MAX];
	size_t n_errors;
};

/* "a.b.c" of base64url characters, none of them empty, at most OIDC_TOKEN_MAX. */
bool oidc_is_jwt(struct bytes text);
/* What may stand in a header: printable ASCII without blanks, 1 to OIDC_TOKEN_MAX bytes. */
bool oidc_is_token(struct bytes text);
/* 1 to OIDC_AUDIENCE_MAX letters, digits and "._:/-": it goes into URLs, into names of variables and to programs. */
bool oidc_is_audience(struct bytes text);

void oidc_claims_write(const struct oidc_claims *claims, struct buf *out);
void oidc_mint_write(const struct oidc_mint *mint, struct buf *out);
/* Of the whole record; borrowed from it. ERR_FORMAT: what the writer would not write. */
MUST_USE enum status oidc_claims_read(struct bytes record, struct oidc_claims *ret, struct diag *d);
MUST_USE enum status oidc_mint_read(struct bytes record, struct oidc_mint *ret, struct diag *d);

#endif
