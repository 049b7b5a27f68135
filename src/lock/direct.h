/* Direct references: "name @ https://host/name-1.0-py3-none-any.whl#sha256=..." (PEP 508), where the operator allows them.
 * Private to lock/. */
#ifndef LOCK_DIRECT_H
#define LOCK_DIRECT_H

#include "lock/lock.h"

/* The one file that a requirement with a URL means: a wheel of that name, by its sha256, below one of request->allow_urls. Lives as
 * long as a. ERR_RESOLVE with the rule D03: why it is refused, and what helps. */
MUST_USE enum status direct_file(const struct lock_request *request, const struct requirement *r, struct arena *a,
				 struct index_file *ret, struct diag *d);
/* A copy that owns nothing of the resolution: for a pin. name: of the package. Lives as long as a and request. */
struct index_file direct_copy(const struct index_file *f, struct bytes name, struct arena *a);

#endif
