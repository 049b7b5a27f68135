/* What hwb knows of the usual build backends (data/known-backends.txt): the distributions they come from and ask for, and the
 * modules their hooks import lazily. */
#ifndef CLI_KNOWN_BACKENDS_H
#define CLI_KNOWN_BACKENDS_H

#include "cli/settings.h"
#include "lock/lock.h"

/* The modules to import before the first fork; empty for a backend that is not known. Static strings. */
void known_backend_preload(struct bytes backend, const char *const **ret, size_t *ret_n);

/* Names from get_requires_* are fetched only if they are pinned already, of a known backend or popular, because private source must not leak
 * through package names. ERR_RESOLVE naming them and --allow-requires. */
MUST_USE enum status known_requires_check(const struct bytes *requires, size_t n, const struct lock_result *lock,
					  const struct settings *s, struct diag *d);

#endif
