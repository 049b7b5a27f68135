#include "source/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/sealed.h"
#include "source/exclude.h"

/* The configuration that stands in for the repository's own: no hooks, includes, filters, credentials. */
static const char git_config[] = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = false\n";

enum { FLUSH_SIZE = 1 << 18, PATH_DEPTH_MAX = 256 };

struct found {
	struct bytes path;
	char type; /* as in a snapshot; 'g' stands for the git configuration */
	uint64_t size;
	dev_t dev; /* what was seen: what is read must be the same thing */
	ino_t ino;
};

struct walk {
	const struct run_context *run;
	struct arena *arena;
	struct found *found;
	size_t n_found;
	struct left_out *left_out;
	size_t n_left_out;
	uint64_t size;
	int64_t newest;
	bool has_git;
	dev_t out_dev;
	ino_t out_ino; /* 0: no output folder */
};

/* Before one more is noted, taken along or left out: both are kept and told. */
static enum status check_members(const struct walk *w, struct diag *d)
{
	uint64_t most = w->run->limits->source_members;
	if (w->n_found + w->n_left_out >= most)
		return fail(d, ERR_REFUSED, 0, "the source has more than %llu members", (unsigned long long)most);
	return OK;
}

static enum status leave_out(struct walk *w, struct bytes path, const char *why, struct diag *d)
{
	enum status s = check_members(w, d);
	if (s)
		return s;
	w->left_out = arena_grow(w->arena, w->left_out, w->n_left_out, sizeof *w->left_out);
	w->left_out[w->n_left_out++] = (struct left_out){ path, why };
	return OK;
}

static enum status add(struct walk *w, struct bytes path, char type, uint64_t size, const struct stat *st, struct diag *d)
{
	const struct limits *l = w->run->limits;
	enum status s = check_members(w, d);
	if (s)
		return s;
	if (size > l->source_file)
		return fail(d, ERR_REFUSED, 0, "'%.*s' has %llu bytes, more than one file of a source may have", BYTES_ARG(path),
			    (unsigned long long)size);
	w->size += size;
	if (w->size > l->source_size)
		return fail(d, ERR_REFUSED, 0, "the source has more than %llu bytes", (unsigned long long)l->source_size);
	if (!snapshot_path_ok(path))
		return fail(d, ERR_REFUSED, 0, "the name '%.*s' cannot be part of a source", BYTES_ARG(path));
	w->found = arena_grow(w->arena, w->found, w->n_found, sizeof *w->found);
	w->found[w->n_found++] = (struct found){ path, type, size, st ? st->st_dev : 0, st ? st->st_ino : 0 };
	return OK;
}

static enum status add_link(struct walk *w, int dir, const char *name, struct bytes path, const struct stat *st, struct diag *d)
{
	char target[4096];
	ssize_t n = readlinkat(dir, name, target, sizeof target);
	if (n <= 0 || n >= (ssize_t)sizeof target || !snapshot_link_ok(path, bytes_make(target, (size_t)n)))
		return leave_out(w, path, "a link out of the tree", d);
	return add(w, path, 'l', (uint64_t)n, st, d);
}

static bool is_environment(int fd)
{
	return faccessat(fd, "pyvenv.cfg", F_OK, 0) == 0;
}

static enum status walk_directory(struct walk *w, int dir, struct bytes path, unsigned depth, struct diag *d);

static enum status enter_directory(struct walk *w, int dir, const char *name, struct bytes path, const struct stat *st,
				   unsigned depth, struct diag *d)
{
	if (w->out_ino && st->st_ino == w->out_ino && st->st_dev == w->out_dev)
		return OK;
	if (depth >= PATH_DEPTH_MAX)
		return fail(d, ERR_REFUSED, 0, "'%.*s' is nested deeper than %d directories", BYTES_ARG(path), PATH_DEPTH_MAX);
	CLEANUP(fd_close) int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "open the directory '%.*s': %s", BYTES_ARG(path), strerror(errno));
	if (is_environment(fd))
		return OK;
	enum status s = add(w, path, 'd', 0, st, d);
	if (s)
		return s;
	if (bytes_equal(path, BYTES(".git"))) {
		w->has_git = true;
		s = add(w, arena_copy(w->arena, BYTES(".git/config")), 'g', sizeof git_config - 1, NULL, d);
		if (s)
			return s;
	}
	return walk_directory(w, take_fd(&fd), path, depth + 1, d);
}

