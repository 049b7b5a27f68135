#include "harness.h"

#include "base/encode.h"
#include "redact/known.h"

#define SECRET "s3cr3t/p+ss w0rd"
#define M MASK_KNOWN

static const char *const secrets[] = { SECRET, "abcabcabcX", "cabcabcabcabc", "pypi-AgEIcHlwaS5vcmc", "0123456789abcdef" };

static void fill(struct known *k, struct arena *a)
{
	known_init(k, a);
	for (size_t i = 0; i < COUNT(secrets); i++)
		CHECK(known_add(k, bytes_of(secrets[i])));
}

static const struct {
	const char *name, *in, *want;
} cases[] = {
	{ "nothing in it stays as it is", "plain text\nwith lines\n", "plain text\nwith lines\n" },
	{ "the empty text", "", "" },
	{ "the value alone", SECRET, M },
	{ "the value inside a line", "token=" SECRET ";", "token=" M ";" },
	{ "two in a row are two masks", SECRET SECRET, M M },
	{ "all but the last byte is no value", "s3cr3t/p+ss w0r", "s3cr3t/p+ss w0r" },
	{ "a beginning and then the value", "s3cr3t/" SECRET, "s3cr3t/" M },
	{ "a mask of a rule stays", "[REDACTED:npm]" SECRET, "[REDACTED:npm]" M },
	{ "a mask of no rule is text", "[REDACTED:abc-" M "]", "[REDACTED:abc-" M "]" },
	{ "the value as the name of a rule", "[REDACTED:0123456789abcdef]", "[REDACTED:" M "]" },
	{ "percent-encoded", "u:s3cr3t%2Fp%2Bss%20w0rd@h", "u:" M "@h" },
	{ "percent-encoded in lower case", "u:s3cr3t%2fp%2bss%20w0rd@h", "u:" M "@h" },
	{ "as form data", "pw=s3cr3t%2Fp%2Bss+w0rd&x", "pw=" M "&x" },
	{ "hexadecimal", "x 7333637233742f702b7373207730726420 y", "x " M "20 y" },
	{ "overlapping values are one mask", "-abcabcabcabcX-cabcabcabcabcX-", "-" M "-" M "-" },
	{ "the longer of two that begin alike", "ccabcabcabcabcabcX", "c" M },
};

/* One value with everything that somebody escapes: what others make of it. */
#define HARD "p\"a\\b/c'd<e>&f g$h"
static const struct {
	const char *name, *in;
} spellings[] = {
	{ "JSON", "p\\\"a\\\\b/c'd<e>&f g$h" },
	{ "JSON with slashes", "p\\\"a\\\\b\\/c'd<e>&f g$h" },
	{ "JSON for HTML", "p\\\"a\\\\b/c\\u0027d\\u003ce\\u003e\\u0026f g$h" },
	{ "JSON in JSON", "p\\\\\\\"a\\\\\\\\b/c'd<e>&f g$h" },
	{ "XML", "p\"a\\b/c'd&lt;e&gt;&amp;f g$h" },
	{ "an attribute", "p&quot;a\\b/c'd&lt;e&gt;&amp;f g$h" },
	{ "HTML", "p&quot;a\\b/c&#x27;d&lt;e&gt;&amp;f g$h" },
	{ "HTML in numbers", "p&#34;a\\b/c&#39;d&lt;e&gt;&amp;f g$h" },
	{ "a shell's quotes", "p\"a\\b/c'\\''d<e>&f g$h" },
	{ "shlex", "p\"a\\b/c'\"'\"'d<e>&f g$h" },
	{ "printf %q", "p\\\"a\\\\b/c\\'d\\<e\\>\\&f\\ g\\$h" },
	{ "double quotes", "p\\\"a\\\\b/c'd<e>&f g\\$h" },
	{ "repr", "p\"a\\\\b/c\\'d<e>&f g$h" },
	{ "a URL", "p%22a%5Cb%2Fc%27d%3Ce%3E%26f%20g%24h" },
	{ "a path", "p%22a%5Cb/c%27d%3Ce%3E%26f%20g%24h" },
	{ "a form", "p%22a%5Cb%2Fc%27d%3Ce%3E%26f+g%24h" },
	{ "\\x", "\\x70\\x22\\x61\\x5c\\x62\\x2f\\x63\\x27\\x64\\x3c\\x65\\x3e\\x26\\x66\\x20\\x67\\x24\\x68" },
	{ "a line that is wrapped", "p\"a\\b/c\n'd<e>&f g$h" },
	{ "a line that is wrapped behind one byte", "p\r\n\"a\\b/c'd<e>&f g$h" },
};

