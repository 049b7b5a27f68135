#include "base/fd.h"

#include <errno.h>
#include <sys/socket.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* newer than the headers of Debian 12 */
#endif

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

void fd_refuse_passing(int socket_fd)
{
	const int no = 0;
	(void)setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof no);
}
