#include "advisory/affects.h"

#include "harness.h"

/* "i0 f1.5 l2 m3": introduced, fixed, last_affected, limit; '|' begins another range. */
static struct advisory_package package_of(const char *events, const char *versions, struct arena *a)
{
	static const char kinds[] = { [EVENT_INTRODUCED] = 'i', [EVENT_FIXED] = 'f', [EVENT_LAST_AFFECTED] = 'l', [EVENT_LIMIT] = 'm' };
	struct advisory_package p = { .is_pypi = true, .name = BYTES("demo") };
	struct advisory_range *ranges = ARENA_ARRAY(a, struct advisory_range, 8);
	struct bytes *listed = ARENA_ARRAY(a, struct bytes, 8);
	for (struct bytes rest = bytes_of(events); rest.size;) {
		struct bytes range = bytes_cut(&rest, '|');
		struct advisory_event *all = ARENA_ARRAY(a, struct advisory_event, 16);
		size_t n = 0;
		while (range.size) {
			struct bytes word = bytes_cut(&range, ' ');
			const char *kind = word.size ? memchr(kinds, word.data[0], sizeof kinds) : NULL;
			if (kind)
				all[n++] = (struct advisory_event){ (enum advisory_event_kind)(kind - kinds), bytes_from(word, 1) };
		}
		ranges[p.n_ranges++] = (struct advisory_range){ all, n };
	}
	for (struct bytes rest = bytes_of(versions); rest.size;)
		listed[p.n_versions++] = bytes_cut(&rest, ' ');
	p.ranges = ranges;
	p.versions = listed;
	return p;
}

static const struct {
	const char *what, *events, *versions, *version;
	enum affects want;
	const char *fixed;
} cases[] = {
	{ "below what is fixed", "i0 f2.0", "", "1.9", AFFECTS_YES, "2.0" },
	{ "what is fixed", "i0 f2.0", "", "2.0", AFFECTS_NO, "" },
	{ "a release candidate comes before it", "i0 f2.0", "", "2.0rc1", AFFECTS_YES, "2.0" },
	{ "a post release behind it", "i0 f2.0", "", "2.0.post1", AFFECTS_NO, "" },
	{ "0 is before all that there is", "i0 f1", "", "0.dev0", AFFECTS_YES, "1" },
	{ "before what was introduced", "i1.0 f2.0", "", "0.9", AFFECTS_NO, "" },
	{ "what was introduced", "i1.0 f2.0", "", "1", AFFECTS_YES, "2.0" },
	{ "what was last affected is", "i1 l3", "", "3.0.0", AFFECTS_YES, "" },
	{ "what comes behind is not", "i1 l3", "", "3.0.1", AFFECTS_NO, "" },
	{ "introduced and last affected in one", "i3 l3", "", "3", AFFECTS_YES, "" },
	{ "and nothing behind it", "i3 l3", "", "3.1", AFFECTS_NO, "" },
	{ "fixed and introduced again in one", "i0 f3 i3", "", "3", AFFECTS_YES, "" },
	{ "events in any order", "f2 i1.5 f1 i0", "", "1.7", AFFECTS_YES, "2" },
	{ "between two holes", "f2 i1.5 f1 i0", "", "1.2", AFFECTS_NO, "" },
	{ "10 is more than 9", "i0 f10", "", "9", AFFECTS_YES, "10" },
	{ "an epoch is more than any", "i0 f10", "", "1!1", AFFECTS_NO, "" },
	{ "below a limit", "i0 m2", "", "1", AFFECTS_YES, "" },
	{ "at a limit", "i0 m2", "", "2", AFFECTS_NO, "" },
	{ "below one of two", "i0 m2 m4", "", "3", AFFECTS_YES, "" },
	{ "without an end", "i0 m*", "", "77", AFFECTS_YES, "" },
	{ "the second range", "i0 f1|i2 f3", "", "2.5", AFFECTS_YES, "3" },
	{ "no range", "i0 f1|i2 f3", "", "1.5", AFFECTS_NO, "" },
	{ "nothing was introduced", "f3", "", "1", AFFECTS_NO, "" },
	{ "listed", "", "1.0 2.0", "1", AFFECTS_YES, "" },
	{ "not listed", "", "1.0 2.0", "3", AFFECTS_NO, "" },
	{ "listed beside a range that does not hold it", "i5 f6", "1.0", "1.0", AFFECTS_YES, "" },
	{ "a local version is its public one", "", "2.0", "2.0+cpu", AFFECTS_YES, "" },
	{ "also at the end of a range", "i0 l2.0", "", "2.0+cpu", AFFECTS_YES, "" },
	{ "but not when that is fixed", "i0 f2.0", "", "2.0+cpu", AFFECTS_NO, "" },
	{ "a version that is none, listed", "i0 f1", "2004d", "2004d", AFFECTS_YES, "" },
	{ "a version that is none", "i0 f1", "2004d", "2004x", AFFECTS_UNKNOWN, "" },
	{ "a version that is none, and a list without it", "", "2004d", "2004x", AFFECTS_NO, "" },
	{ "an event that is no version", "i0 fbanana", "", "1", AFFECTS_UNKNOWN, "" },
	{ "an event that is no version, and a range that holds it", "i0 fbanana|i0 f2", "", "1", AFFECTS_YES, "2" },
	{ "an event that is no version, but it is listed", "i0 fbanana", "1", "1", AFFECTS_YES, "" },
	{ "an advisory that says nothing of versions", "", "", "1", AFFECTS_UNKNOWN, "" },
	{ "every version", "i0", "", "not-a-version", AFFECTS_YES, "" },
	{ "every version, and none is known", "i0", "", NULL, AFFECTS_YES, "" },
	{ "some versions, and none is known", "i0 f1", "", NULL, AFFECTS_SOME, "" },
	{ "a list, and none is known", "", "1", NULL, AFFECTS_SOME, "" },
};

