#include "source/tree.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "format/snapshot.h"
#include "harness.h"
#include "place.h"

struct read_tree {
	struct arena arena;
	struct limits limits;
	struct source_tree tree;
	struct buf file;
	struct diag d;
	enum status status;
};

static void read_done(struct read_tree *r)
{
	arena_done(&r->arena);
	buf_done(&r->file);
	fd_close(&r->tree.fd);
}

static void read_with(const struct place *p, const struct limits *limits, const char *out, struct read_tree *r)
{
	*r = (struct read_tree){ .tree = { .fd = -1 } };
	arena_init(&r->arena);
	buf_init(&r->file, 16 << 20);
	if (limits)
		r->limits = *limits;
	else
		limits_init(&r->limits);
	struct run_context run = { .id = "x", .limits = &r->limits };
	char path[256];
	(void)snprintf(path, sizeof path, "%s/src", p->path);
	r->status = source_tree_read(&run, path, out, &r->arena, &r->tree, &r->d);
	if (r->status == OK)
		memory_read(r->tree.fd, &r->file);
}

static void read_it(const struct place *p, struct read_tree *r)
{
	read_with(p, NULL, NULL, r);
	if (r->status)
		test_fail(__FILE__, __LINE__, "%s", r->d.text);
}

/* The type of what stands at a path; 0 when nothing does. */
static char type_at(const struct read_tree *r, const char *path, struct bytes *ret_content)
{
	struct snapshot_entry e;
	if (snapshot_find(buf_bytes(&r->file), bytes_of(path), &e, NULL))
		return 0;
	if (ret_content)
		*ret_content = e.content;
	return e.type;
}

static const char *why_left_out(const struct read_tree *r, const char *path)
{
	for (size_t i = 0; i < r->tree.n_left_out; i++)
		if (bytes_equal(r->tree.left_out[i].path, bytes_of(path)))
			return r->tree.left_out[i].why;
	return NULL;
}

static void a_tree_becomes_a_snapshot(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(read_done) struct read_tree r;
	struct bytes content;
	place_make(&p);
	place_file(&p, "src/setup.py", BYTES("print()"), 0644);
	place_file(&p, "src/run.sh", BYTES("#!/bin/sh"), 0755);
	place_file(&p, "src/for-the-group", BYTES("x"), 0654);
	place_file(&p, "src/pkg/__init__.py", BYTES(""), 0600);
	place_file(&p, "src/pkg/na\nme \xff", BYTES("x"), 0600);
	place_folder(&p, "src/empty");
	place_time(&p, "src/setup.py", 1000000000);
	place_time(&p, "src/run.sh", 1600000000);
	place_time(&p, "src/for-the-group", 1);
	place_time(&p, "src/pkg/__init__.py", 5);
	place_time(&p, "src/pkg/na\nme \xff", 6);
	read_it(&p, &r);
	CHECK(type_at(&r, "setup.py", &content) == 'f');
	CHECK_BYTES(content, BYTES("print()"));
	CHECK(type_at(&r, "run.sh", NULL) == 'x' && type_at(&r, "for-the-group", NULL) == 'f');
	CHECK(type_at(&r, "pkg", NULL) == 'd' && type_at(&r, "pkg/__init__.py", NULL) == 'f' && type_at(&r, "empty", NULL) == 'd');
	CHECK(type_at(&r, "pkg/na\nme \xff", NULL) == 'f');
	CHECK_NUMBER(r.tree.n_entries, 7);
	CHECK_NUMBER(r.tree.size, r.file.size);
	CHECK_NUMBER(r.tree.newest_unix, 1600000000);
	CHECK(!r.tree.has_git && r.tree.n_left_out == 0);
	struct sha256 want = sha256_of(buf_bytes(&r.file));
	CHECK(sha256_equal(&want, &r.tree.digest));
	CHECK(pwrite(r.tree.fd, "x", 1, 0) == -1);
}

static void links_stay_when_they_stay_inside(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(read_done) struct read_tree r;
	static const struct {
		const char *name, *target;
		bool kept;
	} rows[] = {
		{ "src/near", "file", true },
		{ "src/pkg/up", "../file", true },
		{ "src/dangling", "not/there", true },
		{ "src/out", "../secret", false },
		{ "src/pkg/out", "../../secret", false },
		{ "src/absolute", "/etc/passwd", false },
		{ "src/hidden", "pkg/../../secret", false },
		{ "src/pkg/folder", "/etc", false },
	};
	place_make(&p);
	place_file(&p, "secret", BYTES("token"), 0644);
	place_file(&p, "src/file", BYTES("x"), 0644);
	place_folder(&p, "src/pkg");
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(symlinkat(rows[i].target, p.fd, rows[i].name) == 0);
	read_it(&p, &r);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes target = { NULL, 0 };
		const char *path = rows[i].name + strlen("src/"), *why = why_left_out(&r, path);
		CHECK_ROW(type_at(&r, path, &target) == (rows[i].kept ? 'l' : 0), path);
		CHECK_ROW(!rows[i].kept || bytes_equal(target, bytes_of(rows[i].target)), path);
		CHECK_ROW(rows[i].kept ? !why : why && strcmp(why, "a link out of the tree") == 0, path);
	}
	CHECK(bytes_search(buf_bytes(&r.file), BYTES("token")) == r.file.size);
}

