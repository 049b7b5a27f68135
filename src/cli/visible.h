/* What a build sees of the host beside the system: the same for its hooks and for cargo before it. */
#ifndef CLI_VISIBLE_H
#define CLI_VISIBLE_H

#include "cli/pipeline.h"

struct visible {
	struct sandbox_mount *mounts;
	size_t n_mounts;
	const char *const *env; /* "K=V", the operator's last: they win */
	size_t n_env;
};

/* The interpreter, what the operator shows (and the programs in its bin on PATH), crates of the cache, with_egress his
 * certificates and the proxy. Lives as long as the pipeline's arena. ERR_USAGE: a file of certificates is not there. */
MUST_USE enum status visible_fill(const struct pipeline *p, bool with_egress, struct visible *ret, struct diag *d);

#endif
