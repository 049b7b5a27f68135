#include <math.h>

#include "base/buf.h"
#include "format/json.h"
#include "format/json_write.h"
#include "format/unicode.h"
#include "harness.h"

static enum status parse(struct bytes text, struct arena *a, const struct json **ret, struct diag *d)
{
	arena_init(a);
	return json_parse(text, a, ret, d);
}

static const char page[] = "{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"x\",\n\"files\":[{\"size\":9007199254740993,\"yanked\":false,"
			   "\"url\":\"a\\u00e9\\n\",\"r\":-1.5e3,\"n\":null}, []]}";

static void a_page_reads(void)
{
	CLEANUP(arena_done) struct arena a;
	const struct json *root = NULL, *files = NULL;
	struct diag d = { 0 };
	CHECK(parse(bytes_of(page), &a, &root, &d) == OK && root->type == JSON_TYPE_OBJECT && root->n_items == 3);
	CHECK_BYTES(root->keys[2], BYTES("files"));
	CHECK(json_get_array(root, "files", &files, &d) == OK && files->n_items == 2);
	const struct json *file = &files->items[0];
	int64_t size = 0;
	struct bytes url;
	bool yanked = true;
	CHECK(json_get_integer(file, "size", &size, &d) == OK && size == INT64_C(9007199254740993));
	CHECK(json_get_boolean(file, "yanked", &yanked, &d) == OK && !yanked);
	CHECK(json_get_string(file, "url", &url, &d) == OK);
	CHECK_BYTES(url, BYTES("a\xc3\xa9\n"));
	CHECK(json_find(file, "r")->real < -1499 && json_find(file, "n")->type == JSON_TYPE_NULL);
	CHECK_BYTES(json_find(json_find(root, "meta"), "api-version")->string, BYTES("1.1"));
	size_t n = 0;
	for (JSON_EACH(item, files))
		n += item->type == (n == 0 ? JSON_TYPE_OBJECT : JSON_TYPE_ARRAY);
	CHECK_NUMBER(n, 2);
}

static void getters_name_the_key(void)
{
	CLEANUP(arena_done) struct arena a;
	const struct json *root = NULL, *v = NULL;
	struct diag d = { 0 };
	struct bytes text;
	CHECK(parse(BYTES("{\"a\":1}"), &a, &root, &d) == OK);
	CHECK(json_get_string(root, "a", &text, &d) == ERR_FORMAT && strcmp(d.text, "'a' must be a string, not an integer") == 0);
	CHECK(json_get_object(root, "b", &v, &d) == ERR_ABSENT && strstr(d.text, "'b'") && v == NULL);
	CHECK(!json_find(NULL, "a") && !json_find(root, "") && !json_find(json_find(root, "a"), "a"));
}

static void what_is_not_json_is_refused_at_its_line(void)
{
	static const struct {
		struct bytes in;
		enum status want;
		unsigned line;
	} cases[] = {
		{ LIT("1"), OK, 0 },
		{ LIT("\"\""), OK, 0 },
		{ LIT(" [] "), OK, 0 },
		{ LIT("{}"), OK, 0 },
		{ LIT(""), ERR_FORMAT, 1 },
		{ LIT("[1,]"), ERR_FORMAT, 1 },
		{ LIT("{\"a\":1,\n\"a\":2}"), ERR_FORMAT, 2 },
		{ LIT("[]\n[]"), ERR_FORMAT, 2 },
		{ LIT("\"\\u0000\""), ERR_FORMAT, 1 },
		{ LIT("\"\xff\""), ERR_FORMAT, 1 },
		{ LIT("[1e999]"), ERR_FORMAT, 1 },
		{ LIT("9223372036854775808"), ERR_FORMAT, 1 },
		{ LIT("nul"), ERR_FORMAT, 1 },
		{ LIT("[\"\n\"]"), ERR_FORMAT, 1 },
		{ LIT("[]\0"), ERR_FORMAT, 1 },
		{ LIT("'a'"), ERR_FORMAT, 1 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		const struct json *root = NULL;
		struct diag d = { 0 };
		enum status s = parse(cases[i].in, &a, &root, &d);
		if (s != cases[i].want || d.line != cases[i].line || (s == OK) != (root != NULL))
			test_fail(__FILE__, __LINE__, "'%.*s': %s at line %u: %s", BYTES_ARG(cases[i].in), status_name(s), d.line,
				  d.text);
	}
}

static enum status parse_repeated(const char *before, const char *part, size_t n, const char *after)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(arena_done) struct arena a;
	const struct json *root;
	buf_init(&text, 16 << 20);
	buf_add_string(&text, before);
	for (size_t i = 0; i < n; i++)
		buf_add_string(&text, part);
	buf_add_string(&text, after);
	return parse(buf_bytes(&text), &a, &root, NULL);
}

