#include "base/buf.h"
#include "format/csv.h"
#include "format/html_links.h"
#include "format/ini.h"
#include "format/rfc822.h"
#include "harness.h"

/* Calls read with every beginning of text, each in memory of exactly its size. */
static void with_every_cut(const char *text, void (*read)(struct bytes))
{
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		unsigned char *exact = malloc(cut ? cut : 1);
		bytes_copy(exact, bytes_make(text, cut));
		read(bytes_make(exact, cut));
		free(exact);
	}
}

static void repeat(struct buf *text, const char *part, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_string(text, part);
}

static const char metadata[] =
	"Metadata-Version: 2.1\nName: x\r\nClassifier: A :: B\nclassifier:C\nLicense: line one\n        line two\n\tline three\n"
	"Empty:\n\nbody: here\n\n more\n";

static void header_blocks_keep_order_and_repeats(void)
{
	CLEANUP(arena_done) struct arena a;
	struct rfc822 block = { 0 };
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(rfc822_parse(bytes_of(metadata), &a, &block, &d) == OK && block.n_fields == 6);
	static const struct {
		const char *name, *value;
		unsigned line;
	} want[] = {
		{ "Metadata-Version", "2.1", 1 },
		{ "Name", "x", 2 },
		{ "Classifier", "A :: B", 3 },
		{ "classifier", "C", 4 },
		{ "License", "line one\n        line two\n\tline three", 5 },
		{ "Empty", "", 8 },
	};
	for (size_t i = 0; i < COUNT(want); i++) {
		CHECK_BYTES(block.fields[i].name, bytes_of(want[i].name));
		CHECK_BYTES(block.fields[i].value, bytes_of(want[i].value));
		CHECK_NUMBER(block.fields[i].line, want[i].line);
	}
	CHECK_BYTES(block.body, BYTES("body: here\n\n more\n"));
	CHECK(block.has_body && block.unseparated_line == 0);
	const struct rfc822_field *first = rfc822_find(&block, "CLASSIFIER", NULL);
	CHECK(first == &block.fields[2] && rfc822_find(&block, "classifier", first) == &block.fields[3]);
	CHECK(!rfc822_find(&block, "classifier", &block.fields[3]) && !rfc822_find(&block, "x", NULL));
}

static void header_blocks_are_read_as_python_reads_them(void)
{
	static const struct {
		const char *name;
		struct bytes in;
		enum status want;
		size_t n;
		unsigned line, unseparated;
		const char *body;
	} cases[] = {
		{ "nothing", LIT(""), OK, 0, 0, 0, "" },
		{ "a field without a line end", LIT("A: b"), OK, 1, 0, 0, "" },
		{ "a body from the start", LIT("\nx"), OK, 0, 0, 0, "x" },
		{ "a line that is no field begins the body", LIT("A: b\nno field\nB: c\n"), OK, 1, 0, 2, "no field\nB: c\n" },
		{ "a blank before the colon is no field", LIT("A : b\n"), OK, 0, 0, 1, "A : b\n" },
		{ "a field without a name", LIT(": b\n"), OK, 0, 0, 1, ": b\n" },
		{ "a continuation of nothing", LIT(" x\nA: b\n"), ERR_FORMAT, 0, 1, 0, NULL },
		{ "a blank line of spaces goes on", LIT("A: b\n  \nC: d\n"), OK, 2, 0, 0, "" },
		{ "a lone CR", LIT("A: b\nC: d\re: f\n"), ERR_FORMAT, 0, 2, 0, NULL },
		{ "a lone CR at the end", LIT("A: b\r"), ERR_FORMAT, 0, 1, 0, NULL },
		{ "a lone CR in a continuation", LIT("A: b\n c\rD: e\n"), ERR_FORMAT, 0, 2, 0, NULL },
		{ "a NUL", LIT("A: \0\n"), ERR_FORMAT, 0, 1, 0, NULL },
		{ "no UTF-8 in the body", LIT("A: b\n\n\xff\n"), ERR_FORMAT, 0, 3, 0, NULL },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct rfc822 block = { .n_fields = 99 };
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(rfc822_parse(cases[i].in, &a, &block, &d) == cases[i].want, cases[i].name);
		CHECK_ROW(d.line == cases[i].line, cases[i].name);
		CHECK_ROW(block.n_fields == (cases[i].want ? 99 : cases[i].n), cases[i].name);
		if (cases[i].want)
			continue;
		CHECK_ROW(block.unseparated_line == cases[i].unseparated, cases[i].name);
		CHECK_BYTES(block.body, bytes_of(cases[i].body));
	}
}