static void what_a_build_must_not_see_is_left_out(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(read_done) struct read_tree r;
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ "venv", NULL },
		{ "venv/lib", NULL },
		{ "deep/.venv", NULL },
		{ "pkg/__pycache__", NULL },
		{ "build", NULL },
		{ "dist", NULL },
		{ ".env", "credentials" },
		{ "pkg/.pypirc", "credentials" },
		{ ".ssh", "credentials" },
		{ "id_rsa", "a private key" },
		{ "pipe", "neither a file nor a directory" },
	};
	place_make(&p);
	place_file(&p, "src/venv/pyvenv.cfg", BYTES("home = /usr"), 0644);
	place_file(&p, "src/venv/lib/x.py", BYTES("MARK"), 0644);
	place_file(&p, "src/deep/.venv/pyvenv.cfg", BYTES("MARK"), 0644);
	place_file(&p, "src/pkg/__pycache__/x.pyc", BYTES("MARK"), 0644);
	place_file(&p, "src/build/lib/x.py", BYTES("MARK"), 0644);
	place_file(&p, "src/dist/x.whl", BYTES("MARK"), 0644);
	place_file(&p, "src/.env", BYTES("MARK"), 0644);
	place_file(&p, "src/pkg/.pypirc", BYTES("MARK"), 0644);
	place_file(&p, "src/.ssh/id", BYTES("MARK"), 0644);
	place_file(&p, "src/id_rsa", BYTES("MARK"), 0644);
	place_file(&p, "src/pkg/build/kept.py", BYTES("kept"), 0644);
	CHECK(mkfifoat(p.fd, "src/pipe", 0644) == 0);
	read_it(&p, &r);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = why_left_out(&r, rows[i].path);
		CHECK_ROW(type_at(&r, rows[i].path, NULL) == 0, rows[i].path);
		CHECK_ROW(rows[i].why ? why && strcmp(why, rows[i].why) == 0 : !why, rows[i].path);
	}
	CHECK(bytes_search(buf_bytes(&r.file), BYTES("MARK")) == r.file.size);
	CHECK(type_at(&r, "pkg/build/kept.py", NULL) == 'f');
	CHECK_NUMBER(r.tree.n_left_out, 5);
}

static void a_repository_loses_hooks_configuration_and_alternates(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(read_done) struct read_tree r;
	static const char *const left[] = {
		".git/hooks", ".git/hooks/post-checkout", ".git/objects/info/alternates", ".git/logs",
		".git/info",  ".git/config.worktree",
	};
	struct bytes config;
	place_make(&p);
	place_file(&p, "src/a.py", BYTES("x"), 0644);
	place_file(&p, "src/.git/HEAD", BYTES("ref: refs/heads/main\n"), 0644);
	place_file(&p, "src/.git/config", BYTES("[remote \"o\"]\n\turl = https://me:MARK@example.org\n"), 0644);
	place_file(&p, "src/.git/config.worktree", BYTES("MARK"), 0644);
	place_file(&p, "src/.git/hooks/post-checkout", BYTES("MARK"), 0755);
	place_file(&p, "src/.git/objects/ab/cd", BYTES("blob"), 0444);
	place_file(&p, "src/.git/objects/info/alternates", BYTES("/MARK"), 0644);
	place_file(&p, "src/.git/refs/heads/main", BYTES("abc\n"), 0644);
	place_file(&p, "src/.git/logs/HEAD", BYTES("MARK"), 0644);
	place_file(&p, "src/.git/info/attributes", BYTES("MARK"), 0644);
	place_time(&p, "src/a.py", 1000);
	place_time(&p, "src/.git/HEAD", 2000);
	read_it(&p, &r);
	CHECK(r.tree.has_git && type_at(&r, ".git/HEAD", NULL) == 'f' && type_at(&r, ".git/objects/ab/cd", NULL) == 'f');
	CHECK(type_at(&r, ".git/refs/heads/main", NULL) == 'f');
	CHECK(type_at(&r, ".git/config", &config) == 'f' && bytes_search(config, BYTES("bare = false")) < config.size);
	for (size_t i = 0; i < COUNT(left); i++)
		CHECK_ROW(type_at(&r, left[i], NULL) == 0, left[i]);
	CHECK(bytes_search(buf_bytes(&r.file), BYTES("MARK")) == r.file.size);
	CHECK_NUMBER(r.tree.newest_unix, 1000);
}