static void versions_are_affected_by_the_table(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(arena_done) struct arena a;
		struct bytes fixed;
		arena_init(&a);
		struct advisory_package p = package_of(cases[i].events, cases[i].versions, &a);
		struct advisory v = { .packages = &p, .n_packages = 1 };
		enum affects got = advisory_affects(&v, true, BYTES("demo"), bytes_of(cases[i].version), &fixed);
		CHECK_ROW(got == cases[i].want, cases[i].what);
		CHECK_ROW(bytes_equal(fixed, bytes_of(cases[i].fixed)), cases[i].what);
		CHECK_ROW(advisory_affects(&v, true, BYTES("other"), BYTES("1"), &fixed) == AFFECTS_NO, cases[i].what);
		CHECK_ROW(advisory_affects(&v, false, BYTES("demo"), BYTES("1"), &fixed) == AFFECTS_NO, cases[i].what);
	}
}

static void several_entries_of_a_package_add_up(void)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes fixed;
	arena_init(&a);
	struct advisory_package all[] = { package_of("i0 fbanana", "", &a), package_of("i2 f3", "", &a), package_of("i5 f6", "", &a) };
	struct advisory v = { .packages = all, .n_packages = COUNT(all) };
	CHECK(advisory_affects(&v, true, BYTES("demo"), BYTES("5.5"), &fixed) == AFFECTS_YES);
	CHECK_BYTES(fixed, BYTES("6"));
	CHECK(advisory_affects(&v, true, BYTES("demo"), BYTES("4"), &fixed) == AFFECTS_UNKNOWN);
}

static void versions_of_other_ecosystems_are_not_compared(void)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes fixed;
	arena_init(&a);
	struct advisory_package p = package_of("i1 f3", "2.0-1", &a);
	p.is_pypi = false;
	p.name = BYTES("pkg:deb/debian/libx");
	struct advisory v = { .packages = &p, .n_packages = 1 };
	CHECK(advisory_affects(&v, false, p.name, BYTES("2.0-1"), &fixed) == AFFECTS_YES);
	CHECK(advisory_affects(&v, false, p.name, BYTES("2.0-2"), &fixed) == AFFECTS_UNKNOWN);
	p.n_ranges = 0;
	CHECK(advisory_affects(&v, false, p.name, BYTES("2.0-2"), &fixed) == AFFECTS_NO);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "versions are affected by the table", versions_are_affected_by_the_table },
		{ "several entries of a package add up", several_entries_of_a_package_add_up },
		{ "versions of other ecosystems are not compared", versions_of_other_ecosystems_are_not_compared },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
