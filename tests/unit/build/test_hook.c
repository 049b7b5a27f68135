#include "build/hook.h"

#include "base/wire.h"
#include "harness.h"

static void put(struct buf *b, uint32_t kind, const struct bytes *strings, uint32_t n)
{
	wire_put_u32(b, kind);
	wire_put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		wire_put_bytes(b, strings[i]);
}

/* In memory of exactly its size, so that ASan sees one byte too far. */
static enum status parse(struct bytes packet, struct arena *a, struct hook_answer *ret, struct diag *d)
{
	unsigned char *copy = malloc(packet.size ? packet.size : 1);
	bytes_copy(copy, packet);
	enum status s = hook_answer_parse(bytes_make(copy, packet.size), a, ret, d);
	memset(copy, 'x', packet.size); /* what was taken must be a copy */
	free(copy);
	return s;
}

static void answers_of_each_kind(void)
{
	static const struct {
		const char *name;
		uint32_t kind, n;
		struct bytes strings[3];
		enum status want;
	} rows[] = {
		{ "a name", HOOK_NAME, 1, { LIT("a-1.0-py3-none-any.whl") }, OK },
		{ "an empty name", HOOK_NAME, 1, { LIT("") }, OK },
		{ "no name", HOOK_NAME, 0, { LIT("") }, ERR_BACKEND },
		{ "two names", HOOK_NAME, 2, { LIT("a"), LIT("b") }, ERR_BACKEND },
		{ "an empty list", HOOK_LIST, 0, { LIT("") }, OK },
		{ "a list", HOOK_LIST, 3, { LIT("setuptools>=40"), LIT("wheel"), LIT("caf\xc3\xa9") }, OK },
		{ "a list that is no UTF-8", HOOK_LIST, 2, { LIT("wheel"), LIT("caf\xe9") }, ERR_BACKEND },
		{ "a name that is no UTF-8", HOOK_NAME, 1, { LIT("\xed\xa0\x80") }, ERR_BACKEND },
		{ "absent", HOOK_ABSENT, 0, { LIT("") }, OK },
		{ "absent with words", HOOK_ABSENT, 1, { LIT("x") }, ERR_BACKEND },
		{ "an error", HOOK_ERROR, 2, { LIT("exception"), LIT("ValueError: no") }, OK },
		{ "an error in any bytes", HOOK_ERROR, 2, { LIT("exception"), LIT("\x1b[2J\xff\0x") }, OK },
		{ "half an error", HOOK_ERROR, 1, { LIT("exception") }, ERR_BACKEND },
		{ "three of an error", HOOK_ERROR, 3, { LIT("a"), LIT("b"), LIT("c") }, ERR_BACKEND },
		{ "kind 0", 0, 0, { LIT("") }, ERR_BACKEND },
		{ "kind 5", 5, 0, { LIT("") }, ERR_BACKEND },
		{ "kind -1", UINT32_MAX, 0, { LIT("") }, ERR_BACKEND },
		{ "kind 2^31", UINT32_C(1) << 31, 1, { LIT("x") }, ERR_BACKEND },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf b;
		CLEANUP(arena_done) struct arena a;
		struct hook_answer answer = { .n_strings = 77 };
		struct diag d = { 0 };
		buf_init(&b, HOOK_PACKET_MAX);
		arena_init(&a);
		put(&b, rows[i].kind, rows[i].strings, rows[i].n);
		CHECK_ROW(parse(buf_bytes(&b), &a, &answer, &d) == rows[i].want, rows[i].name);
		if (rows[i].want) {
			CHECK_ROW(answer.n_strings == 77 && d.text[0] && d.code == ERR_BACKEND, rows[i].name);
			continue;
		}
		CHECK_ROW(answer.kind == (enum hook_kind)rows[i].kind && answer.n_strings == rows[i].n, rows[i].name);
		for (size_t k = 0; k < answer.n_strings; k++)
			CHECK_ROW(bytes_equal(answer.strings[k], rows[i].strings[k]), rows[i].name);
	}
}

static void an_answer_breaks_at_every_cut(void)
{
	static const struct bytes strings[] = { LIT("one"), LIT(""), LIT("three") };
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, HOOK_PACKET_MAX);
	put(&b, HOOK_LIST, strings, COUNT(strings));
	for (size_t cut = 0; cut < b.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct hook_answer answer;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_NUMBER(parse(bytes_part(buf_bytes(&b), 0, cut), &a, &answer, &d), ERR_BACKEND);
		CHECK(d.text[0]);
	}
	CLEANUP(arena_done) struct arena a;
	struct hook_answer answer;
	arena_init(&a);
	buf_add_byte(&b, 0);
	CHECK(parse(buf_bytes(&b), &a, &answer, NULL) == ERR_BACKEND);
}

