#include "harness.h"
#include "index/map.h"

static void patterns_have_one_form(void)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "acme-*", "acme-*" },
		{ "Acme_*", "acme-*" },
		{ "ACME*", "acme*" },
		{ "acme.-_*", "acme-*" },
		{ "Acme.Tool", "acme-tool" },
		{ "a", "a" },
		{ "*", NULL },
		{ "", NULL },
		{ "**", NULL },
		{ "a*b", NULL },
		{ "*a", NULL },
		{ "-a", NULL },
		{ "-*", NULL },
		{ "a-", NULL },
		{ "a b", NULL },
		{ "a?", NULL },
		{ "a/../b*", NULL },
		{ "\xc3\xa4*", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct diag d = { 0 };
		const char *got = "untouched";
		arena_init(&a);
		enum status s = index_pattern_parse(bytes_of(rows[i].text), &a, &got, &d);
		CHECK_ROW(s == (rows[i].want ? OK : ERR_USAGE), rows[i].text);
		CHECK_ROW(strcmp(got, rows[i].want ? rows[i].want : "untouched") == 0, rows[i].text);
		CHECK_ROW(s == OK || d.text[0], rows[i].text);
	}
}

/* A name as long as one can be, and one more. */
static void patterns_have_a_limit(void)
{
	char text[300];
	for (size_t size = 253; size < 259; size++) {
		CLEANUP(arena_done) struct arena a;
		const char *got;
		arena_init(&a);
		memset(text, 'a', size);
		CHECK_NUMBER(index_pattern_parse(bytes_make(text, size), &a, &got, NULL), size <= 255 ? OK : ERR_USAGE);
	}
}

static void the_longest_pattern_counts(void)
{
	static const struct index_rule rules[] = {
		{ "acme-*", 1 }, { "acme-public-*", 2 }, { "acme-public-x", 3 }, { "acme-public-x*", 4 }, { "b", 5 }, { "b*", 6 }
	};
	static const struct {
		const char *name;
		size_t place; /* 0: the default */
	} rows[] = {
		{ "acme", 0 },
		{ "acme-", 1 },
		{ "acme-tool", 1 },
		{ "acme-public", 1 },
		{ "acme-public-y", 2 },
		{ "acme-public-x", 3 },
		{ "acme-public-xy", 4 },
		{ "acmetool", 0 },
		{ "b", 5 },
		{ "bb", 6 },
		{ "", 0 },
		{ "ab", 0 },
		{ "x-acme-public", 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct index_rule *r = index_rule_find(rules, COUNT(rules), bytes_of(rows[i].name));
		CHECK_ROW((r ? r->place : 0) == rows[i].place, rows[i].name);
		/* And in whatever order they stand. */
		struct index_rule turned[COUNT(rules)];
		for (size_t k = 0; k < COUNT(rules); k++)
			turned[k] = rules[COUNT(rules) - 1 - k];
		r = index_rule_find(turned, COUNT(turned), bytes_of(rows[i].name));
		CHECK_ROW((r ? r->place : 0) == rows[i].place, rows[i].name);
	}
	CHECK(!index_rule_find(NULL, 0, BYTES("acme-tool")));
}

static const struct test tests[] = {
	{ "patterns are brought to one form, or refused", patterns_have_one_form },
	{ "a pattern is at most as long as a name", patterns_have_a_limit },
	{ "the longest pattern counts, a whole name before a beginning", the_longest_pattern_counts },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