static void limits_hold_exactly(void)
{
	CHECK(parse_repeated("", "[", JSON_MAX_DEPTH, "") == ERR_FORMAT); /* only its end is missing */
	CHECK(parse_repeated("", "[", JSON_MAX_DEPTH + 1, "") == ERR_LIMIT);
	CHECK(parse_repeated("[0", ",0", JSON_MAX_VALUES - 1, "]") == OK);
	CHECK(parse_repeated("[0", ",0", JSON_MAX_VALUES, "]") == ERR_LIMIT);
	CHECK(parse_repeated("[\"", "[,\\\"", JSON_MAX_VALUES, "\"]") == OK); /* in a string they do not count */
}

static void every_cut_is_refused(void)
{
	for (size_t cut = 0; cut < sizeof page - 1; cut++) {
		CLEANUP(arena_done) struct arena a;
		const struct json *root;
		CHECK(parse(bytes_make(page, cut), &a, &root, NULL) == ERR_FORMAT);
	}
}

static void strings_are_escaped_for_every_reader(void)
{
	static const struct {
		struct bytes in, want;
	} cases[] = {
		{ LIT(""), LIT("\"\"") },
		{ LIT("a\"b\\c/"), LIT("\"a\\\"b\\\\c/\"") },
		{ LIT("\n\r\t\b\f"), LIT("\"\\n\\r\\t\\b\\f\"") },
		{ LIT("\0\x1b\x7f"), LIT("\"\\u0000\\u001b\\u007f\"") },
		{ LIT("\xc2\x9b"), LIT("\"\\u009b\"") },
		{ LIT("\xc3\xa9\xf0\x9f\x98\x80"), LIT("\"\xc3\xa9\xf0\x9f\x98\x80\"") },
		{ LIT("\xe2\x80\xa8"), LIT("\"\\u2028\"") },
		{ LIT("a\xff"
		      "b\xc3"),
		  LIT("\"a\xef\xbf\xbd"
		      "b\xef\xbf\xbd\"") },
		{ LIT("\xed\xa0\x80"), LIT("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 1000);
		json_write_string(&out, cases[i].in);
		CHECK_BYTES(buf_bytes(&out), cases[i].want);
	}
}

static void write_sample(struct buf *out, bool indented)
{
	struct json_writer w;
	json_writer_init(&w, out, indented);
	json_object_begin(&w);
	json_pair_string(&w, "s", BYTES("x"));
	json_key(&w, "list");
	json_array_begin(&w);
	json_put_integer(&w, -1);
	json_put_unsigned(&w, UINT64_MAX);
	json_put_bool(&w, true);
	json_put_null(&w);
	json_put_real(&w, 0.5);
	json_put_real(&w, (double)INFINITY);
	json_array_end(&w);
	json_key(&w, "empty");
	json_object_begin(&w);
	json_object_end(&w);
	json_pair_cstring(&w, "none", NULL);
	json_object_end(&w);
}

static void the_writer_writes_compact_and_indented(void)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 1000);
	write_sample(&out, false);
	CHECK_BYTES(buf_bytes(&out), BYTES("{\"s\":\"x\",\"list\":[-1,18446744073709551615,true,null,0.5,null],"
					   "\"empty\":{},\"none\":null}"));
	buf_clear(&out);
	write_sample(&out, true);
	CHECK_BYTES(buf_bytes(&out), BYTES("{\n  \"s\": \"x\",\n  \"list\": [\n    -1,\n    18446744073709551615,"
					   "\n    true,\n    null,\n    0.5,\n"
					   "    null\n  ],\n  \"empty\": {},\n  \"none\": null\n}"));
}

static void characters_go_there_and_back(void)
{
	for (uint32_t c = 0; c <= 0x110000; c++) {
		unsigned char out[4];
		uint32_t back = ~c;
		size_t size = unicode_write(c, out);
		bool ok = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
		if ((size > 0) != ok || (ok && (unicode_read(bytes_make(out, size), &back) != size || back != c)))
			test_fail(__FILE__, __LINE__, "U+%04X", c);
		if (size > 1 && unicode_read(bytes_make(out, size - 1), &back) != 0)
			test_fail(__FILE__, __LINE__, "U+%04X cut", c);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a page reads", a_page_reads },
		{ "getters name the key", getters_name_the_key },
		{ "what is not JSON is refused at its line", what_is_not_json_is_refused_at_its_line },
		{ "limits hold exactly", limits_hold_exactly },
		{ "every cut is refused", every_cut_is_refused },
		{ "strings are escaped for every reader", strings_are_escaped_for_every_reader },
		{ "the writer writes compact and indented", the_writer_writes_compact_and_indented },
		{ "characters go there and back", characters_go_there_and_back },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
