/* Secrets from people: a passphrase or a password, never from the command line. */
#ifndef CLI_SECRET_INPUT_H
#define CLI_SECRET_INPUT_H

#include "base/run.h"
#include "cli/console.h"

enum { SECRET_MAX = 8192 };

/* From the terminal, without echo; twice, and equal, when it is a new one. *ret: initialised by this, marked secret. ERR_ABSENT: there is
 * no terminal. ERR_USAGE: empty, too long, or not equal. ERR_CANCELLED. */
MUST_USE enum status secret_from_terminal(const struct run_context *run, const char *prompt, bool is_new, struct buf *ret,
					  struct diag *d);
/* The first line of standard input, which may be all of it; of a terminal as above. */
MUST_USE enum status secret_from_input(const struct run_context *run, const char *prompt, struct buf *ret, struct diag *d);

/* The passphrase of the credential store: HWB_CREDENTIAL_PASSPHRASE, the key "hwb:credentials" of the kernel's keyrings, the terminal. The
 * console hides it from now on. ERR_USAGE: nobody has said it. */
MUST_USE enum status passphrase_get(const struct run_context *run, const struct settings *s, struct console *c, bool is_new,
				    struct buf *ret, struct diag *d);

#endif
