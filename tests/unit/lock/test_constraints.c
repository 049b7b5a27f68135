#include "harness.h"
#include "table.h"

static const char *write_constraint(const struct lock_constraint *c, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 1 << 20);
	buf_add(&out, c->name);
	specifier_write(&c->specifier, &out);
	if (c->marker) {
		buf_add_string(&out, "; ");
		marker_write(c->marker, &out);
	}
	for (size_t i = 0; i < c->n_digests; i++) {
		char hex[SHA256_TEXT_SIZE];
		sha256_text(&c->digests[i], hex);
		buf_printf(&out, " #%.8s", hex);
	}
	buf_printf(&out, " (%.*s)", BYTES_ARG(c->origin));
	return arena_string(a, buf_bytes(&out));
}

#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "ABCDEF11111111111111111111111111111111111111111111111111111111111"

static void files_are_read_as_pip_reads_them(void)
{
	static const struct {
		const char *name, *in, *want;
	} rows[] = {
		{ "nothing", "", "" },
		{ "blank lines and comments", "\n  \n# a==1\n   # b\n\t\n", "" },
		{ "one constraint", "a==1", "a==1 (c.txt line 1)" },
		{ "names are normalised", "Zope.Interface >= 1 , < 2\n", "zope-interface<2,>=1 (c.txt line 1)" },
		{ "line numbers", "\n\na\n\nb\n", "a (c.txt line 3)|b (c.txt line 5)" },
		{ "carriage returns", "a==1\r\nb==2\r\n", "a==1 (c.txt line 1)|b==2 (c.txt line 2)" },
		{ "a comment behind", "a==1 # why\nb==2\t#c", "a==1 (c.txt line 1)|b==2 (c.txt line 2)" },
		{ "a marker", "a<2; os_name == 'nt'", "a<2; os_name == \"nt\" (c.txt line 1)" },
		{ "a hash", "a==1 --hash=sha256:" H1, "a==1 #11111111 (c.txt line 1)" },
		{ "a hash as a word of its own", "a==1 --hash sha256:" H1, "a==1 #11111111 (c.txt line 1)" },
		{ "continued lines",
		  "a==1 \\\n    --hash=sha256:" H1 " \\\n"
		  "    --hash=sha256:abcdef1111111111111111111111111111111111111111111111111111111111\nb",
		  "a==1 #11111111 #abcdef11 (c.txt line 1)|b (c.txt line 4)" },
		{ "a comment line ends a continued line", "a==1 \\\n# why\nb", "a==1 (c.txt line 1)|b (c.txt line 3)" },
		{ "a backslash at the very end", "a==1 \\", "a==1 (c.txt line 1)" },
		{ "a byte order mark",
		  "\xef\xbb\xbf"
		  "a",
		  "a (c.txt line 1)" },
		{ "a name with '-' inside is no option", "a-b==1", "a-b==1 (c.txt line 1)" },
		{ "a hash sign inside a word is no comment", "a===1#2", "a===1#2 (c.txt line 1)" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct lock_constraint *items;
		struct diag d = { 0 };
		size_t n;
		arena_init(&a);
		buf_init(&out, 1 << 20);
		if (lock_constraints_parse(bytes_of(rows[i].in), "c.txt", &a, &items, &n, &d))
			test_fail(__FILE__, __LINE__, "row '%s': %s", rows[i].name, d.text);
		for (size_t k = 0; k < n; k++)
			buf_printf(&out, "%s%s", k ? "|" : "", write_constraint(&items[k], &a));
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
	}
}

static void other_lines_are_refused(void)
{
	static const struct {
		const char *name, *in, *part;
		uint32_t line;
	} rows[] = {
		{ "another file", "a\n-r other.txt", "c.txt line 2: options and other files", 2 },
		{ "an option", "--index-url https://x.test", "line 1: options", 1 },
		{ "an editable", "-e .", "line 1: options", 1 },
		{ "a URL", "https://x.test/a.whl", "line 1: ", 1 },
		{ "a named URL", "a @ https://x.test/a.whl", "a constraint cannot be a URL: 'a @", 1 },
		{ "a path", "./a.whl", "line 1: ", 1 },
		{ "extras", "a[x]==1", "a constraint cannot have extras", 1 },
		{ "another hash", "a==1 --hash=md5:00", "only --hash=sha256:... is supported: 'md5:00'", 1 },
		{ "a hash without an algorithm", "a==1 --hash=" H1, "only --hash=sha256", 1 },
		{ "a short hash", "a==1 --hash=sha256:1111", "not 64 hexadecimal digits", 1 },
		{ "a long hash", "a==1 --hash=sha256:" H2, "not 64 hexadecimal digits", 1 },
		{ "a hash that is not there", "a==1 --hash", "only --hash=sha256", 1 },
		{ "another option behind", "a==1 --global-option=x", "only --hash can follow a constraint: '--global-option=x'", 1 },
		{ "words behind", "a==1 b", "line 1: ", 1 },
		{ "an error in a continued line is at its start", "a\n\nb==1 \\\n  --hash=sha256:zz", "c.txt line 3: ", 3 },
		{ "a hash alone", "--hash=sha256:" H1, "line 1: options", 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct lock_constraint *items = NULL;
		struct diag d = { 0 };
		size_t n = 77;
		arena_init(&a);
		CHECK_ROW(lock_constraints_parse(bytes_of(rows[i].in), "c.txt", &a, &items, &n, &d) == ERR_USAGE, rows[i].name);
		if (!strstr(d.text, rows[i].part) || d.line != rows[i].line)
			test_fail(__FILE__, __LINE__, "row '%s': line %u: %s", rows[i].name, d.line, d.text);
		CHECK_ROW(!items && n == 77, rows[i].name);
	}
}

static void a_file_cut_anywhere_is_read_or_refused(void)
{
	static const char whole[] = "# head\nA.b>=1,<2 ; os_name == 'posix' # c\\\nc==1 \\\r\n  --hash=sha256:" H1
				    " \\\n --hash sha256:" H1 "\nd\n";
	size_t valid = 0;
	for (size_t size = 0; size < sizeof whole; size++) {
		CLEANUP(arena_done) struct arena a;
		struct lock_constraint *items;
		size_t n;
		unsigned char *copy = malloc(size ? size : 1);
		arena_init(&a);
		memcpy(copy, whole, size);
		enum status s = lock_constraints_parse(bytes_make(copy, size), "c.txt", &a, &items, &n, NULL);
		CHECK(s == OK || s == ERR_USAGE);
		valid += s == OK;
		free(copy);
	}
	CHECK(valid > 10 && valid < sizeof whole - 10);
}

static void files_have_limits(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct lock_constraint *items;
	size_t n;
	arena_init(&a);
	buf_init(&text, 64 << 20);
	for (int i = 0; i < 20000; i++)
		buf_add_string(&text, "a\n");
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == OK && n == 20000);
	buf_add_string(&text, "a\n");
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == ERR_LIMIT);
	buf_clear(&text);
	for (size_t i = 0; i < 1 << 20; i++)
		buf_add_byte(&text, ' ');
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == OK && n == 0);
	buf_add_byte(&text, ' ');
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == ERR_LIMIT);
	buf_clear(&text);
	for (size_t i = 0; i < 16 << 20; i++)
		buf_add_byte(&text, '\n');
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == OK);
	buf_add_byte(&text, '\n');
	CHECK(lock_constraints_parse(buf_bytes(&text), "c.txt", &a, &items, &n, NULL) == ERR_LIMIT);
}

