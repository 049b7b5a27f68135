#include "format/toml.h"
#include "harness.h"

static enum status parse(struct bytes text, struct arena *a, struct toml_value **ret, struct diag *d)
{
	arena_init(a);
	return toml_parse(text, a, ret, d);
}

static const char pyproject[] = "# a comment\n"
				"[build-system]\n"
				"requires = [\"setuptools>=61\", 'wheel', # why\n  \"x\",]\n"
				"build-backend = \"setuptools.build_meta\"\n"
				"\n"
				"[project]\nname = \"caf\\u00e9\"\ndynamic = []\nscripts.a = \"b:c\"\nscripts.\"d.e\" = 'f'\n"
				"[[tool.x.y]]\nn = 1\nd = 1979-05-27 07:32:00.5-01:30\n[[tool.x.y]]\nn = 0xf_f\n";

static void a_tree_is_walked_by_key_path_and_order(void)
{
	CLEANUP(arena_done) struct arena a;
	struct toml_value *root = NULL;
	struct diag d = { 0 };
	CHECK(parse(bytes_of("a = 1\n[b]\nc.d = 'x'\nl = [1, 'two', [3]]\n"), &a, &root, &d) == OK);
	CHECK_NUMBER(root->n_items, 2);
	CHECK_NUMBER(toml_find(root, BYTES("a"))->integer, 1);
	CHECK_BYTES(toml_find_path(root, "b.c.d")->string, BYTES("x"));
	CHECK(toml_find_path(root, "b.c.x") == NULL && toml_find_path(root, "a.b") == NULL && toml_find(NULL, BYTES("a")) == NULL);
	const struct toml_value *list = toml_find_path(root, "b.l");
	size_t n = 0;
	static const enum toml_type want[] = { TOML_INTEGER, TOML_STRING, TOML_ARRAY };
	for (TOML_EACH(item, list))
		CHECK(item->type == want[n++]);
	CHECK(n == 3 && list->n_items == 3 && list->line == 4 && list->column == 5);
	CHECK_BYTES(root->first->key, BYTES("a"));
	CHECK_BYTES(root->first->next->key, BYTES("b"));
}

static void a_pyproject_reads(void)
{
	CLEANUP(arena_done) struct arena a;
	struct toml_value *root = NULL;
	struct diag d = { 0 };
	CHECK(parse(bytes_of(pyproject), &a, &root, &d) == OK && !root->uses_1_1);
	const struct toml_value *backend_table = NULL;
	struct bytes *items = NULL, backend;
	size_t n = 0;
	CHECK(toml_get_table(root, "build-system", &backend_table, &d) == OK);
	CHECK(toml_get_string_array(backend_table, "requires", &a, &items, &n, &d) == OK && n == 3);
	CHECK_BYTES(items[1], BYTES("wheel"));
	CHECK(toml_get_string(backend_table, "build-backend", &backend, &d) == OK);
	CHECK_BYTES(backend, BYTES("setuptools.build_meta"));
	CHECK_BYTES(toml_find_path(root, "project.name")->string, BYTES("caf\xc3\xa9"));
	CHECK_BYTES(toml_find(toml_find_path(root, "project.scripts"), BYTES("d.e"))->string, BYTES("f"));
	const struct toml_value *tables = toml_find_path(root, "tool.x.y");
	CHECK_NUMBER(tables->n_items, 2);
	CHECK_BYTES(toml_find(tables->first, BYTES("d"))->string, BYTES("1979-05-27T07:32:00.5-01:30"));
	CHECK_NUMBER(tables->last->first->line, 16);
}

