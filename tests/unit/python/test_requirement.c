#include "harness.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/tag.h"
#include "truncate.h"

static void requirements_are_written_canonically(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a", "a" },
		{ " Zope.Interface [B_b,a, b-B] ( >= 1.0 , < 2 ) ; os.name == 'posix' ",
		  "zope-interface[a,b-b]<2,>=1.0; os_name == \"posix\"" },
		{ "a@https://e.org/x.whl#sha256=00", "a @ https://e.org/x.whl#sha256=00" },
		{ "a @ https://e.org/x ; extra=='B_C'", "a @ https://e.org/x ; extra == \"b-c\"" },
		{ "a[]", "a" },
		{ "a ()", "a" },
		{ "a>=1,", "a>=1" },
		{ "a;(os_name=='x')", "a; os_name == \"x\"" },
		{ "a[b,]", NULL },
		{ "a[b c]", NULL },
		{ "a[b", NULL },
		{ "a>=1<2", NULL },
		{ "a (>=1", NULL },
		{ "a @", NULL },
		{ "a @ x\ny", NULL },
		{ "", NULL },
		{ "-a", NULL },
		{ "a_", NULL },
		{ "a;", NULL },
		{ "a;x=='1'", NULL },
		{ "a 1.0", NULL },
		{ "a\n", NULL },
		{ "a; os_name == 'a\\'b'", NULL },
		{ "a; os_name == '\xff'", NULL },
		{ "\xc3\xa4>=1", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct requirement r;
		arena_init(&a);
		buf_init(&out, 200);
		CHECK_ROW(requirement_parse(bytes_of(rows[i].in), &a, &r, NULL) == (rows[i].want ? OK : ERR_FORMAT), rows[i].in);
		if (!rows[i].want)
			continue;
		requirement_write(&r, &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
	}
}

static bool try_requirement(struct bytes in, struct arena *a)
{
	struct requirement r;
	return requirement_parse(in, a, &r, NULL) == OK;
}

static void a_requirement_cut_anywhere_is_read_or_refused(void)
{
	CHECK(each_truncation(BYTES("a-b[c,d] (>=1.0,!=1.*); (os_name == 'x' or extra not in \"y\") and '3' < python_version"),
			      try_requirement) > 5);
	CHECK(each_truncation(BYTES("a @ file:///x ; os_name == 'x'"), try_requirement) > 5);
}

static void requirements_have_limits(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct requirement r;
	arena_init(&a);
	buf_init(&text, REQUIREMENT_SIZE_MAX + 10);
	buf_add_string(&text, "a @ ");
	buf_add(&text, repeated(&a, 'x', REQUIREMENT_SIZE_MAX - 4));
	CHECK(requirement_parse(buf_bytes(&text), &a, &r, NULL) == OK);
	buf_add_byte(&text, 'x');
	CHECK(requirement_parse(buf_bytes(&text), &a, &r, NULL) == ERR_LIMIT);
	buf_clear(&text);
	for (int i = 0; i < REQUIREMENT_EXTRAS_MAX; i++)
		buf_printf(&text, "%s%d", i == 0 ? "a[" : ",", i);
	size_t size = text.size;
	buf_add_byte(&text, ']');
	CHECK(requirement_parse(buf_bytes(&text), &a, &r, NULL) == OK && r.n_extras == REQUIREMENT_EXTRAS_MAX);
	text.size = size;
	buf_add_string(&text, ",x]");
	CHECK(requirement_parse(buf_bytes(&text), &a, &r, NULL) == ERR_LIMIT);
}

static struct marker_env linux_env(void)
{
	return (struct marker_env){ .field = { [MARKER_IMPLEMENTATION_NAME] = LIT("cpython"),
					       [MARKER_IMPLEMENTATION_VERSION] = LIT("3.11.7"),
					       [MARKER_OS_NAME] = LIT("posix"),
					       [MARKER_PLATFORM_MACHINE] = LIT("x86_64"),
					       [MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = LIT("CPython"),
					       [MARKER_PLATFORM_RELEASE] = LIT("6.1.0-17-amd64"),
					       [MARKER_PLATFORM_SYSTEM] = LIT("Linux"),
					       [MARKER_PLATFORM_VERSION] = LIT("#1 SMP"),
					       [MARKER_PYTHON_FULL_VERSION] = LIT("3.11.7+"),
					       [MARKER_PYTHON_VERSION] = LIT("3.11"),
					       [MARKER_SYS_PLATFORM] = LIT("linux") } };
}

enum outcome { IS_FALSE, IS_TRUE, IS_ERROR };

static void markers_are_true_false_or_meaningless(void)
{
	static const struct {
		const char *in;
		enum outcome want;
	} rows[] = {
		{ "python_version >= '3.9'", IS_TRUE },
		{ "'3.9' <= python_version", IS_TRUE },
		{ "python_version < '3.9'", IS_FALSE },
		{ "python_version == '3.11.*'", IS_TRUE },
		{ "python_full_version == '3.11.7+local'", IS_TRUE },
		{ "os_name == 'posix' or os_name == 'nt' and os_name == 'x'", IS_TRUE },
		{ "(os_name == 'posix' or os_name == 'nt') and os_name == 'x'", IS_FALSE },
		{ "extra == 'My_Extra'", IS_TRUE },
		{ "extra != 'my.extra'", IS_FALSE },
		{ "os_name >= 'posix'", IS_TRUE },
		{ "os_name < 'z'", IS_FALSE },
		{ "'ix' in os_name", IS_TRUE },
		{ "os_name not in 'posix nt'", IS_FALSE },
		{ "os_name ~= 'posix'", IS_ERROR },
		{ "os_name === 'posix'", IS_ERROR },
		{ "'a' == 'a'", IS_ERROR },
		{ "'a' in extras", IS_ERROR },
		{ "os_name == 'posix' or 'a' in dependency_groups", IS_ERROR },
		{ "python_version >= 'three'", IS_FALSE },
		{ "platform_release >= '5'", IS_FALSE },
	};
	struct marker_env env = linux_env();
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		const struct marker *m;
		struct diag d = { 0 };
		bool value = false;
		CHECK_ROW(marker_parse(bytes_of(rows[i].in), &a, &m, &d) == OK, rows[i].in);
		enum status s = marker_evaluate(m, &env, BYTES("my-EXTRA"), &value, &d);
		CHECK_ROW(s == (rows[i].want == IS_ERROR ? ERR_FORMAT : OK), rows[i].in);
		CHECK_ROW(value == (rows[i].want == IS_TRUE), rows[i].in);
		CHECK_ROW((s == OK) == (d.text[0] == '\0'), rows[i].in);
	}
}

static void parentheses_go_32_deep(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	const struct marker *m;
	bool value = false;
	struct marker_env env = linux_env();
	arena_init(&a);
	buf_init(&text, 1000);
	for (int extra = 0; extra < 2; extra++) {
		buf_clear(&text);
		buf_add(&text, repeated(&a, '(', MARKER_DEPTH_MAX + (size_t)extra));
		buf_add_string(&text, "os_name=='posix'");
		buf_add(&text, repeated(&a, ')', MARKER_DEPTH_MAX + (size_t)extra));
		CHECK_NUMBER(marker_parse(buf_bytes(&text), &a, &m, NULL), extra ? ERR_LIMIT : OK);
	}
	CHECK(marker_evaluate(m, &env, BYTES(""), &value, NULL) == OK && value);
	buf_clear(&text);
	marker_write(m, &text);
	CHECK_BYTES(buf_bytes(&text), BYTES("os_name == \"posix\""));
}

static void a_marker_may_have_16384_bytes(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	const struct marker *m;
	arena_init(&a);
	buf_init(&text, MARKER_SIZE_MAX + 1);
	buf_add_string(&text, "os_name=='x'");
	buf_add(&text, repeated(&a, ' ', MARKER_SIZE_MAX - text.size));
	CHECK(marker_parse(buf_bytes(&text), &a, &m, NULL) == OK);
	buf_add_byte(&text, ' ');
	CHECK(marker_parse(buf_bytes(&text), &a, &m, NULL) == ERR_LIMIT);
}

static void names_are_compared_in_normal_form(void)
{
	CHECK(name_equal(BYTES("A-_.b"), BYTES("a.B")) && !name_equal(BYTES("a-b"), BYTES("ab")) &&
	      !name_equal(BYTES("a"), BYTES("a-")));
	CHECK(name_is_valid(BYTES("a")) && !name_is_valid(BYTES("a-")) && !name_is_valid(BYTES("")) && !name_is_valid(BYTES("a b")));
	CHECK(name_is_normalized(BYTES("a-b")) && !name_is_normalized(BYTES("a--b")) && !name_is_normalized(BYTES("A")));
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CHECK(name_is_valid(repeated(&a, 'x', NAME_SIZE_MAX)) && !name_is_valid(repeated(&a, 'x', NAME_SIZE_MAX + 1)));
}

static void wheel_names_are_taken_apart(void)
{
	CLEANUP(arena_done) struct arena a;
	struct wheel_name w, v;
	arena_init(&a);
	CHECK(wheel_name_parse(BYTES("Foo.Bar-1!1.0.post1-007b-py2.py3-none-Any.whl"), &a, &w, NULL) == OK);
	CHECK_BYTES(w.name, BYTES("foo-bar"));
	CHECK_BYTES(w.raw_version, BYTES("1!1.0.post1"));
	CHECK_BYTES(w.build_number, BYTES("7"));
	CHECK_BYTES(w.build_suffix, BYTES("b"));
	CHECK(w.n_python == 2 && w.n_abi == 1 && w.n_platform == 1);
	CHECK_BYTES(w.platform[0], BYTES("any"));
	static const char *const order[] = { "a-1-py3-none-any.whl", "a-1-1-py3-none-any.whl", "a-1-1a-py3-none-any.whl",
					     "a-1-2-py3-none-any.whl", "a-1-0010-py3-none-any.whl" };
	for (size_t i = 0; i + 1 < COUNT(order); i++) {
		CHECK(wheel_name_parse(bytes_of(order[i]), &a, &v, NULL) == OK &&
		      wheel_name_parse(bytes_of(order[i + 1]), &a, &w, NULL) == OK);
		CHECK_ROW(wheel_build_compare(&v, &w) == -1 && wheel_build_compare(&w, &v) == 1 && wheel_build_compare(&v, &v) == 0,
			  order[i]);
	}
}

static void bad_wheel_names_are_refused(void)
{
	static const char *const rows[] = {
		"",
		".whl",
		"a-1-py3-none-any.zip",
		"a-1-py3-none.whl",
		"a-1-1-py3-none-any-x.whl",
		"a__b-1-py3-none-any.whl",
		"_a-1-py3-none-any.whl",
		"-1-py3-none-any.whl",
		"a-x-py3-none-any.whl",
		"a-1-x-py3-none-any.whl",
		"a-1-3py-none-any.whl",
		"a-1-py3..py2-none-any.whl",
		"a-1-py3-none-.whl",
		"a-1-py3-no/ne-any.whl",
		"../a-1-py3-none-any.whl",
		"a-1-py3-none-\xc3\xa4.whl",
	};
	CLEANUP(arena_done) struct arena a;
	struct wheel_name w;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(wheel_name_parse(bytes_of(rows[i]), &a, &w, NULL) == ERR_FORMAT, rows[i]);
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1000);
	buf_add(&text, repeated(&a, 'x', DIST_NAME_SIZE_MAX - 19));
	buf_add_string(&text, "-1.0-py3-none-any.whl");
	CHECK_NUMBER(text.size, DIST_NAME_SIZE_MAX + 2);
	CHECK(wheel_name_parse(bytes_from(buf_bytes(&text), 2), &a, &w, NULL) == OK);
	CHECK(wheel_name_parse(bytes_from(buf_bytes(&text), 1), &a, &w, NULL) == ERR_LIMIT);
	buf_clear(&text); /* 11 * 11 * 11 tags in few bytes */
	buf_add_string(&text, "a-1-p.p.p.p.p.p.p.p.p.p.p-n.n.n.n.n.n.n.n.n.n.n-y.y.y.y.y.y.y.y.y.y.y.whl");
	CHECK(wheel_name_parse(buf_bytes(&text), &a, &w, NULL) == ERR_LIMIT);
}