static void an_answer_that_lies_about_sizes_is_refused(void)
{
	static const struct {
		const char *name;
		struct bytes packet;
	} rows[] = {
		{ "four thousand million strings", LIT("\2\0\0\0\xff\xff\xff\xff") },
		{ "more strings than bytes", LIT("\2\0\0\0\2\0\0\0\0\0\0\0") },
		{ "a string longer than the packet", LIT("\1\0\0\0\1\0\0\0\xff\xff\xff\xff"
							 "abc") },
		{ "a string one byte longer", LIT("\1\0\0\0\1\0\0\0\4\0\0\0"
						  "abc") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct hook_answer answer;
		arena_init(&a);
		CHECK_ROW(parse(rows[i].packet, &a, &answer, NULL) == ERR_BACKEND && a.used < 4096, rows[i].name);
	}
}

static void each_limit_holds_exactly(void)
{
	static const struct {
		const char *name;
		uint32_t n;
		size_t size;
		enum status want;
	} rows[] = {
		{ "as many strings as may be", HOOK_STRINGS_MAX, 0, OK },
		{ "one more", HOOK_STRINGS_MAX + 1, 0, ERR_BACKEND },
		{ "as many bytes as may be", 1, HOOK_PACKET_MAX - 12, OK },
		{ "one more byte", 1, HOOK_PACKET_MAX - 11, ERR_BACKEND },
	};
	static unsigned char text[HOOK_PACKET_MAX];
	memset(text, 't', sizeof text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf b;
		CLEANUP(arena_done) struct arena a;
		struct hook_answer answer;
		buf_init(&b, 2 * HOOK_PACKET_MAX);
		arena_init(&a);
		wire_put_u32(&b, HOOK_LIST);
		wire_put_u32(&b, rows[i].n);
		for (uint32_t k = 0; k < rows[i].n; k++)
			wire_put_bytes(&b, bytes_make(text, rows[i].size));
		CHECK_ROW(parse(buf_bytes(&b), &a, &answer, NULL) == rows[i].want, rows[i].name);
	}
}

/* What hwb_hook.py reads: u32 count, then strings. */
static void check_packet(const struct buf *b, const char *const *want, size_t n)
{
	CLEANUP(arena_done) struct arena a;
	struct wire w = wire_over(buf_bytes(b));
	arena_init(&a);
	CHECK_NUMBER(wire_get_u32(&w), n);
	for (size_t i = 0; i < n; i++)
		CHECK_ROW(strcmp(wire_get_string(&w, &a), want[i]) == 0, want[i]);
	CHECK(wire_end(&w, "request", NULL) == OK);
}

static void requests_say_what_is_wanted(void)
{
	static const char *const paths[] = { "/build/src/backend", "/build/src/more" }, *const preload[] = { "setuptools.command" };
	static const char *const settings[] = { "--build-option", "-v", "key", "" };
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, HOOK_PACKET_MAX);
	hook_request_start("mod.sub:obj", paths, 2, preload, 1, &b);
	check_packet(&b, (const char *[]){ "start", "mod.sub:obj", "2", paths[0], paths[1], preload[0] }, 6);
	hook_request_start("m", NULL, 0, NULL, 0, &b);
	check_packet(&b, (const char *[]){ "start", "m", "0" }, 3);
	hook_request_call("build_wheel", true, "/out", settings, 2, &b);
	check_packet(&b, (const char *[]){ "call", "fork", "build_wheel", "/out", "--build-option", "-v", "key", "" }, 8);
	hook_request_call("build_sdist", false, "/out", NULL, 0, &b);
	check_packet(&b, (const char *[]){ "call", "last", "build_sdist", "/out" }, 4);
}

static void a_request_too_long_is_noticed(void)
{
	static char value[HOOK_PACKET_MAX];
	CLEANUP(buf_done) struct buf b;
	struct diag d = { 0 };
	memset(value, 'v', sizeof value - 1);
	buf_init(&b, HOOK_PACKET_MAX);
	hook_request_call("build_wheel", false, "/out", (const char *[]){ "key", value }, 1, &b);
	CHECK(buf_check(&b, "a request", &d) == ERR_LIMIT);
	hook_request_call("build_wheel", false, "/out", NULL, 0, &b);
	CHECK(buf_check(&b, "a request", &d) == OK);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "answers of each kind", answers_of_each_kind },
		{ "an answer breaks at every cut", an_answer_breaks_at_every_cut },
		{ "an answer that lies about sizes is refused", an_answer_that_lies_about_sizes_is_refused },
		{ "each limit holds exactly", each_limit_holds_exactly },
		{ "requests say what is wanted", requests_say_what_is_wanted },
		{ "a request too long is noticed", a_request_too_long_is_noticed },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
