/* Copy-in: writes a snapshot below a directory of the private tmpfs, with one time for everything.
 * The snapshot's reader has checked names, order and links; parents are still opened without following links. */
#include "sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "format/snapshot.h"
#include "sandbox/kernel.h"

struct expansion {
	struct inner *in;
	int base_fd;
	int parent_fd; /* the directory named by parent, kept for the next entry */
	struct bytes parent;
	struct timespec times[2];
};

static int open_parent(struct expansion *x, struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	struct bytes parent = slash < path.size ? bytes_part(path, 0, slash) : BYTES(".");
	if (x->parent_fd >= 0 && bytes_equal(parent, x->parent))
		return 0;
	fd_close(&x->parent_fd);
	char name[4096];
	if (parent.size >= sizeof name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	bytes_copy(name, parent);
	name[parent.size] = '\0';
	x->parent_fd = kernel_openat2(x->base_fd, name, O_PATH | O_DIRECTORY, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	x->parent = parent;
	return x->parent_fd < 0 ? -1 : 0;
}

static int expand_entry(struct expansion *x, const struct snapshot_entry *e)
{
	size_t slash = bytes_find_last(e->path, '/');
	struct bytes base = slash < e->path.size ? bytes_from(e->path, slash + 1) : e->path;
	char name[256], target[4096];
	if (base.size >= sizeof name || (e->type == 'l' && e->content.size >= sizeof target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	bytes_copy(name, base);
	name[base.size] = '\0';
	if (open_parent(x, e->path))
		return -1;
	if (e->type == 'd')
		return mkdirat(x->parent_fd, name, 0755);
	if (e->type == 'l') {
		bytes_copy(target, e->content);
		target[e->content.size] = '\0';
		return symlinkat(target, x->parent_fd, name) || utimensat(x->parent_fd, name, x->times, AT_SYMLINK_NOFOLLOW) ? -1 : 0;
	}
	mode_t mode = e->type == 'x' ? 0755 : 0644;
	CLEANUP(fd_close) int fd = openat(x->parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return fd < 0 || fd_write_all(fd, e->content, NULL) || futimens(fd, x->times) ? -1 : 0;
}

/* Directories last: writing into them moved their times. */
static int stamp_directories(struct expansion *x, struct bytes file)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	if (snapshot_open(file, &r, NULL))
		return -1;
	while (snapshot_next(&r, &e, NULL) == OK) {
		if (e.type != 'd')
			continue;
		char name[4096];
		if (e.path.size >= sizeof name)
			return -1;
		bytes_copy(name, e.path);
		name[e.path.size] = '\0';
		if (utimensat(x->base_fd, name, x->times, AT_SYMLINK_NOFOLLOW))
			return -1;
	}
	return futimens(x->base_fd, x->times);
}

static int expand_all(struct expansion *x, struct bytes file)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	struct diag d = { 0 };
	enum status s = snapshot_open(file, &r, &d);
	while (s == OK) {
		s = snapshot_next(&r, &e, &d);
		if (s == OK && expand_entry(x, &e)) {
			x->in->detail = arena_string(x->in->arena, e.path);
			return -1;
		}
	}
	if (s == ERR_ABSENT)
		return stamp_directories(x, file);
	x->in->detail = arena_string(x->in->arena, bytes_of(d.text));
	errno = EBADMSG;
	return -1;
}

int snapshot_expand(struct inner *in, const char *path)
{
	struct stat st;
	if (fstat(SANDBOX_FD_SNAPSHOT, &st))
		return -1;
	size_t size = (size_t)st.st_size;
	void *map = mmap(NULL, size ? size : 1, PROT_READ, MAP_PRIVATE, SANDBOX_FD_SNAPSHOT, 0);
	if (map == MAP_FAILED)
		return -1;
	if (mkdir(path, 0755) && errno != EEXIST)
		return -1;
	struct timespec epoch = { .tv_sec = in->spec->epoch };
	struct expansion x = { .in = in, .parent_fd = -1, .times = { epoch, epoch } };
	x.base_fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int failed = x.base_fd < 0 ? -1 : expand_all(&x, bytes_make(map, size));
	fd_close(&x.parent_fd);
	fd_close(&x.base_fd);
	(void)munmap(map, size ? size : 1);
	return failed;
}
