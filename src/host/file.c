#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "base/fd.h"

/* Deeper trees are not ours: what hwb writes into its directories is flat, and a snapshot's depth is bounded by its paths. */
enum { REMOVE_DEPTH_MAX = 2100 };

enum status directory_open(int dir, const char *path, int *ret_fd, struct diag *d)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_IO, 0, "open the directory '%s': %s", path, strerror(errno));
	*ret_fd = fd;
	return OK;
}

enum status directory_make(int dir, const char *path, bool is_private, int *ret_fd, struct diag *d)
{
	char part[4096];
	size_t size = strlen(path);
	if (size == 0 || size >= sizeof part)
		return fail(d, ERR_IO, 0, "the path '%.100s' is empty or too long", path);
	mode_t mode = is_private ? 0700 : 0777;
	for (size_t i = 1; i <= size; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dir, part, mode) && errno != EEXIST && errno != EISDIR)
			return fail(d, ERR_IO, 0, "make the directory '%s': %s", part, strerror(errno));
	}
	return directory_open(dir, path, ret_fd, d);
}

enum status directory_make_inside(int dir, const char *path, int *ret_fd, struct diag *d)
{
	CLEANUP(fd_close) int at = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct bytes rest = bytes_of(path);
	while (at >= 0 && rest.data) {
		char name[NAME_MAX + 1];
		struct bytes part = bytes_cut(&rest, '/');
		if (!part.size || part.size >= sizeof name || bytes_equal(part, BYTES("..")))
			return fail(d, ERR_IO, 0, "the path '%.100s' is none of plain names", path);
		bytes_copy(name, part);
		name[part.size] = '\0';
		if (mkdirat(at, name, 0777) && errno != EEXIST)
			return fail(d, ERR_IO, 0, "make the directory '%s' of '%s': %s", name, path, strerror(errno));
		int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
			return fail(d, ERR_USAGE, 0, "'%s' of '%s' is a symbolic link, or no directory", name, path);
		fd_close(&at);
		at = next;
	}
	if (at < 0)
		return fail(d, ERR_IO, 0, "open the directory '%s': %s", path, strerror(errno));
	*ret_fd = take_fd(&at);
	return OK;
}

enum status directory_check_ours(int fd, const char *path, const char *variable, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st))
		return fail(d, ERR_IO, 0, "look at '%s': %s", path, strerror(errno));
	if (st.st_uid != geteuid()) {
		(void)fail(d, ERR_USAGE, 0, "'%s' belongs to another user (uid %u)", path, st.st_uid);
		(void)remedy(d, "set %s to another path", variable);
		return ERR_USAGE;
	}
	if (st.st_mode & 022) {
		(void)fail(d, ERR_USAGE, 0, "'%s' can be written by others", path);
		(void)remedy(d, "chmod go-w '%s', or set %s to another path", path, variable);
		return ERR_USAGE;
	}
	return OK;
}

DIR *directory_entries(int dir)
{
	CLEANUP(fd_close) int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	if (entries)
		(void)take_fd(&copy); /* theirs now */
	return entries;
}

static int remove_tree(int dir, const char *name, unsigned depth)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if ((errno != EISDIR && errno != EPERM) || depth > REMOVE_DEPTH_MAX)
		return -1;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	(void)fchmod(fd, 0700); /* environments are read-only on purpose */
	DIR *entries = fdopendir(fd);
	if (!entries) {
		(void)close(fd);
		return -1;
	}
	int failed = 0;
	for (struct dirent *e; !failed && (e = readdir(entries));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			failed = remove_tree(fd, e->d_name, depth + 1);
	(void)closedir(entries);
	return failed ? -1 : unlinkat(dir, name, AT_REMOVEDIR);
}

enum status directory_remove(int dir, const char *name, struct diag *d)
{
	if (remove_tree(dir, name, 0))
		return fail(d, ERR_IO, 0, "remove '%s': %s", name, strerror(errno));
	return OK;
}

enum status file_read_fd(int fd, struct buf *out, struct diag *d)
{
	for (;;) {
		size_t room = out->max - out->size < 65536 ? out->max - out->size : 65536;
		unsigned char one, *to = room ? buf_reserve(out, room) : &one;
		ssize_t n = read(fd, to, room ? room : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, out->size, "read: %s", strerror(errno));
		if (n == 0)
			return OK;
		if (!room)
			return fail(d, ERR_LIMIT, out->size, "larger than %zu bytes", out->max);
		buf_grew(out, (size_t)n);
	}
}

/* Nothing can be waited for there, and links to it are how people switch a file off. */
static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

