/* The credential store of HWB_HOME, locked and unlocked: the file, the passphrase, and hwb-seal. */
#ifndef CLI_VAULT_H
#define CLI_VAULT_H

#include "base/run.h"
#include "cli/console.h"
#include "cli/credential_store.h"

struct vault {
	const struct run_context *run;
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	int home; /* HWB_HOME; -1: not there */
	struct credential_store store; /* empty when there is no file */
	bool exists, is_open; /* the passwords are known */
};

/* Reads the file, if there is one. for_writing: makes HWB_HOME and waits until nobody else writes. ERR_USAGE when others could read or
 * write it, ERR_FORMAT, ERR_IO. */
MUST_USE enum status vault_load(struct vault *v, bool for_writing, struct diag *d);
/* Asks for the passphrase and opens the passwords; *passphrase is initialised by this and the caller's to end. ERR_USAGE: the wrong one. */
MUST_USE enum status vault_open(struct vault *v, struct buf *passphrase, struct diag *d);
/* Seals the passwords of an open vault anew, with a new salt and nonce, and replaces the file; without any, removes it. */
MUST_USE enum status vault_save(struct vault *v, struct bytes passphrase, struct diag *d);
/* Closes the folder. Fits CLEANUP. */
void vault_done(struct vault *v);

#endif
