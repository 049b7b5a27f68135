#include "harness.h"
#include "python/specifier.h"
#include "truncate.h"

static void versions_are_written_canonically(void)
{
	static const struct {
		const char *in, *want, *trimmed;
	} rows[] = {
		{ "0", "0", "0" },
		{ " v1.0 ", "1.0", "1" },
		{ "1.0.0", "1.0.0", "1" },
		{ "0!01.02", "1.2", "1.2" },
		{ "0.0.0", "0.0.0", "0" },
		{ "1!0.0", "1!0.0", "1!0" },
		{ "1.0ALPHA-3.POST_4.Dev5+Ab-01_c", "1.0a3.post4.dev5+ab.1.c", "1a3.post4.dev5+ab.1.c" },
		{ "1.0-1", "1.0.post1", "1.post1" },
		{ "1.0preview", "1.0rc0", "1rc0" },
		{ "1.0.", NULL, NULL },
		{ "", NULL, NULL },
		{ "1.0+", NULL, NULL },
		{ "1.0+_a", NULL, NULL },
		{ "1!", NULL, NULL },
		{ "1.0 a1", NULL, NULL },
		{ "1\xc2\xa0", NULL, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct version v;
		arena_init(&a);
		buf_init(&out, 200);
		CHECK_ROW(version_parse(bytes_of(rows[i].in), &a, &v, NULL) == (rows[i].want ? OK : ERR_FORMAT), rows[i].in);
		if (!rows[i].want)
			continue;
		version_write(&v, &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
		buf_clear(&out);
		version_write_trimmed(&v, &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].trimmed));
	}
}

static struct version version_of(struct arena *a, const char *text)
{
	struct version v;
	CHECK_ROW(version_parse(bytes_of(text), a, &v, NULL) == OK, text);
	return v;
}

static void numbers_of_any_length_are_ordered(void)
{
	static const char *const ascending[] = {
		"1.dev99999999999999999999999999",
		"1a18446744073709551615",
		"1a18446744073709551616",
		"1",
		"1+a",
		"1+2",
		"1+10",
		"18446744073709551615",
		"18446744073709551616",
		"100000000000000000000000000000000",
		"1!0",
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(ascending); i++) {
		for (size_t j = 0; j < COUNT(ascending); j++) {
			struct version x = version_of(&a, ascending[i]), y = version_of(&a, ascending[j]);
			CHECK_NUMBER(version_compare(&x, &y), (i > j) - (i < j));
		}
	}
}

static void a_version_may_have_4096_bytes_and_no_more(void)
{
	CLEANUP(arena_done) struct arena a;
	struct version v;
	arena_init(&a);
	CHECK(version_parse(repeated(&a, '7', VERSION_SIZE_MAX), &a, &v, NULL) == OK);
	CHECK_NUMBER(v.release[0].size, VERSION_SIZE_MAX);
	CHECK(version_parse(repeated(&a, '7', VERSION_SIZE_MAX + 1), &a, &v, NULL) == ERR_LIMIT);
}

static void parts_of_a_version_can_be_taken_off(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct version v = version_of(&a, "2!1.2a3.post4.dev5+local"), w = version_of(&a, "2!1.2.0");
	struct version public = version_public(&v), base = version_base(&v);
	CHECK(public.n_local == 0 && version_same_public(&v, &public) && version_compare(&v, &public) > 0);
	CHECK(version_compare(&base, &w) == 0 && version_same_base(&v, &w));
	CHECK(version_is_prerelease(&v) && version_is_postrelease(&v) && version_is_dev(&v));
	CHECK(!version_is_prerelease(&w) && !version_is_postrelease(&w) && !version_is_dev(&w));
}

static bool try_version(struct bytes in, struct arena *a)
{
	struct version v;
	return version_parse(in, a, &v, NULL) == OK;
}

static void a_version_cut_anywhere_is_read_or_refused(void)
{
	/* Not "12!", nor what ends in ".", "+" or half a word. */
	CHECK_NUMBER(each_truncation(BYTES("12!3.4alpha5.post6.dev7+ab.8"), try_version), 14);
}

struct contains_row {
	const char *set, *version;
	bool allow, deny;
};

