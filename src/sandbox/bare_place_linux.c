/* The run directory of a build without namespaces. */
#include "sandbox/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/file.h"
#include "sandbox/launch.h"
#include "sandbox/measure.h"

static const char *const places[BARE_PLACES] = { [BARE_BUILD] = "build", [BARE_TMP] = "tmp", [BARE_OUT] = "out" };

/* Where somebody else may rename what we make, a stranger's folder could take its place. */
static bool is_safe(int dir)
{
	struct stat st;
	if (fstat(dir, &st) || (st.st_uid != 0 && st.st_uid != geteuid()))
		return false;
	return !(st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_mode & S_ISVTX;
}

static int open_parent(struct bare *b, struct arena *a)
{
	size_t slash = bytes_find_last(bytes_of(b->path), '/');
	const char *parent = arena_string(a, bytes_part(bytes_of(b->path), 0, slash));
	b->base = b->path + slash + 1;
	if (directory_make(AT_FDCWD, parent, true, &b->parent_fd, NULL))
		return -1;
	if (is_safe(b->parent_fd))
		return 0;
	fd_close(&b->parent_fd); /* nothing is made, so nothing is to be removed */
	errno = EPERM;
	return -1;
}

/* The kernel takes no id that our user namespace has not: root of a rootless container has some ten thousand of its own. */
static int choose_id(struct bare *b, uint32_t wanted)
{
	const uint32_t ids[] = { wanted, 64000, 60000 };
	b->is_root = geteuid() == 0;
	for (size_t i = 0; i < COUNT(ids); i++) {
		b->id = ids[i];
		if (!b->is_root ||
		    (launch_id_is_mapped("/proc/self/uid_map", ids[i]) && launch_id_is_mapped("/proc/self/gid_map", ids[i])))
			return 0;
	}
	errno = EINVAL;
	return -1;
}

/* A folder in TOP for the payload alone. */
static int make_place(const struct bare *b, const char *name, int *ret_fd)
{
	if (mkdirat(b->top_fd, name, 0700))
		return -1;
	*ret_fd = openat(b->top_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd < 0)
		return -1;
	return b->is_root ? fchown(*ret_fd, b->id, b->id) : 0;
}

/* As root TOP stays root's, and the payload passes through it as its group: it could open its own to others. */
static int make_top(struct bare *b)
{
	if (mkdirat(b->parent_fd, b->base, 0700)) {
		fd_close(&b->parent_fd); /* not ours to remove */
		return -1;
	}
	b->top_fd = openat(b->parent_fd, b->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (b->top_fd < 0)
		return -1;
	return b->is_root && (fchown(b->top_fd, 0, b->id) || fchmod(b->top_fd, 0710)) ? -1 : 0;
}

const char *bare_place_make(const struct sandbox_spec *spec, struct arena *a, struct bare *ret)
{
	*ret = (struct bare){ .path = spec->run_path, .parent_fd = -1, .top_fd = -1, .place_fds = { -1, -1, -1 } };
	if (choose_id(ret, spec->outside_id))
		return "choose the build's user";
	if (open_parent(ret, a) || make_top(ret))
		return "make the run directory";
	for (size_t i = 0; i < BARE_PLACES; i++)
		if (make_place(ret, places[i], &ret->place_fds[i]))
			return "make the run directory";
	return mkdirat(ret->top_fd, "bin", 0755) || mkdirat(ret->top_fd, "trees", 0755) ? "make the run directory" : NULL;
}

void bare_place_remove(struct bare *b)
{
	for (size_t i = 0; i < BARE_PLACES; i++)
		fd_close(&b->place_fds[i]);
	fd_close(&b->top_fd);
	if (b->parent_fd >= 0)
		(void)measure_remove(b->parent_fd, b->base);
	fd_close(&b->parent_fd);
}
