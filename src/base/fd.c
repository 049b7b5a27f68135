#include "base/fd.h"

#include <errno.h>

enum status fd_write_all(int fd, struct bytes b, struct diag *d)
{
	while (b.size) {
		ssize_t n = write(fd, b.data, b.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int reason = errno;
			(void)fail(d, ERR_IO, 0, "write: %s", strerror(reason));
			errno = reason;
			return ERR_IO;
		}
		b = bytes_from(b, (size_t)n);
	}
	return OK;
}