static enum status read_header(const struct buf *text)
{
	CLEANUP(arena_done) struct arena a;
	struct rfc822 block;
	arena_init(&a);
	return rfc822_parse(buf_bytes(text), &a, &block, NULL);
}

static void header_blocks_have_limits(void)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 8 << 20);
	repeat(&text, "A: b\n", RFC822_MAX_FIELDS);
	CHECK(read_header(&text) == OK);
	repeat(&text, "A: b\n", 1);
	CHECK(read_header(&text) == ERR_LIMIT);
	buf_clear(&text);
	buf_add_string(&text, "A: ");
	repeat(&text, "b", RFC822_MAX_SIZE - 3);
	CHECK(read_header(&text) == OK);
	buf_add_byte(&text, 'b');
	CHECK(read_header(&text) == ERR_LIMIT);
	buf_clear(&text);
	buf_add_string(&text, "A: b\n");
	repeat(&text, " x\n", 1000000);
	CHECK(read_header(&text) == OK);
}

static void cut_header(struct bytes text)
{
	CLEANUP(arena_done) struct arena a;
	struct rfc822 block;
	arena_init(&a);
	enum status s = rfc822_parse(text, &a, &block, NULL);
	CHECK(s == OK || (s == ERR_FORMAT && bytes_ends(text, BYTES("\r"))));
}

static void rows_are_fields(void)
{
	static const struct {
		const char *name;
		struct bytes in;
		enum status want;
		size_t n;
		const char *fields[4];
	} cases[] = {
		{ "a row", LIT("a,b,c\n"), OK, 3, { "a", "b", "c" } },
		{ "without a line end", LIT("a,b"), OK, 2, { "a", "b" } },
		{ "CRLF", LIT("a,b\r\n"), OK, 2, { "a", "b" } },
		{ "empty fields", LIT("a,,\n"), OK, 3, { "a", "", "" } },
		{ "only commas, no line end", LIT(",,"), OK, 3, { "", "", "" } },
		{ "an empty line", LIT("\nx"), OK, 0, { NULL } },
		{ "quotes", LIT("\"a,b\",\"c\"\"d\",\"\"\n"), OK, 3, { "a,b", "c\"d", "" } },
		{ "four quotes", LIT("\"\"\"\"\n"), OK, 1, { "\"" } },
		{ "a line end in quotes", LIT("\"a\nb\",c"), OK, 2, { "a\nb", "c" } },
		{ "a blank is no quote", LIT(" a , b"), OK, 2, { " a ", " b" } },
		{ "a quote inside", LIT("a\"b\n"), ERR_FORMAT, 0, { NULL } },
		{ "text behind a quote", LIT("\"a\"b\n"), ERR_FORMAT, 0, { NULL } },
		{ "a quote that does not end", LIT("\"a,b\n"), ERR_FORMAT, 0, { NULL } },
		{ "a quote that does not end, doubled", LIT("\"a\"\""), ERR_FORMAT, 0, { NULL } },
		{ "a lone CR", LIT("a\rb\n"), ERR_FORMAT, 0, { NULL } },
		{ "a lone CR behind a quote", LIT("\"a\"\rb\n"), ERR_FORMAT, 0, { NULL } },
		{ "a NUL", LIT("a\0"), ERR_FORMAT, 0, { NULL } },
		{ "a NUL in quotes", LIT("\"\0\""), ERR_FORMAT, 0, { NULL } },
		{ "16 fields", LIT("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"), OK, 16, { "1", "2", "3", "4" } },
		{ "17 fields", LIT("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"), ERR_LIMIT, 0, { NULL } },
		{ "17 fields, the last empty", LIT("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,"), ERR_LIMIT, 0, { NULL } },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct csv_reader r;
		struct csv_row row = { .n_fields = 99 };
		struct diag d = { 0 };
		arena_init(&a);
		CHECK(csv_open(cases[i].in, &r, &d) == OK);
		CHECK_ROW(csv_next(&r, &a, &row, &d) == cases[i].want, cases[i].name);
		CHECK_ROW(row.n_fields == (cases[i].want ? 99 : cases[i].n), cases[i].name);
		CHECK_ROW(!cases[i].want || d.line == 1, cases[i].name);
		for (size_t k = 0; cases[i].want == OK && k < cases[i].n && k < 4; k++)
			CHECK_BYTES(row.fields[k], bytes_of(cases[i].fields[k]));
	}
}

