/* Who hwb is to a registry: standard input, variables, the sealed store, the keyring program, the identity of a CI. What is found lies in
 * locked memory, is hidden in everything that is printed, and is wiped at the end; the variables are wiped at once. */
#ifndef CLI_PUBLISH_CREDENTIAL_H
#define CLI_PUBLISH_CREDENTIAL_H

#include "cli/console.h"
#include "cli/publish_target.h"
#include "publish/oidc.h"
#include "publish/publish.h"

enum { PUBLISH_VARIABLES = 4 };

struct publish_credentials {
	const struct run_context *run;
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	const struct publish_target *target;
	char *variables[PUBLISH_VARIABLES]; /* SECRET, locked: those that were set; NULL */
	char *password; /* SECRET, locked: that of found */
	struct publish_token token; /* of Trusted Publishing; asked anew before it expires */
	struct publish_credential found;
	bool is_found;
};

/* Takes the variables out of the process's environment, so that neither /proc nor a child has them. To be called once, early. ERR_IO,
 * ERR_LIMIT. */
MUST_USE enum status publish_credentials_take(struct publish_credentials *c, struct diag *d);
/* For publish_request.credential, with a struct publish_credentials for its context; looks at the first call. ERR_PUBLISH: none, with
 * what was looked for. ERR_USAGE: one that cannot be had. */
MUST_USE enum status publish_credential_get(void *context, const struct publish_credential **ret, struct diag *d);
/* Wipes. */
void publish_credentials_done(struct publish_credentials *c);

#endif
