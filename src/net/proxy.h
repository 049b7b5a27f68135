/* Egress of a sandbox: a CONNECT proxy in a process of its own (hwb-net proxy), for a listening socket that was made inside
 * the sandbox's network namespace. Only listed hosts, by name; every attempt is reported. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "base/arena.h"
#include "base/run.h"
#include "base/status.h"

enum { PROXY_HOSTS_MAX = 256, PROXY_CONNECTIONS_MAX = 64, PROXY_ATTEMPTS_MAX = 1000 };

struct proxy_host {
	const char *host; /* exact name, any case */
	uint16_t port;
};

/* The operator's word that a name may lead to addresses that are not public. */
struct proxy_private {
	const char *host;
	const char *range; /* only these addresses: "10.1.0.0/16"; NULL: any */
};

/* Everything is borrowed for the time of proxy_start only. Numbers that are 0 mean the default in brackets. */
struct proxy_options {
	const struct proxy_host *allowed;
	size_t n_allowed;
	const struct proxy_private *allow_private;
	size_t n_allow_private;
	bool any_host; /* any name is allowed on port 443 (network-isolation = false) */
	bool plain; /* do not insist on a TLS hello that names the host in the open (net/hello.h) */
	uint32_t max_connections; /* [PROXY_CONNECTIONS_MAX, which is also the most] */
	uint64_t max_up, max_down; /* bytes of all connections together, from when one is over on nothing passes; [no limit] */
	uint32_t head_ms; /* for each of head, name, connect and hello [10 s] */
	uint32_t idle_ms; /* without a byte either way [10 min] */
	const char *program_dir; /* where hwb-net is; NULL: beside hwb (see net/child.h) */
};

/* The reason of an attempt that no rule refused. */
#define PROXY_NO_ADDRESS "the name has no address"

/* Strings come from hwb-net and in the end from the sandbox: printable, but not to be believed. */
struct proxy_attempt {
	const char *host; /* "" when the request was malformed */
	uint16_t port;
	bool allowed;
	const char *reason; /* why denied, or how an allowed one ended when not well; "" otherwise */
	uint64_t up, down; /* bytes from and to the sandbox, behind the CONNECT */
	uint64_t ms; /* how long it lasted */
};

struct proxy_report {
	uint64_t n_allowed, n_denied; /* all attempts */
	uint64_t up, down;
	struct proxy_attempt *attempts; /* the first PROXY_ATTEMPTS_MAX that ended */
	size_t n_attempts;
};

struct proxy;

/* Starts the proxy. listen_fd: a listening TCP socket, borrowed; it becomes non-blocking.
 * ERR_USAGE: an option is malformed or too long. ERR_IO. ERR_CANCELLED.
 * ERR_UNCHECKED: hwb-net could not confine itself, or cannot listen. On OK it is serving. */
MUST_USE enum status proxy_start(const struct run_context *run, const struct proxy_options *options, int listen_fd,
				 struct proxy **ret, struct diag *d);

/* Ends all connections, takes the report (in a), reaps hwb-net and frees p in any case. ERR_UNCHECKED: it died or talks nonsense;
 * *ret then holds what had arrived. Waits at most 5 s. */
MUST_USE enum status proxy_stop(struct proxy *p, struct arena *a, struct proxy_report *ret, struct diag *d);

/* Kills, reaps, frees: for the way out of an error. Ok on NULL. */
void proxy_free(struct proxy *p);

#endif
