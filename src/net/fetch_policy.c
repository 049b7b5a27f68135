#include "net/fetch_policy.h"

void fetch_options_fill(struct fetch_options *o)
{
	const struct {
		uint32_t *at, initial;
	} rows[] = {
		{ &o->connect_ms, 10000 },
		{ &o->idle_ms, 60000 },
		{ &o->low_speed, 100 },
		{ &o->backoff_ms, 500 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (*rows[i].at == 0)
			*rows[i].at = rows[i].initial;
	if (!o->user_agent)
		o->user_agent = "hwb/" HWB_VERSION;
}

/* Other schemes are protocols of their own to libcurl (socks5 and more), which nobody asked for. */
static enum status check_proxy(const char *text, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct url u;
	arena_init(&a);
	enum status s = url_parse(bytes_of(text), &a, &u, d);
	if (!s && u.scheme == URL_FILE)
		s = fail(d, ERR_USAGE, 0, "it is neither http:// nor https://");
	if (!s)
		return OK;
	(void)explain(d, "the proxy's URL");
	return ERR_USAGE;
}

enum status fetch_check_options(const struct fetch_options *o, struct diag *d)
{
	if (o->n_http_hosts > FETCH_HOSTS_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d hosts are allowed http", FETCH_HOSTS_MAX);
	if (!fetch_is_header_value(o->user_agent))
		return fail(d, ERR_USAGE, 0, "the user agent is longer than 1024 bytes or not printable");
	return o->proxy_url ? check_proxy(o->proxy_url, d) : OK;
}

static bool is_listed(const char *const *hosts, size_t n, const struct url *u)
{
	for (size_t i = 0; i < n; i++)
		if (url_host_is(u, hosts[i]))
			return true;
	return false;
}

static bool may_be_http(const struct fetch_options *o, const struct url *u)
{
	return (o->allow_http_loopback && url_is_loopback(u)) || is_listed(o->http_hosts, o->n_http_hosts, u);
}

enum status fetch_check_url(const struct fetch_options *o, const struct url *u, struct diag *d)
{
	if (u->userinfo.data)
		return fail(d, ERR_USAGE, 0, "a URL to fetch carries credentials");
	if (u->scheme == URL_HTTPS || (u->scheme == URL_HTTP && may_be_http(o, u)))
		return OK;
	if (u->scheme == URL_HTTP)
		return fail(d, ERR_USAGE, 0, "http:// is not allowed for the host '%s': it is neither encrypted nor authenticated",
			    u->host);
	return fail(d, ERR_USAGE, 0, "only https:// URLs are fetched");
}

enum status fetch_check_redirect(const struct fetch_options *o, const struct fetch_request *r, const struct url *first,
				 const struct url *from, const struct url *to, struct diag *d)
{
	if (to->userinfo.data)
		return fail(d, ERR_NETWORK, 0, "refused a redirect that carries credentials, to the host '%s'", to->host);
	if (to->scheme == URL_FILE || (to->scheme == URL_HTTP && (from->scheme == URL_HTTPS || !may_be_http(o, to))))
		return fail(d, ERR_NETWORK, 0, "refused a redirect to something that is not https, at the host '%s'", to->host);
	if (url_same_origin(first, to) || is_listed(r->hosts, r->n_hosts, to) || r->n_hosts == 0)
		return OK;
	return fail(d, ERR_NETWORK, 0, "refused a redirect to the host '%s', port %u, which is not on the list", to->host,
		    (unsigned)to->port);
}

bool fetch_wants_credentials(const struct fetch_request *r, const struct url *u, struct arena *a)
{
	struct url origin;
	return (r->user || r->bearer) && r->auth_origin && url_parse(bytes_of(r->auth_origin), a, &origin, NULL) == OK &&
	       url_same_origin(&origin, u);
}

bool fetch_is_header_value(const char *s)
{
	size_t n = 0;
	for (; s && s[n]; n++)
		if (s[n] < 0x20 || s[n] > 0x7e || n >= 1024)
			return false;
	return true;
}

bool fetch_is_refusal(uint32_t code)
{
	return code >= 400 && code <= 499 && code != 429;
}

bool fetch_is_bearer(const char *s)
{
	size_t n = 0;
	for (; s && s[n]; n++)
		if (s[n] <= 0x20 || s[n] > 0x7e || n >= FETCH_BEARER_MAX)
			return false;
	return !s || n > 0;
}

enum fetch_verdict fetch_judge(const struct fetch_request *r, uint32_t code)
{
	switch (code) {
	case 200:
		return FETCH_GOOD;
	case 206:
		return r->range ? FETCH_GOOD : FETCH_BAD;
	case 304:
		return r->if_none_match ? FETCH_GOOD : FETCH_BAD;
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return FETCH_REDIRECT;
	case 404:
	case 410:
		return r->refusals ? FETCH_GOOD : FETCH_ABSENT;
	case 429:
		return FETCH_AGAIN;
	default:
		if (r->refusals && fetch_is_refusal(code))
			return FETCH_GOOD;
		return code >= 500 && code <= 599 ? FETCH_AGAIN : FETCH_BAD;
	}
}

uint32_t fetch_retry_delay(const struct fetch_options *o, uint32_t n_tries, uint32_t random, uint32_t retry_after_s)
{
	const uint64_t most = 1000 * (uint64_t)FETCH_RETRY_AFTER_MAX_S;
	uint64_t delay = o->backoff_ms;
	for (uint32_t i = 1; i < n_tries && delay < most; i++)
		delay *= 2;
	if (delay > most)
		delay = most;
	delay = delay / 2 + (delay / 2 * random >> 32);
	uint64_t asked = 1000 * (uint64_t)retry_after_s;
	return (uint32_t)(asked > delay ? asked : delay);
}
