/* A program of the operator's that is asked for one secret (a keyring, a CI's own helper): it gets the variables that it needs by name and no
 * others, nothing to read, and prints its answer. Our own programs: host/helper.h. */
#ifndef HOST_ASKED_H
#define HOST_ASKED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/run.h"
#include "base/status.h"

enum { ASKED_VARIABLES_MAX = 16 };

struct asked {
	const char *const *argv; /* ends in NULL; the first is its name, looked for on PATH */
	char **environment; /* of hwb, ends in NULL; NULL: none */
	const char *const *variables; /* names of those that it gets; ends in NULL, at most ASKED_VARIABLES_MAX */
	uint32_t patience_ms; /* for its answer */
};

/* Where it is: in the first folder of the environment's PATH that has it, by an absolute path. NULL: nowhere. Lives as long as a. */
const char *asked_find(const struct asked *p, struct arena *a);
/* Runs it until it closes its output. ret: init'ed by the caller, gets all that it prints. *ret_status: as of waitpid. ERR_ABSENT: it is on no
 * folder of PATH. ERR_LIMIT: more than ret may hold. ERR_NETWORK: no answer in time. ERR_IO. ERR_CANCELLED. */
MUST_USE enum status asked_run(const struct run_context *run, const struct asked *p, struct buf *ret, int *ret_status,
			       struct diag *d);

#endif
