/* References and commits of git as text; whole repositories are tried by tests/cli/scenario_sources.py, packs by the fuzz corpus. */
#include "base/cleanup.h"
#include "format/git.h"
#include "harness.h"

#define ID "0123456789abcdef0123456789abcdef01234567"
#define LONG_ID ID "0123456789abcdef01234567"

static void references(void)
{
	static const struct {
		const char *name;
		struct bytes text;
		enum status want;
		size_t size; /* of the id */
		const char *ref;
	} rows[] = {
		{ "an id", LIT(ID "\n"), OK, 20, NULL },
		{ "an id without a line end", LIT(ID), OK, 20, NULL },
		{ "an id of SHA-256", LIT(LONG_ID "\n"), OK, 32, NULL },
		{ "a branch", LIT("ref: refs/heads/main\n"), OK, 0, "refs/heads/main" },
		{ "a branch with slashes", LIT("ref: refs/heads/a/b"), OK, 0, "refs/heads/a/b" },
		{ "nothing", LIT(""), ERR_FORMAT, 0, NULL },
		{ "half an id", LIT("0123456789abcdef\n"), ERR_FORMAT, 0, NULL },
		{ "an id with a letter too far", LIT("g123456789abcdef0123456789abcdef01234567"), ERR_FORMAT, 0, NULL },
		{ "a reference to no reference", LIT("ref: config\n"), ERR_FORMAT, 0, NULL },
		{ "two lines", LIT("ref: refs/heads/a\nref: refs/heads/b\n"), ERR_FORMAT, 0, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct git_id id = { .size = 0 };
		struct bytes ref;
		enum status s = git_reference_parse(rows[i].text, &id, &ref);
		CHECK_ROW(s == rows[i].want, rows[i].name);
		CHECK_ROW(s || (rows[i].ref ? bytes_equal(ref, bytes_of(rows[i].ref)) : !ref.data && id.size == rows[i].size),
			  rows[i].name);
	}
}

static void packed_references(void)
{
	static const struct bytes text = LIT("# pack-refs with: peeled fully-peeled sorted \n" ID " refs/heads/main\n"
					     "ff23456789abcdef0123456789abcdef01234567 refs/tags/v1\n^" ID
					     "\nbroken refs/heads/broken\n");
	struct git_id id;
	CHECK(git_packed_reference_find(text, BYTES("refs/heads/main"), &id) == OK && id.bytes[0] == 0x01);
	CHECK(git_packed_reference_find(text, BYTES("refs/tags/v1"), &id) == OK && id.bytes[0] == 0xff);
	CHECK(git_packed_reference_find(text, BYTES("refs/heads/mai"), &id) == ERR_ABSENT);
	CHECK(git_packed_reference_find(text, BYTES("refs/heads/broken"), &id) == ERR_ABSENT);
	CHECK(git_packed_reference_find(BYTES(""), BYTES("refs/heads/main"), &id) == ERR_ABSENT);
}

static void times(void)
{
	static const struct {
		const char *name;
		struct bytes text;
		int64_t want; /* -1: ERR_FORMAT */
	} rows[] = {
		{ "a commit", LIT("tree " ID "\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 1400000000 +0200\n\nmessage\n"),
		  1400000000 },
		{ "a name with a '>'", LIT("committer C > D <c@d> 7 -0100\n\n"), 7 },
		{ "no zone", LIT("committer C <c@d> 7\n"), 7 },
		{ "a committer in the message", LIT("tree " ID "\n\ncommitter C <c@d> 7 +0000\n"), -1 },
		{ "none", LIT("tree " ID "\n"), -1 },
		{ "before 1970", LIT("committer C <c@d> -7 +0000\n"), -1 },
		{ "a time that is none", LIT("committer C <c@d> today\n"), -1 },
		{ "more than a time can be", LIT("committer C <c@d> 9223372036854775808 +0000\n"), -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t time = -1;
		enum status s = git_commit_time(rows[i].text, &time);
		CHECK_ROW((s == OK) == (rows[i].want >= 0) && time == rows[i].want, rows[i].name);
	}
}

static void paths(void)
{
	CLEANUP(arena_done) struct arena a;
	struct git_id id;
	struct bytes ref;
	arena_init(&a);
	CHECK(git_reference_parse(BYTES(ID), &id, &ref) == OK);
	CHECK(strcmp(git_loose_path(&id, &a), "objects/01/23456789abcdef0123456789abcdef01234567") == 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a reference is an id or another's name", references },
		{ "packed references are found by their whole names", packed_references },
		{ "a commit's time is its committer's", times },
		{ "a loose object has its place", paths },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
