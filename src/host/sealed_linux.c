#include "host/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

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

/* By the kernel, which copies each page once. A file that grows while it is read ends at max. */
static enum status copy_all(int from, int to, uint64_t max, const char *path, struct diag *d)
{
	enum { AT_ONCE = 16 << 20 };
	for (uint64_t size = 0;;) {
		ssize_t n = sendfile(to, from, NULL, AT_ONCE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, size, "copy '%s': %s", path, strerror(errno));
		if (n == 0)
			return OK;
		size += (uint64_t)n;
		if (size > max)
			return fail(d, ERR_LIMIT, size, "'%s' is larger than %llu bytes", path, (unsigned long long)max);
	}
}

enum status sealed_copy(int dir, const char *path, uint64_t max, int *ret_fd, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int copy = -1;
	CLEANUP(fd_close) int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(d, ERR_IO, 0, "'%s' is not a regular file", path);
	enum status s = sealed_open("hwb-copy", &copy, d);
	if (s == OK)
		s = copy_all(fd, copy, max, path, d);
	if (s == OK)
		s = sealed_close(copy, d);
	if (s == OK)
		*ret_fd = take_fd(&copy);
	return s;
}
