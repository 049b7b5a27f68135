/* The credential store as bytes: HWB_HOME/credentials. Whose password it is stands in the open, so that nobody is asked for the
 * passphrase in vain; the passwords are sealed together, and the seal covers what is in the open. */
#ifndef CLI_CREDENTIAL_STORE_H
#define CLI_CREDENTIAL_STORE_H

#include "base/arena.h"
#include "crypto/seal.h"

/* A few indexes; a token is some KiB. */
enum { STORE_ITEMS_MAX = 256, STORE_WORD_MAX = 8192, STORE_SIZE_MAX = 16 << 20 };

struct stored_credential {
	const char *name, *origin, *user; /* of the index; "https://host:443" */
	const char *password; /* SECRET; NULL: sealed */
};

struct credential_store {
	struct seal seal;
	struct stored_credential *items;
	size_t n;
	struct bytes open, sealed; /* of a store that was read: what the seal covers, and the passwords */
};

/* A whole file. Lives as long as a, and borrows file. ERR_FORMAT: not a store, or of a later version; ERR_LIMIT. */
MUST_USE enum status credential_store_read(struct bytes file, struct arena *a, struct credential_store *ret, struct diag *d);
/* The part in the open; behind it goes what hwb-seal makes of it, by credential_store_put_sealed. */
void credential_store_put_open(const struct credential_store *s, struct buf *out);
void credential_store_put_sealed(struct bytes sealed, struct buf *out);

/* The passwords, as they are sealed. *out should be marked secret. */
void credential_store_put_passwords(const struct credential_store *s, struct buf *out);
/* The opposite: one for each item. ERR_FORMAT. */
MUST_USE enum status credential_store_take_passwords(struct credential_store *s, struct bytes text, struct arena *a, struct diag *d);

/* The first for that origin, or of that name; s->n when there is none. */
size_t credential_store_find(const struct credential_store *s, const char *origin, const char *name);

#endif
