#include "sandbox/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/file.h"
#include "sandbox/kernel.h"

enum { NAME_MAX_SIZE = 255, COPY_BLOCK = 8192 };

static const char *kind_of(mode_t mode)
{
	static const struct {
		mode_t type;
		const char *name;
	} kinds[] = {
		{ S_IFDIR, "a directory" }, { S_IFLNK, "a symbolic link" }, { S_IFIFO, "a pipe" },
		{ S_IFSOCK, "a socket" },   { S_IFCHR, "a device" },        { S_IFBLK, "a device" },
	};
	for (size_t i = 0; i < COUNT(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].type)
			return kinds[i].name;
	return "not a regular file";
}

static enum status open_checked(int out_fd, struct bytes name, uint64_t max, int *ret_fd, struct diag *d)
{
	char text[NAME_MAX_SIZE + 1];
	if (name.size == 0 || name.size > NAME_MAX_SIZE || bytes_find(name, '/') < name.size ||
	    bytes_find(name, '\0') < name.size || bytes_equal(name, BYTES(".")) || bytes_equal(name, BYTES("..")))
		return fail(d, ERR_ARTEFACT, 0, "'%.*s' is not the name of a file in the output directory", BYTES_ARG(name));
	bytes_copy(text, name);
	text[name.size] = '\0';
	struct stat st;
	if (fstatat(out_fd, text, &st, AT_SYMLINK_NOFOLLOW))
		return fail(d, ERR_ARTEFACT, 0, "the backend named '%s' but made no such file", text);
	if (!S_ISREG(st.st_mode))
		return fail(d, ERR_ARTEFACT, 0, "'%s' in the output directory is %s, not a regular file", text, kind_of(st.st_mode));
	CLEANUP(fd_close)
	int fd = kernel_openat2(out_fd, text, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0,
				RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
	if (fd < 0 || fstat(fd, &st))
		return fail(d, ERR_ARTEFACT, 0, "open '%s' in the output directory: %s", text, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(d, ERR_ARTEFACT, 0, "'%s' in the output directory is %s", text, kind_of(st.st_mode));
	if ((uint64_t)st.st_size > max) {
		(void)fail(d, ERR_ARTEFACT, 0, "'%s' has %lld bytes, more than the limit of %llu", text, (long long)st.st_size,
			   (unsigned long long)max);
		return remedy(d, "raise it with --limit wheel-size=VALUE");
	}
	*ret_fd = take_fd(&fd);
	return OK;
}

enum status collect_file(int out_fd, struct bytes name, uint64_t max, int to_fd, struct collected *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status s = open_checked(out_fd, name, max, &fd, d);
	if (s)
		return s;
	struct sha256_stream hash;
	struct collected c = { .size = 0 };
	unsigned char block[COPY_BLOCK];
	sha256_start(&hash);
	for (;;) {
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_ARTEFACT, c.size, "read '%.*s': %s", BYTES_ARG(name), strerror(errno));
		if (n == 0)
			break;
		c.size += (uint64_t)n;
		if (c.size > max)
			return fail(d, ERR_ARTEFACT, c.size, "'%.*s' grew over the limit while it was read", BYTES_ARG(name));
		sha256_add(&hash, bytes_make(block, (size_t)n));
		s = fd_write_all(to_fd, bytes_make(block, (size_t)n), d);
		if (s)
			return s;
	}
	c.digest = sha256_end(&hash);
	*ret = c;
	return OK;
}

static int compare_names(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

enum status collect_names(int out_fd, size_t max, struct arena *a, struct bytes **ret_names, size_t *ret_n, struct diag *d)
{
	DIR *entries = directory_entries(out_fd);
	if (!entries)
		return fail(d, ERR_ARTEFACT, 0, "read the output directory: %s", strerror(errno));
	struct bytes *names = NULL;
	size_t n = 0;
	for (struct dirent *e; n <= max && (e = readdir(entries));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names = arena_grow(a, names, n, sizeof *names);
		names[n++] = arena_copy(a, bytes_of(e->d_name));
	}
	(void)closedir(entries);
	if (n > max)
		return fail(d, ERR_ARTEFACT, 0, "the output directory holds more than %zu files", max);
	if (n)
		qsort(names, n, sizeof *names, compare_names);
	*ret_names = names;
	*ret_n = n;
	return OK;
}