/* A vendored clone or a submodule of the old kind: its configuration may hold a token, its hooks are code. */
static void a_repository_inside_the_tree_loses_them_too(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(read_done) struct read_tree r;
	place_make(&p);
	place_file(&p, "src/setup.py", BYTES("x"), 0644);
	place_file(&p, "src/vendor/lib/.git/HEAD", BYTES("ref: refs/heads/main\n"), 0644);
	place_file(&p, "src/vendor/lib/.git/config", BYTES("[remote \"o\"]\n\turl = https://me:MARK@example.org\n"), 0644);
	place_file(&p, "src/vendor/lib/.git/hooks/post-checkout", BYTES("#!/bin/sh\n"), 0755);
	read_it(&p, &r);
	CHECK(bytes_search(buf_bytes(&r.file), BYTES("MARK")) == r.file.size);
	CHECK(type_at(&r, "vendor/lib/.git/hooks/post-checkout", NULL) == 0);
}

static void the_output_folder_is_left_out(void)
{
	CLEANUP(place_done) struct place p;
	char out[256];
	place_make(&p);
	place_file(&p, "src/setup.py", BYTES("x"), 0644);
	place_file(&p, "src/made/here/x.whl", BYTES("x"), 0644);
	(void)snprintf(out, sizeof out, "%s/src/../src/made/here", p.path);
	CLEANUP(read_done) struct read_tree r;
	read_with(&p, NULL, out, &r);
	CHECK(r.status == OK && type_at(&r, "made", NULL) == 'd' && type_at(&r, "made/here", NULL) == 0);
	CLEANUP(read_done) struct read_tree absent;
	(void)snprintf(out, sizeof out, "%s/src/not/yet", p.path);
	read_with(&p, NULL, out, &absent);
	CHECK(absent.status == OK && type_at(&absent, "made/here/x.whl", NULL) == 'f');
}

static void fill(const struct place *p, bool backwards)
{
	static const char *const names[] = { "src/a", "src/a.b", "src/a/x", "src/b/y", "src/b/z", "src/c" };
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *name = names[backwards ? COUNT(names) - 1 - i : i];
		if (strcmp(name, "src/a") == 0)
			place_folder(p, name);
		else
			place_file(p, name, bytes_of(name), 0644);
		place_time(p, name, backwards ? 1000 : 2000);
	}
}

static void the_digest_depends_on_content_names_and_modes_alone(void)
{
	static const char *const changes[] = { "nothing", "content", "size", "mode", "name", "new", "gone", "kind" };
	CLEANUP(place_done) struct place first;
	CLEANUP(read_done) struct read_tree r;
	place_make(&first);
	fill(&first, false);
	read_it(&first, &r);
	for (size_t i = 0; i < COUNT(changes); i++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(read_done) struct read_tree again;
		place_make(&p);
		fill(&p, true);
		switch (i) {
		case 1:
			place_file(&p, "src/c", BYTES("src/C"), 0644);
			break;
		case 2:
			place_file(&p, "src/c", BYTES("src/c "), 0644);
			break;
		case 3:
			place_file(&p, "src/c", BYTES("src/c"), 0744);
			break;
		case 4:
			CHECK(renameat(p.fd, "src/c", p.fd, "src/d") == 0);
			break;
		case 5:
			place_folder(&p, "src/new");
			break;
		case 6:
			CHECK(unlinkat(p.fd, "src/c", 0) == 0);
			break;
		case 7:
			CHECK(unlinkat(p.fd, "src/c", 0) == 0 && symlinkat("src/c", p.fd, "src/c") == 0);
			break;
		default:
			CHECK(fchmodat(p.fd, "src/c", 0600, 0) == 0);
			break; /* only "executable" counts */
		}
		read_it(&p, &again);
		CHECK_ROW(sha256_equal(&again.tree.digest, &r.tree.digest) == (i == 0), changes[i]);
	}
}

