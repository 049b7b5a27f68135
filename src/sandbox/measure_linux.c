#include "sandbox/measure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/file.h"

/* NAMES_MAX: of folders not walked yet; with the longest names some hundred thousand. SEEN_MAX: nameless files told apart. */
enum { NAMES_MAX = 64 << 20, LEVELS_MAX = 64 << 20, SEEN_MAX = 512, BLOCK_SIZE = 512 };

/* A folder on the way down: what is left to do in it starts at names_at. */
struct level {
	dev_t dev;
	ino_t ino;
	size_t names_at;
};

struct walk {
	int fd; /* the folder we are in */
	struct buf names; /* of its folders and those of the levels above, each behind a NUL */
	struct buf levels;
	struct measured sum;
};

/* A folder that its owner has closed to himself; who else would hide something from a count? By descriptor: a name may be a link
 * by now. */
static int open_folder(int dir, const char *name)
{
	static const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, how);
	if (fd >= 0 || errno != EACCES)
		return fd;
	char path[64];
	CLEANUP(fd_close) int place = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", place);
	return place < 0 || chmod(path, 0700) ? -1 : openat(dir, name, how);
}

static void count(struct walk *w, const char *name)
{
	struct stat st;
	if (fstatat(w->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	w->sum.inodes++;
	w->sum.size += (uint64_t)st.st_blocks * BLOCK_SIZE / (S_ISDIR(st.st_mode) || st.st_nlink < 1 ? 1 : st.st_nlink);
	if (!S_ISDIR(st.st_mode))
		return;
	buf_add_byte(&w->names, '\0');
	buf_add(&w->names, bytes_of(name));
}

static struct level *top_level(struct walk *w)
{
	return (struct level *)(void *)(w->levels.data + w->levels.size) - 1;
}

/* Enters the folder, which is w->fd now: all that is in it is counted at once. */
static bool enter(struct walk *w)
{
	struct stat st;
	if (fstat(w->fd, &st))
		return false;
	struct level level = { st.st_dev, st.st_ino, w->names.size };
	buf_add(&w->levels, bytes_make(&level, sizeof level));
	DIR *entries = directory_entries(w->fd);
	for (struct dirent *e; entries && (e = readdir(entries));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			count(w, e->d_name);
	if (entries)
		(void)closedir(entries);
	return !w->names.full && !w->levels.full;
}

/* Back to the level above, if it still is the one above. */
static bool leave(struct walk *w)
{
	struct stat st;
	w->levels.size -= sizeof(struct level);
	if (w->levels.size == 0)
		return false;
	int up = openat(w->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd_close(&w->fd);
	w->fd = up;
	return up >= 0 && fstat(up, &st) == 0 && st.st_dev == top_level(w)->dev && st.st_ino == top_level(w)->ino;
}

/* One folder down, or up. False at the end. */
static bool step(struct walk *w)
{
	if (w->names.size == top_level(w)->names_at)
		return leave(w);
	char name[NAME_MAX + 1] = "";
	size_t at = bytes_find_last(buf_bytes(&w->names), '\0');
	struct bytes last = bytes_from(buf_bytes(&w->names), at + 1);
	bytes_copy(name, bytes_part(last, 0, sizeof name - 1));
	w->names.size = at;
	int fd = open_folder(w->fd, name);
	if (fd < 0)
		return true;
	fd_close(&w->fd);
	w->fd = fd;
	return enter(w);
}

struct measured measure_tree(int dir_fd)
{
	struct walk w = { .fd = open_folder(dir_fd, ".") };
	buf_init(&w.names, NAMES_MAX);
	buf_init(&w.levels, LEVELS_MAX);
	if (w.fd >= 0 && enter(&w))
		while (step(&w))
			;
	if (w.names.full)
		w.sum.inodes = UINT64_MAX;
	fd_close(&w.fd);
	buf_done(&w.names);
	buf_done(&w.levels);
	return w.sum;
}

/* ---- files without a name ---- */

struct seen {
	dev_t dev;
	ino_t ino;
};

static uint64_t size_of_new(int dir, const char *name, struct seen *seen, size_t *n)
{
	struct stat st;
	if (fstatat(dir, name, &st, 0) || !S_ISREG(st.st_mode) || st.st_nlink > 0)
		return 0;
	for (size_t i = 0; i < *n; i++)
		if (seen[i].dev == st.st_dev && seen[i].ino == st.st_ino)
			return 0;
	if (*n < SEEN_MAX)
		seen[(*n)++] = (struct seen){ st.st_dev, st.st_ino };
	return (uint64_t)st.st_blocks * BLOCK_SIZE;
}

uint64_t measure_nameless(const pid_t *tree, size_t n)
{
	struct seen seen[SEEN_MAX];
	size_t n_seen = 0;
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		char path[64];
		(void)snprintf(path, sizeof path, "/proc/%d/fd", (int)tree[i]);
		DIR *entries = opendir(path);
		for (struct dirent *e; entries && (e = readdir(entries));)
			if (e->d_name[0] != '.')
				sum += size_of_new(dirfd(entries), e->d_name, seen, &n_seen);
		if (entries)
			(void)closedir(entries);
	}
	return sum;
}

/* ---- taking away ---- */

/* Empties one folder: files go, folders move up beside it under a number. */
static int flatten(int dir, const char *name, unsigned *number)
{
	CLEANUP(fd_close) int fd = open_folder(dir, name);
	if (fd < 0 || fchmod(fd, 0700))
		return -1;
	DIR *entries = directory_entries(fd);
	if (!entries)
		return -1;
	int failed = 0;
	for (struct dirent *e; !failed && (e = readdir(entries));) {
		char to[32];
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || unlinkat(fd, e->d_name, 0) == 0)
			continue;
		(void)snprintf(to, sizeof to, "%u", ++*number);
		/* Moving a folder writes its "..", so it has to be open to us. */
		int inner = open_folder(fd, e->d_name);
		failed = inner < 0 || fchmod(inner, 0700) || renameat(fd, e->d_name, dir, to);
		fd_close(&inner);
	}
	(void)closedir(entries);
	return failed;
}

/* The folders in a folder, until there is none: each turn makes the tree one level flatter. */
static int empty(int dir, unsigned *number)
{
	for (bool again = true; again;) {
		again = false;
		DIR *entries = directory_entries(dir);
		if (!entries)
			return -1;
		for (struct dirent *e; (e = readdir(entries));) {
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || unlinkat(dir, e->d_name, 0) == 0)
				continue;
			again = true;
			if (flatten(dir, e->d_name, number) || unlinkat(dir, e->d_name, AT_REMOVEDIR)) {
				(void)closedir(entries);
				return -1;
			}
		}
		(void)closedir(entries);
	}
	return 0;
}

int measure_remove(int dir_fd, const char *name)
{
	unsigned number = 0;
	CLEANUP(fd_close) int fd = open_folder(dir_fd, name);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fchmod(fd, 0700) || empty(fd, &number))
		return -1;
	return unlinkat(dir_fd, name, AT_REMOVEDIR);
}
