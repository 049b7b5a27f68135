/* Descriptors: bytes out. The one loop over write(2); the audit log alone writes once, because its lines may not be split. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include "base/bytes.h"
#include "base/status.h"

/* write(2) until all of b is taken. ERR_IO names the reason ("No space left on device") and leaves it in errno, for the sandbox,
 * which has no diag. */
MUST_USE enum status fd_write_all(int fd, struct bytes b, struct diag *d);

#endif
