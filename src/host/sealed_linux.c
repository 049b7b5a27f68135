#include "host/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/fd.h"

enum status sealed_open(const char *name, int *ret_fd, struct diag *d)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "make the memory file '%s': %s", name, strerror(errno));
	*ret_fd = fd;
	return OK;
}

enum status sealed_close(int fd, struct diag *d)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return fail(d, ERR_IO, 0, "seal a memory file: %s", strerror(errno));
	return OK;
}

enum status sealed_make(const char *name, struct bytes b, int *ret_fd, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status s = sealed_open(name, &fd, d);
	if (s == OK)
		s = fd_write_all(fd, b, d);
	if (s == OK)
		s = sealed_close(fd, d);
	if (s == OK)
		*ret_fd = take_fd(&fd);
	return s;
}
