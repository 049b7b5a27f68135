#include "harness.h"

#include "base/status.h"
#include "format/folded.h"
#include "format/unicode.h"

static const struct {
	const char *name, *a, *b;
	int order; /* <0, 0, >0 */
} pairs[] = {
	{ "the same", "a/b.py", "a/b.py", 0 },
	{ "another letter", "a", "b", -1 },
	{ "ASCII case", "A/b.PY", "a/B.py", 0 },
	{ "Latin case", "\xc3\x84.py", "\xc3\xa4.py", 0 },
	{ "composed and decomposed", "\xc3\xa9.py", "e\xcc\x81.py", 0 },
	{ "composed, another case", "\xc3\x89", "e\xcc\x81", 0 },
	{ "behind the same beginning", "ab/e\xcc\x81x", "ab/\xc3\xa9x", 0 },
	{ "in two steps", "\xe1\xba\xa5", "a\xcc\x82\xcc\x81", 0 }, /* U+1EA5 */
	{ "a mark more", "\xc3\xa9", "e\xcc\x81\xcc\x81", -1 },
	{ "Hangul", "\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 0 }, /* U+D55C */
	{ "the Angstrom sign and the letter", "\xe2\x84\xab", "\xc3\x85", 0 },
	{ "what a folder holds stands right behind it", "a/z", "a.py", -1 },
	{ "a prefix comes first", "a", "a/b", -1 },
	{ "bytes that are no UTF-8", "\xff", "\xfe", 1 },
	{ "no UTF-8 stands above all characters", "\xff", "\xf4\x8f\xbf\xbf", 1 },
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void pairs_compare(void)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct bytes a = bytes_of(pairs[i].a), b = bytes_of(pairs[i].b);
		CHECK_ROW(sign(folded_compare(a, b)) == pairs[i].order, pairs[i].name);
		CHECK_ROW(sign(folded_compare(b, a)) == -pairs[i].order, pairs[i].name);
	}
}

static void below_looks_through_spelling(void)
{
	CHECK(folded_is_below(BYTES("E\xcc\x81/x"), BYTES("\xc3\xa9")));
	CHECK(!folded_is_below(BYTES("\xc3\xa9"), BYTES("\xc3\xa9")) && !folded_is_below(BYTES("\xc3\xa9x/y"), BYTES("\xc3\xa9")));
}

/* What a character is made of is not made of anything else. */
static void decomposition_is_whole(void)
{
	size_t n_changed = 0;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		uint32_t parts[UNICODE_PARTS_MAX], again[UNICODE_PARTS_MAX];
		size_t n = unicode_decompose(c, parts);
		CHECK(n >= 1 && n <= UNICODE_PARTS_MAX);
		n_changed += n > 1 || parts[0] != c;
		for (size_t i = 0; i < n; i++)
			CHECK(unicode_decompose(parts[i], again) == 1 && again[0] == parts[i]);
	}
	CHECK(n_changed > 13000);
}

static const struct test tests[] = {
	{ "pairs compare", pairs_compare },
	{ "what is below looks through spelling", below_looks_through_spelling },
	{ "a decomposition is whole", decomposition_is_whole },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
