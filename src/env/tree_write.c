#include "env/tree_write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "format/snapshot.h"

enum { DEPTH_MAX = 128 };

static enum status write_entry(int dir, const struct snapshot_entry *e, const char *path, struct diag *d)
{
	if (e->type == 'd')
		return mkdirat(dir, path, 0755) && errno != EEXIST
			       ? fail(d, ERR_IO, 0, "make the directory '%s': %s", path, strerror(errno))
			       : OK;
	if (e->type == 'l')
		return fail(d, ERR_ARTEFACT, 0, "'%s' is a link, which a wheel cannot hold", path);
	mode_t mode = e->type == 'x' ? 0555 : 0444;
	CLEANUP(fd_close) int fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "make '%s': %s", path, strerror(errno));
	if (fchmod(fd, mode)) /* whatever the umask: the sandbox's user must read it */
		return fail(d, ERR_IO, 0, "set the mode of '%s': %s", path, strerror(errno));
	return fd_write_all(fd, e->content, d);
}

enum status tree_write(int dir, struct bytes snapshot, struct diag *d)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	enum status s = snapshot_open(snapshot, &r, d);
	while (s == OK) {
		s = snapshot_next(&r, &e, d);
		if (s == ERR_ABSENT)
			return OK;
		char path[4096];
		if (s == OK && e.path.size >= sizeof path)
			s = fail(d, ERR_FORMAT, 0, "a path is too long");
		if (s)
			break;
		bytes_copy(path, e.path);
		path[e.path.size] = '\0';
		s = write_entry(dir, &e, path, d);
	}
	return s;
}

static enum status copy_file(int from, const char *name, int to, const char *path, const struct stat *st, struct diag *d)
{
	CLEANUP(fd_close) int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(fd_close) int out = openat(to, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, st->st_mode & 0777);
	if (in < 0 || out < 0)
		return fail(d, ERR_IO, 0, "copy '%s': %s", path, strerror(errno));
	unsigned char block[8192];
	for (;;) {
		ssize_t n = read(in, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, 0, "read '%s': %s", path, strerror(errno));
		if (n == 0)
			return OK;
		enum status s = fd_write_all(out, bytes_make(block, (size_t)n), d);
		if (s)
			return s;
	}
}

static bool is_directory(int dir, const char *path)
{
	int saved = errno;
	struct stat st;
	bool is = fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
	errno = saved;
	return is;
}

/* A file of one part where another has a directory: names both. */
static enum status clash(const struct tree_merge *m, struct bytes path, const char *part, struct diag *d)
{
	const char *other = "?";
	for (size_t i = 0; i < m->n_paths; i++)
		if (bytes_starts(m->paths[i].path, path) && strcmp(m->paths[i].part, part) != 0)
			other = m->paths[i].part;
	return fail(d, ERR_ARTEFACT, 0, "'%.*s' is a file in one and a directory in the other of '%s' and '%s'", BYTES_ARG(path),
		    other, part);
}

static enum status merge_file(struct tree_merge *m, int from, const char *name, struct bytes path, const char *part,
			      const struct stat *st, struct diag *d)
{
	m->paths = arena_grow(m->arena, m->paths, m->n_paths, sizeof *m->paths);
	m->paths[m->n_paths++] = (struct tree_path){ path, part };
	const char *text = (const char *)path.data; /* arena strings end in NUL */
	if (linkat(from, name, m->to, text, 0) == 0)
		return OK;
	if (errno == EEXIST) /* two files: tree_merge_check names both parts */
		return is_directory(m->to, text) ? clash(m, path, part, d) : OK;
	return copy_file(from, name, m->to, text, st, d);
}

static enum status merge_directory(struct tree_merge *m, int fd, struct bytes parent, const char *part, unsigned depth,
				   struct diag *d)
{
	DIR *entries = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	if (!entries) {
		(void)close(fd);
		return fail(d, ERR_IO, 0, "read a directory of '%s'", part);
	}
	enum status s = OK;
	for (struct dirent *e; s == OK && (e = readdir(entries));) {
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		struct bytes path = bytes_of(arena_printf(m->arena, "%.*s%s%s", BYTES_ARG(parent), parent.size ? "/" : "", e->d_name));
		if (fstatat(dirfd(entries), e->d_name, &st, AT_SYMLINK_NOFOLLOW)) {
			s = fail(d, ERR_IO, 0, "look at '%.*s': %s", BYTES_ARG(path), strerror(errno));
		} else if (S_ISDIR(st.st_mode)) {
			int below = openat(dirfd(entries), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			bool made = below >= 0 && mkdirat(m->to, (const char *)path.data, 0755) == 0;
			if (below >= 0 && !made && errno == EEXIST && !is_directory(m->to, (const char *)path.data))
				s = clash(m, path, part, d);
			else if (below < 0 || (!made && errno != EEXIST))
				s = fail(d, ERR_IO, 0, "make the directory '%.*s': %s", BYTES_ARG(path), strerror(errno));
			else
				s = merge_directory(m, take_fd(&below), path, part, depth + 1, d);
			fd_close(&below);
		} else {
			s = merge_file(m, dirfd(entries), e->d_name, path, part, &st, d);
		}
	}
	(void)closedir(entries);
	return s;
}

enum status tree_merge_add(struct tree_merge *m, int from, const char *part, struct diag *d)
{
	int copy = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy < 0)
		return fail(d, ERR_IO, 0, "open the tree of '%s': %s", part, strerror(errno));
	return merge_directory(m, copy, (struct bytes){ NULL, 0 }, part, 0, d);
}

static int compare_paths(const void *a, const void *b)
{
	return bytes_compare(((const struct tree_path *)a)->path, ((const struct tree_path *)b)->path);
}

enum status tree_merge_check(struct tree_merge *m, struct diag *d)
{
	if (m->n_paths)
		qsort(m->paths, m->n_paths, sizeof *m->paths, compare_paths);
	for (size_t i = 1; i < m->n_paths; i++)
		if (bytes_equal(m->paths[i].path, m->paths[i - 1].path))
			return fail(d, ERR_ARTEFACT, 0, "the wheels '%s' and '%s' both hold the file '%.*s'", m->paths[i - 1].part,
				    m->paths[i].part, BYTES_ARG(m->paths[i].path));
	return OK;
}

static int freeze_directory(int fd, unsigned depth)
{
	DIR *entries = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	if (!entries) {
		(void)close(fd);
		return -1;
	}
	int failed = 0;
	for (struct dirent *e; !failed && (e = readdir(entries));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		int below = openat(dirfd(entries), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			failed = freeze_directory(below, depth + 1);
	}
	failed = failed || fchmod(dirfd(entries), 0555);
	(void)closedir(entries);
	return failed ? -1 : 0;
}

enum status tree_freeze(int dir, struct diag *d)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy < 0 || freeze_directory(copy, 0))
		return fail(d, ERR_IO, 0, "make a tree read-only: %s", strerror(errno));
	return OK;
}
