/* How hwb-net locks itself in once it has what it needs: it reads the files a resolver and TLS read, writes no file
 * by name, starts no program. Sockets to the outside are what it is for. */
#ifndef NET_CONFINE_H
#define NET_CONFINE_H

#include "base/bytes.h"
#include "base/status.h"

/* Not dumpable, no core: before the first secret arrives. ERR_ISOLATION. */
MUST_USE enum status confine_early(struct diag *d);

enum confine_role { CONFINE_FETCH, CONFINE_PROXY, CONFINE_UPLOAD };

struct confine_plan {
	enum confine_role role;
	const char *ca_file; /* one more file to read, or NULL */
	const uint16_t *tcp_ports; /* the only ports TCP may connect to (53 is added), where the kernel has Landlock ABI 4 */
	size_t n_tcp_ports; /* 0: any port */
};

/* no_new_privs, then Landlock as far as the kernel has it (none at all is accepted: seccomp and the missing privileges
 * remain), then no capabilities, then the role's seccomp filter (data/seccomp-net.txt and beside it), which lets through what
 * is listed there and answers ENOSYS to all else. Cannot be undone. ERR_ISOLATION. */
MUST_USE enum status confine_now(const struct confine_plan *plan, struct diag *d);

#endif
