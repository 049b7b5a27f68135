/* A file that lives in memory and cannot change any more: how a specification or a snapshot is handed over. */
#ifndef HOST_SEALED_H
#define HOST_SEALED_H

#include "base/bytes.h"
#include "base/status.h"

/* A sealed memfd (no write, no grow, no shrink, no more seals) that holds b. The caller closes it. ERR_IO. */
MUST_USE enum status sealed_make(const char *name, struct bytes b, int *ret_fd, struct diag *d);
/* An empty memfd to fill and then seal. */
MUST_USE enum status sealed_open(const char *name, int *ret_fd, struct diag *d);
MUST_USE enum status sealed_close(int fd, struct diag *d);

#endif
