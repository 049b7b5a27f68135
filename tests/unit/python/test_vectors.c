/* Puts the questions of the .jsonl files in tests/vectors and compares the answers with pypa/packaging's. */
#include "format/json.h"
#include "harness.h"
#include "python/vectors.h"

#ifndef VECTORS_DIR
#error "VECTORS_DIR comes from meson.build"
#endif

enum { LINE_MAX_SIZE = 64 * 1024, SHOWN_FAILURES = 15 };

static bool json_equal(const struct json *a, const struct json *b, unsigned depth)
{
	if (!a || !b || a->type != b->type || a->n_items != b->n_items || depth > JSON_MAX_DEPTH)
		return false;
	if (a->boolean != b->boolean || a->integer != b->integer || !bytes_equal(a->string, b->string))
		return false;
	for (size_t i = 0; i < a->n_items; i++) {
		const struct json *other = &b->items[i];
		if (a->type == JSON_TYPE_OBJECT)
			other = json_find(b, (const char *)a->keys[i].data);
		if (!json_equal(&a->items[i], other, depth + 1))
			return false;
	}
	return true;
}

/* Does our answer agree with the line's? */
static bool line_passes(struct bytes line, struct buf *reply)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const struct json *want, *got;
	if (json_parse(line, &a, &want, NULL) != OK)
		return false;
	vectors_answer(line, &a, reply);
	bool ok = false;
	if (json_parse(buf_bytes(reply), &a, &got, NULL) != OK || json_get_boolean(got, "ok", &ok, NULL) != OK)
		return false;
	const struct json *out = json_find(want, "out");
	return out ? ok && json_equal(out, json_find(got, "value"), 0) : !ok && json_find(want, "error") != NULL;
}

static void run_file(const char *name, size_t want_at_least)
{
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/%s.jsonl", VECTORS_DIR, name);
	FILE *f = fopen(path, "re");
	CHECK(f != NULL);
	size_t n = 0, failed = 0;
	char *line = NULL;
	size_t room = 0;
	for (ssize_t size; (size = getline(&line, &room, f)) > 0; n++) {
		CLEANUP(buf_done) struct buf reply;
		buf_init(&reply, VECTORS_LINE_MAX);
		struct bytes text = bytes_trim(bytes_make(line, (size_t)size));
		if (line_passes(text, &reply))
			continue;
		if (++failed <= SHOWN_FAILURES)
			(void)printf("# %.*s\n#   got %.*s\n", BYTES_ARG(text), BYTES_ARG(buf_bytes(&reply)));
	}
	free(line);
	(void)fclose(f);
	(void)printf("# %s: %zu vectors, %zu failed\n", name, n, failed);
	CHECK(n >= want_at_least);
	CHECK_NUMBER(failed, 0);
}

#define FILE_CASE(function, file, least) \
	static void function(void) \
	{ \
		run_file(file, least); \
	}

FILE_CASE(version_parse_vectors, "version_parse", 400)
FILE_CASE(version_cmp_vectors, "version_cmp", 900)
FILE_CASE(spec_parse_vectors, "spec_parse", 400)
FILE_CASE(spec_contains_vectors, "spec_contains", 1000)
FILE_CASE(marker_vectors, "marker_eval", 500)
FILE_CASE(requirement_vectors, "req_parse", 500)
FILE_CASE(name_vectors, "name_norm", 80)
FILE_CASE(wheel_name_vectors, "wheelname_parse", 120)
FILE_CASE(metadata_vectors, "metadata_parse", 40)

static void a_wrong_answer_is_seen(void)
{
	CLEANUP(buf_done) struct buf reply;
	buf_init(&reply, VECTORS_LINE_MAX);
	CHECK(!line_passes(BYTES("{\"fn\":\"version.parse\",\"in\":{\"v\":\"1.0\"},\"out\":\"1\"}"), &reply));
	buf_clear(&reply);
	CHECK(!line_passes(BYTES("{\"fn\":\"version.parse\",\"in\":{\"v\":\"1.0\"},\"error\":true}"), &reply));
	buf_clear(&reply);
	CHECK(!line_passes(BYTES("{\"fn\":\"version.cmp\",\"in\":{\"a\":\"1.0\",\"b\":\"x\"},\"out\":0}"), &reply));
}

static void a_bad_question_gets_an_error(void)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"fn\":\"nothing\",\"in\":{}}",
		"{\"fn\":\"version.parse\"}",
		"{\"fn\":\"version.parse\",\"in\":{\"v\":1}}",
	};
	for (size_t i = 0; i < COUNT(lines); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf reply;
		arena_init(&a);
		buf_init(&reply, 4096);
		vectors_answer(bytes_of(lines[i]), &a, &reply);
		CHECK_ROW(bytes_starts(buf_bytes(&reply), BYTES("{\"ok\":false,\"error\":\"")), lines[i]);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a wrong answer is seen", a_wrong_answer_is_seen },
		{ "a bad question gets an error", a_bad_question_gets_an_error },
		{ "versions are read and written like packaging", version_parse_vectors },
		{ "versions are ordered like packaging", version_cmp_vectors },
		{ "specifiers are read and written like packaging", spec_parse_vectors },
		{ "specifiers contain what they do in packaging", spec_contains_vectors },
		{ "markers are evaluated like packaging", marker_vectors },
		{ "requirements are read like packaging", requirement_vectors },
		{ "names are normalised like packaging", name_vectors },
		{ "wheel names are read like packaging", wheel_name_vectors },
		{ "metadata is read like packaging", metadata_vectors },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