static void test_spellings(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	CHECK(known_add(&k, BYTES(HARD)));
	for (size_t i = 0; i < COUNT(spellings); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		known_redact(&k, bytes_of(arena_printf(&a, "x=%s;", spellings[i].in)), &out);
		const char *want = strstr(spellings[i].in, "\r\n") ? "x=p\r\n" M ";"
				   : strchr(spellings[i].in, '\n') ? "x=" M "\n;"
								   : "x=" M ";";
		CHECK_BYTES(buf_bytes(&out), bytes_of(want));
	}
}

static struct bytes redact_split(const struct known *k, struct bytes text, size_t at, size_t then, struct buf *out)
{
	struct known_stream s;
	known_stream_init(&s, k);
	known_stream_add(&s, bytes_part(text, 0, at), out);
	known_stream_add(&s, bytes_part(text, at, then), out);
	known_stream_add(&s, bytes_from(text, at + then), out);
	known_stream_end(&s, out);
	return buf_bytes(out);
}

/* Values as others write them: by what each language's own library does. */
static void test_other_spellings(void)
{
	static const struct {
		const char *name, *value, *in;
	} rows[] = {
		{ "encodeURIComponent", "p@ss!word(1)*x", "p%40ss!word(1)*x" },
		{ "Go's userinfo", "a&b$c+d=e/f@g", "a&b$c+d=e%2Ff%40g" },
		{ "java.net.URLEncoder", "a*b~c/d@e f", "a*b%7Ec%2Fd%40e+f" },
		{ "System.Text.Json", "ab+cd/ef+gh12", "ab\\u002Bcd/ef\\u002Bgh12" },
		{ "Gson", "abcd1234efgh==", "abcd1234efgh\\u003d\\u003d" },
		{ "slashes by number", "abc/def/ghi12", "abc\\u002fdef\\u002fghi12" },
		{ "base64 in PHP's JSON", "???abcdef?\?>>~~???", "Pz8\\/YWJjZGVmPz8+Pn5+Pz8\\/" },
		{ "a colour that ends with its line", "Zq7rT9xLm2Kp4Vw8", "Zq7rT9xL\x1b[0m\nm2Kp4Vw8" },
		{ "a line that is erased to its end", "Zq7rT9xLm2Kp4Vw8", "Zq7rT9xL\x1b[K\r\n\x1b[1mm2Kp4Vw8" },
		{ "CR CR LF", "Zq7rT9xLm2Kp4Vw8", "Zq7rT9xL\r\r\nm2Kp4Vw8" },
		{ "a control of one character before the newline", "Zq7rT9xLm2Kp4Vw8",
		  "Zq7rT9xL\xc2\x9b"
		  "0m\nm2Kp4Vw8" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct known k;
		arena_init(&a);
		known_init(&k, &a);
		CHECK_ROW(known_add(&k, bytes_of(rows[i].value)), rows[i].name);
		struct bytes in = bytes_of(arena_printf(&a, "x=%s;", rows[i].in));
		for (size_t at = 0; at <= in.size; at++) {
			CLEANUP(buf_done) struct buf out;
			buf_init(&out, 4096);
			struct bytes got = redact_split(&k, in, at, 1, &out);
			CHECK_BYTES(got, strchr(rows[i].in, '\n') ? BYTES("x=" M "\n;") : BYTES("x=" M ";"));
		}
	}
}

/* Of a value with lines each line, of a JWT the signature; a mask that is there is no text, and none is put into it. */
static void test_parts(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a first-line-1 b", "a " M " b" },
		{ "a second-line-2 b", "a " M " b" },
		{ "a short b", "a short b" },
		{ "a sig-nature-0123 b", "a " M " b" },
		{ "[REDACTED:known] [REDACTED:npm]", "[REDACTED:known] [REDACTED:npm]" },
		{ "endsin REDACTED", "endsin " M },
		{ "pass-word[REDACTED:npm]", M "[REDACTED:npm]" },
	};
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	CHECK(known_add(&k, BYTES("first-line-1\nsecond-line-2\nshort\n")));
	CHECK(known_add(&k, BYTES("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig-nature-0123")));
	CHECK(known_add(&k, BYTES("REDACTED")));
	CHECK(known_add(&k, BYTES("pass-word[")));
	CHECK(!known_add(&k, BYTES("a[REDACTED:npm]b")));
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		CLEANUP(buf_done) struct buf again;
		buf_init(&out, 4096);
		buf_init(&again, 4096);
		known_redact(&k, bytes_of(rows[i].in), &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
		known_redact(&k, buf_bytes(&out), &again);
		CHECK_BYTES(buf_bytes(&again), buf_bytes(&out));
	}
}

