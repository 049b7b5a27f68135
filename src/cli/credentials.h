/* Who hwb is to an index whose credential was not said outright: the sealed store, then the keyring program. Each is asked when the first
 * request to that index's host is about to leave, and at most once. */
#ifndef CLI_CREDENTIALS_H
#define CLI_CREDENTIALS_H

#include "base/run.h"
#include "cli/console.h"
#include "index/index.h"

struct credentials {
	const struct run_context *run;
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	struct diag failed; /* of the first failure: nobody is asked twice */
};

/* For index_options.find_credential, with a struct credentials as context. Only the hosts of indexes that the operator named have one:
 * what a page links to asks nobody. ERR_ABSENT: none. ERR_USAGE: there is one, and it cannot be had. */
MUST_USE enum status credentials_find(void *context, const char *origin, struct index_credential *ret, struct diag *d);

/* The store alone, for any origin: a registry is no index. ERR_ABSENT: it has none. */
MUST_USE enum status credentials_from_store(struct credentials *c, const char *origin, struct index_credential *ret, struct diag *d);

/* What `keyring get SERVICE USER` prints (pypi.org/project/keyring), in a minimal environment, from the caller's PATH. *ret: initialised by
 * this, marked secret. ERR_ABSENT: it has none. ERR_USAGE: there is no such program, or what it prints is no password. */
MUST_USE enum status keyring_get(const struct credentials *c, const char *service, const char *user, struct buf *ret, struct diag *d);

#endif
