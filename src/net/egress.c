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
