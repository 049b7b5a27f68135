/* The words of a server's answer, in whatever they come. */
#include "base/cleanup.h"
#include "harness.h"
#include "publish/answer.h"

static void words(void)
{
	static const struct {
		const char *name, *type;
		struct bytes body;
		const char *want;
	} rows[] = {
		{ "nothing", "", LIT(""), "" },
		{ "plain text on one line", "text/plain", LIT("  File\n already\texists \r\n"), "File already exists" },
		{ "JSON with a message", "application/json", LIT("{\"code\": 400, \"message\": \"no\"}"), "no" },
		{ "JSON with errors in a list", "application/json",
		  LIT("{\"errors\":[{\"status\":403,\"message\":\"not yours\"}]}"), "not yours" },
		{ "JSON with a detail", "application/json", LIT("{\"detail\":[{\"msg\":\"bad\"}]}"), "bad" },
		{ "JSON without its type", "text/html", LIT("{\"message\":\"no\"}"), "no" },
		{ "JSON that is cut is plain text", "application/json", LIT("{\"message\":\"n"), "{\"message\":\"n" },
		{ "JSON without words", "application/json", LIT("{\"a\":1}"), "" },
		{ "a message that is deeper than anyone writes one", "application/json",
		  LIT("{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":\"x\"}}}}}"), "" },
		{ "a page", "text/html; charset=utf-8",
		  LIT("<html><head><title>400 Bad</title><style>a{}</style></head><body><h1>400 Bad</h1>It is<br/><br/>taken &lt;a&gt;\n</body></html>"),
		  "400 Bad It is taken <a>" },
		{ "a page without a body", "text/html", LIT("<html><head><title>403 No</title></head><body></body></html>"),
		  "403 No" },
		{ "a script is not said", "text/html", LIT("<p>a<script>if (1 < 2) b()</script>c</p>"), "a c" },
		{ "a page that does not end", "text/html", LIT("<p>a<b"), "a" },
		{ "a control is a question", "text/plain", LIT("a\x1b[31mb"), "a?[31mb" },
		{ "one out of a reference, too", "text/html", LIT("<p>a&#27;[31mb"), "a?[31mb" },
		{ "bytes that are no UTF-8", "text/plain", LIT("a\xff\xfe b"), "a?? b" },
		{ "a file", "application/octet-stream", LIT("PK\3\4\0\0"), "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct bytes got = answer_words(rows[i].body, bytes_of(rows[i].type), &a);
		if (!bytes_equal(got, bytes_of(rows[i].want)))
			test_fail(__FILE__, __LINE__, "row '%s': got '%.*s'", rows[i].name, BYTES_ARG(got));
	}
}

static void cut(void)
{
	static const char *const bodies[] = { "<html><head><title>a</title></head><body>&#233;<!-- b --><p a='>'>c</p></body></html>",
					      "{\"errors\": [{\"message\": \"\\u00e9\"}]}", "plain \xc3\xa9" };
	for (size_t k = 0; k < COUNT(bodies); k++)
		for (size_t i = 0; i <= strlen(bodies[k]); i++) {
			CLEANUP(arena_done) struct arena a;
			arena_init(&a);
			struct bytes got = answer_words(bytes_make(bodies[k], i), BYTES(""), &a);
			CHECK(bytes_is_utf8(got));
		}
}

/* The texts of reference/publishing.md section 4. */
static void exists(void)
{
	static const struct {
		const char *words;
		bool want;
	} rows[] = {
		{ "File already exists ('f', with blake2_256 hash '...').", true },
		{ "Not enough permissions to delete/overwrite artifact 'x'", true },
		{ "Repository does not allow updating assets: x", true },
		{ "Validation failed: File name has already been taken", true },
		{ "Requested entity ALREADY EXISTS", true },
		{ "File too large. Limit for project 'x' is 100 MB.", false },
		{ "Non-user identities cannot create new projects.", false },
		{ "", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(answer_says_exists(bytes_of(rows[i].words)) == rows[i].want, rows[i].words);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the words of an answer are found in what it is", words },
		{ "an answer that is cut anywhere gives text", cut },
		{ "a name that is taken is told from the rest", exists },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
