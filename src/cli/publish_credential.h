/* Who hwb is to a registry: standard input, variables, the sealed store, the keyring program, the identity of a CI. What is found lies in
 * locked memory, is hidden in everything that is printed, and is wiped at the end; the variables are wiped at once. */
#ifndef CLI_PUBLISH_CREDENTIAL_H
#define CLI_PUBLISH_CREDENTIAL_H

#include "cli/console.h"
#include "cli/publish_target.h"
#include "publish/oidc.h"
#include "publish/publish.h"
#include "publish/s3_sign.h"

enum { PUBLISH_VARIABLES = 5, PUBLISH_AWS_VARIABLES = 3 };

struct publish_credentials {
	const struct run_context *run;
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	const struct publish_target *target;
	char *variables[PUBLISH_VARIABLES]; /* SECRET, locked: those that were set; NULL */
	char *aws[PUBLISH_AWS_VARIABLES]; /* SECRET, locked: id, secret key, session token; NULL */
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
/* The key of a bucket: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and nothing else. Borrowed from c; hidden from now on in
 * what is printed; found is what records say of it. ERR_PUBLISH: there is none. ERR_USAGE: one that no header can carry. */
MUST_USE enum status publish_credential_aws(struct publish_credentials *c, struct s3_key *ret, struct diag *d);
/* Wipes. */
void publish_credentials_done(struct publish_credentials *c);

#endif