static void specifiers_know_their_prereleases(void)
{
	static const struct contains_row rows[] = {
		{ "", "1.0", true, true },           { "", "1.0a1", true, false },
		{ ">=1.0a1", "1.0a2", true, false }, { "<1.0", "1.0a1", false, false },
		{ "<1.0a2", "1.0a1", true, false },  { ">1.0", "1.0.post1", false, false },
		{ ">1.0", "1.0+x", false, false },   { ">1.0.post1", "1.0.post2", true, true },
		{ "==1.0", "1.0+x", true, true },    { "==1.0+x", "1.0", false, false },
		{ "~=1.4.2", "1.4.9", true, true },  { "~=1.4.2", "1.5", false, false },
		{ "===1.0", "1.0.0", false, false }, { "===1.0A1", "1.0a1", true, false },
		{ "!=1.*", "1.5", false, false },    { "==1!1.*", "1.1", false, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct specifier set;
		struct version v = version_of(&a, rows[i].version);
		struct bytes text = bytes_of(rows[i].version);
		CHECK_ROW(specifier_parse(bytes_of(rows[i].set), &a, &set, NULL) == OK, rows[i].set);
		CHECK_ROW(specifier_contains(&set, &v, text, SPECIFIER_ALLOW) == rows[i].allow, rows[i].set);
		CHECK_ROW(specifier_contains(&set, &v, text, SPECIFIER_DEFAULT) == rows[i].allow, rows[i].set);
		CHECK_ROW(specifier_contains(&set, &v, text, SPECIFIER_DENY) == rows[i].deny, rows[i].set);
	}
}

static void naming_a_prerelease_asks_for_them(void)
{
	static const struct {
		const char *set;
		bool want;
	} rows[] = {
		{ "", false },        { ">=1.0", false },     { ">=1.0a1", true },
		{ "!=1.0a1", false }, { "==1.0.dev1", true }, { "===1.0rc1", true },
		{ "===what", false }, { "==1.*", false },     { "!=1.0a1,<2.0b3", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct specifier set;
		CHECK_ROW(specifier_parse(bytes_of(rows[i].set), &a, &set, NULL) == OK, rows[i].set);
		CHECK_ROW(specifier_names_prerelease(&set) == rows[i].want, rows[i].set);
	}
}

static void a_text_that_is_no_version_meets_only_identity(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct specifier set;
	CHECK(specifier_parse(BYTES("===Weird"), &a, &set, NULL) == OK);
	CHECK(specifier_contains(&set, NULL, BYTES("wEIRD"), SPECIFIER_DENY));
	CHECK(!specifier_contains(&set, NULL, BYTES("weird "), SPECIFIER_DENY));
	CHECK(specifier_parse(BYTES("!=1.0"), &a, &set, NULL) == OK);
	CHECK(!specifier_contains(&set, NULL, BYTES("weird"), SPECIFIER_DEFAULT));
}

static void a_bad_clause_is_named_with_its_place(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct specifier set;
	struct diag d = { 0 };
	CHECK(specifier_parse(BYTES(">=1.0, =2"), &a, &set, &d) == ERR_FORMAT);
	CHECK_NUMBER(d.offset, 6);
	CHECK(strstr(d.text, "'=2'") != NULL);
	CHECK(specifier_parse(BYTES("===a\xff"), &a, &set, &d) == ERR_FORMAT);
}

static void a_set_may_have_256_clauses_and_16384_bytes(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct specifier set;
	arena_init(&a);
	buf_init(&text, 32768);
	for (int i = 0; i < SPECIFIER_CLAUSES_MAX; i++)
		buf_printf(&text, "!=%d,", i);
	CHECK(specifier_parse(buf_bytes(&text), &a, &set, NULL) == OK && set.n_clauses == SPECIFIER_CLAUSES_MAX);
	buf_add_string(&text, "!=1");
	CHECK(specifier_parse(buf_bytes(&text), &a, &set, NULL) == ERR_LIMIT);
	CHECK(specifier_parse(repeated(&a, ',', SPECIFIER_SIZE_MAX), &a, &set, NULL) == OK && set.n_clauses == 0);
	CHECK(specifier_parse(repeated(&a, ',', SPECIFIER_SIZE_MAX + 1), &a, &set, NULL) == ERR_LIMIT);
}

static bool try_specifier(struct bytes in, struct arena *a)
{
	struct specifier set;
	return specifier_parse(in, a, &set, NULL) == OK;
}

static void a_set_cut_anywhere_is_read_or_refused(void)
{
	CHECK(each_truncation(BYTES(">=1.0a1,!=1.5.*, ~=1.2 ,===x,<2!3.post4"), try_specifier) > 10);
}

static void a_clause_is_found_at_the_front(void)
{
	static const struct {
		const char *in;
		size_t want;
	} rows[] = {
		{ ">=1.0,<2", 5 }, { ">= 1.0 ", 6 }, { ">=1.0.*", 5 },  { "==1.0.*", 7 },   { "==1.0+x.1-", 9 }, { ">=1.0+x", 5 },
		{ "=1", 0 },       { ">=", 0 },      { "===a,b c", 6 }, { "==1.0a1.*", 7 }, { "", 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(specifier_clause_prefix(bytes_of(rows[i].in)) == rows[i].want, rows[i].in);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "versions are written canonically", versions_are_written_canonically },
		{ "numbers of any length are ordered", numbers_of_any_length_are_ordered },
		{ "a version may have 4096 bytes and no more", a_version_may_have_4096_bytes_and_no_more },
		{ "parts of a version can be taken off", parts_of_a_version_can_be_taken_off },
		{ "a version cut anywhere is read or refused", a_version_cut_anywhere_is_read_or_refused },
		{ "specifiers know their pre-releases", specifiers_know_their_prereleases },
		{ "naming a pre-release asks for them", naming_a_prerelease_asks_for_them },
		{ "a text that is no version meets only ===", a_text_that_is_no_version_meets_only_identity },
		{ "a bad clause is named with its place", a_bad_clause_is_named_with_its_place },
		{ "a set may have 256 clauses and 16384 bytes", a_set_may_have_256_clauses_and_16384_bytes },
		{ "a set cut anywhere is read or refused", a_set_cut_anywhere_is_read_or_refused },
		{ "a clause is found at the front of a text", a_clause_is_found_at_the_front },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
