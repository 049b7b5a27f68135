/* `hwb cache`: where it is, what it holds, and how it gets smaller. Only what stands inside the cache, below the folders that hwb
 * makes there, is ever removed; links are not followed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/options_build.h"
#include "format/json_write.h"
#include "host/file.h"
#include "index/index.h"

/* Trees are as deep as packages are; the files of the other folders are two levels down. */
enum { TREE_DEPTH_MAX = 64, UNITS_MAX = 1 << 22 };

static const struct kind {
	const char *name;
	bool has_trees; /* KEY, a directory, with KEY.lock and KEY.manifest beside it; else files at any depth */
} kinds[] = {
	{ "blob", false }, { "index", false }, { "metadata", false }, { "interp", false }, { "resolve", false }, { "git", false },
	{ "wheel", true }, { "env", true },    { "frozen", true },    { "cargo", true },   { "vuln", false },
};

/* What is removed as one. */
struct unit {
	const struct kind *kind;
	const char *path; /* below the kind's folder */
	uint64_t size;
	int64_t used; /* seconds since 1970 */
};

struct cache_command {
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	int dir;
	struct unit *units;
	size_t n_units;
	uint64_t size;
	uint64_t n_removed, n_busy, removed_size;
};

/* ---- looking ---- */

static int64_t last_use(const struct stat *st)
{
	return st->st_atime > st->st_mtime ? st->st_atime : st->st_mtime;
}

/* Environments are hard links to the wheels' files: each gets its part of a file. */
static uint64_t share(const struct stat *st)
{
	return (uint64_t)st->st_blocks * 512 / (st->st_nlink ? st->st_nlink : 1);
}

typedef void visitor(struct cache_command *c, const struct kind *kind, const char *path, const struct stat *st);

/* Everything below dir that is not a directory. */
static void walk(struct cache_command *c, const struct kind *kind, int dir, const char *path, unsigned depth, visitor *visit)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (!entries)
		return;
	for (struct dirent *e; (e = readdir(entries));) {
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		const char *name = path[0] ? arena_printf(c->arena, "%s/%s", path, e->d_name)
					   : arena_string(c->arena, bytes_of(e->d_name));
		if (!S_ISDIR(st.st_mode)) {
			visit(c, kind, name, &st);
			continue;
		}
		CLEANUP(fd_close) int below = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0 && depth < TREE_DEPTH_MAX)
			walk(c, kind, below, name, depth + 1, visit);
	}
	(void)closedir(entries);
}

static void add_unit(struct cache_command *c, const struct kind *kind, const char *path, const struct stat *st)
{
	if (c->n_units == UNITS_MAX || bytes_ends(bytes_of(path), BYTES(".lock")))
		return;
	c->units = arena_grow(c->arena, c->units, c->n_units, sizeof *c->units);
	c->units[c->n_units++] = (struct unit){ kind, path, S_ISDIR(st->st_mode) ? 0 : share(st), last_use(st) };
	c->size += c->units[c->n_units - 1].size;
}

/* Into the unit that was added last. */
static void add_size(struct cache_command *c, const struct kind *kind, const char *path, const struct stat *st)
{
	(void)kind;
	(void)path;
	c->units[c->n_units - 1].size += share(st);
	c->size += share(st);
}

static void list_trees(struct cache_command *c, const struct kind *kind, int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		struct stat st;
		CLEANUP(arena_done) struct arena scratch;
		arena_init(&scratch);
		CLEANUP(fd_close) int tree = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (tree < 0 || fstat(tree, &st) || strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		add_unit(c, kind, arena_string(c->arena, bytes_of(e->d_name)), &st);
		struct arena *arena = c->arena;
		c->arena = &scratch; /* the paths below a tree are not kept */
		walk(c, kind, tree, "", 0, add_size);
		c->arena = arena;
	}
	if (entries)
		(void)closedir(entries);
}

static int open_kind(const struct cache_command *c, const struct kind *kind)
{
	return openat(c->dir, kind->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void list(struct cache_command *c)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		CLEANUP(fd_close) int dir = open_kind(c, &kinds[i]);
		if (dir >= 0 && kinds[i].has_trees)
			list_trees(c, &kinds[i], dir);
		else if (dir >= 0)
			walk(c, &kinds[i], dir, "", 0, add_unit);
	}
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return true;
	return name[0] == '.' || strcmp(name, "id") == 0 || strcmp(name, "tmp") == 0 || strcmp(name, "CACHEDIR.TAG") == 0 ||
	       bytes_ends(bytes_of(name), BYTES(".lock"));
}