static void test_table(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	fill(&k, &a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		known_redact(&k, bytes_of(cases[i].in), &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(cases[i].want));
	}
}

/* Wherever a text is cut: none of the value's bytes is left, and what stands before it is. */
static void test_cut(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "plain words.", "plain words." }, { "-abcabcabcab", "-" M },
		{ "-abcabcabcabcabc", "-" M }, /* a whole one, and the beginning of another inside it */
		{ "-" SECRET "s3c", "-" M },        { "ends in a", "ends in " M },
	};
	static const char before[] = "it said: ";
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	fill(&k, &a);
	for (size_t n = 1; n <= strlen(SECRET); n++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		known_redact_cut(&k, bytes_of(arena_printf(&a, "%s%.*s", before, (int)n, SECRET)), &out);
		CHECK_BYTES(buf_bytes(&out), BYTES("it said: " M));
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 4096);
		known_redact_cut(&k, bytes_of(rows[i].text), &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
	}
}

static void test_splits(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	fill(&k, &a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes in = bytes_of(cases[i].in);
		for (size_t at = 0; at <= in.size; at++)
			for (size_t then = 0; then <= in.size - at; then++) {
				CLEANUP(buf_done) struct buf out;
				buf_init(&out, 4096);
				CHECK_BYTES(redact_split(&k, in, at, then, &out), bytes_of(cases[i].want));
			}
	}
}

static void test_byte_by_byte(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	struct known_stream s;
	arena_init(&a);
	fill(&k, &a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf out;
		struct bytes in = bytes_of(cases[i].in);
		buf_init(&out, 4096);
		known_stream_init(&s, &k);
		for (size_t at = 0; at < in.size; at++) {
			known_stream_add(&s, bytes_part(in, at, 1), &out);
			CHECK_ROW(s.n_held < k.reach, cases[i].name);
		}
		known_stream_end(&s, &out);
		CHECK_BYTES(buf_bytes(&out), bytes_of(cases[i].want));
	}
}

/* The value with something before and behind it, encoded as a whole: none of its own characters may be left. */
static void test_base64(void)
{
	static const enum base64_kind kinds[] = { BASE64_STANDARD, BASE64_URL, BASE64_URL_NO_PAD };
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	fill(&k, &a);
	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		for (size_t before = 0; before < 4; before++)
			for (size_t behind = 0; behind < 4; behind++) {
				CLEANUP(buf_done) struct buf text;
				CLEANUP(buf_done) struct buf out;
				char plain[64];
				(void)snprintf(plain, sizeof plain, "%.*s%s%.*s", (int)before, "u:v", SECRET, (int)behind, "@\n}");
				buf_init(&text, 4096);
				buf_init(&out, 4096);
				base64_write(bytes_of(plain), kinds[kind], &text);
				known_redact(&k, buf_bytes(&text), &out);
				struct bytes got = buf_bytes(&out);
				CHECK(bytes_search(got, BYTES(M)) < got.size);
				CHECK(got.size <= strlen(M) + 12 + 4);
			}
}

static void test_adding(void)
{
	CLEANUP(arena_done) struct arena a;
	static char large[KNOWN_SIZE_MAX + 1];
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	memset(large, 'x', sizeof large);
	CHECK(!known_add(&k, BYTES("12345")));
	CHECK(known_add(&k, BYTES("123456")));
	size_t n = k.n_patterns;
	CHECK(known_add(&k, BYTES("123456")));
	CHECK_NUMBER(k.n_patterns, n);
	CHECK(!known_add(&k, BYTES("LocalHost")));
	CHECK(known_add(&k, bytes_make(large, KNOWN_SIZE_MAX)));
	CHECK(!known_add(&k, bytes_make(large, KNOWN_SIZE_MAX + 1)));
	for (size_t i = k.n_secrets; i < KNOWN_SECRETS_MAX; i++)
		CHECK(known_add(&k, bytes_of(arena_printf(&a, "secret-%zu", i))));
	CHECK(!known_add(&k, BYTES("one too many")));
	known_wipe(&k);
	CHECK_NUMBER(k.n_patterns, 0);
}