enum status file_read(int dir, const char *path, struct buf *out, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st))
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !is_null_device(&st))
		return fail(d, ERR_IO, 0, "'%s' is not a regular file", path);
	enum status s = file_read_fd(fd, out, d);
	if (s)
		(void)explain(d, "'%s'", path);
	return s;
}

enum status file_read_named(const char *path, struct buf *out, struct diag *d)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	enum status s = file_read_fd(fd, out, d);
	if (s)
		(void)explain(d, "'%s'", path);
	return s;
}

enum status file_draft_open(int dir, unsigned mode, struct file_draft *ret, struct diag *d)
{
	struct file_draft f = { .dir = dir, .fd = -1 };
	unsigned char random[12];
	char text[2 * sizeof random + 1];
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return fail(d, ERR_IO, 0, "no random bytes: %s", strerror(errno));
	hex_write(bytes_make(random, sizeof random), text);
	(void)snprintf(f.temporary, sizeof f.temporary, ".hwb-%s.tmp", text);
	f.fd = openat(dir, f.temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f.fd < 0)
		return fail(d, ERR_IO, 0, "make a temporary file: %s", strerror(errno));
	if (fchmod(f.fd, (mode_t)mode)) {
		file_draft_drop(&f);
		return fail(d, ERR_IO, 0, "set the mode of a temporary file: %s", strerror(errno));
	}
	*ret = f;
	return OK;
}

enum status file_draft_finish(struct file_draft *f, const char *name, bool durable, struct diag *d)
{
	enum status s = OK;
	if (durable && fdatasync(f->fd))
		s = fail(d, ERR_IO, 0, "write '%s' to the disk: %s", name, strerror(errno));
	if (s == OK && renameat(f->dir, f->temporary, f->dir, name))
		s = fail(d, ERR_IO, 0, "rename to '%s': %s", name, strerror(errno));
	if (s == OK)
		f->temporary[0] = '\0';
	if (s == OK && durable && fsync(f->dir) && errno != EINVAL)
		s = fail(d, ERR_IO, 0, "write the directory of '%s' to the disk: %s", name, strerror(errno));
	file_draft_drop(f);
	return s;
}

void file_draft_drop(struct file_draft *f)
{
	if (f->fd >= 0 && f->temporary[0])
		(void)unlinkat(f->dir, f->temporary, 0);
	fd_close(&f->fd);
}

enum status file_replace(int dir, const char *name, struct bytes content, unsigned mode, bool durable, struct diag *d)
{
	struct file_draft f;
	enum status s = file_draft_open(dir, mode, &f, d);
	if (s)
		return s;
	s = fd_write_all(f.fd, content, d);
	if (s == OK)
		return file_draft_finish(&f, name, durable, d);
	file_draft_drop(&f);
	return explain(d, "'%s'", name);
}

enum status file_create(int dir, const char *name, struct bytes content, unsigned mode, struct diag *d)
{
	struct file_draft f;
	enum status s = file_draft_open(dir, mode, &f, d);
	if (s)
		return s;
	s = fd_write_all(f.fd, content, d);
	if (s == OK && fdatasync(f.fd))
		s = fail(d, ERR_IO, 0, "write to the disk: %s", strerror(errno));
	/* A link is made only where there is nothing, on every file system that has links; the draft's own name goes with the draft. */
	if (s == OK && linkat(dir, f.temporary, dir, name, 0))
		s = fail(d, errno == EEXIST ? ERR_ABSENT : ERR_IO, 0,
			 errno == EEXIST ? "there is something of that name already" : "%s", strerror(errno));
	file_draft_drop(&f);
	if (s == OK && fsync(dir) && errno != EINVAL)
		s = fail(d, ERR_IO, 0, "write its directory to the disk: %s", strerror(errno));
	if (s)
		(void)explain(d, "'%s'", name);
	return s;
}

enum status directory_open_parent(const char *path, int *ret_fd, const char **ret_name, struct diag *d)
{
	char folder[4096];
	struct bytes whole = bytes_of(path);
	size_t slash = bytes_find_last(whole, '/');
	int n = snprintf(folder, sizeof folder, "%.*s", slash < whole.size ? (int)slash + 1 : 1, slash < whole.size ? path : ".");
	if (n < 0 || (size_t)n >= sizeof folder)
		return fail(d, ERR_IO, 0, "the path is too long: '%.200s...'", path);
	*ret_name = slash < whole.size ? path + slash + 1 : path;
	return directory_open(AT_FDCWD, folder, ret_fd, d);
}

enum status file_replace_path(const char *path, struct bytes content, unsigned mode, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	const char *name;
	enum status s = directory_open_parent(path, &dir, &name, d);
	return s ? s : file_replace(dir, name, content, mode, true, d);
}
