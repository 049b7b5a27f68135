/* Trusted Publishing: an upload token for a few minutes in exchange for the identity that a CI system gives to its job.
 * Three questions, each by hwb-net: the registry says its audience, the CI gives an identity token for it, the registry mints.
 * reference/publishing.md 5. */
#ifndef PUBLISH_OIDC_H
#define PUBLISH_OIDC_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/run.h"
#include "base/status.h"

/* JWT: GitHub's have 2 KiB; no longer one can be hidden from the output (KNOWN_SIZE_MAX). Audience: a name or a URL.
 * Fresh: what a large file may take on its way. */
enum { OIDC_TOKEN_MAX = 16 << 10, OIDC_AUDIENCE_MAX = 256, OIDC_FRESH_S = 300 };

struct publish_token {
	char *value; /* SECRET: locked memory (host/locked.h), NUL-terminated, printable; the password of user "__token__" */
	int64_t expires; /* seconds since 1970, as the registry says */
	int64_t lifetime; /* seconds that it had when it came */
	const char *issuer; /* of the identity: "https://..."; for the log */
	const char *ci; /* "GitHub Actions": a constant */
	struct bytes claims; /* what the identity says, as one JSON object without its id, for the log; not a secret, and hostile text */
	const char *warning; /* a sentence for people, or NULL: it will do, but ... */
};

/* Everything is borrowed for the time of the call. */
struct oidc_request {
	const char *upload_url; /* of the registry: its host is the one that mints */
	char **environment; /* of hwb, ends in NULL; only names of the table of CI systems are looked at */
	const char *audience; /* of a host that is not built in, from the operator's configuration; NULL: none is pinned */
	bool must; /* the operator asks for it: a host that has no Trusted Publishing is an error of its own */
	const char *ca_file, *proxy_url; /* as in net/fetch.h */
	const char *const *http_hosts;
	size_t n_http_hosts;
	const char *google_iam_url; /* instead of Google's own; NULL in all but tests */
	/* Is told each token before it is used for the first time, so that no output shows it. false: nobody would hide it, and it is not
	 * used. May be NULL. */
	bool (*take_secret)(void *context, struct bytes secret);
	void *secret_context;
};

/* Gets a token. *ret: its strings live in a, its value until publish_token_done. Takes at most 30 s to mint, with other tries
 * and a new identity for each as [limits] http-retries says.
 * ERR_ABSENT: there is no CI here that gives identities, or (unless must) the host has no Trusted Publishing; the words say what
 * was looked for. ERR_USAGE: no audience is pinned for the host, or one that is another's. ERR_REFUSED: the CI or the registry
 * says no, or the identity is not what was asked for, or a token cannot be hidden. ERR_NETWORK: no answer. ERR_UNCHECKED: an answer
 * could not be read. Nobody but the CI and the host of upload_url hears anything. */
MUST_USE enum status oidc_token(const struct run_context *run, const struct oidc_request *request, struct arena *a,
				struct publish_token *ret, struct diag *d);

/* Whether it will do for so many more seconds; half of its lifetime is enough, so that a registry of short ones is not asked for one at
 * every step. now: seconds since 1970. */
bool publish_token_is_fresh(const struct publish_token *t, int64_t now, int64_t seconds);
/* Wipes and gives back the value; ok on a zeroed one. Fits CLEANUP. */
void publish_token_done(struct publish_token *t);

#endif
