/* What a parsing program is asked to do: a request, some descriptors, a reply, mostly once, then it ends.
 * The request and the reply are wire records (base/wire.h); the reply is hostile data to whoever asked. */
#ifndef HOST_VERB_H
#define HOST_VERB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

struct verb_call {
	struct bytes request; /* borrowed */
	const int *fds; /* inputs and outputs, in the order the verb's header names */
	size_t n_fds;
	struct arena *arena; /* lives until the program ends */
};

/* Writes the payload of the reply. A failure travels with its diag to the caller of the program. */
typedef enum status (*verb_function)(const struct verb_call *call, struct buf *reply, struct diag *d);

struct verb {
	const char *name;
	size_t n_fds; /* exactly so many */
	verb_function run;
};

/* No limit of hwb.toml lets a larger file in (base/limits.c); each stage holds to its own, smaller one before it asks. */
#define VERB_FILE_MAX (UINT64_C(64) << 30)

/* The whole of the input that is descriptor `at` of the call, mapped until the program ends; an empty one gives {NULL, 0}.
 * ERR_IO, ERR_LIMIT over max bytes. */
MUST_USE enum status verb_map(const struct verb_call *call, size_t at, uint64_t max, struct bytes *ret, struct diag *d);

/* The main of a parsing program: confines itself (sandbox of the program: no files, no network, no exec), waits for the name of
 * the verb and its request on fd 0, finds the descriptors from 3 on, runs the verb and writes the reply's size (u32) and the reply to fd 1;
 * the same again while there are more verbs.
 * Returns the exit status: 0 when a reply was written, whatever it says. */
int verb_serve(const struct verb *verbs, size_t n_verbs);

#endif
