/* The one way out of a sandbox: starts the proxy on the listener that was made inside, stops it and takes its report. */
#ifndef NET_EGRESS_H
#define NET_EGRESS_H

#include "net/proxy.h"

struct egress {
	const struct run_context *run;
	struct proxy_options options; /* borrowed until egress_open */
	struct proxy *proxy; /* NULL while it is closed */
};

/* Once the sandbox is ready; a listener of -1 means that none was asked for, and nothing happens. As proxy_start. */
MUST_USE enum status egress_open(struct egress *e, int listener_fd, struct diag *d);
/* After its end. As proxy_stop; an egress that was never opened reports nothing. */
MUST_USE enum status egress_close(struct egress *e, struct arena *a, struct proxy_report *ret, struct diag *d);
/* ERR_LIMIT when what was relayed is over a limit of the options: the proxy let nothing pass from then on, and what came of that
 * build is not what it would have been. The diag names the limit's key. */
MUST_USE enum status egress_check(const struct egress *e, const struct proxy_report *report, struct diag *d);

#endif
