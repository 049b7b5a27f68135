#include "harness.h"

#include "base/buf.h"
#include "format/rst.h"

static const struct {
	const char *name, *text;
	enum rst_verdict verdict;
	uint32_t line; /* 0: not looked at */
} cases[] = {
	{ "plain text renders", "text\n", RST_RENDERS, 0 },
	{ "nothing does not render", "", RST_FAILS, 0 },
	{ "a comment alone does not render", ".. a\n", RST_FAILS, 0 },
	{ "a title and its line have one length", "Title\n=====\n\ntext\n", RST_RENDERS, 0 },
	{ "a line under a title that is too short fails", "Title\n====\n\ntext\n", RST_FAILS, 2 },
	{ "a line of three characters that is too short is text", "Title\n===\n\ntext\n", RST_RENDERS, 0 },
	{ "a wide character counts two", "\xe6\x97\xa5\xe6\x9c\xac\n===\n\ntext\n", RST_RENDERS, 0 },
	{ "two wide characters need a line of four", "\xe6\x97\xa5\xe6\x9c\xac\xe6\x9c\xac\n====\n\ntext\n", RST_FAILS, 2 },
	{ "a level of titles cannot be left out", "A\n=\n\nB\n-\n\nC\n~\n\nD\n=\n\nE\n~\n\ntext\n", RST_FAILS, 13 },
	{ "a transition has something on both sides", "a\n\n----\n\nb\n", RST_RENDERS, 0 },
	{ "a transition at the end fails", "a\n\n----\n", RST_FAILS, 3 },
	{ "a line of a paragraph that is indented fails", "a\nb\n  c\n", RST_FAILS, 3 },
	{ "a list that ends without an empty line fails", "* a\nb\n", RST_FAILS, 2 },
	{ "text under a list item is indented as its text", "* a\n  b\n* c\n", RST_RENDERS, 0 },
	{ "an initial is no list", "A. Einstein was\na man\n", RST_RENDERS, 0 },
	{ "a literal block is announced and there", "a::\n\n  b\n", RST_RENDERS, 0 },
	{ "a literal block that is announced and not there fails", "a::\n\nb\n", RST_FAILS, 3 },
	{ "an option without a description is text", "--foo\n", RST_RENDERS, 0 },
	{ "a star with a blank behind it is a star", "2 * 3\n", RST_RENDERS, 0 },
	{ "emphasis without an end fails", "a\n*b\n", RST_FAILS, 2 },
	{ "a star between quotes is a star", "'*'\n", RST_RENDERS, 0 },
	{ "markup ends before punctuation, not before a letter", "``a``s\n", RST_FAILS, 1 },
	{ "an escaped blank ends markup", "``a``\\ s\n", RST_RENDERS, 0 },
	{ "a word with an underscore behind it is a reference", "a_\n", RST_FAILS, 1 },
	{ "a reference to a target renders", "a_\n\n.. _A: b\n", RST_RENDERS, 0 },
	{ "a link in a phrase is a target", "`a <b>`_ a_\n", RST_RENDERS, 0 },
	{ "two links of one name render", "`a <b>`_ `a <c>`_\n", RST_RENDERS, 0 },
	{ "of two links of one name none can be referred to", "`a <b>`_ `a <c>`_ a_\n", RST_FAILS, 1 },
	{ "two targets of one name fail", ".. _a: b\n.. _a: c\n\nd\n", RST_FAILS, 2 },
	{ "two targets of one name and one place render", ".. _a: b\n.. _a: b\n\nd\n", RST_RENDERS, 0 },
	{ "targets that lead to each other fail", ".. _a: b_\n.. _b: a_\n\nc\n", RST_FAILS, 0 },
	{ "there is a target for each anonymous reference", "a__ b__\n\n__ c\n", RST_FAILS, 0 },
	{ "an automatic footnote has a number", "[1]_\n\n.. [#] a\n", RST_RENDERS, 0 },
	{ "a footnote that is not there fails", "[2]_\n\n.. [#] a\n", RST_FAILS, 1 },
	{ "a substitution has a definition", "|a|\n", RST_FAILS, 1 },
	{ "the case of a substitution does not matter", "|A|\n\n.. |a| replace:: b\n", RST_RENDERS, 0 },
	{ "a role of Sphinx fails", "a :ref:`b`\n", RST_FAILS, 1 },
	{ "a role that the text makes renders", ".. role:: a\n\n:a:`b`\n", RST_RENDERS, 0 },
	{ "a directive of Sphinx fails", ".. toctree::\n", RST_FAILS, 1 },
	{ "code without an empty line above fails", ".. code:: python\n   a = 1\n", RST_FAILS, 1 },
	{ "code in an unknown language renders", ".. code:: nosuch\n\n   a\n", RST_RENDERS, 0 },
	{ "an option that a directive does not have fails", ".. code:: c\n   :linenos:\n\n   a\n", RST_FAILS, 2 },
	{ "HTML is turned off", ".. raw:: html\n\n   <b>\n", RST_FAILS, 1 },
	{ "an image is aligned across", ".. image:: a\n   :align: top\n", RST_FAILS, 1 },
	{ "a row of a list of lists is as long as the first", ".. list-table::\n\n   * - a\n     - b\n   * - c\n", RST_FAILS, 0 },
	{ "a grid is closed", "+---+\n| a |\n+---+\n", RST_RENDERS, 0 },
	{ "a grid with a crooked edge fails", "+---+\n| a|\n+---+\n", RST_FAILS, 2 },
	{ "text between columns fails", "== ==\nabc d\n== ==\n", RST_FAILS, 2 },
	{ "a directive that is not judged is not sure", ".. target-notes::\n\na\n", RST_UNKNOWN, 1 },
	{ "bytes that are no UTF-8 are not sure", "\xff", RST_UNKNOWN, 0 },
	{ "a title in Markdown is text", "# a\n\nb\n", RST_RENDERS, 0 },
	{ "a block of code in Markdown is a literal by chance", "```python\na\n```\n", RST_RENDERS, 0 },
	{ "one with an empty line in it fails", "```python\na\n\nb\n```\n", RST_FAILS, 1 },
};