static void errors_have_line_and_column(void)
{
	static const struct {
		const char *name, *in;
		unsigned line, column;
		enum status want;
	} cases[] = {
		{ "a key twice", "a = 1\nb = 2\na = 3\n", 3, 3, ERR_FORMAT },
		{ "a table twice", "[a]\n\n[a]\n", 3, 3, ERR_FORMAT },
		{ "no value", "a =\n", 1, 4, ERR_FORMAT },
		{ "text behind a value", "\na = 1 b\n", 2, 7, ERR_FORMAT },
		{ "an unknown escape", "a = \"x\\q\"\n", 1, 8, ERR_FORMAT },
		{ "a string without end", "a = \"x\n", 1, 7, ERR_FORMAT },
		{ "a surrogate", "a = \"\\ud800\"", 1, 8, ERR_FORMAT },
		{ "a bare CR", "a = 1\r", 1, 6, ERR_FORMAT },
		{ "bad UTF-8", "a = 1\n# \xff\n", 2, 1, ERR_FORMAT },
		{ "a date that is not", "a = 2021-02-29\n", 1, 5, ERR_FORMAT },
		{ "a number over 64 bits", "a = 9223372036854775808\n", 1, 5, ERR_FORMAT },
		{ "a closed inline table", "a = {b = 1}\na.c = 2\n", 2, 2, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct toml_value *root = NULL;
		struct diag d = { 0 };
		CHECK_ROW(parse(bytes_of(cases[i].in), &a, &root, &d) == cases[i].want, cases[i].name);
		if (cases[i].want && (d.line != cases[i].line || d.column != cases[i].column))
			test_fail(__FILE__, __LINE__, "%s: at %u:%u, want %u:%u (%s)", cases[i].name, d.line, d.column,
				  cases[i].line, cases[i].column, d.text);
		CHECK_ROW(!cases[i].want || root == NULL, cases[i].name);
	}
}

static void getters_name_key_and_line(void)
{
	CLEANUP(arena_done) struct arena a;
	struct toml_value *root = NULL;
	struct diag d = { 0 };
	CHECK(parse(bytes_of("[t]\ns = 1\nl = ['a',\n  2]\nb = true\n"), &a, &root, &d) == OK);
	const struct toml_value *t = toml_find(root, BYTES("t"));
	struct bytes text = { NULL, 0 }, *items;
	size_t n;
	int64_t number = 0;
	bool truth = false;
	CHECK(toml_get_string(t, "s", &text, &d) == ERR_FORMAT && d.line == 2 && text.data == NULL);
	CHECK(strcmp(d.text, "'s' on line 2 must be a string, not an integer") == 0);
	CHECK(toml_get_string(t, "x", &text, &d) == ERR_ABSENT && d.line == 1 && strstr(d.text, "'x'"));
	CHECK(toml_get_string_array(t, "l", &a, &items, &n, &d) == ERR_FORMAT && d.line == 4);
	CHECK(toml_get_integer(t, "s", &number, &d) == OK && number == 1);
	CHECK(toml_get_boolean(t, "b", &truth, &d) == OK && truth);
	CHECK(toml_get_array(t, "s", &t, &d) == ERR_FORMAT);
}

static void what_only_1_1_allows_is_told(void)
{
	static const struct {
		const char *in;
		bool is_1_1;
	} cases[] = {
		{ "a = {b = 1}", false },  { "a = [1,\n2,]", false }, { "a = {b = [\n1]}", false },      { "a = 07:32:00", false },
		{ "a = {b = 1,}", true },  { "a = {\nb = 1}", true }, { "a = {b = 1 # x\n}", true },     { "a = \"\\e\"", true },
		{ "a = \"\\x41\"", true }, { "a = 07:32", true },     { "a = 2021-01-01 07:32Z", true },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct toml_value *root = NULL;
		CHECK_ROW(parse(bytes_of(cases[i].in), &a, &root, NULL) == OK, cases[i].in);
		CHECK_ROW(root->uses_1_1 == cases[i].is_1_1, cases[i].in);
	}
}

static enum status parse_repeated(const char *before, const char *part, size_t n, const char *after, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 8 * TOML_MAX_SIZE);
	buf_add_string(&text, before);
	for (size_t i = 0; i < n; i++)
		buf_add_string(&text, part);
	buf_add_string(&text, after);
	struct toml_value *root;
	return parse(buf_bytes(&text), a, &root, d);
}

static void limits_hold_exactly(void)
{
	static const struct {
		const char *name, *before, *part, *after;
		size_t n;
		enum status want;
	} cases[] = {
		{ "64 values deep", "a = ", "[", "1", TOML_MAX_DEPTH - 1, ERR_FORMAT }, /* only its end is missing */
		{ "65 values deep", "a = ", "[", "1", TOML_MAX_DEPTH, ERR_LIMIT },
		{ "64 dotted parts", "a", ".a", " = 1", TOML_MAX_DEPTH - 1, OK },
		{ "65 dotted parts", "a", ".a", " = 1", TOML_MAX_DEPTH, ERR_LIMIT },
		{ "a million dots", "[a", ".a", "]", 500000, ERR_LIMIT },
		{ "inline tables", "a = ", "{a = ", "", 1000, ERR_LIMIT },
		{ "as many values", "a = [", "0,", "]", TOML_MAX_VALUES - 1, OK },
		{ "one value more", "a = [", "0,", "]", TOML_MAX_VALUES, ERR_LIMIT },
		{ "as many bytes", "#", " ", "", TOML_MAX_SIZE - 1, OK },
		{ "one byte more", "#", " ", "", TOML_MAX_SIZE, ERR_LIMIT },
		{ "a number too long", "a = ", "1", "", 1024, ERR_FORMAT },
		{ "a number far too long", "a = ", "1", "", 1025, ERR_LIMIT },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct diag d = { 0 };
		enum status s = parse_repeated(cases[i].before, cases[i].part, cases[i].n, cases[i].after, &a, &d);
		if (s != cases[i].want)
			test_fail(__FILE__, __LINE__, "%s: %s (%s)", cases[i].name, status_name(s), d.text);
	}
}