static void rows_come_one_by_one_with_their_lines(void)
{
	CLEANUP(arena_done) struct arena a;
	struct csv_reader r;
	struct csv_row row;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(csv_open(BYTES("a,1\n\"b\nc\",2\r\n\nd,3\n\"e"), &r, &d) == OK);
	static const struct {
		size_t n;
		unsigned line, offset;
	} want[] = { { 2, 1, 0 }, { 2, 2, 4 }, { 0, 4, 13 }, { 2, 5, 14 } };
	for (size_t i = 0; i < COUNT(want); i++) {
		CHECK(csv_next(&r, &a, &row, &d) == OK);
		CHECK(row.n_fields == want[i].n && row.line == want[i].line && row.offset == want[i].offset);
	}
	CHECK(csv_next(&r, &a, &row, &d) == ERR_FORMAT && d.line == 6 && d.offset == 18);
	CHECK(csv_open(BYTES("a\n"), &r, &d) == OK && csv_next(&r, &a, &row, &d) == OK && csv_next(&r, &a, &row, &d) == ERR_ABSENT);
}

static void rows_have_limits(void)
{
	static const bool quoted[] = { false, true };
	for (size_t i = 0; i < COUNT(quoted); i++)
		for (size_t more = 0; more < 2; more++) {
			CLEANUP(arena_done) struct arena a;
			CLEANUP(buf_done) struct buf text;
			struct csv_reader r;
			struct csv_row row;
			arena_init(&a);
			buf_init(&text, 1 << 20);
			buf_add_string(&text, quoted[i] ? "\"" : "");
			repeat(&text, "x", CSV_MAX_FIELD_SIZE + more);
			buf_add_string(&text, quoted[i] ? "\"" : "");
			CHECK(csv_open(buf_bytes(&text), &r, NULL) == OK);
			CHECK_NUMBER(csv_next(&r, &a, &row, NULL), more ? ERR_LIMIT : OK);
		}
}

static void fields_are_written_so_that_they_read_back(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a", "a" },           { "", "" },         { "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"" }, { "\r", "\"\r\"" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 100);
		csv_write_field(bytes_of(cases[i].in), &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(cases[i].out));
	}
}

static void cut_rows(struct bytes text)
{
	CLEANUP(arena_done) struct arena a;
	struct csv_reader r;
	struct csv_row row;
	enum status s = csv_open(text, &r, NULL);
	arena_init(&a);
	while (s == OK)
		s = csv_next(&r, &a, &row, NULL);
	CHECK(s == ERR_ABSENT || s == ERR_FORMAT);
}