static enum status walk_entry(struct walk *w, int dir, const char *name, struct bytes parent, unsigned depth, struct diag *d)
{
	struct stat st;
	const char *why = NULL;
	struct bytes path = bytes_of(arena_printf(w->arena, "%.*s%s%s", BYTES_ARG(parent), parent.size ? "/" : "", name));
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return fail(d, ERR_IO, 0, "look at '%.*s': %s", BYTES_ARG(path), strerror(errno));
	if (bytes_starts(path, BYTES(".git/")) && !exclude_keeps_git(path))
		return OK;
	switch (exclude_check(path, bytes_of(name), S_ISDIR(st.st_mode), &why)) {
	case EXCLUDE_SILENTLY:
		return OK;
	case EXCLUDE_REPORTED:
		return leave_out(w, path, why, d);
	case EXCLUDE_NOT:
		break;
	}
	if (S_ISDIR(st.st_mode))
		return enter_directory(w, dir, name, path, &st, depth, d);
	if (S_ISLNK(st.st_mode))
		return add_link(w, dir, name, path, &st, d);
	if (!S_ISREG(st.st_mode))
		return leave_out(w, path, "neither a file nor a directory", d);
	if (st.st_mtime > w->newest && !bytes_starts(path, BYTES(".git/")))
		w->newest = st.st_mtime;
	return add(w, path, st.st_mode & 0100 ? 'x' : 'f', (uint64_t)st.st_size, &st, d);
}

