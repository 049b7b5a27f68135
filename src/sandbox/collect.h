/* Copy-out: reads files from the /out of a sandbox that is dead, with the suspicion that the bytes deserve. */
#ifndef SANDBOX_COLLECT_H
#define SANDBOX_COLLECT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "crypto/digest.h"

struct collected {
	struct sha256 digest; /* of the bytes that were copied */
	uint64_t size;
};

/* Copies the regular file out/name into to_fd (empty, writable) and hashes while it copies. name: one component.
 * Refused by name with ERR_ARTEFACT: absent, a link, a device, a pipe, a socket, a directory, larger than max.
 * openat2(RESOLVE_BENEATH, NO_SYMLINKS, NO_MAGICLINKS, NO_XDEV); never blocks on a pipe. */
MUST_USE enum status collect_file(int out_fd, struct bytes name, uint64_t max, int to_fd, struct collected *ret, struct diag *d);

/* The names in out/, sorted; at most max of them (ERR_ARTEFACT beyond). They are hostile text. */
MUST_USE enum status collect_names(int out_fd, size_t max, struct arena *a, struct bytes **ret_names, size_t *ret_n, struct diag *d);

#endif