/* --cache-dir may be a slip: a folder with anything else in it is nobody's cache. */
static enum status check_dir(const struct cache_command *c, struct diag *d)
{
	struct stat st;
	const char *path = c->settings->cache_dir;
	if (fstat(c->dir, &st) || st.st_uid != geteuid())
		return fail(d, ERR_USAGE, 0, "the cache '%s' belongs to another user", path);
	int fd = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	enum status s = OK;
	for (struct dirent *e; s == OK && entries && (e = readdir(entries));)
		if (!is_ours(e->d_name))
			s = fail(d, ERR_USAGE, 0, "'%s' does not look like a cache of hwb: it holds '%.100s'", path, e->d_name);
	if (entries)
		(void)closedir(entries);
	return s;
}

/* ---- removing ---- */

/* Fails (returns -1) while another run makes, replaces or uses the entry (env/store.h). The lock's file stays: another run may be
 * waiting for it. A draft, whose name begins with a dot, is locked itself. */
static int lock_unit(int dir, const char *path)
{
	char name[300];
	bool is_draft = path[0] == '.';
	if ((size_t)snprintf(name, sizeof name, "%s%s", path, is_draft ? "" : ".lock") >= sizeof name)
		return -1;
	int flags = is_draft ? O_RDONLY | O_DIRECTORY : O_RDWR | O_CREAT;
	CLEANUP(fd_close) int lock = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	return lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0 ? take_fd(&lock) : -1;
}

static enum status remove_unit(struct cache_command *c, const struct unit *u, struct diag *d)
{
	CLEANUP(fd_close) int dir = open_kind(c, u->kind);
	CLEANUP(fd_close) int lock = -1;
	if (dir < 0)
		return OK;
	if (u->kind->has_trees) {
		lock = lock_unit(dir, u->path);
		if (lock < 0) {
			c->n_busy++;
			return OK;
		}
		/* The manifest first: a tree without one is never used. */
		enum status s = directory_remove(dir, arena_printf(c->arena, "%s.manifest", u->path), d);
		if (s)
			return s;
	}
	enum status s = directory_remove(dir, u->path, d);
	c->n_removed += s == OK;
	c->removed_size += s == OK ? u->size : 0;
	return s;
}

static int by_use(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	return (x->used > y->used) - (x->used < y->used);
}

static void report_removed(const struct cache_command *c)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 4096);
	if (c->settings->json) {
		struct json_writer w;
		json_writer_init(&w, &out, false);
		json_object_begin(&w);
		json_pair_unsigned(&w, "removed", c->n_removed);
		json_pair_unsigned(&w, "removed_bytes", c->removed_size);
		json_pair_unsigned(&w, "in_use", c->n_busy);
		json_pair_unsigned(&w, "bytes", c->size - c->removed_size);
		json_object_end(&w);
		console_result(c->console, buf_bytes(&out));
		return;
	}
	console_note(c->console, "removed %llu entr%s (%llu KiB); %llu KiB are left", (unsigned long long)c->n_removed,
		     c->n_removed == 1 ? "y" : "ies", (unsigned long long)c->removed_size / 1024,
		     (unsigned long long)(c->size - c->removed_size) / 1024);
	if (c->n_busy)
		console_note(c->console, "%llu %s of running builds and stayed", (unsigned long long)c->n_busy,
			     c->n_busy == 1 ? "entry is that" : "entries are those");
}

static enum status cache_clean(struct cache_command *c, struct diag *d)
{
	enum status s = OK;
	list(c);
	for (size_t i = 0; s == OK && i < c->n_units; i++)
		s = remove_unit(c, &c->units[i], d);
	report_removed(c);
	return s || c->n_busy ? s : index_cache_adopt(c->dir, d); /* nothing in it came from elsewhere now */
}

/* Least recently used first. */
static enum status cache_gc(struct cache_command *c, struct diag *d)
{
	uint64_t max;
	const char *text = c->settings->cache_max_size;
	if (!text)
		return fail(d, ERR_USAGE, 0, "hwb cache gc takes --max-size SIZE");
	if (number_parse_size(bytes_of(text), INT64_MAX, &max))
		return fail(d, ERR_USAGE, 0, "--max-size takes a size such as 512M or 10G, not '%.100s'", text);
	list(c);
	if (c->n_units)
		qsort(c->units, c->n_units, sizeof *c->units, by_use);
	enum status s = OK;
	for (size_t i = 0; s == OK && i < c->n_units && c->size - c->removed_size > max; i++)
		s = remove_unit(c, &c->units[i], d);
	report_removed(c);
	return s;
}

