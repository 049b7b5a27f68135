#include "harness.h"
#include "sandbox/activity.h"
#include "sandbox/names.h"
#include "sandbox/sightings.h"

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
#define AAAA_IN "\0\x1c\0\1"
static const struct {
	const char *name;
	struct bytes packet;
	const char *want; /* all names in a row, with a space behind each; NULL: no query */
	size_t at;
} queries[] = {
	{ "a name", LIT(HEAD "\4evil\7example\0" A_IN), "evil.example ", 30 },
	{ "one label", LIT(HEAD "\1a\0" A_IN), "a ", 19 },
	{ "the other kind of address", LIT(HEAD "\1a\0" AAAA_IN), "a+ ", 19 },
	{ "more behind the question", LIT(HEAD "\1a\0" A_IN "EDNS"), "a ", 19 },
	{ "what is not of a name", LIT(HEAD "\6a\0b .\n\1c\0" A_IN), "a\\000b\\032\\046\\010.c ", 26 },
	{ "the root", LIT(HEAD "\0" A_IN), "", 12 },
	{ "a response", LIT("\x12\x34\x81\0\0\1\0\0\0\0\0\0\1a\0" A_IN), NULL, 0 },
	{ "no question", LIT("\x12\x34\1\0\0\0\0\0\0\0\0\0\1a\0" A_IN), NULL, 0 },
	{ "two questions", LIT("\x12\x34\1\0\0\2\0\0\0\0\0\0\1a\0" A_IN "\1b\0" A_IN), "a b ", 26 },
	{ "two questions said, one there", LIT("\x12\x34\1\0\0\2\0\0\0\0\0\0\1a\0" A_IN), "a ", 19 },
	{ "a pointer", LIT(HEAD "\xc0\x0c" A_IN), "", 12 },
	{ "a label beyond the end",
	  LIT(HEAD "\x3f"
		   "a"),
	  "", 12 },
	{ "nothing", LIT(""), NULL, 0 },
};

/* Every name of a query, those of AAAA questions with a '+'. False: it is none. */
static bool read_all(struct bytes packet, struct buf *out, size_t *ret_at)
{
	char name[NAMES_TEXT_MAX];
	unsigned type;
	size_t n = names_count(packet, ret_at);
	for (size_t i = 0; i < n && names_read(packet, ret_at, name, &type); i++)
		buf_printf(out, "%s%s ", name, type == NAMES_AAAA ? "+" : "");
	return n != 0;
}

static void queries_are_read(void)
{
	for (size_t i = 0; i < COUNT(queries); i++) {
		CLEANUP(buf_done) struct buf names;
		size_t at;
		buf_init(&names, 4096);
		bool is_query = read_all(queries[i].packet, &names, &at);
		CHECK_ROW(is_query == (queries[i].want != NULL), queries[i].name);
		if (is_query && queries[i].want)
			CHECK_ROW(strcmp(buf_string(&names), queries[i].want) == 0 && at == queries[i].at, queries[i].name);
	}
}

static void a_cut_query_names_nothing(void)
{
	struct bytes whole = queries[0].packet;
	for (size_t cut = 0; cut < whole.size; cut++) {
		CLEANUP(buf_done) struct buf names;
		size_t at;
		buf_init(&names, 4096);
		(void)read_all(bytes_part(whole, 0, cut), &names, &at);
		CHECK(names.size == 0);
	}
}

/* RFC 1035, 2.3.4: 255 bytes with the lengths and the end. Each may be written as four. */
static void a_name_of_the_most_and_one_more(void)
{
	for (int too_long = 0; too_long <= 1; too_long++) {
		unsigned char packet[512] = { 0x12, 0x34, 1, 0, 0, 1 };
		CLEANUP(buf_done) struct buf names;
		size_t end = 12, at;
		buf_init(&names, 4096);
		for (int label = 0; label < 4; label++) {
			size_t n = label < 3 ? 63 : too_long ? 62 : 61;
			packet[end] = (unsigned char)n;
			memset(packet + end + 1, '\n', n);
			end += n + 1;
		}
		(void)read_all(bytes_make(packet, end + 5), &names, &at);
		CHECK(names.size == (too_long ? 0 : 4 * (3 * 63 + 61) + 3 + 1));
	}
}

/* ---- each thing once ---- */

static void a_flood_of_one_hides_no_other(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	struct sightings known;
	struct activity act;
	arena_init(&a);
	activity_init(&act, &a);
	buf_init(&b, 1 << 16);
	sightings_init(&known);
	for (int i = 0; i < 5000; i++) {
		put_program(&b, "/bin/true", "x");
		CHECK(sightings_note(&known, buf_bytes(&b), true) == (i == 0));
		if (i)
			buf_clear(&b);
		else
			take(&act, &b);
	}
	put_program(&b, "/usr/bin/curl", "evil.example");
	CHECK(sightings_note(&known, buf_bytes(&b), true));
	CHECK(!sightings_note(&known, buf_bytes(&b), false)); /* known, and not to be counted */
	take(&act, &b);
	wire_put_u32(&b, SEEN_PROGRAMS_AGAIN);
	size_t at = 0;
	CHECK(sightings_put_more(&known, &at, 500, &b) && at == 2);
	take(&act, &b);
	CHECK(act.n_programs == 2 && act.programs[0].n_times == 5000 && act.programs[1].n_times == 1 && act.n_started == 5001);
	sightings_done(&known);
}

static void beyond_the_most_sightings_are_counted(void)
{
	struct sightings known;
	sightings_init(&known);
	for (uint32_t i = 0; i < ACTIVITY_KEPT + 7; i++)
		CHECK(sightings_note(&known, bytes_make(&i, sizeof i), true) == (i < ACTIVITY_KEPT));
	uint32_t first = 0;
	CHECK(!sightings_note(&known, bytes_make(&first, sizeof first), true));
	CHECK(known.n == ACTIVITY_KEPT && known.n_not_kept == 7 && known.rows[0].n_more == 1);
	sightings_done(&known);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the same words are one program", the_same_words_are_one_program },
		{ "beyond what is kept is counted", beyond_what_is_kept_is_counted },
		{ "a cut record is passed over", a_cut_record_is_passed_over },
		{ "the sums are taken and added up", the_sums_are_taken_and_added_up },
		{ "queries are read", queries_are_read },
		{ "a cut query names nothing", a_cut_query_names_nothing },
		{ "a name of the most, and one more", a_name_of_the_most_and_one_more },
		{ "a flood of one hides no other", a_flood_of_one_hides_no_other },
		{ "beyond the most sightings are counted", beyond_the_most_sightings_are_counted },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
