/* Every attempt at the network of one run, whoever saw it: the proxy (git, a build with --allow-host), or the launcher of a
 * sandbox that has no way out. Told three times: to the audit log, in the report, in a sentence on the terminal. */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include "audit/audit.h"
#include "cli/console.h"
#include "net/proxy.h"
#include "sandbox/activity.h"

struct network_attempt {
	const char *stage; /* "source", "build" */
	const char *way; /* "proxy", "connect", "dns" */
	const char *host; /* redacted; "" when a request was malformed */
	uint16_t port; /* 0: none was named */
	bool allowed;
	const char *reason;
	uint64_t up, down, ms, n_times;
};

struct network {
	struct network_attempt *attempts;
	size_t n;
	uint64_t n_more; /* attempts that were only counted */
};

/* Adds what one proxy or one sandbox saw and writes network.attempt events. Strings are copied into a. ERR_LOG. */
MUST_USE enum status network_add_proxy(struct network *n, const char *stage, const struct proxy_report *report, struct audit *audit,
				       const struct console *c, struct arena *a, struct diag *d);
MUST_USE enum status network_add_activity(struct network *n, const struct activity *activity, struct audit *audit,
					  const struct console *c, struct arena *a, struct diag *d);

/* The attempts as elements of an open array. */
void network_put(struct json_writer *w, const struct network *n);
/* A line for the hosts that were reached, one for those that were not. From the attempt number `from` on. */
void network_say(struct console *c, const struct network *n, size_t from, struct arena *a);
/* "a.example, b.example:8443": the names that were asked for and refused since `from`, for a remedy; NULL when there are none. */
const char *network_refused_names(const struct network *n, size_t from, struct arena *a);

#endif
