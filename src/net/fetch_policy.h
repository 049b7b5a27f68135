/* What hwb-net fetch may ask, whom it tells a password, and when it tries again: decisions only, no input or output.
 * Private to src/net. */
#ifndef NET_FETCH_POLICY_H
#define NET_FETCH_POLICY_H

#include "net/fetch.h"
#include "net/url.h"

/* The values that stand for 0 in options: see fetch.h. */
void fetch_options_fill(struct fetch_options *o);

/* The proxy is an http:// or https:// URL, the user agent a header value, the hosts are not too many. ERR_USAGE. */
MUST_USE enum status fetch_check_options(const struct fetch_options *o, struct diag *d);

/* May the first URL of a request be asked at all? ERR_USAGE. */
MUST_USE enum status fetch_check_url(const struct fetch_options *o, const struct url *u, struct diag *d);

/* May a redirect lead from one URL to the next? first: the URL of the request. Never from https to http; http only as the
 * options allow; to a host of the request's list, or the first one's own origin, or, without a list, any https. ERR_NETWORK. */
MUST_USE enum status fetch_check_redirect(const struct fetch_options *o, const struct fetch_request *r, const struct url *first,
					  const struct url *from, const struct url *to, struct diag *d);

/* The request's credentials are for exactly this URL's scheme, host and port. False as well when auth_origin is malformed. */
bool fetch_wants_credentials(const struct fetch_request *r, const struct url *u, struct arena *a);

/* A header value, a range, a user agent: printable ASCII without line ends, at most 1,024 bytes; NULL is fine. */
bool fetch_is_header_value(const char *s);

/* What may stand behind "Authorization: Bearer": printable ASCII without blanks, 1 to FETCH_BEARER_MAX bytes; NULL is fine. */
bool fetch_is_bearer(const char *s);
/* The code with which a server says no for good: 4xx but 429. */
bool fetch_is_refusal(uint32_t http_code);

enum fetch_verdict { FETCH_GOOD, FETCH_REDIRECT, FETCH_ABSENT, FETCH_BAD, FETCH_AGAIN };
/* What an answer's code means for the request. */
enum fetch_verdict fetch_judge(const struct fetch_request *r, uint32_t http_code);

/* Time before the next try, the n_tries-th having failed: backoff doubled each time, at most 30 s, its second half multiplied
 * with random / 2^32; never less than what the server asked for. */
uint32_t fetch_retry_delay(const struct fetch_options *o, uint32_t n_tries, uint32_t random, uint32_t retry_after_s);

#endif