static bool hides(const struct known *k, const char *value)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 4096);
	known_redact(k, bytes_of(value), &out);
	return bytes_equal(buf_bytes(&out), BYTES(M));
}

static void test_blanks(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	CHECK(known_add(&k, BYTES("two  blanks\tand  a tab")));
	CHECK(hides(&k, "two  blanks\tand  a tab"));
	CHECK(hides(&k, "two blanks and a tab"));
}

static void test_brief(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	for (size_t i = 0; i < KNOWN_SECRETS_MAX; i++)
		CHECK(known_add(&k, bytes_of(arena_printf(&a, "lasting-%zu-", i))));
	CHECK(known_add_brief(&k, BYTES("lasting-7-")));
	size_t used = 0;
	for (size_t i = 0; i < 20 * (size_t)KNOWN_BRIEF_MAX; i++) {
		if (i == 2 * (size_t)KNOWN_BRIEF_MAX)
			used = a.used;
		CHECK(known_add_brief(&k, bytes_of(arena_printf(&a, "token-%zu-of-the-ci", i))));
		CHECK(known_add_brief(&k, BYTES("the same for all")));
	}
	for (size_t i = 0; i < KNOWN_BRIEF_MAX / 4; i++)
		CHECK(hides(&k, arena_printf(&a, "token-%zu-of-the-ci", 20 * (size_t)KNOWN_BRIEF_MAX - 1 - i)));
	CHECK(hides(&k, "the same for all"));
	CHECK(!hides(&k, "token-0-of-the-ci"));
	CHECK(hides(&k, "lasting-0-"));
	CHECK(hides(&k, "lasting-7-"));
	CHECK(hides(&k, "6c617374696e672d372d")); /* its encodings were made anew */
	CHECK(a.used < used + used / 4); /* what is forgotten leaves its room */
}

static void test_brief_large(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	size_t used = 0;
	arena_init(&a);
	known_init(&k, &a);
	for (unsigned i = 0; i < 6 * KNOWN_BRIEF_MAX; i++) {
		static char token[4000];
		if (i == 2 * KNOWN_BRIEF_MAX)
			used = a.used;
		memset(token, 'x', sizeof token);
		(void)snprintf(token, sizeof token, "%u", i);
		CHECK(known_add_brief(&k, bytes_make(token, 3000 + i % 900)));
	}
	CHECK(a.used < used + used / 4);
}

static void test_brief_that_lasts(void)
{
	CLEANUP(arena_done) struct arena a;
	struct known k;
	arena_init(&a);
	known_init(&k, &a);
	CHECK(known_add_brief(&k, BYTES("a token at first")));
	CHECK(known_add(&k, BYTES("a token at first")));
	CHECK_NUMBER(k.n_secrets, 1);
	for (size_t i = 0; i < 2 * (size_t)KNOWN_BRIEF_MAX; i++)
		CHECK(known_add_brief(&k, bytes_of(arena_printf(&a, "token-%zu-of-the-ci", i))));
	CHECK(hides(&k, "a token at first"));
}

static void test_large_stream(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf in;
	CLEANUP(buf_done) struct buf out;
	struct known k;
	struct known_stream s;
	arena_init(&a);
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	fill(&k, &a);
	for (size_t i = 0; i < 4000; i++)
		buf_add_string(&in, "0123456789 " SECRET "\n");
	known_stream_init(&s, &k);
	known_stream_add(&s, buf_bytes(&in), &out);
	known_stream_end(&s, &out);
	CHECK_NUMBER(out.size, 4000 * strlen("0123456789 " M "\n"));
}

static const struct test tests[] = {
	{ "what the libraries of other languages write, in pieces", test_other_spellings },
	{ "known values are replaced in every encoding", test_table },
	{ "what others make of a value is recognised", test_spellings },
	{ "lines, signatures and masks", test_parts },
	{ "the result does not depend on where the text was cut", test_splits },
	{ "nor when every byte comes alone, and less than the longest value is held back", test_byte_by_byte },
	{ "the beginning of a value at the end of a text that was cut is replaced too", test_cut },
	{ "base64 is recognised whatever stands around the value", test_base64 },
	{ "short, long, common and too many values are refused", test_adding },
	{ "runs of blanks may have become one blank", test_blanks },
	{ "brief ones are forgotten for newer ones, and lasting ones are not", test_brief },
	{ "nor do large ones take more and more room", test_brief_large },
	{ "a brief one that is added for good stays", test_brief_that_lasts },
	{ "a long stream is worked on in blocks", test_large_stream },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
