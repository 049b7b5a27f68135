#include "harness.h"
#include "sandbox/activity.h"
#include "sandbox/names.h"

/* ---- what the launcher tells ---- */

static void put_program(struct buf *b, const char *path, const char *arg)
{
	wire_put_u32(b, SEEN_PROGRAM);
	wire_put_string(b, path);
	wire_put_u32(b, 0);
	wire_put_u32(b, 2);
	wire_put_string(b, path);
	wire_put_string(b, arg);
}

static void take(struct activity *act, struct buf *b)
{
	struct wire w = wire_over(buf_bytes(b));
	activity_take(act, &w);
	buf_clear(b);
}

static void the_same_words_are_one_program(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct activity act;
	arena_init(&a);
	buf_init(&b, 4096);
	activity_init(&act, &a);
	for (int i = 0; i < 3; i++) {
		put_program(&b, "/usr/bin/cc", i == 1 ? "-c" : "-o");
		take(&act, &b);
	}
	CHECK(act.n_programs == 2 && act.n_started == 3);
	CHECK(act.programs[0].n_times == 2 && act.programs[1].n_times == 1 && act.programs[0].n_args == 2);
	CHECK_BYTES(act.programs[1].args[1], BYTES("-c"));
}

static void beyond_what_is_kept_is_counted(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct activity act;
	char arg[16];
	arena_init(&a);
	buf_init(&b, 4096);
	activity_init(&act, &a);
	for (int i = 0; i <= ACTIVITY_KEPT; i++) {
		(void)snprintf(arg, sizeof arg, "%d", i);
		put_program(&b, "/bin/true", arg);
		take(&act, &b);
	}
	CHECK(act.n_programs == ACTIVITY_KEPT && act.n_started == ACTIVITY_KEPT + 1);
}

static void a_cut_record_is_passed_over(void)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 4096);
	put_program(&b, "/usr/bin/cc", "-c");
	for (size_t cut = 0; cut < b.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct activity act;
		struct wire w = wire_over(bytes_part(buf_bytes(&b), 0, cut));
		arena_init(&a);
		activity_init(&act, &a);
		activity_take(&act, &w);
		CHECK(act.n_programs == 0 && act.n_started == 0);
	}
}

static void put_sums(struct buf *b)
{
	wire_put_u32(b, 1);
	wire_put_u64(b, 7);
	wire_put_u64(b, 9);
	wire_put_u64(b, 4096);
	wire_put_u32(b, 2);
	wire_put_u32(b, 101);
	wire_put_u64(b, 3);
	wire_put_u32(b, 100000);
	wire_put_u64(b, 1);
	wire_put_u64(b, 5);
	wire_put_u32(b, 1);
	wire_put_string(b, "sleep");
}

static void the_sums_are_taken_and_added_up(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct activity act, sum;
	arena_init(&a);
	buf_init(&b, 4096);
	activity_init(&act, &a);
	activity_init(&sum, &a);
	put_sums(&b);
	struct wire w = wire_over(buf_bytes(&b));
	activity_take_sums(&act, &w);
	CHECK(act.recorded && act.n_started == 7 && act.n_tried == 9 && act.disk_size == 4096 && act.n_left == 5);
	CHECK(act.n_calls == 2 && strcmp(act.calls[0].name, "ptrace") == 0 && strcmp(act.calls[1].name, "unknown") == 0);
	CHECK(act.n_left_names == 1);
	activity_add(&sum, &act);
	activity_add(&sum, &act);
	CHECK(sum.n_started == 14 && sum.n_calls == 2 && sum.calls[0].n_times == 6 && sum.n_left == 10 && sum.disk_size == 4096);
	CHECK(sum.recorded);
}

/* ---- the name server ---- */

#define HEAD "\x12\x34\1\0\0\1\0\0\0\0\0\0"
#define A_IN "\0\1\0\1"
static const struct {
	const char *name;
	struct bytes packet;
	const char *want; /* NULL: no query */
	size_t size;
} queries[] = {
	{ "a name", LIT(HEAD "\4evil\7example\0" A_IN), "evil.example", 30 },
	{ "one label", LIT(HEAD "\1a\0" A_IN), "a", 19 },
	{ "more behind the question", LIT(HEAD "\1a\0" A_IN "EDNS"), "a", 19 },
	{ "a NUL inside a label", LIT(HEAD "\3a\0b\0" A_IN), "a?b", 21 },
	{ "the root", LIT(HEAD "\0" A_IN), NULL, 0 },
	{ "a response", LIT("\x12\x34\x81\0\0\1\0\0\0\0\0\0\1a\0" A_IN), NULL, 0 },
	{ "no question", LIT("\x12\x34\1\0\0\0\0\0\0\0\0\0\1a\0" A_IN), NULL, 0 },
	{ "two questions", LIT("\x12\x34\1\0\0\2\0\0\0\0\0\0\1a\0" A_IN), NULL, 0 },
	{ "a pointer", LIT(HEAD "\xc0\x0c" A_IN), NULL, 0 },
	{ "a label beyond the end",
	  LIT(HEAD "\x3f"
		   "a"),
	  NULL, 0 },
	{ "nothing", LIT(""), NULL, 0 },
};

static void queries_are_read(void)
{
	for (size_t i = 0; i < COUNT(queries); i++) {
		char name[NAMES_TEXT_MAX];
		size_t size;
		bool read = names_read(queries[i].packet, name, &size);
		CHECK_ROW(read == (queries[i].want != NULL), queries[i].name);
		if (read && queries[i].want)
			CHECK_ROW(strcmp(name, queries[i].want) == 0 && size == queries[i].size, queries[i].name);
	}
}

static void a_cut_query_is_no_query(void)
{
	struct bytes whole = queries[0].packet;
	for (size_t cut = 0; cut < whole.size; cut++) {
		char name[NAMES_TEXT_MAX];
		size_t size;
		CHECK(!names_read(bytes_part(whole, 0, cut), name, &size));
	}
}

static void a_name_of_the_most_and_one_more(void)
{
	unsigned char packet[512] = { 0x12, 0x34, 1, 0, 0, 1 };
	char name[NAMES_TEXT_MAX];
	size_t at = 12, size;
	for (int label = 0; label < 4; label++) { /* 3 * 64 + 62 + 1 bytes of text with the dots, and its NUL */
		size_t n = label < 3 ? 63 : 62;
		packet[at] = (unsigned char)n;
		memset(packet + at + 1, 'a', n);
		at += n + 1;
	}
	CHECK(names_read(bytes_make(packet, at + 5), name, &size) && strlen(name) == 3 * 64 + 62 && size == at + 5);
	packet[at] = 1;
	packet[at + 1] = 'a';
	CHECK(!names_read(bytes_make(packet, at + 7), name, &size));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the same words are one program", the_same_words_are_one_program },
		{ "beyond what is kept is counted", beyond_what_is_kept_is_counted },
		{ "a cut record is passed over", a_cut_record_is_passed_over },
		{ "the sums are taken and added up", the_sums_are_taken_and_added_up },
		{ "queries are read", queries_are_read },
		{ "a cut query is no query", a_cut_query_is_no_query },
		{ "a name of the most, and one more", a_name_of_the_most_and_one_more },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
