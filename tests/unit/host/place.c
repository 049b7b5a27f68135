#include "place.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "harness.h"
#include "base/fd.h"
#include "host/file.h"

void place_make(struct place *p)
{
	(void)snprintf(p->path, sizeof p->path, "/tmp/hwb-test-XXXXXX");
	CHECK(mkdtemp(p->path));
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(p->fd >= 0);
}

void place_done(struct place *p)
{
	fd_close(&p->fd);
	(void)!directory_remove(AT_FDCWD, p->path, NULL);
}

void place_folder(const struct place *p, const char *name)
{
	CLEANUP(fd_close) int fd = -1;
	CHECK(directory_make(p->fd, name, false, &fd, NULL) == OK);
}

void place_file(const struct place *p, const char *name, struct bytes content, unsigned mode)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(name, '/');
	if (slash) {
		size_t size = (size_t)(slash - name);
		CHECK(size < sizeof folder);
		memcpy(folder, name, size);
		folder[size] = '\0';
		place_folder(p, folder);
	}
	CLEANUP(fd_close) int fd = openat(p->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK(fd_write_all(fd, content, NULL) == OK);
	CHECK(fchmod(fd, (mode_t)mode) == 0);
}

bool place_read(const struct place *p, const char *name, struct buf *out)
{
	return file_read(p->fd, name, out, NULL) == OK;
}

size_t place_count(const struct place *p, const char *name)
{
	size_t n = 0;
	int fd = openat(p->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	CHECK(entries);
	while (readdir(entries))
		n++;
	(void)closedir(entries);
	return n - 2;
}

void place_time(const struct place *p, const char *name, int64_t unix_seconds)
{
	const struct timespec times[] = { { .tv_sec = unix_seconds }, { .tv_sec = unix_seconds } };
	CHECK(utimensat(p->fd, name, times, AT_SYMLINK_NOFOLLOW) == 0);
}

const char *place_path(const struct place *p, const char *name)
{
	static char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", p->path, name);
	return path;
}

int memory_file(struct bytes content)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0);
	CHECK(fd_write_all(fd, content, NULL) == OK);
	return fd;
}

void memory_read(int fd, struct buf *out)
{
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(file_read_fd(fd, out, NULL) == OK);
}
