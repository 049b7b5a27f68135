/* Trusted Publishing (publish/oidc.h) by the settings and the environment of this process, with a console that shows no token. */
#ifndef CLI_TRUSTED_H
#define CLI_TRUSTED_H

#include "cli/console.h"
#include "publish/oidc.h"

/* A request for the registry at upload_url; audience: what the operator pinned for it, or NULL. Borrows all it is given. Tokens are told to
 * the console before they are used, and to nobody else: hwb prints none, not even as ::add-mask:: (DESIGN.md 3, "Credentials"). */
struct oidc_request trusted_request(const struct settings *s, struct console *c, char **env, const char *upload_url,
				    const char *audience, bool must);
/* What the command ends with when there is no token: 7, unless something else than the CI or the registry is to blame. */
enum exit_code trusted_exit_code(enum status s);

#endif
