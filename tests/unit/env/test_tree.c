#include <fcntl.h>
#include <sys/stat.h>

#include "base/wire.h"
#include "env/manifest.h"
#include "env/tree_write.h"
#include "format/snapshot.h"
#include "harness.h"
#include "host/file.h"
#include "place.h"

/* ---- manifests ---- */

static void fill(const struct place *p)
{
	place_file(p, "tree/a.py", BYTES("one"), 0444);
	place_file(p, "tree/pkg/b.py", BYTES("two"), 0444);
	place_file(p, "tree/pkg/deep/c.py", BYTES("three"), 0555);
	CHECK(symlinkat("a.py", p->fd, "tree/link") == 0);
}

static int open_tree(const struct place *p)
{
	int fd = -1;
	CHECK(directory_open(p->fd, "tree", &fd, NULL) == OK);
	return fd;
}

static void keep_time(const struct place *p, const char *name, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	CHECK(utimensat(p->fd, name, times, AT_SYMLINK_NOFOLLOW) == 0);
}

static void rewrite(const struct place *p, const char *name, struct bytes content)
{
	CLEANUP(fd_close) int fd = -1;
	CHECK(fchmodat(p->fd, name, 0644, 0) == 0);
	fd = openat(p->fd, name, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && pwrite(fd, content.data, content.size, 0) == (ssize_t)content.size);
	CHECK(fchmodat(p->fd, name, 0444, 0) == 0);
}

enum change {
	NOTHING,
	TOUCHED,
	GREW,
	MODE,
	REPLACED,
	ADDED,
	ADDED_BELOW,
	REMOVED,
	RENAMED,
	LINK_MOVED,
	CONTENT_KEPT_TIME,
	ADDED_KEPT_TIME,
	N_CHANGES
};

static void apply(const struct place *p, enum change change)
{
	struct stat st, folder;
	CHECK(fstatat(p->fd, "tree/a.py", &st, 0) == 0 && fstatat(p->fd, "tree/pkg", &folder, 0) == 0);
	switch (change) {
	case TOUCHED:
		place_time(p, "tree/a.py", 12345);
		break;
	case GREW:
		rewrite(p, "tree/a.py", BYTES("one and more"));
		keep_time(p, "tree/a.py", &st);
		break;
	case MODE:
		CHECK(fchmodat(p->fd, "tree/a.py", 0644, 0) == 0);
		break;
	case REPLACED:
		place_file(p, "tree/new", BYTES("one"), 0444);
		CHECK(renameat(p->fd, "tree/new", p->fd, "tree/a.py") == 0);
		keep_time(p, "tree/a.py", &st);
		break;
	case ADDED:
		place_file(p, "tree/sitecustomize.py", BYTES("x"), 0444);
		break;
	case ADDED_BELOW:
		place_file(p, "tree/pkg/deep/new.py", BYTES("x"), 0444);
		break;
	case REMOVED:
		CHECK(unlinkat(p->fd, "tree/pkg/b.py", 0) == 0);
		break;
	case RENAMED:
		CHECK(renameat(p->fd, "tree/pkg/b.py", p->fd, "tree/pkg/d.py") == 0);
		break;
	case LINK_MOVED:
		CHECK(unlinkat(p->fd, "tree/link", 0) == 0 && symlinkat("b.py", p->fd, "tree/link") == 0);
		break;
	case CONTENT_KEPT_TIME:
		rewrite(p, "tree/a.py", BYTES("ONE"));
		keep_time(p, "tree/a.py", &st);
		break;
	case ADDED_KEPT_TIME:
		place_file(p, "tree/pkg/evil.py", BYTES("x"), 0444);
		keep_time(p, "tree/pkg", &folder);
		break;
	case NOTHING:
	case N_CHANGES:
		break;
	}
}