static const char pip_conf[] =
	"# a comment\n[global]\nindex-url = https://h/simple?a=b\nFind-Links: one\n    two ; not a comment\n\n  # one more\n    three\n\n"
	"[install]\n; x\nempty =\n[none]\n";

static void ini_files_read_as_configparser_reads_them(void)
{
	CLEANUP(arena_done) struct arena a;
	struct ini ini;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(ini_parse(bytes_of(pip_conf), INI_EQUALS_AND_COLON, &a, &ini, &d) == OK);
	CHECK(ini.n_sections == 3 && ini.n_items == 3);
	CHECK_BYTES(ini.sections[2].name, BYTES("none"));
	CHECK_BYTES(ini_find(&ini, "global", "index-url")->value, BYTES("https://h/simple?a=b"));
	CHECK_BYTES(ini_find(&ini, "global", "Find-Links")->value, BYTES("one\ntwo ; not a comment\n\nthree"));
	CHECK_BYTES(ini_find(&ini, "install", "empty")->value, BYTES(""));
	CHECK(ini.items[1].line == 4 && !ini_find(&ini, "global", "find-links") && !ini_find(&ini, "none", "empty"));
	CHECK(ini_parse(BYTES("[console_scripts]\na:b = c:d\nlines =\n  one \n\n\n[x]\n"), INI_EQUALS, &a, &ini, &d) == OK);
	CHECK_BYTES(ini_find(&ini, "console_scripts", "a:b")->value, BYTES("c:d"));
	CHECK_BYTES(ini_find(&ini, "console_scripts", "lines")->value, BYTES("\none"));
}