static bool try_wheel(struct bytes in, struct arena *a)
{
	struct wheel_name w;
	return wheel_name_parse(in, a, &w, NULL) == OK;
}

static void a_wheel_name_cut_anywhere_is_refused(void)
{
	CHECK_NUMBER(each_truncation(BYTES("foo-1.0-1-py2.py3-none-any.whl"), try_wheel), 1);
}

static void sdist_names_old_and_new_are_read(void)
{
	static const struct {
		const char *file, *project, *version;
	} rows[] = {
		{ "foo_bar-1.0.tar.gz", "foo-bar", "1.0" },
		{ "foo-bar-1.0.tar.gz", "foo-bar", "1.0" },
		{ "Foo.Bar-1.0-1.zip", "foo-bar", "1.0-1" },
		{ "foo-1-2.tar.gz", "foo-1", "2" },
		{ "foo-1-2.tar.gz", "foo", "1-2" },
		{ "foo-1.0.tar.gz", "bar", NULL },
		{ "foo-1.0.tgz", "foo", NULL },
		{ "foo-.tar.gz", "foo", NULL },
		{ "-1.0.tar.gz", "", NULL },
		{ "foo-x.tar.gz", "foo", NULL },
		{ "foo-1.0 .tar.gz", "foo", NULL },
		{ ".tar.gz", "", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct sdist_name s;
		arena_init(&a);
		enum status got = sdist_name_parse(bytes_of(rows[i].file), bytes_of(rows[i].project), &a, &s, NULL);
		CHECK_ROW(got == (rows[i].version ? OK : ERR_FORMAT), rows[i].file);
		if (rows[i].version)
			CHECK_BYTES(s.raw_version, bytes_of(rows[i].version));
	}
}

static void the_best_tag_of_a_wheel_counts(void)
{
	static const struct bytes tags[] = { LIT("cp311-cp311-linux_x86_64"), LIT("cp311-abi3-linux_x86_64"), LIT("py3-none-any"),
					     LIT("cp311-abi3-linux_x86_64") };
	static const struct {
		const char *wheel;
		int want;
	} rows[] = {
		{ "a-1-cp311-cp311-linux_x86_64.whl", 0 },  { "a-1-cp38.cp311-abi3-linux_x86_64.whl", 1 },
		{ "a-1-py2.py3-none-any.whl", 2 },          { "a-1-cp311.py3-cp311.none-any.linux_x86_64.whl", 0 },
		{ "a-1-cp312-cp312-linux_x86_64.whl", -1 }, { "a-1-py2-none-any.whl", -1 },
	};
	CLEANUP(arena_done) struct arena a;
	const struct tag_set *set, *empty;
	arena_init(&a);
	CHECK(tag_set_new(tags, COUNT(tags), &a, &set, NULL) == OK && tag_set_new(NULL, 0, &a, &empty, NULL) == OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wheel_name w;
		CHECK_ROW(wheel_name_parse(bytes_of(rows[i].wheel), &a, &w, NULL) == OK, rows[i].wheel);
		CHECK_ROW(tag_set_priority(set, &w) == rows[i].want, rows[i].wheel);
		CHECK_NUMBER(tag_set_priority(empty, &w), -1);
	}
	static const struct bytes bad[] = { LIT("py3-none"), LIT("py3-none-any-x"), LIT("py3--any"), LIT("") };
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(tag_set_new(&bad[i], 1, &a, &set, NULL) == ERR_FORMAT);
	struct bytes *many = ARENA_ARRAY(&a, struct bytes, TAG_SET_MAX + 1);
	for (size_t i = 0; i <= TAG_SET_MAX; i++)
		many[i] = bytes_of(arena_printf(&a, "py3-none-p%zu", i));
	CHECK(tag_set_new(many, TAG_SET_MAX, &a, &set, NULL) == OK && tag_set_new(many, TAG_SET_MAX + 1, &a, &set, NULL) == ERR_LIMIT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "requirements are written canonically", requirements_are_written_canonically },
		{ "a requirement cut anywhere is read or refused", a_requirement_cut_anywhere_is_read_or_refused },
		{ "requirements have limits", requirements_have_limits },
		{ "markers are true, false or meaningless", markers_are_true_false_or_meaningless },
		{ "parentheses go 32 deep and no deeper", parentheses_go_32_deep },
		{ "a marker may have 16384 bytes", a_marker_may_have_16384_bytes },
		{ "names are compared in normal form", names_are_compared_in_normal_form },
		{ "wheel names are taken apart and ordered by build", wheel_names_are_taken_apart },
		{ "bad wheel names are refused", bad_wheel_names_are_refused },
		{ "a wheel name cut anywhere is refused", a_wheel_name_cut_anywhere_is_refused },
		{ "sdist names old and new are read", sdist_names_old_and_new_are_read },
		{ "the best tag of a wheel counts", the_best_tag_of_a_wheel_counts },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
