/* What the files of Trusted Publishing share. Private to src/publish/oidc*. */
#ifndef PUBLISH_OIDC_PARTS_H
#define PUBLISH_OIDC_PARTS_H

#include "net/fetch.h"
#include "net/url.h"
#include "publish/oidc_answer.h"

struct oidc {
	const struct run_context *run;
	const struct oidc_request *request;
	struct arena *arena; /* nothing secret goes there */
	struct fetcher *fetcher; /* for all that is far away */
	struct fetcher *near; /* for the metadata server of this machine: no proxy hears of it; NULL until it is needed */
	bool may_pass; /* why the last question had no answer: another try may have one */
	uint32_t retry_after_s; /* and when it should be; 0: whenever */
	const char *origin; /* of the registry: "https://host:443" */
	const char *host; /* for sentences: "host", with its port when it is not the scheme's own */
	const char *audience; /* the one that is asked for */
	const struct ambient *ambient;
};

/* ---- oidc_audience.c ---- */

/* From the request's URL and audience to origin, host and audience; asks nobody. Errors as oidc_token. */
MUST_USE enum status oidc_choose_audience(struct oidc *o, struct diag *d);

/* ---- oidc_ask.c ---- */

/* One question. Everything is borrowed. */
struct oidc_question {
	const char *url, *who; /* "GitHub Actions": who is asked, for sentences */
	struct bytes body; /* data NULL: GET; JSON */
	const char *bearer; /* SECRET or NULL; goes to the URL's origin only */
	const char *metadata_flavor; /* or NULL */
};

MUST_USE enum status oidc_open(struct oidc *o, struct diag *d);
void oidc_close(struct oidc *o);
/* *ret_code: 200, or a refusal (4xx but 429). *ret_answer: a memory file with the body, which the caller closes. ERR_NETWORK: anything
 * else, see may_pass. */
MUST_USE enum status oidc_ask(struct oidc *o, const struct oidc_question *q, uint32_t *ret_code, int *ret_answer, struct diag *d);
enum { OIDC_NO_WORD = -1 };
/* Has hwb-parse read an answer. word: the u32 of the verb's request, or OIDC_NO_WORD. *ret: init'ed and marked secret by this.
 * ERR_NETWORK: it makes no sense. ERR_UNCHECKED: hwb-parse could not read it. */
MUST_USE enum status oidc_parse(struct oidc *o, const char *who, const char *verb, int64_t word, int answer, struct buf *ret,
				struct diag *d);
/* oidc_ask and "oidc-token" in one: *ret is the token, in locked memory. ERR_REFUSED: the code is not 200. */
MUST_USE enum status oidc_ask_token(struct oidc *o, const struct oidc_question *q, enum oidc_source source, char **ret,
				    struct diag *d);
/* Tells the request's take_secret. who: gave it. ERR_REFUSED: it does not hide it, so it must not be used. */
MUST_USE enum status oidc_report_secret(const struct oidc *o, const char *who, const char *secret, struct diag *d);
/* A token in locked memory that has been reported. ERR_REFUSED; as locked_copy. */
MUST_USE enum status oidc_keep(const struct oidc *o, const char *who, struct bytes token, char **ret, struct diag *d);
/* The audience as the value of a query. */
const char *oidc_escape(struct oidc *o, const char *text);

/* ---- oidc_ambient.c ---- */

/* A CI system that gives its jobs identities. */
struct ambient {
	const char *name; /* "GitHub Actions" */
	const char *sign; /* what was looked for: "GITHUB_ACTIONS" */
	bool is_renewable; /* each call of get gives another token */
	bool (*is_here)(const struct oidc *o);
	/* Before anybody is asked. ERR_ABSENT: it gives none to this job; words and remedy say why. NULL: nothing to look at. */
	enum status (*check)(struct oidc *o, struct diag *d);
	/* The identity for o->audience, in locked memory. */
	enum status (*get)(struct oidc *o, char **ret_jwt, struct diag *d);
};

/* Sets o->ambient. ERR_ABSENT: none is here, or it has no identity for this job. */
MUST_USE enum status ambient_find(struct oidc *o, struct diag *d);
/* A variable of the request's environment; NULL: not set, or empty. */
const char *oidc_variable(const struct oidc *o, const char *name);

/* ---- oidc_google.c, oidc_program.c ---- */

/* "169.254.169.254", or what the environment says. */
const char *google_metadata_host(const struct oidc *o);
bool google_is_here(const struct oidc *o);
MUST_USE enum status google_get(struct oidc *o, char **ret_jwt, struct diag *d);
MUST_USE enum status buildkite_check(struct oidc *o, struct diag *d);
MUST_USE enum status circleci_check(struct oidc *o, struct diag *d);
MUST_USE enum status buildkite_get(struct oidc *o, char **ret_jwt, struct diag *d);
MUST_USE enum status circleci_get(struct oidc *o, char **ret_jwt, struct diag *d);

/* ---- oidc_explain.c ---- */

/* What the registry would refuse, or regret, before it is asked. *ret_warning: a sentence or NULL. ERR_REFUSED. */
MUST_USE enum status oidc_check_claims(struct oidc *o, const struct oidc_claims *claims, const char **ret_warning, struct diag *d);
/* A refusal to mint: the registry's words, the claims that it compares, and what to set. Returns ERR_REFUSED. */
enum status oidc_explain_refusal(struct oidc *o, uint32_t code, const struct oidc_mint *mint, const struct oidc_claims *claims,
				 struct diag *d);

#endif