static void pins_are_held_against_requirements(void)
{
	static const struct {
		const char *name, *requires;
		bool want;
	} rows[] = {
		{ "nothing", "", true },
		{ "a pin", "a", true },
		{ "a pin in its range, in another spelling", "A >= 1.0, < 3 | b", true },
		{ "a range the pin is not in", "a>2", false },
		{ "no pin", "a | c", false },
		{ "no pin, but not for this system", "a | c; os_name == 'nt'", true },
		{ "a pre-release that is pinned is there", "pre>=1", true },
		{ "an extra that was resolved", "a[x]", true },
		{ "an extra that was not", "a[y]", false },
		{ "an extra of one without", "b[x]", false },
		{ "a URL", "a @ https://x.test/a.whl", false },
		{ "what is no requirement", "a>>1", false },
		{ "a marker without meaning", "a; extras == 'x'", false },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct answer got = table_ask(
		&(struct question){ .index = "a 2.0 extras=x,y\nb 1\npre 1.1rc1", .requires = "a[x] | b | pre" }, &a);
	CHECK(got.status == OK && got.result.n_pins == 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes requires[8];
		size_t n = table_split(rows[i].requires, requires, 8);
		CHECK_ROW(lock_satisfies(got.result.pins, got.result.n_pins, requires, n, table_python(&a)) == rows[i].want,
			  rows[i].name);
	}
}

static const struct test tests[] = {
	{ "files are read as pip reads them", files_are_read_as_pip_reads_them },
	{ "other lines are refused", other_lines_are_refused },
	{ "a file cut anywhere is read or refused", a_file_cut_anywhere_is_read_or_refused },
	{ "files have limits", files_have_limits },
	{ "pins are held against requirements", pins_are_held_against_requirements },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
