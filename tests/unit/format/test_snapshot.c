#include "format/snapshot.h"
#include "harness.h"

struct row {
	char type;
	const char *path, *content;
};

static void write_tree(struct buf *out, const struct row *rows, size_t n)
{
	snapshot_put_start(out);
	for (size_t i = 0; i < n && rows[i].path; i++) {
		snapshot_put_header(out, rows[i].type, bytes_of(rows[i].path), strlen(rows[i].content));
		buf_add_string(out, rows[i].content);
	}
	snapshot_put_end(out);
}

/* Reads to the end: OK when every entry is good. */
static enum status read_all(struct bytes file, size_t *ret_n, struct diag *d)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	size_t n = 0;
	enum status s = snapshot_open(file, &r, d);
	while (s == OK && (s = snapshot_next(&r, &e, d)) == OK)
		n++;
	*ret_n = n;
	return s == ERR_ABSENT ? OK : s;
}

static void trees_obey_order_parents_and_names(void)
{
	static const struct {
		const char *name;
		struct row rows[6];
		enum status want;
	} cases[] = {
		{ "an empty tree", { { 0 } }, OK },
		{ "a file", { { 'f', "a", "x" } }, OK },
		{ "a directory, a sibling that sorts before its members, and a member",
		  { { 'd', "a", "" }, { 'd', "a!", "" }, { 'f', "a!/x", "" }, { 'x', "a-b", "y" }, { 'f', "a/b", "z" } },
		  OK },
		{ "a member without its directory", { { 'f', "a/b", "" } }, ERR_FORMAT },
		{ "a member below a file", { { 'f', "a", "" }, { 'f', "a/b", "" } }, ERR_FORMAT },
		{ "a member below a link", { { 'l', "a", "b" }, { 'f', "a/b", "" }, { 'd', "b", "" } }, ERR_FORMAT },
		{ "a member of a directory whose name only begins the same", { { 'd', "a", "" }, { 'f', "ab/c", "" } }, ERR_FORMAT },
		{ "a grandchild without the child", { { 'd', "a", "" }, { 'f', "a/b/c", "" } }, ERR_FORMAT },
		{ "the same path twice", { { 'f', "a", "" }, { 'f', "a", "" } }, ERR_FORMAT },
		{ "paths out of order", { { 'f', "b", "" }, { 'f', "a", "" } }, ERR_FORMAT },
		{ "a directory with content", { { 'd', "a", "x" } }, ERR_FORMAT },
		{ "a type that is not known", { { 'p', "a", "" } }, ERR_FORMAT },
		{ "an absolute path", { { 'f', "/a", "" } }, ERR_FORMAT },
		{ "a path that climbs", { { 'd', "..", "" } }, ERR_FORMAT },
		{ "an empty path", { { 'f', "", "" } }, ERR_FORMAT },
		{ "a link that leaves", { { 'l', "a", "../b" } }, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf b;
		buf_init(&b, 4096);
		write_tree(&b, cases[i].rows, COUNT(cases[i].rows));
		size_t n, wanted = 0;
		struct diag d = { 0 };
		while (wanted < COUNT(cases[i].rows) && cases[i].rows[wanted].path)
			wanted++;
		CHECK_ROW(read_all(buf_bytes(&b), &n, &d) == cases[i].want, cases[i].name);
		CHECK_ROW(cases[i].want || n == wanted, cases[i].name);
		CHECK_ROW(!cases[i].want || d.text[0], cases[i].name);
	}
}

static void paths_have_a_shape(void)
{
	char longest[SNAPSHOT_PATH_MAX + 2], name[300];
	memset(longest, 'a', sizeof longest);
	memset(name, 'n', sizeof name);
	for (size_t i = 100; i < sizeof longest; i += 100)
		longest[i] = '/';
	const struct {
		struct bytes in;
		bool want;
	} cases[] = {
		{ LIT("a"), true },
		{ LIT("a/b"), true },
		{ LIT("a..b/...c"), true },
		{ LIT(".a"), true },
		{ LIT("a\\b"), true },
		{ LIT(""), false },
		{ LIT("/"), false },
		{ LIT("a/"), false },
		{ LIT("a//b"), false },
		{ LIT("./a"), false },
		{ LIT("a/."), false },
		{ LIT("a/../b"), false },
		{ LIT("a\0b"), false },
		{ bytes_make(name, 255), true },
		{ bytes_make(name, 256), false },
		{ bytes_make(longest, SNAPSHOT_PATH_MAX), true },
		{ bytes_make(longest, SNAPSHOT_PATH_MAX + 1), false },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (snapshot_path_ok(cases[i].in) != cases[i].want)
			test_fail(__FILE__, __LINE__, "path '%.*s'", BYTES_ARG(cases[i].in));
}

static void links_stay_inside(void)
{
	static const struct {
		const char *path, *target;
		bool want;
	} cases[] = {
		{ "a", "b", true },        { "a", "b/c", true },         { "a", ".", true },
		{ "d/a", "../b", true },   { "d/e/a", "../../b", true }, { "d/a", "./../b", true },
		{ "d/a", "..", true },     { "a", "", false },           { "a", "/etc/passwd", false },
		{ "a", "..", false },      { "d/a", "../..", false },    { "d/a", "../../d/b", false },
		{ "a", "b/../..", false }, { "a", "b/../c", false }, /* b may be a link to anywhere deep */
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK_ROW(snapshot_link_ok(bytes_of(cases[i].path), bytes_of(cases[i].target)) == cases[i].want, cases[i].target);
}

static void find_gives_the_content_or_absent(void)
{
	static const struct row rows[] = { { 'd', "a", "" }, { 'x', "a-b", "y" }, { 'f', "a/b", "zz" }, { 'l', "c", "a/b" } };
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	write_tree(&b, rows, COUNT(rows));
	struct snapshot_entry e = { 0 };
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(snapshot_find(buf_bytes(&b), bytes_of(rows[i].path), &e, NULL) == OK);
		CHECK_BYTES(e.content, bytes_of(rows[i].content));
		CHECK(e.type == rows[i].type);
	}
	CHECK(snapshot_find(buf_bytes(&b), BYTES("a.b"), &e, NULL) == ERR_ABSENT);
	CHECK(snapshot_find(buf_bytes(&b), BYTES("zzz"), &e, NULL) == ERR_ABSENT);
	CHECK(snapshot_find(BYTES("HWBTREE2e"), BYTES("zzz"), &e, NULL) == ERR_FORMAT);
}

static void every_cut_and_every_tail_is_refused(void)
{
	static const struct row rows[] = { { 'd', "a", "" }, { 'f', "a/b", "zz" }, { 'l', "c", "a/b" } };
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	write_tree(&b, rows, COUNT(rows));
	size_t n;
	for (size_t cut = 0; cut < b.size; cut++)
		CHECK(read_all(bytes_part(buf_bytes(&b), 0, cut), &n, NULL) == ERR_FORMAT);
	CHECK(read_all(buf_bytes(&b), &n, NULL) == OK && n == 3);
	buf_add_byte(&b, 'e');
	struct diag d = { 0 };
	CHECK(read_all(buf_bytes(&b), &n, &d) == ERR_FORMAT && d.offset == b.size - 1);
}

static void the_layout_is_what_the_header_says(void)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	static const struct row rows[] = { { 'f', "ab", "xyz" } };
	write_tree(&b, rows, 1);
	CHECK_BYTES(buf_bytes(&b), BYTES("HWBTREE1f\2\0\0\0ab\3\0\0\0\0\0\0\0xyze"));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "trees obey order, parents and names", trees_obey_order_parents_and_names },
		{ "paths have a shape", paths_have_a_shape },
		{ "links stay inside", links_stay_inside },
		{ "find gives the content or absent", find_gives_the_content_or_absent },
		{ "every cut and every tail is refused", every_cut_and_every_tail_is_refused },
		{ "the layout is what the header says", the_layout_is_what_the_header_says },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
