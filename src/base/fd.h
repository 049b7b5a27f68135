/* Descriptors: bytes out, and what may come in. The one loop over write(2); the audit log alone writes once, because its lines may
 * not be split. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include "base/bytes.h"
#include "base/status.h"

/* write(2) until all of b is taken. ERR_IO names the reason ("No space left on device") and leaves it in errno, for the sandbox,
 * which has no diag. */
MUST_USE enum status fd_write_all(int fd, struct bytes b, struct diag *d);

/* Refuses descriptors that come with messages to this local socket: whoever sends one gets EPERM. A descriptor that nobody wanted
 * would be closed by the reader, in the reader's time. Linux 6.16 and newer; before, they come. */
void fd_refuse_passing(int socket_fd);

#endif
