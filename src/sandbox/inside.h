/* What every program of ours sees inside the sandbox: the files of /etc, the links, the variables (DESIGN.md section 3). */
#ifndef SANDBOX_INSIDE_H
#define SANDBOX_INSIDE_H

#include "base/arena.h"
#include "sandbox/spec.h"

/* Fills mounts, items and env of *spec: /usr and the links to it, /etc, certificates, then the given extra mounts and
 * variables (an extra variable replaces ours of the same name). Everything lives as long as a. */
void inside_fill(struct sandbox_spec *spec, const struct sandbox_mount *mounts, size_t n_mounts, const char *const *env,
		 size_t n_env, int64_t epoch, struct arena *a);

/* Where a sandbox with_listener finds its proxy: SANDBOX_PROXY_PORT as text. */
#define INSIDE_PROXY_URL "http://127.0.0.1:3128"
/* The variables by which programs find the proxy on SANDBOX_PROXY_PORT and the certificates, for a sandbox with_listener.
 * Static. */
const char *const *inside_egress_env(size_t *ret_n);

#endif