static void a_tree_over_a_limit_is_refused(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *name;
		uint64_t members, size, file;
		enum status want;
	} rows[] = {
		{ "all exactly", 4, 30, 20, OK },          { "a member less", 3, 30, 20, ERR_REFUSED },
		{ "a byte less", 4, 29, 20, ERR_REFUSED }, { "a byte less for one file", 4, 30, 19, ERR_REFUSED },
		{ "none", 0, 30, 20, ERR_REFUSED },
	};
	place_make(&p);
	place_file(&p, "src/one", BYTES("0123456789"), 0644);
	place_file(&p, "src/pkg/two", BYTES("01234567890123456789"), 0644);
	place_file(&p, "src/pkg/three", BYTES(""), 0644);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(read_done) struct read_tree r;
		struct limits l;
		limits_init(&l);
		l.source_members = rows[i].members;
		l.source_size = rows[i].size;
		l.source_file = rows[i].file;
		read_with(&p, &l, NULL, &r);
		CHECK_ROW(r.status == rows[i].want && (r.tree.fd >= 0) == (rows[i].want == OK), rows[i].name);
	}
}

static void what_is_left_out_counts_as_a_member(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	place_file(&p, "src/one", BYTES(""), 0644);
	place_file(&p, "src/.pypirc", BYTES("password"), 0644);
	CHECK(symlinkat("/etc/passwd", p.fd, "src/out") == 0 && symlinkat("../up", p.fd, "src/up") == 0);
	for (uint64_t most = 3; most <= 4; most++) {
		CLEANUP(read_done) struct read_tree r;
		struct limits l;
		limits_init(&l);
		l.source_members = most;
		read_with(&p, &l, NULL, &r);
		CHECK_NUMBER(r.status, most == 4 ? OK : ERR_REFUSED);
		CHECK_NUMBER(r.tree.n_left_out, most == 4 ? 3 : 0);
	}
}

static void a_tree_nested_too_deep_is_refused(void)
{
	for (int depth = SNAPSHOT_DEPTH_MAX - 1; depth <= SNAPSHOT_DEPTH_MAX + 1; depth++) {
		CLEANUP(place_done) struct place p;
		CLEANUP(read_done) struct read_tree r;
		char path[1024] = "src";
		place_make(&p);
		for (int i = 0; i < depth; i++)
			(void)snprintf(path + strlen(path), sizeof path - strlen(path), "/d");
		place_folder(&p, path);
		read_with(&p, NULL, NULL, &r);
		CHECK_NUMBER(r.status, depth <= SNAPSHOT_DEPTH_MAX ? OK : ERR_REFUSED);
	}
}

static void a_file_larger_than_a_block_is_read_whole(void)
{
	CLEANUP(place_done) struct place p;
	static unsigned char content[(1 << 18) + 1];
	struct bytes got;
	place_make(&p);
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (unsigned char)(i * 131 >> 5);
	for (size_t less = 0; less < 3; less++) {
		CLEANUP(read_done) struct read_tree r;
		struct bytes want = bytes_make(content, sizeof content - less);
		place_file(&p, "src/big", want, 0644);
		place_file(&p, "src/a", BYTES("x"), 0644);
		read_it(&p, &r);
		CHECK(type_at(&r, "big", &got) == 'f' && bytes_equal(got, want));
	}
}

static void an_absent_tree_and_a_cancelled_run_are_told_apart(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(arena_done) struct arena a;
	struct limits l;
	struct source_tree tree = { .fd = -1 };
	struct diag d = { 0 };
	volatile sig_atomic_t stop = SIGTERM;
	place_make(&p);
	arena_init(&a);
	limits_init(&l);
	struct run_context run = { .id = "x", .limits = &l };
	CHECK(source_tree_read(&run, place_path(&p, "nothing"), NULL, &a, &tree, &d) == ERR_ABSENT && strstr(d.text, "nothing"));
	run.cancelled = &stop;
	CHECK(source_tree_read(&run, p.path, NULL, &a, &tree, &d) == ERR_CANCELLED && tree.fd == -1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a tree becomes a snapshot", a_tree_becomes_a_snapshot },
		{ "links stay when they stay inside", links_stay_when_they_stay_inside },
		{ "what a build must not see is left out", what_a_build_must_not_see_is_left_out },
		{ "a repository loses hooks, configuration and alternates", a_repository_loses_hooks_configuration_and_alternates },
		{ "a repository inside the tree loses them too", a_repository_inside_the_tree_loses_them_too },
		{ "the output folder is left out", the_output_folder_is_left_out },
		{ "the digest depends on content, names and modes alone", the_digest_depends_on_content_names_and_modes_alone },
		{ "a tree over a limit is refused", a_tree_over_a_limit_is_refused },
		{ "what is left out counts as a member", what_is_left_out_counts_as_a_member },
		{ "a tree nested too deep is refused", a_tree_nested_too_deep_is_refused },
		{ "a file larger than a block is read whole", a_file_larger_than_a_block_is_read_whole },
		{ "an absent tree and a cancelled run are told apart", an_absent_tree_and_a_cancelled_run_are_told_apart },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