static void many_keys_are_found_and_none_else(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, TOML_MAX_SIZE);
	enum { N = 80000 };
	for (unsigned i = 0; i < N; i++)
		buf_printf(&text, "k%u=%u\n", i, i);
	struct toml_value *root = NULL;
	struct diag d = { 0 };
	CHECK(buf_check(&text, "text", &d) == OK && parse(buf_bytes(&text), &a, &root, &d) == OK);
	char key[16];
	for (int i = 0; i < N; i++) {
		(void)snprintf(key, sizeof key, "k%d", i);
		CHECK_NUMBER(toml_find(root, bytes_of(key))->integer, i);
	}
	CHECK(!toml_find(root, BYTES("k")) && !toml_find(root, BYTES("k80000")) && !toml_find(root, BYTES("k00")));
	buf_add_string(&text, "k777=1\n");
	arena_done(&a);
	CHECK(parse(buf_bytes(&text), &a, &root, &d) == ERR_FORMAT && strstr(d.text, "line 778"));
}

static void keys_that_begin_each_other_are_told_apart(void)
{
	CLEANUP(arena_done) struct arena a;
	struct toml_value *root = NULL;
	CHECK(parse(BYTES("\"\"=0\n\"\\u0000\"=1\n\"\\u0000\\u0000\"=2\na=3\naa=4\naaa=5\n"), &a, &root, NULL) == OK);
	static const struct bytes keys[] = { { NULL, 0 }, LIT("\0"), LIT("\0\0"), LIT("a"), LIT("aa"), LIT("aaa") };
	for (size_t i = 0; i < COUNT(keys); i++)
		CHECK_NUMBER(toml_find(root, keys[i])->integer, i);
	CHECK(!toml_find(root, BYTES("\0\0\0")) && !toml_find(root, BYTES("aaaa")));
}

static void every_cut_ends_in_a_value_or_a_sentence(void)
{
	size_t n_refused = 0;
	for (size_t cut = 0; cut < sizeof pyproject; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct toml_value *root = NULL;
		struct diag d = { 0 };
		char *exact = malloc(cut + 1); /* so that a read behind the end is seen by the sanitizer */
		bytes_copy(exact, bytes_make(pyproject, cut));
		char *moved = realloc(exact, cut ? cut : 1);
		enum status s = parse(bytes_make(moved, cut), &a, &root, &d);
		CHECK((s == OK && root) || (s == ERR_FORMAT && d.text[0] && d.line && !root));
		n_refused += s != OK;
		free(moved);
	}
	CHECK(n_refused > 100);
}

static void tagged_json_is_what_toml_test_wants(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	struct toml_value *root = NULL;
	buf_init(&out, 10000);
	CHECK(parse(bytes_of("a = [1, -inf, nan, true]\nb.c = 1979-05-27\n"), &a, &root, NULL) == OK);
	toml_write_tagged_json(root, &out);
	CHECK_BYTES(buf_bytes(&out), BYTES("{\"a\":[{\"type\":\"integer\",\"value\":\"1\"},{\"type\":\"float\",\"value\":\"-inf\"},"
					   "{\"type\":\"float\",\"value\":\"nan\"},{\"type\":\"bool\",\"value\":\"true\"}],"
					   "\"b\":{\"c\":{\"type\":\"date-local\",\"value\":\"1979-05-27\"}}}\n"));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a tree is walked by key, path and order", a_tree_is_walked_by_key_path_and_order },
		{ "a pyproject.toml reads", a_pyproject_reads },
		{ "errors have line and column", errors_have_line_and_column },
		{ "getters name key and line", getters_name_key_and_line },
		{ "what only TOML 1.1 allows is told", what_only_1_1_allows_is_told },
		{ "limits hold exactly", limits_hold_exactly },
		{ "many keys are found and none else", many_keys_are_found_and_none_else },
		{ "keys that begin each other are told apart", keys_that_begin_each_other_are_told_apart },
		{ "every cut ends in a value or a sentence", every_cut_ends_in_a_value_or_a_sentence },
		{ "tagged JSON is what toml-test wants", tagged_json_is_what_toml_test_wants },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