/* Takes fd over. Depth is bounded by PATH_DEPTH_MAX. */
static enum status walk_directory(struct walk *w, int fd, struct bytes path, unsigned depth, struct diag *d)
{
	DIR *entries = fdopendir(fd);
	if (!entries) {
		(void)close(fd);
		return fail(d, ERR_IO, 0, "read the directory '%.*s': %s", BYTES_ARG(path), strerror(errno));
	}
	enum status s = run_check(w->run, d);
	for (struct dirent *e; s == OK && (e = readdir(entries));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			s = walk_entry(w, dirfd(entries), e->d_name, path, depth, d);
	(void)closedir(entries);
	return s;
}

static int compare_found(const void *a, const void *b)
{
	return bytes_compare(((const struct found *)a)->path, ((const struct found *)b)->path);
}

/* The file on its way out: hashed as it is written. */
struct writer {
	int fd;
	struct sha256_stream hash;
	struct buf pending;
	uint64_t size;
};

static enum status flush(struct writer *out, struct diag *d)
{
	sha256_add(&out->hash, buf_bytes(&out->pending));
	out->size += out->pending.size;
	enum status s = fd_write_all(out->fd, buf_bytes(&out->pending), d);
	buf_clear(&out->pending);
	return s;
}

/* Without following anything on the way, and the very thing that the walk saw: the tree may belong to somebody with fewer
 * rights than ours, who swaps it for a link meanwhile. */
static enum status open_found(int root, const struct found *f, struct arena *a, int flags, int *ret_fd, struct diag *d)
{
	struct open_how how = { .flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
	struct stat st;
	/* O_NOFOLLOW with O_PATH opens a link itself, and that is no following: the rule holds for every part. */
	how.resolve |= RESOLVE_NO_SYMLINKS;
	CLEANUP(fd_close) int fd = (int)syscall(SYS_openat2, root, arena_string(a, f->path), &how, sizeof how);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "open '%.*s': %s", BYTES_ARG(f->path), strerror(errno));
	if (fstat(fd, &st) || st.st_dev != f->dev || st.st_ino != f->ino || (f->type != 'l' && !S_ISREG(st.st_mode)))
		return fail(d, ERR_IO, 0, "'%.*s' changed while it was read", BYTES_ARG(f->path));
	*ret_fd = take_fd(&fd);
	return OK;
}

static enum status copy_file(struct writer *out, int root, const struct found *f, struct arena *a, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status found = open_found(root, f, a, O_RDONLY | O_NONBLOCK, &fd, d);
	if (found)
		return found;
	uint64_t left = f->size;
	while (left) {
		size_t want = left < FLUSH_SIZE ? (size_t)left : FLUSH_SIZE;
		if (out->pending.size + want > FLUSH_SIZE) {
			enum status s = flush(out, d);
			if (s)
				return s;
		}
		ssize_t n = read(fd, buf_reserve(&out->pending, want), want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(d, ERR_IO, 0, "'%.*s' changed while it was read", BYTES_ARG(f->path));
		buf_grew(&out->pending, (size_t)n);
		left -= (uint64_t)n;
	}
	return OK;
}

static enum status write_entry(struct writer *out, int root, const struct found *f, struct arena *a, struct diag *d)
{
	enum status s = out->pending.size + f->path.size + 8192 > FLUSH_SIZE ? flush(out, d) : OK;
	if (s)
		return s;
	snapshot_put_header(&out->pending, f->type == 'g' ? 'f' : f->type, f->path, f->size);
	if (f->type == 'g') {
		buf_add_string(&out->pending, git_config);
	} else if (f->type == 'l') {
		char target[4096];
		CLEANUP(fd_close) int fd = -1;
		s = open_found(root, f, a, O_PATH, &fd, d);
		if (s)
			return s;
		ssize_t n = readlinkat(fd, "", target, sizeof target);
		if (n != (ssize_t)f->size || !snapshot_link_ok(f->path, bytes_make(target, (size_t)n)))
			return fail(d, ERR_IO, 0, "'%.*s' changed while it was read", BYTES_ARG(f->path));
		buf_add(&out->pending, bytes_make(target, (size_t)n));
	} else if (f->type != 'd') {
		s = copy_file(out, root, f, a, d);
	}
	return s;
}

static enum status write_snapshot(const struct walk *w, int root, struct source_tree *ret, struct diag *d)
{
	struct writer out = { .fd = -1 };
	enum status s = sealed_open("hwb-source", &out.fd, d);
	if (s)
		return s;
	buf_init(&out.pending, 2 * FLUSH_SIZE);
	sha256_start(&out.hash);
	snapshot_put_start(&out.pending);
	for (size_t i = 0; s == OK && i < w->n_found; i++)
		s = write_entry(&out, root, &w->found[i], w->arena, d);
	snapshot_put_end(&out.pending);
	if (s == OK)
		s = flush(&out, d);
	buf_done(&out.pending);
	if (s == OK)
		s = sealed_close(out.fd, d);
	if (s) {
		fd_close(&out.fd);
		return s;
	}
	*ret = (struct source_tree){
		.fd = out.fd,
		.digest = sha256_end(&out.hash),
		.size = out.size,
		.n_entries = w->n_found,
		.newest_unix = w->newest,
		.has_git = w->has_git,
		.left_out = w->left_out,
		.n_left_out = w->n_left_out,
	};
	return OK;
}

enum status source_tree_read(const struct run_context *run, const char *path, const char *out_path, struct arena *a,
			     struct source_tree *ret, struct diag *d)
{
	struct walk w = { .run = run, .arena = a };
	struct stat st;
	CLEANUP(fd_close) int root = -1;
	enum status s = directory_open(AT_FDCWD, path, &root, d);
	if (s)
		return s;
	if (out_path && stat(out_path, &st) == 0) {
		w.out_dev = st.st_dev;
		w.out_ino = st.st_ino;
	}
	int copy = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy < 0)
		return fail(d, ERR_IO, 0, "open '%s': %s", path, strerror(errno));
	s = walk_directory(&w, copy, (struct bytes){ NULL, 0 }, 0, d);
	if (s)
		return s;
	if (w.n_found)
		qsort(w.found, w.n_found, sizeof *w.found, compare_found);
	return write_snapshot(&w, root, ret, d);
}
