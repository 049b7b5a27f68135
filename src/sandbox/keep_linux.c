#include "sandbox/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/file.h"
#include "sandbox/kernel.h"

enum { BLOCK = 65536 };

struct keeper {
	uint64_t max_size, max_members;
	struct kept *kept;
};

static int open_beneath(int dir, const char *name, uint64_t flags)
{
	return kernel_openat2(dir, name, flags | O_NOFOLLOW | O_NONBLOCK, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

static enum status copy_bytes(struct keeper *k, int from, int to, struct diag *d)
{
	static unsigned char block[BLOCK];
	for (;;) {
		ssize_t n = read(from, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return OK;
		k->kept->size += (uint64_t)n;
		enum status s = fd_write_all(to, bytes_make(block, (size_t)n), d);
		if (s)
			return s;
	}
}

/* False: it is left out. A hole of a terabyte is a terabyte to whoever reads it, so the size is asked first. */
static bool keep_file(struct keeper *k, int from_dir, int to_dir, const char *name, enum status *ret_status, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int from = open_beneath(from_dir, name, O_RDONLY);
	if (from < 0 || fstat(from, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > k->max_size - k->kept->size)
		return false;
	CLEANUP(fd_close)
	int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, st.st_mode & 0100 ? 0755 : 0644);
	*ret_status = to < 0 ? fail(d, ERR_IO, 0, "make '%s': %s", name, strerror(errno)) : copy_bytes(k, from, to, d);
	return true;
}

static bool leads_out(struct bytes target)
{
	bool out = target.size == 0 || target.data[0] == '/';
	while (!out && target.size)
		out = bytes_equal(bytes_cut(&target, '/'), BYTES(".."));
	return out;
}

static bool keep_link(int from_dir, int to_dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, name, target, sizeof target - 1);
	if (n <= 0 || n == (ssize_t)sizeof target - 1 || leads_out(bytes_make(target, (size_t)n)))
		return false;
	target[n] = '\0';
	return symlinkat(target, to_dir, name) == 0;
}

/* Programs that only look at a folder run what its repository's configuration names: git status does. */
static bool is_repository(int dir)
{
	static const char *const parts[] = { "HEAD", "objects", "refs" };
	for (size_t i = 0; i < COUNT(parts); i++)
		if (faccessat(dir, parts[i], F_OK, AT_SYMLINK_NOFOLLOW))
			return false;
	return true;
}

static enum status keep_entries(struct keeper *k, int from_dir, int to_dir, unsigned depth, struct diag *d);

static bool keep_directory(struct keeper *k, int from_dir, int to_dir, const char *name, unsigned depth, enum status *ret_status,
			   struct diag *d)
{
	CLEANUP(fd_close) int from = depth < KEEP_DEPTH_MAX ? open_beneath(from_dir, name, O_RDONLY | O_DIRECTORY) : -1;
	if (from < 0 || is_repository(from))
		return false;
	CLEANUP(fd_close)
	int to = mkdirat(to_dir, name, 0755) ? -1 : openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*ret_status = to < 0 ? fail(d, ERR_IO, 0, "make '%s': %s", name, strerror(errno)) : keep_entries(k, from, to, depth + 1, d);
	return true;
}

static bool is_of_a_repository(const char *name)
{
	static const char *const names[] = { ".git", ".hg", ".svn", ".bzr", ".jj" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

static enum status keep_one(struct keeper *k, int from_dir, int to_dir, const char *name, unsigned depth, struct diag *d)
{
	struct stat st;
	enum status s = OK;
	bool is_kept = false;
	if (!is_of_a_repository(name) && k->kept->n_members < k->max_members &&
	    fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISREG(st.st_mode))
			is_kept = keep_file(k, from_dir, to_dir, name, &s, d);
		else if (S_ISDIR(st.st_mode))
			is_kept = keep_directory(k, from_dir, to_dir, name, depth, &s, d);
		else if (S_ISLNK(st.st_mode))
			is_kept = keep_link(from_dir, to_dir, name);
	}
	*(is_kept ? &k->kept->n_members : &k->kept->n_left_out) += 1;
	return s;
}

static enum status keep_entries(struct keeper *k, int from_dir, int to_dir, unsigned depth, struct diag *d)
{
	DIR *entries = directory_entries(from_dir);
	enum status s = OK;
	if (!entries)
		return fail(d, ERR_IO, 0, "read a folder of the tree: %s", strerror(errno));
	for (struct dirent *e; s == OK && (e = readdir(entries));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			s = keep_one(k, from_dir, to_dir, e->d_name, depth, d);
	(void)closedir(entries);
	return s;
}

enum status keep_tree(int from_fd, int to_fd, uint64_t max_size, uint64_t max_members, struct kept *ret, struct diag *d)
{
	struct keeper k = { .max_size = max_size, .max_members = max_members, .kept = ret };
	*ret = (struct kept){ 0 };
	return keep_entries(&k, from_fd, to_fd, 0, d);
}