/* ---- telling ---- */

static enum status cache_dir(struct cache_command *c, struct diag *d)
{
	(void)d;
	console_result(c->console, bytes_of(c->settings->cache_dir));
	return OK;
}

static void sum_kind(const struct cache_command *c, const struct kind *kind, uint64_t *ret_n, uint64_t *ret_size)
{
	*ret_n = *ret_size = 0;
	for (size_t i = 0; i < c->n_units; i++)
		if (c->units[i].kind == kind) {
			++*ret_n;
			*ret_size += c->units[i].size;
		}
}

static enum status cache_info(struct cache_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	struct json_writer w;
	bool json = c->settings->json;
	(void)d;
	list(c);
	buf_init(&out, 1 << 16);
	json_writer_init(&w, &out, false);
	if (json) {
		json_object_begin(&w);
		json_pair_cstring(&w, "path", c->settings->cache_dir);
		json_pair_unsigned(&w, "bytes", c->size);
		json_key(&w, "kinds");
		json_object_begin(&w);
	} else {
		buf_printf(&out, "%s: %llu KiB", c->settings->cache_dir, (unsigned long long)c->size / 1024);
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint64_t n, size;
		sum_kind(c, &kinds[i], &n, &size);
		if (!json) {
			buf_printf(&out, "\n  %-10s %8llu entries %12llu KiB", kinds[i].name, (unsigned long long)n,
				   (unsigned long long)size / 1024);
			continue;
		}
		json_key(&w, kinds[i].name);
		json_object_begin(&w);
		json_pair_unsigned(&w, "entries", n);
		json_pair_unsigned(&w, "bytes", size);
		json_object_end(&w);
	}
	if (json) {
		json_object_end(&w);
		json_object_end(&w);
	}
	console_result(c->console, buf_bytes(&out));
	return OK;
}

static const struct verb {
	const char *name;
	bool needs_dir; /* nothing to do where there is no cache */
	enum status (*run)(struct cache_command *c, struct diag *d);
} verbs[] = {
	{ "dir", false, cache_dir },
	{ "info", true, cache_info },
	{ "clean", true, cache_clean },
	{ "gc", true, cache_gc },
};

static enum status run_verb(struct cache_command *c, const struct verb *v, struct diag *d)
{
	if (!v->needs_dir)
		return v->run(c, d);
	enum status s = directory_open(AT_FDCWD, c->settings->cache_dir, &c->dir, d);
	if (s == ERR_ABSENT) {
		console_note(c->console, "there is no cache at '%s'", c->settings->cache_dir);
		return OK;
	}
	if (s == OK)
		s = check_dir(c, d);
	return s ? s : v->run(c, d);
}

static enum status take_max_size(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->cache_max_size = arena_string(a, bytes_of(value));
	return OK;
}

static const struct option options[] = {
	{ "--max-size", 0, { 0 }, "SIZE", "gc: remove what was used least recently until the cache is no larger.", take_max_size },
	{ "--json", 0, { 0 }, NULL, "Print one JSON object.", option_take_json },
	{ 0 },
};

static int run_cache(struct settings *s, struct arena *a)
{
	struct cache_command c = { .settings = s, .console = console_open(s, environ, a), .arena = a, .dir = -1 };
	struct diag d = { 0 };
	enum status status = ERR_USAGE;
	(void)fail(&d, ERR_USAGE, 0, "hwb cache takes one of: dir, info, clean, gc");
	for (size_t i = 0; s->sources.n == 1 && i < COUNT(verbs); i++)
		if (strcmp(s->sources.items[0], verbs[i].name) == 0)
			status = run_verb(&c, &verbs[i], &d);
	fd_close(&c.dir);
	if (status)
		console_error(c.console, &d);
	return (int)console_end(c.console, exit_code_of(status));
}

const struct command command_cache = {
	.name = "cache",
	.arguments = "dir|info|clean|gc",
	.what = "look at the cache, or make it smaller",
	.options = options,
	.run = run_cache,
};