static void verdicts_are_those_of_docutils(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct diag d = { 0 };
		arena_init(&a);
		enum rst_verdict verdict = rst_check(bytes_of(cases[i].text), &a, &d);
		CHECK_ROW(verdict == cases[i].verdict, cases[i].name);
		CHECK_ROW(!cases[i].line || d.line == cases[i].line, cases[i].name);
		CHECK_ROW((verdict == RST_RENDERS) == (d.text[0] == '\0'), cases[i].name);
	}
}

/* Copies of the exact size, so that a sanitizer sees the first byte too far. */
static void every_beginning_has_a_verdict(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes text = bytes_of(cases[i].text);
		for (size_t size = 0; size <= text.size; size++) {
			CLEANUP(arena_done) struct arena a;
			arena_init(&a);
			unsigned char *cut = arena_alloc(&a, size ? size : 1, 1);
			bytes_copy(cut, bytes_part(text, 0, size));
			(void)rst_check(bytes_make(cut, size), &a, NULL);
		}
	}
}

static enum rst_verdict verdict_of(const struct buf *text)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	return rst_check(buf_bytes(text), &a, NULL);
}

/* n times the unit between what is before and behind it. */
static enum rst_verdict repeated(const char *before, const char *unit, size_t n, const char *behind)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, (size_t)RST_MAX_SIZE + 4096);
	buf_add_string(&text, before);
	for (size_t i = 0; i < n; i++)
		buf_add_string(&text, unit);
	buf_add_string(&text, behind);
	return verdict_of(&text);
}

static void sizes_end_where_they_say(void)
{
	CHECK(repeated("", "a\n", RST_MAX_SIZE / 2, "") == RST_UNKNOWN); /* too many lines */
	CHECK(repeated("", "abcdefghijklmnopqrstuvwxyz01234\n", RST_MAX_SIZE / 32, "") == RST_RENDERS);
	CHECK(repeated("", "abcdefghijklmnopqrstuvwxyz01234\n", RST_MAX_SIZE / 32, "a") == RST_UNKNOWN);
	CHECK(repeated("", "a\n", RST_MAX_LINES, "") == RST_RENDERS && repeated("", "a\n", RST_MAX_LINES, "a") == RST_UNKNOWN);
	CHECK(repeated("", "a", RST_MAX_WIDTH, "") == RST_RENDERS && repeated("", "a", RST_MAX_WIDTH, "a") == RST_FAILS);
}

/* Lists within lists, each on the line of the one before. */
static void depth_ends_where_it_says(void)
{
	CHECK(repeated("", "* ", RST_MAX_DEPTH - 1, "a") == RST_RENDERS);
	CHECK(repeated("", "* ", RST_MAX_DEPTH, "a") == RST_UNKNOWN);
	CHECK(repeated("", "* ", 4900, "a") == RST_UNKNOWN);
}

static void names_end_where_they_say(void)
{
	CHECK(repeated(".. _a: b\n\n", "a_\n", RST_MAX_NAMES - 1, "") == RST_RENDERS);
	CHECK(repeated(".. _a: b\n\n", "a_\n", RST_MAX_NAMES, "") == RST_UNKNOWN);
}

/* Each takes seconds if anything of it is done once for every character. */
static void hostile_texts_take_no_time(void)
{
	static const struct {
		const char *before, *unit, *behind;
	} rows[] = {
		{ "", "a-", "" },
		{ "", ":a", "" },
		{ "", "`a", "" },
		{ "`", "a ` ", "" },
		{ "", "\"*\" ", "" },
		{ "", "(*) x ", "" },
		{ "", "a_b ", "" },
		{ "a::\n\n", " > b\n", "" },
		{ "", "* a\n", "" },
		{ "", "1. a\n", "" },
		{ "", "+-", "+\n" },
		{ "", "== ", "==\n" },
		{ "", "   a\n\n  b\n\n", "" },
		{ "", ".. a\n", "" },
		{ "", ".. _a\n", "" },
		{ "", "\t", "a" },
		{ "", "a\n  b\n", "" },
		{ "", "|a\n", "" },
		{ "", "  -- a\n\n", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, RST_MAX_SIZE);
		buf_add_string(&text, rows[i].before);
		for (size_t width = 0; text.size + 100 < RST_MAX_SIZE;) {
			size_t before = text.size;
			buf_add_string(&text, rows[i].unit);
			/* Under the widest line that docutils takes. */
			width = bytes_find(bytes_of(rows[i].unit), '\n') < bytes_of(rows[i].unit).size ? 0
												       : width + text.size - before;
			if (width > 8000) {
				buf_add_string(&text, "\n");
				width = 0;
			}
		}
		buf_add_string(&text, rows[i].behind);
		(void)verdict_of(&text);
	}
}

static const struct test tests[] = {
	{ "verdicts are those of docutils", verdicts_are_those_of_docutils },
	{ "every beginning of a text has a verdict", every_beginning_has_a_verdict },
	{ "sizes end where they say", sizes_end_where_they_say },
	{ "depth ends where it says", depth_ends_where_it_says },
	{ "names end where they say", names_end_where_they_say },
	{ "hostile texts take no time", hostile_texts_take_no_time },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