static void a_tree_that_is_not_what_was_installed_is_noticed(void)
{
	static const struct {
		enum change change;
		const char *name;
		bool cheap, rehash;
		const char *says;
	} rows[] = {
		{ NOTHING, "nothing", false, false, "" },
		{ TOUCHED, "another time", true, true, "a.py" },
		{ GREW, "another size", true, true, "a.py" },
		{ MODE, "another mode", true, true, "a.py" },
		{ REPLACED, "another inode", true, true, "" },
		{ ADDED, "a new file", true, true, "" },
		{ ADDED_BELOW, "a new file below", true, true, "pkg/deep" },
		{ REMOVED, "a file is gone", true, true, "pkg" },
		{ RENAMED, "a file has another name", true, true, "pkg" },
		{ LINK_MOVED, "a link leads elsewhere", true, true, "" },
		{ CONTENT_KEPT_TIME, "other content of the same size and time", false, true, "a.py" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(buf_done) struct buf manifest;
		struct diag d = { 0 };
		place_make(&p);
		fill(&p);
		CLEANUP(fd_close) int tree = open_tree(&p);
		buf_init(&manifest, 1 << 20);
		CHECK(manifest_make(tree, &manifest, NULL) == OK);
		apply(&p, rows[i].change);
		CHECK_ROW(manifest_check(tree, buf_bytes(&manifest), false, &d) == (rows[i].cheap ? ERR_HASH : OK), rows[i].name);
		CHECK_ROW(manifest_check(tree, buf_bytes(&manifest), true, &d) == (rows[i].rehash ? ERR_HASH : OK), rows[i].name);
		CHECK_ROW(strstr(d.text, rows[i].says), rows[i].name);
	}
}

/* "is new (directories count their entries)": also where the time of the directory was put back. */
static void a_new_file_is_noticed_whatever_the_time_of_its_directory(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf manifest;
	place_make(&p);
	fill(&p);
	CLEANUP(fd_close) int tree = open_tree(&p);
	buf_init(&manifest, 1 << 20);
	CHECK(manifest_make(tree, &manifest, NULL) == OK);
	apply(&p, ADDED_KEPT_TIME);
	CHECK(manifest_check(tree, buf_bytes(&manifest), true, NULL) == ERR_HASH);
}

static void a_manifest_that_is_cut_is_no_manifest(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf manifest;
	CLEANUP(buf_done) struct buf again;
	size_t valid = 0;
	place_make(&p);
	fill(&p);
	CLEANUP(fd_close) int tree = open_tree(&p);
	buf_init(&manifest, 1 << 20);
	buf_init(&again, 1 << 20);
	CHECK(manifest_make(tree, &manifest, NULL) == OK && manifest_make(tree, &again, NULL) == OK);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&manifest));
	for (size_t cut = 0; cut < manifest.size; cut++)
		valid += manifest_check(tree, bytes_part(buf_bytes(&manifest), 0, cut), false, NULL) == OK;
	/* Between two records it reads as a smaller tree; it is written whole or not at all. 6 of its 7 ends, and nothing. */
	CHECK(valid <= 7);
	CLEANUP(buf_done) struct buf small;
	buf_init(&small, 10);
	CHECK(manifest_make(tree, &small, NULL) == ERR_LIMIT);
}

/* ---- trees ---- */

struct entry {
	char type;
	const char *path, *content;
};

static void write_entries(const struct entry *entries, size_t n, struct buf *out)
{
	buf_init(out, 1 << 20);
	snapshot_put_start(out);
	for (size_t i = 0; i < n; i++) {
		snapshot_put_header(out, entries[i].type, bytes_of(entries[i].path),
				    entries[i].content ? strlen(entries[i].content) : 0);
		buf_add(out, bytes_of(entries[i].content));
	}
	snapshot_put_end(out);
}

static void check_file(const struct place *p, const char *name, const char *content, unsigned mode)
{
	CLEANUP(buf_done) struct buf b;
	struct stat st;
	buf_init(&b, 1 << 16);
	CHECK_ROW(place_read(p, name, &b) && bytes_equal(buf_bytes(&b), bytes_of(content)), name);
	CHECK_ROW(fstatat(p->fd, name, &st, 0) == 0 && (st.st_mode & 0777) == mode, name);
}