static void ini_files_are_refused_at_their_line(void)
{
	static const struct {
		const char *name;
		struct bytes in;
		enum status want;
		unsigned line;
	} cases[] = {
		{ "nothing", LIT(""), OK, 0 },
		{ "only a comment", LIT("# x"), OK, 0 },
		{ "an empty section", LIT("[a]"), OK, 0 },
		{ "an item before a section", LIT("\na = b\n"), ERR_FORMAT, 2 },
		{ "a section twice", LIT("[a]\n[b]\n[a]\n"), ERR_FORMAT, 3 },
		{ "a key twice", LIT("[a]\nb = 1\nc = 2\nb = 3\n"), ERR_FORMAT, 4 },
		{ "the same key in two sections", LIT("[a]\nb = 1\n[c]\nb = 3\n"), OK, 0 },
		{ "keys that differ in case", LIT("[a]\nb = 1\nB = 3\n"), OK, 0 },
		{ "a line without a delimiter", LIT("[a]\nb\n"), ERR_FORMAT, 2 },
		{ "no key", LIT("[a]\n = b\n"), ERR_FORMAT, 2 },
		{ "a section without its end", LIT("[a\n"), ERR_FORMAT, 1 },
		{ "a section without a name", LIT("[]\n"), ERR_FORMAT, 1 },
		{ "a lone CR", LIT("[a]\nb = c\rd = e\n"), ERR_FORMAT, 2 },
		{ "no UTF-8", LIT("[a]\nb = \xff\n"), ERR_FORMAT, 2 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct ini ini;
		struct diag d = { 0 };
		arena_init(&a);
		enum status s = ini_parse(cases[i].in, INI_EQUALS_AND_COLON, &a, &ini, &d);
		if (s != cases[i].want || d.line != cases[i].line)
			test_fail(__FILE__, __LINE__, "%s: %s at line %u: %s", cases[i].name, status_name(s), d.line, d.text);
	}
}

static void ini_files_have_limits(void)
{
	for (unsigned more = 0; more < 2; more++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf text;
		struct ini ini;
		arena_init(&a);
		buf_init(&text, INI_MAX_SIZE + 1);
		buf_add_string(&text, "[s]\n");
		for (unsigned i = 0; i < INI_MAX_ITEMS + more; i++)
			buf_printf(&text, "k%u=\n", i);
		CHECK_NUMBER(ini_parse(buf_bytes(&text), INI_EQUALS, &a, &ini, NULL), more ? ERR_LIMIT : OK);
		buf_clear(&text);
		repeat(&text, "#", INI_MAX_SIZE + more);
		CHECK_NUMBER(ini_parse(buf_bytes(&text), INI_EQUALS, &a, &ini, NULL), more ? ERR_LIMIT : OK);
	}
}

static void cut_ini(struct bytes text)
{
	CLEANUP(arena_done) struct arena a;
	struct ini ini;
	arena_init(&a);
	enum status s = ini_parse(text, INI_EQUALS_AND_COLON, &a, &ini, NULL);
	CHECK(s == OK || s == ERR_FORMAT);
}

static const char simple_page[] =
	"<!DOCTYPE html>\n<html><head><title>Links for <a href='no'></title><meta name=\"pypi:repository-version\" content=\"1.1\">\n"
	"<base href='https://h/f/'><!-- <a href=\"no\">no</a> --><script>var a = \"<a href='no'>\";</script></head><body>\n"
	"<A class=x HREF=\"../x-1.tar.gz#sha256=0&amp;b=&#x31;\" data-requires-python=\"&gt;=3.8,&lt;4\""
	" data-yanked>x-1<wbr>.tar.gz </A><br/>\n"
	"<a href=y.whl data-yanked='broken > bad' data-dist-info-metadata=\"old\""
	" data-core-metadata=\"sha256=1\" href=\"second\">y.whl</a>\n"
	"<a name=\"none\">no</a> 1 < 2 <a data-dist-info-metadata = true href = 'z' >z &amp; &unknown; &#0;</body>";

static void the_links_of_a_page_are_these(void)
{
	CLEANUP(arena_done) struct arena a;
	struct html_page page;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(html_links_parse(bytes_of(simple_page), &a, &page, &d) == OK);
	CHECK_BYTES(page.repository_version, BYTES("1.1"));
	CHECK_BYTES(page.base_href, BYTES("https://h/f/"));
	CHECK_NUMBER(page.n_links, 3);
	const struct html_link *x = &page.links[0], *y = x + 1, *z = x + 2;
	CHECK_BYTES(x->href, BYTES("../x-1.tar.gz#sha256=0&b=1"));
	CHECK_BYTES(x->text, BYTES("x-1.tar.gz"));
	CHECK_BYTES(x->requires_python, BYTES(">=3.8,<4"));
	CHECK(x->yanked.data && x->yanked.size == 0 && !x->core_metadata.data);
	CHECK(simple_page[x->offset] == '<' && simple_page[x->offset + 1] == 'A');
	CHECK_BYTES(y->href, BYTES("y.whl"));
	CHECK_BYTES(y->yanked, BYTES("broken > bad"));
	CHECK_BYTES(y->core_metadata, BYTES("sha256=1"));
	CHECK(!y->requires_python.data);
	CHECK_BYTES(z->href, BYTES("z"));
	CHECK_BYTES(z->core_metadata, BYTES("true"));
	CHECK_BYTES(z->text, BYTES("z & &unknown; \xef\xbf\xbd"));
	CHECK(!z->yanked.data);
}

static void broken_pages_give_what_they_have(void)
{
	static const struct {
		const char *in;
		size_t n;
		const char *href;
	} cases[] = {
		{ "", 0, NULL },
		{ "plain", 0, NULL },
		{ "<", 0, NULL },
		{ "<a", 0, NULL },
		{ "<a href=x", 0, NULL },
		{ "<a href='x>", 0, NULL },
		{ "<a href=x>", 1, "x" },
		{ "<a href=>t", 1, "" },
		{ "<a href>t", 1, "" },
		{ "<a/href='x'>", 1, "x" },
		{ "<a href='x'/>", 1, "x" },
		{ "<a href=x/>", 1, "x/" },
		{ "<abbr href=x>", 0, NULL },
		{ "<!-- <a href=x>", 0, NULL },
		{ "<!--><a href=x>", 1, "x" },
		{ "<!a><a href=x>", 1, "x" },
		{ "<?a?><a href=x>", 1, "x" },
		{ "</a><a href=x></a></a>", 1, "x" },
		{ "<a href=x<a href=y>", 1, "x<a" },
		{ "<script><a href=x>", 0, NULL },
		{ "<script></SCRIPT><a href=x>", 1, "x" },
		{ "<a =href=y href=x>", 1, "x" },
		{ "<a x='a'href=x>", 1, "x" },
		{ "<a href=' x\n'>", 1, "x" },
		{ "<a href=\"&#x110000;&#xd800;\">", 1, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "<a href=&#999999999999999999999;>", 1, "\xef\xbf\xbd" },
		{ "<a href=&#;&#x;&;>", 1, "&#;&#x;&;" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct html_page page;
		arena_init(&a);
		CHECK_ROW(html_links_parse(bytes_of(cases[i].in), &a, &page, NULL) == OK, cases[i].in);
		CHECK_ROW(page.n_links == cases[i].n, cases[i].in);
		if (cases[i].n)
			CHECK_BYTES(page.links[0].href, bytes_of(cases[i].href));
	}
}

static void pages_have_limits_and_no_square_of_time(void)
{
	static const char *const parts[] = { "<!--",         "<a href=\"", "<script>", "<",         "</",        "<a ",
					     "<a href='x' ", "&#",         "<a b=",    "<style></", "<a href=x>" };
	for (size_t i = 0; i < COUNT(parts); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf text;
		struct html_page page;
		arena_init(&a);
		buf_init(&text, 8 << 20);
		repeat(&text, parts[i], HTML_MAX_LINKS + (i + 1 == COUNT(parts)));
		CHECK_ROW(html_links_parse(buf_bytes(&text), &a, &page, NULL) == (i + 1 == COUNT(parts) ? ERR_LIMIT : OK), parts[i]);
	}
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct html_page page;
	arena_init(&a);
	buf_init(&text, 8 << 20);
	repeat(&text, "<a href=x>", HTML_MAX_LINKS);
	CHECK(html_links_parse(buf_bytes(&text), &a, &page, NULL) == OK && page.n_links == HTML_MAX_LINKS);
}

static void cut_page(struct bytes text)
{
	CLEANUP(arena_done) struct arena a;
	struct html_page page;
	arena_init(&a);
	CHECK(html_links_parse(text, &a, &page, NULL) == OK);
}

static void no_cut_does_harm(void)
{
	with_every_cut(metadata, cut_header);
	with_every_cut("a,\"b\"\"c\",\r\n\"d\ne\",f\n", cut_rows);
	with_every_cut(pip_conf, cut_ini);
	with_every_cut(simple_page, cut_page);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "header blocks keep order and repeats", header_blocks_keep_order_and_repeats },
		{ "header blocks are read as Python reads them", header_blocks_are_read_as_python_reads_them },
		{ "header blocks have limits", header_blocks_have_limits },
		{ "rows are fields", rows_are_fields },
		{ "rows come one by one with their lines", rows_come_one_by_one_with_their_lines },
		{ "rows have limits", rows_have_limits },
		{ "fields are written so that they read back", fields_are_written_so_that_they_read_back },
		{ "INI files read as configparser reads them", ini_files_read_as_configparser_reads_them },
		{ "INI files are refused at their line", ini_files_are_refused_at_their_line },
		{ "INI files have limits", ini_files_have_limits },
		{ "the links of a page are these", the_links_of_a_page_are_these },
		{ "broken pages give what they have", broken_pages_give_what_they_have },
		{ "pages have limits and no square of time", pages_have_limits_and_no_square_of_time },
		{ "no cut does harm", no_cut_does_harm },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
