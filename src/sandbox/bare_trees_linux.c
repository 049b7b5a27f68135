/* What the payload sees of the host when it keeps the host's root: rules of Landlock for what lies where its user can reach it,
 * copies of what does not. */
#include "sandbox/bare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/file.h"

/* DEPTH_MAX: environments and repositories are not deeper, by far; a descriptor and a frame for each. */
enum { DEPTH_MAX = 100 };

static bool is_within_mount(const struct sandbox_spec *spec, const char *target)
{
	for (size_t i = 0; i < spec->n_mounts; i++) {
		size_t size = strlen(spec->mounts[i].target);
		if (strncmp(target, spec->mounts[i].target, size) == 0 && target[size] == '/')
			return true;
	}
	return false;
}

/* ---- copies ---- */

static int copy_file(int from_dir, int to_dir, const char *name, mode_t mode)
{
	CLEANUP(fd_close) int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(fd_close) int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	if (from < 0 || to < 0 || fstat(from, &st))
		return -1;
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 30);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
	}
	/* Times as they are: what compares them, make and pip among others, finds what it would find there. */
	const struct timespec times[2] = { st.st_mtim, st.st_mtim };
	return futimens(to, times) || fchmod(to, mode & S_IXUSR ? 0555 : 0444);
}

static int copy_link(int from_dir, int to_dir, const char *name)
{
	char target[4096];
	ssize_t n = readlinkat(from_dir, name, target, sizeof target - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	return symlinkat(target, to_dir, name);
}

/* Depth at most DEPTH_MAX. Only files, folders and links: nothing else belongs into an environment. */
static int copy_tree(int from, int to, unsigned depth)
{
	errno = ELOOP;
	DIR *entries = depth > DEPTH_MAX ? NULL : directory_entries(from);
	if (!entries)
		return -1;
	int failed = 0;
	for (struct dirent *e; !failed && (e = readdir(entries));) {
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		failed = fstatat(from, e->d_name, &st, AT_SYMLINK_NOFOLLOW);
		if (!failed && S_ISREG(st.st_mode))
			failed = copy_file(from, to, e->d_name, st.st_mode);
		else if (!failed && S_ISLNK(st.st_mode))
			failed = copy_link(from, to, e->d_name);
		else if (!failed && S_ISDIR(st.st_mode)) {
			CLEANUP(fd_close) int inner = openat(from, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			CLEANUP(fd_close) int made = -1;
			if (inner >= 0 && mkdirat(to, e->d_name, 0755) == 0)
				made = openat(to, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			failed = made < 0 || copy_tree(inner, made, depth + 1);
		}
	}
	(void)closedir(entries);
	return failed ? -1 : 0;
}

/* TOP/trees/N */
static int copy_mount(struct inner *in, const char *source, size_t i, const char **ret)
{
	const char *name = arena_printf(in->arena, "trees/%zu", i);
	struct stat st;
	*ret = arena_printf(in->arena, "%s/%s", in->bare->path, name);
	CLEANUP(fd_close) int from = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0 || fstat(from, &st))
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	CLEANUP(fd_close) int to = -1;
	if (mkdirat(in->bare->top_fd, name, 0755) == 0)
		to = openat(in->bare->top_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return to < 0 ? -1 : copy_tree(from, to, 0);
}

/* ---- mounts ---- */

static void add_rule(struct inner *in, const char *path, enum place_access access)
{
	in->rules = arena_grow(in->arena, in->rules, in->n_rules, sizeof *in->rules);
	in->rules[in->n_rules++] = (struct place_rule){ path, access };
}

static bool payload_reaches(const struct bare *b, const char *path)
{
	bare_act(b, true);
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	bare_act(b, false);
	return fd >= 0;
}

/* One tree beside the system's own. What has the same name inside as outside, an interpreter above all, holds that name in itself:
 * a copy would be another. */
static int show_mount(struct inner *in, size_t i)
{
	const struct sandbox_mount *m = &in->spec->mounts[i];
	const char *outside = m->source;
	bool is_same = strcmp(m->source, m->target) == 0;
	in->detail = m->source;
	if (!is_same && !bare_paths_writable(m->target) && is_within_mount(in->spec, m->target))
		return 0; /* laid over a part of another one: there is no such thing without mounts */
	if (!payload_reaches(in->bare, m->source)) {
		errno = EACCES;
		if (!in->bare->is_root || is_same || copy_mount(in, m->source, i, &outside))
			return -1;
	}
	bare_paths_add(&in->bare->paths, m->target, outside);
	add_rule(in, outside, PLACE_READ);
	return 0;
}

int bare_show_trees(struct inner *in)
{
	(void)umask(022);
	bare_paths_init(&in->bare->paths, in->bare->path, in->arena);
	for (size_t i = 0; i < in->spec->n_mounts; i++) {
		if (i < in->spec->n_system_mounts)
			add_rule(in, in->spec->mounts[i].source, PLACE_READ);
		else if (show_mount(in, i))
			return -1;
	}
	static const struct place_rule own[] = {
		{ "/bin", PLACE_READ }, { "/build", PLACE_WRITE }, { "/tmp", PLACE_WRITE }, { "/out", PLACE_WRITE }
	};
	for (size_t i = 0; i < COUNT(own); i++)
		add_rule(in, arena_printf(in->arena, "%s%s", in->bare->path, own[i].path), own[i].access);
	/* Its own processes have to be found there, and /proc cannot be told apart by process: what belongs to others is closed by
	 * the rule of ptrace(2) that comes with every domain of Landlock, but for their names and words. */
	add_rule(in, "/proc", PLACE_LOOK);
	return 0;
}
