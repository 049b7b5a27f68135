#include "net/egress.h"

enum status egress_open(struct egress *e, int listener_fd, struct diag *d)
{
	return listener_fd < 0 ? OK : proxy_start(e->run, &e->options, listener_fd, &e->proxy, d);
}

enum status egress_close(struct egress *e, struct arena *a, struct proxy_report *ret, struct diag *d)
{
	struct proxy *proxy = e->proxy;
	e->proxy = NULL;
	if (proxy)
		return proxy_stop(proxy, a, ret, d);
	*ret = (struct proxy_report){ 0 };
	return OK;
}

static enum status over(const char *key, const char *what, uint64_t limit, struct diag *d)
{
	(void)fail(d, ERR_LIMIT, 0, "the build %s more than its limit of the network (%llu bytes)", what, (unsigned long long)limit);
	(void)remedy(d, "raise it with --limit %s=VALUE, or '%s' in [limits] of hwb.toml", key, key);
	return ERR_LIMIT;
}

enum status egress_check(const struct egress *e, const struct proxy_report *report, struct diag *d)
{
	const struct proxy_options *o = &e->options;
	if (o->max_up && report->up > o->max_up)
		return over("network-up", "sent", o->max_up, d);
	return o->max_down && report->down > o->max_down ? over("network-down", "received", o->max_down, d) : OK;
}
