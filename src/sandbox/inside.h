/* What every program of ours sees inside the sandbox: the files of /etc, the links, the variables (DESIGN.md section 3). */
#ifndef SANDBOX_INSIDE_H
#define SANDBOX_INSIDE_H

#include "base/arena.h"
#include "sandbox/spec.h"

/* Fills mounts, items and env of *spec: /usr and the links to it, /etc, certificates, then the given extra mounts and
 * variables (an extra variable replaces ours of the same name). Everything lives as long as a. */
void inside_fill(struct sandbox_spec *spec, const struct sandbox_mount *mounts, size_t n_mounts, const char *const *env,
		 size_t n_env, int64_t epoch, struct arena *a);

/* PATH inside, unless an extra variable replaces it. */
#define INSIDE_PATH "/env/bin:/usr/local/bin:/usr/bin:/bin"

/* Where a sandbox with_listener finds its proxy (SANDBOX_PROXY_PORT as text), and the operator's certificates. */
#define INSIDE_PROXY_URL "http://127.0.0.1:3128"
#define INSIDE_CA_FILE "/etc/hwb-ca.pem"
/* The variables by which programs find both. own_authorities: inside_ca_mount's file instead of the system's. They live as long
 * as a. */
const char *const *inside_egress_env(bool own_authorities, struct arena *a, size_t *ret_n);
/* The operator's file of certificates (PEM, on the host) as a mount. ERR_USAGE: it is not there. */
MUST_USE enum status inside_ca_mount(const char *ca_file, struct arena *a, struct sandbox_mount *ret, struct diag *d);

#endif
