#include "env/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/wire.h"
#include "crypto/digest.h"

enum { DEPTH_MAX = 128, ENTRIES_MAX = 1000000 };

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status list_names(int fd, struct arena *a, const char ***ret, size_t *ret_n, struct diag *d)
{
	DIR *entries = fdopendir(fd);
	if (!entries) {
		(void)close(fd);
		return fail(d, ERR_IO, 0, "read a directory: %s", strerror(errno));
	}
	const char **names = NULL;
	size_t n = 0;
	for (struct dirent *e; n < ENTRIES_MAX && (e = readdir(entries));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names = arena_grow(a, names, n, sizeof *names);
		names[n++] = arena_string(a, bytes_of(e->d_name));
	}
	(void)closedir(entries);
	if (n)
		qsort(names, n, sizeof *names, compare_names);
	*ret = names;
	*ret_n = n;
	return OK;
}

static enum status list_directory(int root, const char *path, struct arena *a, const char ***ret, size_t *ret_n, struct diag *d)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	return list_names(fd, a, ret, ret_n, d);
}

static void put_stat(struct buf *out, const char *path, const struct stat *st)
{
	wire_put_string(out, path);
	wire_put_u32(out, st->st_mode);
	wire_put_u64(out, (uint64_t)st->st_size);
	wire_put_u64(out, (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec);
	wire_put_u64(out, (uint64_t)st->st_ino);
}

/* A directory's own record has no size that means anything; its time tells of entries that came or went. */
static enum status describe(int root, const char *path, struct arena *a, struct buf *out, unsigned depth, struct diag *d)
{
	struct stat st;
	if (depth > DEPTH_MAX || fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW))
		return fail(d, ERR_IO, 0, "look at '%s': %s", path, strerror(errno));
	put_stat(out, path, &st);
	if (S_ISREG(st.st_mode)) {
		struct sha256 hash;
		uint64_t size;
		CLEANUP(fd_close) int fd = openat(root, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return fail(d, ERR_IO, 0, "open '%s': %s", path, strerror(errno));
		enum status s = sha256_of_fd(fd, UINT64_MAX, &hash, &size, d);
		wire_put_bytes(out, bytes_make(hash.bytes, sizeof hash.bytes));
		return s;
	}
	if (!S_ISDIR(st.st_mode)) {
		wire_put_bytes(out, (struct bytes){ NULL, 0 });
		return OK;
	}
	const char **names = NULL;
	size_t n = 0;
	enum status s = list_directory(root, path, a, &names, &n, d);
	wire_put_bytes(out, bytes_make(&n, sizeof n)); /* in place of content: how many things are in it */
	for (size_t i = 0; s == OK && i < n; i++)
		s = describe(root, arena_printf(a, "%s/%s", path, names[i]), a, out, depth + 1, d);
	return s;
}

enum status manifest_make(int dir, struct buf *out, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	enum status s = describe(dir, ".", &a, out, 0, d);
	return s ? s : buf_check(out, "the manifest of a tree", d);
}

static bool count_differs(int dir, const char *path, struct bytes want)
{
	CLEANUP(arena_done) struct arena a;
	const char **names;
	size_t n;
	arena_init(&a);
	return list_directory(dir, path, &a, &names, &n, NULL) || !bytes_equal(want, bytes_make(&n, sizeof n));
}

static bool content_differs(int dir, const char *path, struct bytes want)
{
	struct sha256 hash;
	uint64_t size;
	CLEANUP(fd_close) int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || sha256_of_fd(fd, UINT64_MAX, &hash, &size, NULL) ||
	       !bytes_equal(want, bytes_make(hash.bytes, sizeof hash.bytes));
}

enum status manifest_check(int dir, struct bytes manifest, bool rehash, struct diag *d)
{
	struct wire w = wire_over(manifest);
	char path[4200];
	while (w.rest.size && !w.bad) {
		struct stat st;
		struct bytes name = wire_get_bytes(&w);
		uint32_t mode = wire_get_u32(&w);
		uint64_t size = wire_get_u64(&w), mtime = wire_get_u64(&w), inode = wire_get_u64(&w);
		struct bytes hash = wire_get_bytes(&w);
		if (w.bad || name.size >= sizeof path)
			break;
		bytes_copy(path, name);
		path[name.size] = '\0';
		bool differs = fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) || st.st_mode != mode || (uint64_t)st.st_size != size ||
			       (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec != mtime ||
			       st.st_ino != inode;
		if (!differs && rehash)
			differs = (S_ISREG(mode) && content_differs(dir, path, hash)) ||
				  (S_ISDIR(mode) && count_differs(dir, path, hash));
		if (differs)
			return fail(d, ERR_HASH, 0, "'%s' in the environment is not what was installed", path);
	}
	return wire_end(&w, "manifest", d);
}
