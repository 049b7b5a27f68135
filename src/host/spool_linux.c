#include "host/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/sealed.h"

static int open_unnamed(const struct run_context *run)
{
	return run->spool_path ? open(run->spool_path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0400) : -1;
}

enum status spool_open(const struct run_context *run, const char *name, uint64_t size, int *ret_fd, struct diag *d)
{
	CLEANUP(fd_close) int fd = size > SPOOL_MEMORY_MAX && size <= INT64_MAX ? open_unnamed(run) : -1;
	if (fd < 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size))
		return sealed_open(name, ret_fd, d);
	*ret_fd = take_fd(&fd);
	return OK;
}

enum status spool_room(const struct run_context *run, int *ret_fd, struct diag *d)
{
	*ret_fd = open_unnamed(run);
	return *ret_fd >= 0 ? OK : sealed_make("hwb-no-room", BYTES(""), ret_fd, d);
}

/* Memory files are files of a tmpfs; no other file system knows seals. */
bool spool_is_in_memory(int fd)
{
	return fcntl(fd, F_GET_SEALS) >= 0;
}

enum status spool_close(int *fd, struct diag *d)
{
	char path[32];
	int seals = fcntl(*fd, F_GET_SEALS);
	if (seals >= 0 && !(seals & F_SEAL_SEAL)) /* of a tmpfs they are closed from the start */
		return sealed_close(*fd, d);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
	int reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader < 0)
		return fail(d, ERR_IO, 0, "open a temporary file for reading: %s", strerror(errno));
	fd_close(fd);
	*fd = reader;
	return OK;
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

enum status spool_copy(const struct run_context *run, const char *path, uint64_t max, int *ret_fd, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int copy = -1;
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(d, ERR_IO, 0, "'%s' is not a regular file", path);
	enum status s = spool_open(run, "hwb-copy", (uint64_t)st.st_size, &copy, d);
	if (s == OK)
		s = copy_all(fd, copy, max, path, d);
	if (s == OK)
		s = spool_close(&copy, d);
	if (s == OK)
		*ret_fd = take_fd(&copy);
	return s;
}
