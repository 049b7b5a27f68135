#include "net/proxy_wire.h"

#include "base/wire.h"
#include "net/url.h"

void proxy_wire_put_kind(struct buf *out, enum proxy_record kind)
{
	wire_put_u32(out, kind);
}

uint32_t proxy_wire_kind(struct bytes record)
{
	struct wire w = wire_over(record);
	return wire_get_u32(&w);
}

void proxy_wire_put_start(struct buf *out, const struct proxy_options *o)
{
	proxy_wire_put_kind(out, PROXY_START);
	wire_put_u32(out, (uint32_t)o->n_allowed);
	for (size_t i = 0; i < o->n_allowed; i++) {
		wire_put_string(out, o->allowed[i].host);
		wire_put_u32(out, o->allowed[i].port);
	}
	wire_put_u32(out, (uint32_t)o->n_allow_private);
	for (size_t i = 0; i < o->n_allow_private; i++) {
		wire_put_string(out, o->allow_private[i].host);
		wire_put_string(out, o->allow_private[i].range);
	}
	const uint32_t numbers[] = { o->any_host, o->plain, o->max_connections, o->head_ms, o->idle_ms };
	for (size_t i = 0; i < COUNT(numbers); i++)
		wire_put_u32(out, numbers[i]);
	wire_put_u64(out, o->max_up);
	wire_put_u64(out, o->max_down);
}

static uint32_t get_count(struct wire *w)
{
	uint32_t n = wire_get_count(w, 8);
	if (n <= PROXY_HOSTS_MAX)
		return n;
	w->bad = true;
	return 0;
}

static uint16_t get_port(struct wire *w)
{
	uint32_t port = wire_get_u32(w);
	if (port > UINT16_MAX)
		w->bad = true;
	return (uint16_t)port;
}

static void get_hosts(struct wire *w, struct arena *a, struct proxy_options *o)
{
	o->n_allowed = get_count(w);
	struct proxy_host *hosts = ARENA_ARRAY(a, struct proxy_host, o->n_allowed + 1);
	for (size_t i = 0; i < o->n_allowed; i++) {
		hosts[i].host = wire_get_string(w, a);
		hosts[i].port = get_port(w);
	}
	o->n_allow_private = get_count(w);
	struct proxy_private *privates = ARENA_ARRAY(a, struct proxy_private, o->n_allow_private + 1);
	for (size_t i = 0; i < o->n_allow_private; i++) {
		privates[i].host = wire_get_string(w, a);
		const char *range = wire_get_string(w, a);
		privates[i].range = range[0] ? range : NULL;
	}
	o->allowed = hosts;
	o->allow_private = privates;
}

enum status proxy_wire_get_start(struct bytes record, struct arena *a, struct proxy_options *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct proxy_options o = { 0 };
	if (wire_get_u32(&w) != PROXY_START)
		w.bad = true;
	get_hosts(&w, a, &o);
	o.any_host = wire_get_u32(&w) == 1;
	o.plain = wire_get_u32(&w) == 1;
	o.max_connections = wire_get_u32(&w);
	o.head_ms = wire_get_u32(&w);
	o.idle_ms = wire_get_u32(&w);
	o.max_up = wire_get_u64(&w);
	o.max_down = wire_get_u64(&w);
	enum status s = wire_end(&w, "start", d);
	if (s)
		return s;
	*ret = o;
	return OK;
}

void proxy_wire_put_attempt(struct buf *out, const struct proxy_attempt *attempt)
{
	proxy_wire_put_kind(out, PROXY_ATTEMPT);
	wire_put_string(out, attempt->host);
	wire_put_u32(out, attempt->port);
	wire_put_u32(out, attempt->allowed);
	wire_put_string(out, attempt->reason);
	wire_put_u64(out, attempt->up);
	wire_put_u64(out, attempt->down);
	wire_put_u64(out, attempt->ms);
}

enum status proxy_wire_get_attempt(struct bytes record, struct arena *a, struct proxy_attempt *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct proxy_attempt attempt = { 0 };
	if (wire_get_u32(&w) != PROXY_ATTEMPT)
		w.bad = true;
	attempt.host = wire_get_printable(&w, a);
	attempt.port = get_port(&w);
	attempt.allowed = wire_get_u32(&w) == 1;
	attempt.reason = wire_get_printable(&w, a);
	attempt.up = wire_get_u64(&w);
	attempt.down = wire_get_u64(&w);
	attempt.ms = wire_get_u64(&w);
	enum status s = wire_end(&w, "attempt", d);
	if (s)
		return s;
	*ret = attempt;
	return OK;
}

void proxy_wire_put_summary(struct buf *out, const struct proxy_report *report)
{
	proxy_wire_put_kind(out, PROXY_SUMMARY);
	wire_put_u64(out, report->n_allowed);
	wire_put_u64(out, report->n_denied);
	wire_put_u64(out, report->up);
	wire_put_u64(out, report->down);
}

enum status proxy_wire_get_summary(struct bytes record, struct proxy_report *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	if (wire_get_u32(&w) != PROXY_SUMMARY)
		w.bad = true;
	uint64_t counts[4];
	for (size_t i = 0; i < COUNT(counts); i++)
		counts[i] = wire_get_u64(&w);
	enum status s = wire_end(&w, "summary", d);
	if (s)
		return s;
	ret->n_allowed = counts[0];
	ret->n_denied = counts[1];
	ret->up = counts[2];
	ret->down = counts[3];
	return OK;
}

bool proxy_allows(const struct proxy_options *o, const char *host, uint16_t port)
{
	if (o->any_host && port == 443)
		return true;
	for (size_t i = 0; i < o->n_allowed; i++)
		if (o->allowed[i].port == port && bytes_equal_nocase(bytes_of(o->allowed[i].host), bytes_of(host)))
			return true;
	return false;
}

bool proxy_allows_address(const struct proxy_options *o, const char *host, const struct address *to)
{
	if (address_is_public(to))
		return true;
	for (size_t i = 0; i < o->n_allow_private; i++) {
		const struct proxy_private *p = &o->allow_private[i];
		struct address net;
		unsigned prefix;
		if (!bytes_equal_nocase(bytes_of(p->host), bytes_of(host)))
			continue;
		if (!p->range || (cidr_parse(bytes_of(p->range), &net, &prefix, NULL) == OK && cidr_has(&net, prefix, to)))
			return true;
	}
	return false;
}

enum status proxy_check_options(const struct proxy_options *o, struct diag *d)
{
	struct address net;
	unsigned prefix;
	if (o->n_allowed > PROXY_HOSTS_MAX || o->n_allow_private > PROXY_HOSTS_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d hosts are allowed", PROXY_HOSTS_MAX);
	for (size_t i = 0; i < o->n_allowed; i++)
		if (!url_is_host_name(bytes_of(o->allowed[i].host)) || o->allowed[i].port == 0)
			return fail(d, ERR_USAGE, 0, "allowed host '%s', port %u: not a host name and a port", o->allowed[i].host,
				    (unsigned)o->allowed[i].port);
	for (size_t i = 0; i < o->n_allow_private; i++) {
		const struct proxy_private *p = &o->allow_private[i];
		if (!url_is_host_name(bytes_of(p->host)))
			return fail(d, ERR_USAGE, 0, "'%s' is not a host name", p->host);
		if (p->range && cidr_parse(bytes_of(p->range), &net, &prefix, d))
			return ERR_USAGE;
	}
	return OK;
}