static void a_snapshot_becomes_files(void)
{
	static const struct entry entries[] = {
		{ 'd', "bin", NULL },     { 'x', "bin/tool", "#!/bin/sh" }, { 'd', "lib", NULL },
		{ 'd', "lib/pkg", NULL }, { 'f', "lib/pkg/a.py", "" },      { 'f', "lib/z", "last" },
	};
	/* main sets the first; the others must not make anything writable. */
	static const mode_t masks[] = { 022, 002, 0 };
	for (size_t i = 0; i < COUNT(masks); i++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(buf_done) struct buf snapshot;
		place_make(&p);
		place_folder(&p, "tree");
		CLEANUP(fd_close) int tree = open_tree(&p);
		write_entries(entries, COUNT(entries), &snapshot);
		(void)umask(masks[i]);
		CHECK(tree_write(tree, buf_bytes(&snapshot), NULL) == OK);
		check_file(&p, "tree/bin/tool", "#!/bin/sh", 0555);
		check_file(&p, "tree/lib/pkg/a.py", "", 0444);
		check_file(&p, "tree/lib/z", "last", 0444);
		CHECK_NUMBER(place_count(&p, "tree/lib"), 2);
	}
}

static void what_a_wheel_cannot_hold_is_not_written(void)
{
	static const struct {
		const char *name;
		struct entry entry;
		enum status want;
	} rows[] = {
		{ "a link", { 'l', "link", "target" }, ERR_ARTEFACT },
		{ "a file that is there", { 'f', "there", "x" }, ERR_IO },
		{ "a path out", { 'f', "../out", "x" }, ERR_FORMAT },
		{ "an absolute path", { 'f', "/tmp/out", "x" }, ERR_FORMAT },
		{ "a parent that was not named", { 'f', "a/b", "x" }, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(buf_done) struct buf snapshot;
		place_make(&p);
		place_file(&p, "tree/there", BYTES("keep"), 0644);
		CLEANUP(fd_close) int tree = open_tree(&p);
		write_entries(&rows[i].entry, 1, &snapshot);
		CHECK_ROW(tree_write(tree, buf_bytes(&snapshot), NULL) == rows[i].want, rows[i].name);
		check_file(&p, "tree/there", "keep", 0644);
		CHECK_ROW(place_count(&p, "tree") == 1 && place_count(&p, ".") == 1, rows[i].name);
	}
}

/* Where a link is already, nothing is written through it. */
static void a_link_on_the_way_is_not_followed(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf snapshot;
	static const struct entry entries[] = { { 'f', "link", "evil" } };
	place_make(&p);
	place_folder(&p, "tree");
	place_file(&p, "outside", BYTES("keep"), 0644);
	CHECK(symlinkat("../outside", p.fd, "tree/link") == 0);
	CLEANUP(fd_close) int tree = open_tree(&p);
	write_entries(entries, 1, &snapshot);
	CHECK(tree_write(tree, buf_bytes(&snapshot), NULL) == ERR_IO);
	check_file(&p, "outside", "keep", 0644);
}

static enum status merge_two(const struct place *p, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	static const char *const parts[] = { "one", "two" };
	arena_init(&a);
	place_folder(p, "tree");
	CLEANUP(fd_close) int tree = open_tree(p);
	struct tree_merge m = { .arena = &a, .to = tree };
	enum status s = OK;
	for (size_t i = 0; s == OK && i < COUNT(parts); i++) {
		CLEANUP(fd_close) int part = -1;
		CHECK(directory_open(p->fd, parts[i], &part, NULL) == OK);
		s = tree_merge_add(&m, part, parts[i], d);
	}
	return s ? s : tree_merge_check(&m, d);
}

static void two_trees_become_one(void)
{
	CLEANUP(place_done) struct place p;
	struct stat from, to;
	struct diag d = { 0 };
	place_make(&p);
	place_file(&p, "one/lib/ns/a.py", BYTES("a"), 0444);
	place_file(&p, "one/top", BYTES("t"), 0555);
	place_file(&p, "two/lib/ns/b.py", BYTES("b"), 0444);
	place_file(&p, "two/lib/other/c.py", BYTES("c"), 0444);
	if (merge_two(&p, &d))
		test_fail(__FILE__, __LINE__, "%s", d.text);
	check_file(&p, "tree/lib/ns/a.py", "a", 0444);
	check_file(&p, "tree/lib/ns/b.py", "b", 0444);
	check_file(&p, "tree/lib/other/c.py", "c", 0444);
	check_file(&p, "tree/top", "t", 0555);
	CHECK(fstatat(p.fd, "one/top", &from, 0) == 0 && fstatat(p.fd, "tree/top", &to, 0) == 0 && from.st_ino == to.st_ino);
}

static void two_trees_that_clash_are_both_named(void)
{
	static const struct {
		const char *name, *one, *two, *path;
	} rows[] = {
		{ "the same file", "one/lib/x.py", "two/lib/x.py", "'lib/x.py'" },
		{ "at the top", "one/x", "two/x", "'x'" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		struct diag d = { 0 };
		place_make(&p);
		place_file(&p, rows[i].one, BYTES("1"), 0444);
		place_file(&p, rows[i].two, BYTES("2"), 0444);
		enum status s = merge_two(&p, &d);
		if (s != ERR_ARTEFACT)
			test_fail(__FILE__, __LINE__, "%s: status %d '%s'", rows[i].name, (int)s, d.text);
		CHECK_ROW(strstr(d.text, "'one'") && strstr(d.text, "'two'") && strstr(d.text, rows[i].path), rows[i].name);
	}
}

/* Whichever comes first: nothing of a wheel may be missing without a word. */
static void a_file_and_a_directory_clash_too(void)
{
	static const struct {
		const char *name, *one, *two, *path;
	} rows[] = {
		{ "a directory and then a file", "one/lib/x/y.py", "two/lib/x", "lib/x" },
		{ "a file and then a directory", "one/lib/x", "two/lib/x/y.py", "lib/x" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(place_done) struct place p;
		struct diag d = { 0 };
		place_make(&p);
		place_file(&p, rows[i].one, BYTES("1"), 0444);
		place_file(&p, rows[i].two, BYTES("2"), 0444);
		enum status s = merge_two(&p, &d);
		if (s != ERR_ARTEFACT)
			test_fail(__FILE__, __LINE__, "%s: status %d '%s'", rows[i].name, (int)s, d.text);
		CHECK_ROW(strstr(d.text, "'two'") && strstr(d.text, rows[i].path), rows[i].name);
	}
}

static void a_frozen_tree_has_no_writable_directory(void)
{
	CLEANUP(place_done) struct place p;
	static const char *const folders[] = { "tree", "tree/pkg", "tree/pkg/deep" };
	struct stat st;
	place_make(&p);
	fill(&p);
	place_file(&p, "outside/x", BYTES("x"), 0644);
	CHECK(symlinkat("../outside", p.fd, "tree/folder-link") == 0 && fchmodat(p.fd, "outside", 0700, 0) == 0);
	CLEANUP(fd_close) int tree = open_tree(&p);
	CHECK(tree_freeze(tree, NULL) == OK);
	for (size_t i = 0; i < COUNT(folders); i++)
		CHECK_ROW(fstatat(p.fd, folders[i], &st, 0) == 0 && (st.st_mode & 0777) == 0555, folders[i]);
	CHECK(fstatat(p.fd, "outside", &st, 0) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(directory_remove(p.fd, "tree", NULL) == OK);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a tree that is not what was installed is noticed", a_tree_that_is_not_what_was_installed_is_noticed },
		{ "a new file is noticed whatever the time of its directory",
		  a_new_file_is_noticed_whatever_the_time_of_its_directory },
		{ "a manifest that is cut is no manifest", a_manifest_that_is_cut_is_no_manifest },
		{ "a snapshot becomes files", a_snapshot_becomes_files },
		{ "what a wheel cannot hold is not written", what_a_wheel_cannot_hold_is_not_written },
		{ "a link on the way is not followed", a_link_on_the_way_is_not_followed },
		{ "two trees become one", two_trees_become_one },
		{ "two trees that clash are both named", two_trees_that_clash_are_both_named },
		{ "a file and a directory clash too", a_file_and_a_directory_clash_too },
		{ "a frozen tree has no writable directory", a_frozen_tree_has_no_writable_directory },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
