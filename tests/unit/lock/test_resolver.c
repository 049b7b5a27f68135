#include "harness.h"
#include "table.h"

struct row {
	const char *name;
	struct question q;
	enum status want;
	const char *text; /* the pins, or a part of the words */
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct answer got = table_ask(&rows[i].q, &a);
		bool right = got.status == rows[i].want &&
			     (got.status ? strstr(got.pins, rows[i].text) != NULL : strcmp(got.pins, rows[i].text) == 0);
		if (!right)
			test_fail(__FILE__, __LINE__, "row '%s': status %s: %s", rows[i].name, status_name(got.status), got.pins);
	}
}
#define CHECK_ROWS(rows) check_rows((rows), COUNT(rows))

static void the_best_versions_are_chosen(void)
{
	static const struct row rows[] = {
		{ "nothing is wanted", { .index = "a 1.0", .requires = "" }, OK, "" },
		{ "the newest version of one project", { .index = "a 1.0\na 2.0\na 1.5", .requires = "a" }, OK, "a 2.0" },
		{ "versions are not ordered as text", { .index = "a 1.9\na 1.10", .requires = "a" }, OK, "a 1.10" },
		{ "an epoch counts most", { .index = "a 2024.1\na 1!1.0", .requires = "a" }, OK, "a 1!1.0" },
		{ "a post-release is newer", { .index = "a 1.0\na 1.0.post1", .requires = "a" }, OK, "a 1.0.post1" },
		{ "a local version is newer than its public one",
		  { .index = "a 1.0\na 1.0+cu12", .requires = "a==1.0" },
		  OK,
		  "a 1.0+cu12" },
		{ "names are normalised", { .index = "zope-interface 1.0", .requires = "Zope.Interface" }, OK, "zope-interface 1.0" },
		{ "an upper bound is kept", { .index = "a 1.0\na 2.0\na 3.0", .requires = "a<3" }, OK, "a 2.0" },
		{ "the same project twice, both count", { .index = "a 1.0\na 2.0\na 3.0", .requires = "a<3 | a!=2.0" }, OK, "a 1.0" },
		{ "a chain of dependencies", { .index = "a 1 : b\nb 1 : c\nc 1", .requires = "a" }, OK, "a 1, b 1, c 1" },
		{ "a diamond", { .index = "a 1 : d<3\nb 1 : d>=2\nd 1\nd 2\nd 3", .requires = "a | b" }, OK, "a 1, b 1, d 2" },
		{ "an exact requirement", { .index = "a 1.0\na 2.0", .requires = "a==1.0" }, OK, "a 1.0" },
		{ "a prefix requirement", { .index = "a 1.0\na 1.4\na 2.0", .requires = "a==1.*" }, OK, "a 1.4" },
		{ "an arbitrary requirement is compared as text", { .index = "a 1.0\na 1.0.0", .requires = "a===1.0" }, OK, "a 1.0" },
		{ "two projects that want each other", { .index = "a 1 : b\nb 1 : a", .requires = "a" }, OK, "a 1, b 1" },
		{ "a project that wants itself", { .index = "a 1 : a>=1", .requires = "a" }, OK, "a 1" },
		{ "a project that wants an older self is passed over", { .index = "a 1\na 2 : a<2", .requires = "a" }, OK, "a 1" },
	};
	CHECK_ROWS(rows);
}

static void markers_and_extras_are_followed(void)
{
	static const struct row rows[] = {
		{ "a requirement for another system does not count",
		  { .index = "a 1", .requires = "a | w; sys_platform == 'win32'" },
		  OK,
		  "a 1" },
		{ "a requirement for this Python counts",
		  { .index = "a 1 : t; python_version < '3.12' | u; python_version >= '3.12'\nt 1", .requires = "a" },
		  OK,
		  "a 1, t 1" },
		{ "an extra brings its requirements",
		  { .index = "a 1 extras=x : b; extra == 'x' | c; extra == 'y'\nb 1\nc 1", .requires = "a[x]" },
		  OK,
		  "a[x] 1, b 1" },
		{ "without the extra nothing is added", { .index = "a 1 extras=x : b; extra == 'x'\nb 1", .requires = "a" }, OK, "a 1" },
		{ "names of extras are normalised",
		  { .index = "a 1 extras=x-y : b; extra == 'X_y'\nb 1", .requires = "a[x.Y]" },
		  OK,
		  "a[x-y] 1, b 1" },
		{ "two extras of one project, asked for by two",
		  { .index = "a 1 extras=x,y : b; extra == 'x' | c; extra == 'y'\nb 1\nc 1\nd 1 : a[y]", .requires = "a[x] | d" },
		  OK,
		  "a[x,y] 1, b 1, c 1, d 1" },
		{ "an extra that is asked for after the project was chosen",
		  { .index = "a 1 extras=x : b; extra == 'x'\nb 1\nd 1 : e\ne 1 : a[x]", .requires = "a | d" },
		  OK,
		  "a[x] 1, b 1, d 1, e 1" },
		{ "an extra made of the project's other extras",
		  { .index = "a 1 extras=all,x,y : a[x,y]; extra == 'all' | b; extra == 'x' | c; extra == 'y'\nb 1\nc 1",
		    .requires = "a[all]" },
		  OK,
		  "a[all,x,y] 1, b 1, c 1" },
		{ "extras that ask for each other",
		  { .index = "a 1 extras=x,y : a[y]; extra == 'x' | a[x]; extra == 'y'", .requires = "a[x]" },
		  OK,
		  "a[x,y] 1" },
		{ "an extra that the project does not have adds nothing", { .index = "a 1", .requires = "a[nosuch]" }, OK, "a[nosuch] 1" },
		{ "the extra's clash moves the project to an older version",
		  { .index = "a 1 extras=x : b<2; extra == 'x'\na 2 extras=x : b>=2; extra == 'x'\nb 1\nb 2\nc 1 : b<2",
		    .requires = "c | a[x]" },
		  OK,
		  "a[x] 1, b 1, c 1" },
		{ "a missing project of an extra that is asked for later",
		  { .index = "a 1 extras=x\na 2 extras=x : nosuch; extra == 'x'\nc 1 : a[x]", .requires = "a | c" },
		  OK,
		  "a[x] 1, c 1" },
		{ "a direct URL of an extra that is asked for later",
		  { .index = "a 1 extras=x\na 2 extras=x : b @ https://x.test/b.whl ; extra == 'x'\nc 1 : a[x]", .requires = "a | c" },
		  OK,
		  "a[x] 1, c 1" },
		{ "an extra and a condition together",
		  { .index = "a 1 extras=x : b; extra == 'x' and os_name == 'nt' | c; extra == 'x' and os_name == 'posix'\nc 1",
		    .requires = "a[x]" },
		  OK,
		  "a[x] 1, c 1" },
		{ "a marker without meaning is not taken for false",
		  { .index = "a 1\na 2 : b; 'x' == 'x'\nb 1", .requires = "a" },
		  OK,
		  "a 1" },
		{ "a marker without meaning in the project itself",
		  { .index = "a 1", .requires = "a; extras == 'x'" },
		  ERR_RESOLVE,
		  "build requirements of X: 'a; extras == 'x''" },
	};
	CHECK_ROWS(rows);
}

static void conflicts_are_worked_around(void)
{
	static const struct row rows[] = {
		{ "the requirement that comes later decides, as in pip",
		  { .index = "a 1\na 2\nb 1 : a<2\nb 0.9", .requires = "a | b" },
		  OK,
		  "a 1, b 1" },
		{ "an older parent when its dependency is held",
		  { .index = "a 1 : c\na 2 : c>=2\nc 1\nc 2", .requires = "a | c<2" },
		  OK,
		  "a 1, c 1" },
		{ "a chain is followed back over choices that have no part in it",
		  { .index = "a 1\na 2 : z<2\nb 1\nb 2\nc 1\nc 2\nd 1 : z>=2\nz 1\nz 2", .requires = "a | b | c | d" },
		  OK,
		  "a 1, b 2, c 2, d 1, z 2" },
		{ "a missing dependency of the newest version", { .index = "a 1\na 2 : nosuch", .requires = "a" }, OK, "a 1" },
		{ "a dependency by URL excludes the version that has it",
		  { .index = "a 1\na 2 : b @ https://evil.test/b.whl", .requires = "a" },
		  OK,
		  "a 1" },
		{ "a cycle through an older version ends",
		  { .index = "a 2 : b\na 1 : b\nb 2 : a<2\nb 1 : a>=2", .requires = "a" },
		  OK,
		  "a 2, b 1" },
		{ "two that exclude each other",
		  { .index = "a 1 : c<2\nb 1 : c>=2\nc 1\nc 2", .requires = "a | b" },
		  ERR_RESOLVE,
		  "no version of 'c' meets all of this: build requirements of X want 'a', a 1 wants 'c<2'; build requirements of X want "
		  "'b', b 1 wants 'c>=2'" },
		{ "the project against itself",
		  { .index = "a 1\na 2", .requires = "a<2 | a>=2" },
		  ERR_RESOLVE,
		  "no version of 'a' meets all of this: build requirements of X want 'a<2'; build requirements of X want 'a>=2'" },
		{ "every version of one excludes the other",
		  { .index = "a 1 : c<2\na 2 : c<2\na 3 : c<2\nc 1\nc 2", .requires = "c>=2 | a" },
		  ERR_RESOLVE,
		  "a 3 wants 'c<2'" },
	};
	CHECK_ROWS(rows);
}

static void files_are_chosen_by_what_they_are(void)
{
	static const struct row rows[] = {
		{ "a yanked version is not chosen", { .index = "a 1\na 2 yanked", .requires = "a" }, OK, "a 1" },
		{ "not even by ==", { .index = "a 1\na 2 yanked", .requires = "a==2" }, ERR_RESOLVE, "a 2 was yanked (it broke)" },
		{ "a constraint with == but without a hash does not bring it back",
		  { .index = "a 2 yanked", .requires = "a", .constraints = "a==2" },
		  ERR_RESOLVE,
		  "a 2 was yanked" },
		{ "a constraint with == and a hash does",
		  { .index = "a 1\na 2 yanked", .requires = "a", .constraints = "a==2 --hash=sha256:{a-2-py3-none-any.whl}" },
		  OK,
		  "a 2" },
		{ "an sdist alone is not enough", { .index = "a 1\na 2 sdist", .requires = "a" }, OK, "a 1" },
		{ "only an sdist",
		  { .index = "a 1 sdist", .requires = "a" },
		  ERR_RESOLVE,
		  "build requirements of X want 'a'; a 1 has only an sdist" },
		{ "a wheel for another Python is passed over",
		  { .index = "a 1\na 2 tag=cp312-cp312-manylinux_2_17_x86_64", .requires = "a" },
		  OK,
		  "a 1" },
		{ "no wheel for this Python",
		  { .index = "a 1 sdist\na 2 tag=cp312-cp312-win_amd64\na 2 tag=cp311-cp311-macosx_11_0_arm64", .requires = "a" },
		  ERR_RESOLVE,
		  "a 2 is the newest with a wheel, but for cp311-cp311-macosx_11_0_arm64, cp312-cp312-win_amd64; this is cpython 3.11.7 "
		  "(cp311-cp311-manylinux_2_36_x86_64)" },
		{ "a file without a digest is passed over", { .index = "a 1\na 2 nohash", .requires = "a" }, OK, "a 1" },
		{ "when that is all there is, it is about the hash",
		  { .index = "a 2 nohash", .requires = "a" },
		  ERR_HASH,
		  "build requirements of X want 'a'; the index gives no sha256 for 'a-2-py3-none-any.whl'" },
		{ "a yanked file without a digest is about the yank",
		  { .index = "a 2 nohash yanked", .requires = "a" },
		  ERR_RESOLVE,
		  "was yanked" },
		{ "Requires-Python of the file", { .index = "a 1 py=>=3.8\na 2 py=>=3.12", .requires = "a" }, OK, "a 1" },
		{ "Requires-Python excludes all",
		  { .index = "a 1 py=>=3.13\na 2 py=>=3.12,<4", .requires = "a" },
		  ERR_RESOLVE,
		  "a 2 needs Python '>=3.12,<4', and this is cpython 3.11.7" },
		{ "an unreadable Requires-Python is not eligible", { .index = "a 1\na 2 py=>=3.x", .requires = "a" }, OK, "a 1" },
		{ "and is named", { .index = "a 2 py=>=3.x", .requires = "a" }, ERR_RESOLVE, "Requires-Python '>=3.x'" },
		{ "Requires-Python of the metadata counts too", { .index = "a 1\na 2 metapy=>=3.12", .requires = "a" }, OK, "a 1" },
		{ "and is named",
		  { .index = "a 2 metapy=>=3.12", .requires = "a" },
		  ERR_RESOLVE,
		  "a 2 cannot be used: it needs Python '>=3.12', and this is 3.11.7" },
		{ "metadata of another project", { .index = "a 1\na 2 metaname=b", .requires = "a" }, OK, "a 1" },
		{ "metadata of another version", { .index = "a 2 metaversion=3", .requires = "a" }, ERR_RESOLVE, "says version 3" },
		{ "metadata that cannot be read", { .index = "a 1\na 2 : b[", .requires = "a" }, OK, "a 1" },
		{ "metadata that cannot be fetched ends it",
		  { .index = "a 1\na 2 fetchfails", .requires = "a" },
		  ERR_NETWORK,
		  "no route" },
	};
	CHECK_ROWS(rows);
}

static void the_best_file_of_a_version_is_chosen(void)
{
	static const struct {
		const char *name, *index, *want;
	} rows[] = {
		{ "the interpreter's first tag",
		  "a 1\na 1 tag=cp311-cp311-manylinux_2_17_x86_64\na 1 tag=cp311-abi3-manylinux_2_17_x86_64",
		  "a-1-cp311-cp311-manylinux_2_17_x86_64.whl" },
		{ "the best of a compressed set", "a 1 tag=cp311-cp311-linux_x86_64\na 1 tag=cp310.cp311-cp311-manylinux_2_36_x86_64",
		  "a-1-cp310.cp311-cp311-manylinux_2_36_x86_64.whl" },
		{ "the later build", "a 1\na 1 build=2\na 1 build=10\na 1 build=9", "a-1-10-py3-none-any.whl" },
		{ "the tag before the build", "a 1 build=7\na 1 tag=py311-none-any", "a-1-py311-none-any.whl" },
		{ "another file of the version when the best has no digest", "a 1 tag=py311-none-any nohash\na 1",
		  "a-1-py3-none-any.whl" },
		{ "another file of the version when the best is yanked", "a 1 build=3 yanked\na 1", "a-1-py3-none-any.whl" },
		{ "equal versions in two spellings are one", "a 1.0 tag=py3-none-any\na 1.0.0 tag=py311-none-any",
		  "a-1.0.0-py311-none-any.whl" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct answer got = table_ask(&(struct question){ .index = rows[i].index, .requires = "a" }, &a);
		CHECK_ROW(got.status == OK && got.result.n_pins == 1, rows[i].name);
		CHECK_BYTES(got.result.pins[0].file.filename, bytes_of(rows[i].want));
	}
}

static void equal_files_are_told_apart_by_their_digest(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	/* "py2.py3" and "py3" have the same rank here; whichever has the smaller digest wins, in either order of the page. */
	static const char *const orders[] = { "a 1 tag=py2.py3-none-any\na 1", "a 1\na 1 tag=py2.py3-none-any" };
	struct sha256 x = sha256_of(BYTES("a-1-py2.py3-none-any.whl")), y = sha256_of(BYTES("a-1-py3-none-any.whl"));
	const struct sha256 *smaller = memcmp(x.bytes, y.bytes, SHA256_SIZE) < 0 ? &x : &y;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct answer got = table_ask(&(struct question){ .index = orders[i], .requires = "a" }, &a);
		CHECK(got.status == OK && sha256_equal(&got.result.pins[0].file.digest, smaller));
	}
}

static void prereleases_are_the_last_resort(void)
{
	static const struct row rows[] = {
		{ "not by default", { .index = "a 1.0\na 2.0rc1", .requires = "a" }, OK, "a 1.0" },
		{ "a dev release is one too", { .index = "a 1.0\na 2.0.dev1", .requires = "a" }, OK, "a 1.0" },
		{ "when allowed", { .index = "a 1.0\na 2.0rc1", .requires = "a", .prereleases = true }, OK, "a 2.0rc1" },
		{ "when the requirement names one", { .index = "a 1.0\na 2.0rc1", .requires = "a>=1.0a1" }, OK, "a 2.0rc1" },
		{ "!= does not name one", { .index = "a 1.0\na 2.0rc2", .requires = "a!=2.0rc1" }, OK, "a 1.0" },
		{ "when there is nothing else", { .index = "a 1.0b1\na 1.0b2", .requires = "a" }, OK, "a 1.0b2" },
		{ "when nothing else meets the requirement", { .index = "a 1.0\na 2.0b1", .requires = "a>=1.5" }, OK, "a 2.0b1" },
		{ "a final that cannot be used here is nothing else",
		  { .index = "a 1.0 py=>=3.12\na 2.0b1", .requires = "a" },
		  OK,
		  "a 2.0b1" },
		{ "named by a dependency, after the choice was made",
		  { .index = "a 1.0\na 2.0rc1\nb 1 : a>=2.0rc1", .requires = "a | b" },
		  OK,
		  "a 2.0rc1, b 1" },
		{ "an earlier choice is changed for one that names a pre-release",
		  { .index = "a 1.0\na 2.0rc1\na 3.0\nb 2\nb 1 : a>=2.0rc1\nc 1 : a>1.0\nd 1 : a<3.0", .requires = "b | c | d" },
		  OK,
		  "a 2.0rc1, b 1, c 1, d 1" },
		{ "named by a constraint", { .index = "a 1.0\na 2.0rc1", .requires = "a", .constraints = "a<=2.0rc1" }, OK, "a 2.0rc1" },
		{ "two requirements that only a pre-release meets",
		  { .index = "a 1.0\na 2.0\na 1.5rc1", .requires = "a>1.0 | a<2.0" },
		  ERR_RESOLVE,
		  "no version of 'a' meets all of this" },
	};
	CHECK_ROWS(rows);
}

static void constraints_narrow(void)
{
	static const struct row rows[] = {
		{ "a specifier", { .index = "a 1\na 2", .requires = "a", .constraints = "a<2" }, OK, "a 1" },
		{ "a project that nobody wants is not added", { .index = "a 1\nb 1", .requires = "a", .constraints = "b==1" }, OK, "a 1" },
		{ "a dependency", { .index = "a 1 : b\nb 1\nb 2", .requires = "a", .constraints = "B < 2" }, OK, "a 1, b 1" },
		{ "a constraint for another system",
		  { .index = "a 1\na 2", .requires = "a", .constraints = "a<2; os_name=='nt'" },
		  OK,
		  "a 2" },
		{ "two constraints for one project",
		  { .index = "a 1\na 2\na 3", .requires = "a", .constraints = "a<3\na!=2" },
		  OK,
		  "a 1" },
		{ "a hash picks the file",
		  { .index = "a 1\na 1 tag=py311-none-any", .requires = "a", .constraints = "a --hash=sha256:{a-1-py3-none-any.whl}" },
		  OK,
		  "a 1" },
		{ "no file with the hash",
		  { .index = "a 1", .requires = "a", .constraints = "\n\na==1 --hash=sha256:{other}" },
		  ERR_HASH,
		  "build requirements of X want 'a'; 'a-1-py3-none-any.whl' has the sha256 " },
		{ "it is said whose hashes those are",
		  { .index = "a 1", .requires = "a", .constraints = "\n\na==1 --hash=sha256:{other}" },
		  ERR_HASH,
		  "which is not among those of constraints.txt line 3" },
		{ "nothing within the constraint",
		  { .index = "a 1", .requires = "a", .constraints = "a>1" },
		  ERR_RESOLVE,
		  "constraints.txt line 1 allows only 'a>1'" },
	};
	CHECK_ROWS(rows);
}

static void a_hash_of_a_constraint_is_named_as_the_source(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct answer got = table_ask(&(struct question){ .index = "a 1\na 1 tag=py311-none-any\nb 1\nc 1 local",
							  .requires = "a | b | c",
							  .constraints = "a==1 --hash=sha256:{a-1-py3-none-any.whl}\nb==1" },
				      &a);
	CHECK(got.status == OK && got.result.n_pins == 3);
	CHECK_BYTES(got.result.pins[0].file.filename, BYTES("a-1-py3-none-any.whl"));
	CHECK(strcmp(got.result.pins[0].hash_source, "constraint") == 0);
	CHECK(strcmp(got.result.pins[1].hash_source, "index") == 0);
	CHECK(strcmp(got.result.pins[2].hash_source, "local") == 0);
}

static void earlier_pins_are_kept(void)
{
	static const struct row rows[] = {
		{ "not upgraded", { .index = "a 1\na 2", .requires = "a", .preferred = "a-1-py3-none-any.whl" }, OK, "a 1" },
		{ "upgraded when that is needed",
		  { .index = "a 1\na 2", .requires = "a>1", .preferred = "a-1-py3-none-any.whl" },
		  OK,
		  "a 2" },
		{ "never downgraded",
		  { .index = "a 1\na 2", .requires = "a<2", .preferred = "a-2-py3-none-any.whl" },
		  ERR_RESOLVE,
		  "a 1 is older than a 2, which this build already uses" },
		{ "the very file, not a better one of the version",
		  { .index = "a 1\na 1 tag=py311-none-any", .requires = "a", .preferred = "a-1-py3-none-any.whl" },
		  OK,
		  "a 1" },
		{ "an older parent rather than a downgrade",
		  { .index = "a 1\na 2\nb 2 : a<2\nb 1", .requires = "a | b", .preferred = "a-2-py3-none-any.whl" },
		  OK,
		  "a 2, b 1" },
		{ "a pre-release stays",
		  { .index = "a 1\na 2rc1\na 3rc1", .requires = "a", .preferred = "a-2rc1-py3-none-any.whl" },
		  OK,
		  "a 2rc1" },
		{ "a pin that nobody wants any more goes",
		  { .index = "a 1\nb 1", .requires = "a", .preferred = "b-1-py3-none-any.whl" },
		  OK,
		  "a 1" },
		{ "a constraint wins over a pin",
		  { .index = "a 1\na 2", .requires = "a", .preferred = "a-1-py3-none-any.whl", .constraints = "a==2" },
		  OK,
		  "a 2" },
	};
	CHECK_ROWS(rows);
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct answer got = table_ask(&rows[3].q, &a);
	CHECK_BYTES(got.result.pins[0].file.filename, BYTES("a-1-py3-none-any.whl"));
	CHECK(strcmp(got.result.pins[0].hash_source, "lock") == 0);
}

static void the_cutoff_is_kept(void)
{
	static const struct row rows[] = {
		{ "what came later is not there",
		  { .index = "a 1 time=100\na 2 time=300", .requires = "a", .exclude_newer = 200 },
		  OK,
		  "a 1" },
		{ "the second itself counts",
		  { .index = "a 1 time=100\na 2 time=200", .requires = "a", .exclude_newer = 200 },
		  OK,
		  "a 2" },
		{ "without a time it is not eligible",
		  { .index = "a 1 time=100\na 2", .requires = "a", .exclude_newer = 200 },
		  OK,
		  "a 1" },
		{ "local files are exempt", { .index = "a 1 time=100\na 2 local", .requires = "a", .exclude_newer = 200 }, OK, "a 2" },
		{ "it is said",
		  { .index = "a 2 time=300", .requires = "a", .exclude_newer = 200 },
		  ERR_RESOLVE,
		  "a 2 was uploaded 300, after the cutoff of 1970-01-01T00:03:20Z" },
		{ "so is the lack of a time",
		  { .index = "a 2", .requires = "a", .exclude_newer = 200 },
		  ERR_RESOLVE,
		  "does not say when 'a-2-py3-none-any.whl' was uploaded" },
		{ "without a cutoff times do not matter", { .index = "a 1 time=100\na 2", .requires = "a" }, OK, "a 2" },
	};
	CHECK_ROWS(rows);
}

static void the_cool_down_is_kept(void)
{
	static const struct row rows[] = {
		{ "what came just now is not there",
		  { .index = "a 1 age=700000\na 2 age=600000", .requires = "a", .min_age = 604800 },
		  OK,
		  "a 1" },
		{ "what is exactly as old counts",
		  { .index = "a 1 age=700000\na 2 age=604800", .requires = "a", .min_age = 604800 },
		  OK,
		  "a 2" },
		{ "without a time it is not eligible", { .index = "a 1 age=700000\na 2", .requires = "a", .min_age = 604800 }, OK, "a 1" },
		{ "local files are exempt", { .index = "a 1 age=700000\na 2 local", .requires = "a", .min_age = 604800 }, OK, "a 2" },
		{ "an exempt project is",
		  { .index = "a 1 age=5\na 2 : b\nb 1 age=700000\nb 2 age=5", .requires = "a", .min_age = 604800, .exempt = "x | a" },
		  OK,
		  "a 2, b 1" },
		{ "it is said in days",
		  { .index = "a 2 age=270000", .requires = "a", .min_age = 604800 },
		  ERR_RESOLVE,
		  "a 2 was uploaded 3 days ago, within the cool-down of 7 days (min-age)" },
		{ "and in hours",
		  { .index = "a 2 age=4000", .requires = "a", .min_age = 43200 },
		  ERR_RESOLVE,
		  "a 2 was uploaded 1 hour ago, within the cool-down of 12 hours (min-age)" },
		{ "the future is young",
		  { .index = "a 2 age=-90000", .requires = "a", .min_age = 3600 },
		  ERR_RESOLVE,
		  "a 2 was uploaded some time, which is in the future, within the cool-down of 1 hour" },
		{ "so is the lack of a time",
		  { .index = "a 2", .requires = "a", .min_age = 3600 },
		  ERR_RESOLVE,
		  "does not say when 'a-2-py3-none-any.whl' was uploaded, and there is a cool-down (min-age)" },
		{ "of cutoff and cool-down the stricter counts",
		  { .index = "a 1 age=700000\na 2 age=5", .requires = "a", .min_age = 604800, .exclude_newer = INT64_MAX - 1 },
		  OK,
		  "a 1" },
		{ "in both orders",
		  { .index = "a 1 time=100\na 2 age=700000", .requires = "a", .min_age = 604800, .exclude_newer = 200 },
		  OK,
		  "a 1" },
		{ "a hash of the operator's does not make it older",
		  { .index = "a 1 age=5", .requires = "a", .min_age = 3600, .constraints = "a==1 --hash=sha256:{a-1-py3-none-any.whl}" },
		  ERR_RESOLVE,
		  "within the cool-down" },
	};
	CHECK_ROWS(rows);
}

static void failures_name_the_chain(void)
{
	static const struct row rows[] = {
		{ "no such project",
		  { .index = "a 1", .requires = "nosuch>=1" },
		  ERR_RESOLVE,
		  "build requirements of X want 'nosuch>=1'; there is no project 'nosuch' in the index" },
		{ "no such project, three deep",
		  { .index = "a 2 : b<2\nb 1.9 : nosuch ~= 1.0", .requires = "a>=1" },
		  ERR_RESOLVE,
		  "build requirements of X want 'a>=1', a 2 wants 'b<2', b 1.9 wants 'nosuch ~= 1.0'; there is no project 'nosuch'" },
		{ "through an extra",
		  { .index = "a 2 extras=x : nosuch; extra == 'x'", .requires = "a[x]" },
		  ERR_RESOLVE,
		  "build requirements of X want 'a[x]', a[x] 2 wants 'nosuch; extra == 'x''; there is no project" },
		{ "no version matches",
		  { .index = "a 1\na 2", .requires = "a>=9" },
		  ERR_RESOLVE,
		  "build requirements of X want 'a>=9'; no version of 'a' matches; the newest is 2" },
		{ "the words of the newest version that was tried",
		  { .index = "a 1 : old\na 2 : new", .requires = "a" },
		  ERR_RESOLVE,
		  "a 2 wants 'new'; there is no project 'new'" },
		{ "a direct URL",
		  { .index = "a 1", .requires = "a | b @ https://x.test/b.whl" },
		  ERR_RESOLVE,
		  "build requirements of X want 'b @ https://x.test/b.whl': a direct URL is refused unless index.allow-urls has its host" },
		{ "a direct URL of a dependency",
		  { .index = "a 1 : b @ https://x.test/b.whl", .requires = "a" },
		  ERR_RESOLVE,
		  "build requirements of X want 'a', a 1 wants 'b @ https://x.test/b.whl': a direct URL is refused: only the project itself" },
		{ "a direct URL for another system is not met",
		  { .index = "a 1", .requires = "a | b @ https://x.test/b.whl ; os_name=='nt'" },
		  OK,
		  "a 1" },
		{ "what is no requirement", { .index = "a 1", .requires = "a >>1" }, ERR_RESOLVE, "build requirements of X: 'a >>1'" },
		{ "too many packages",
		  { .index = "a 1 : b\nb 1 : c\nc 1", .requires = "a", .packages = 2 },
		  ERR_LIMIT,
		  "more than 2 packages are needed: build requirements of X want 'a', a 1 wants 'b', b 1 wants 'c'" },
		{ "just as many packages", { .index = "a 1 : b\nb 1 : c\nc 1", .requires = "a", .packages = 3 }, OK, "a 1, b 1, c 1" },
		{ "too many metadata files",
		  { .index = "a 1 : b\nb 1 : c\nc 1", .requires = "a", .reads = 2 },
		  ERR_LIMIT,
		  "more than 2 metadata files would be read: build requirements of X want 'a', a 1 wants 'b', b 1 wants 'c'" },
		{ "just as many metadata files", { .index = "a 1 : b\nb 1 : c\nc 1", .requires = "a", .reads = 3 }, OK, "a 1, b 1, c 1" },
	};
	CHECK_ROWS(rows);
}

#define B_URL "https://files.test/w/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}"
#define ALLOWED "https://x.test/ | https://files.test/w/"

static const struct row refused_urls[] = {
	{ "without a sha256",
	  { .index = "b 1", .requires = "b @ https://x.test/b-1-py3-none-any.whl", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "needs the sha256" },
	{ "with half of one",
	  { .index = "b 1", .requires = "b @ https://x.test/b-1-py3-none-any.whl#sha256=00", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "needs the sha256" },
	{ "with another hash",
	  { .index = "b 1", .requires = "b @ https://x.test/b-1-py3-none-any.whl#md5=00", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "needs the sha256" },
	{ "another path of the host",
	  { .index = "b 1",
	    .requires = "b @ https://files.test/v/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}",
	    .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "index.allow-urls" },
	{ "a way out of the path",
	  { .index = "b 1",
	    .requires = "b @ https://files.test/w/../v/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}",
	    .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "index.allow-urls" },
	{ "a host that begins like it",
	  { .index = "b 1", .requires = "b @ https://x.test.evil/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "index.allow-urls" },
	{ "another port",
	  { .index = "b 1", .requires = "b @ https://x.test:444/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "index.allow-urls" },
	{ "without TLS",
	  { .index = "b 1", .requires = "b @ http://x.test/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "index.allow-urls" },
	{ "somebody's name in it",
	  { .index = "b 1", .requires = "b @ https://u@x.test/b-1-py3-none-any.whl#sha256={b-1-py3-none-any.whl}", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "user name" },
	{ "an sdist",
	  { .index = "b 1", .requires = "b @ https://x.test/b-1.tar.gz#sha256={b-1-py3-none-any.whl}", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "not that of a wheel" },
	{ "another project's wheel",
	  { .index = "b 1", .requires = "a @ " B_URL, .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "that of a wheel of 'b'" },
	{ "a wheel for another system",
	  { .index = "b 1 tag=cp27-cp27m-win32",
	    .requires = "b @ https://x.test/b-1-cp27-cp27m-win32.whl#sha256={b-1-cp27-cp27m-win32.whl}",
	    .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "but for cp27" },
	{ "a repository",
	  { .index = "b 1", .requires = "b @ git+https://x.test/b@0123456789012345678901234567890123456789", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "a repository is always refused" },
	{ "a file of this machine",
	  { .index = "b 1", .requires = "b @ file:///etc/b-1-py3-none-any.whl", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "file of this machine" },
	{ "what a dependency names",
	  { .index = "a 1 : b @ https://x.test/b-1-py3-none-any.whl\nb 1", .requires = "a", .allowed = ALLOWED },
	  ERR_RESOLVE,
	  "only the project itself" },
	{ "a cool-down, for nobody says when it came",
	  { .index = "b 1", .requires = "b @ " B_URL, .allowed = ALLOWED, .min_age = 5 },
	  ERR_RESOLVE,
	  "does not say when" },
	{ "a constraint that it does not meet",
	  { .index = "b 1", .requires = "b @ " B_URL, .allowed = ALLOWED, .constraints = "b>=2" },
	  ERR_RESOLVE,
	  "constraints.txt line 1 allows only 'b>=2'" },
};

static void direct_urls_are_the_operators_to_allow(void)
{
	static const struct row rows[] = {
		{ "what is allowed is the only file of its name",
		  { .index = "a 1\nb 1\nb 2", .requires = "a | b @ " B_URL, .allowed = ALLOWED },
		  OK,
		  "a 1, b 1" },
		{ "whoever else wants it gets it",
		  { .index = "a 1 : b\nb 1\nb 2", .requires = "a | b @ " B_URL, .allowed = ALLOWED },
		  OK,
		  "a 1, b 1" },
		{ "or nothing",
		  { .index = "a 1 : b>=2\nb 1\nb 2", .requires = "a | b @ " B_URL, .allowed = ALLOWED },
		  ERR_RESOLVE,
		  "b>=2" },
		{ "what it wants is found", { .index = "b 1 : c\nc 1", .requires = "b @ " B_URL, .allowed = ALLOWED }, OK, "b 1, c 1" },
		{ "extras are",
		  { .index = "b 1 extras=x : c; extra == 'x'\nc 1", .requires = "b[x] @ " B_URL, .allowed = ALLOWED },
		  OK,
		  "b[x] 1, c 1" },
		{ "the same one twice is one",
		  { .index = "b 1", .requires = "b @ " B_URL " | b @ " B_URL, .allowed = ALLOWED },
		  OK,
		  "b 1" },
		{ "two of one name are none",
		  { .index = "b 1\nb 2",
		    .requires = "b @ " B_URL " | b @ https://x.test/b-2-py3-none-any.whl#sha256={b-2-py3-none-any.whl}",
		    .allowed = ALLOWED },
		  ERR_RESOLVE,
		  "another URL for the same name is 'b @ https://files.test/w/b-1-" },
	};
	CHECK_ROWS(rows);
	CHECK_ROWS(refused_urls);
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, "b 1", &a);
	struct answer got = table_ask_of(&(struct question){ .requires = "b @ " B_URL, .allowed = ALLOWED }, &t, &a);
	CHECK(got.status == OK && t.n_pages == 0 && t.n_prefetched == 0); /* nobody hears the name */
	CHECK(strcmp(got.result.pins[0].hash_source, "url") == 0);
	CHECK_BYTES(got.result.pins[0].file.url, BYTES("https://files.test/w/b-1-py3-none-any.whl"));
	CHECK_BYTES(got.result.pins[0].file.index, BYTES("https://files.test/w/"));
	got = table_ask_of(&(struct question){ .requires = "b @ git+https://x.test/b" }, &t, &a);
	CHECK(got.diag.rule && strcmp(got.diag.rule, "D03") == 0);
}

static void the_source_can_fail(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, "a 1 : b\na 2 : b\nb 1", &a);
	t.broken = "b";
	struct answer got = table_ask_of(&(struct question){ .requires = "a" }, &t, &a);
	CHECK(got.status == ERR_NETWORK);
	CHECK_BYTES(bytes_of(got.pins), BYTES("build requirements of X want 'a', a 2 wants 'b': fetch the page: no route"));
	t.broken = NULL;
	t.quarantined = "b";
	got = table_ask_of(&(struct question){ .requires = "a" }, &t, &a);
	CHECK(got.status == ERR_RESOLVE && strstr(got.pins, "under quarantine"));
}

static void a_run_can_be_interrupted_and_runs_out_of_time(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	struct limits limits;
	struct lock_result result;
	struct diag d = { 0 };
	volatile sig_atomic_t cancelled = 2;
	arena_init(&a);
	table_init(&t, "a 1", &a);
	limits_init(&limits);
	struct lock_source source = table_source(&t);
	struct lock_request request = table_request(&(struct question){ .requires = "a" }, &t, &a);
	struct run_context run = { .id = "test", .limits = &limits, .cancelled = &cancelled };
	CHECK(lock_run_over(&run, &request, &source, &a, &result, &d) == ERR_CANCELLED);
	cancelled = 0;
	CHECK(lock_run_over(&run, &request, &source, &a, &result, &d) == OK);
	limits.resolve_ms = 1;
	t.delay_us = 5000;
	CHECK(lock_run_over(&run, &request, &source, &a, &result, &d) == ERR_LIMIT);
	CHECK_BYTES(bytes_of(d.text), BYTES("the resolution took more than 1 ms: build requirements of X want 'a'"));
}

static void pages_are_asked_for_ahead_and_once(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, "a 1 : c | d\nb 1 : c\nc 1\nd 1", &a);
	struct answer got = table_ask_of(&(struct question){ .requires = "a | b" }, &t, &a);
	CHECK(got.status == OK);
	CHECK_NUMBER(t.n_pages, 4);
	CHECK_NUMBER(t.n_prefetched, 4);
	CHECK_NUMBER(t.n_metadata, 4);
	CHECK_NUMBER(got.result.n_metadata_reads, 4);
	CHECK_NUMBER(got.result.n_backtracks, 0);
}

/* 12 projects of 8 versions each that have nothing to do with a dead end between the first and the last: trying all of them
 * would take 8^12 steps. */
static void choices_without_a_part_in_it_are_jumped_over(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf index, requires;
	arena_init(&a);
	buf_init(&index, 1 << 20);
	buf_init(&requires, 1 << 20);
	buf_add_string(&index, "first 1\nfirst 2 : end<2\nlast 1 : middle\nmiddle 1 : end>=2\nend 1\nend 2\n");
	buf_add_string(&requires, "first");
	for (int i = 0; i < 12; i++) {
		for (int v = 0; v < 8; v++)
			buf_printf(&index, "p%d %d\n", i, v);
		buf_printf(&requires, " | p%d", i);
	}
	buf_add_string(&requires, " | last");
	struct answer got = table_ask(&(struct question){ .index = buf_string(&index), .requires = buf_string(&requires) }, &a);
	CHECK(got.status == OK && strstr(got.pins, "first 1") && strstr(got.pins, "p11 7"));
	CHECK(got.result.n_backtracks < 20 && got.result.n_metadata_reads < 100);
}

static const struct test tests[] = {
	{ "the best versions are chosen", the_best_versions_are_chosen },
	{ "markers and extras are followed", markers_and_extras_are_followed },
	{ "conflicts are worked around", conflicts_are_worked_around },
	{ "files are chosen by what they are", files_are_chosen_by_what_they_are },
	{ "the best file of a version is chosen", the_best_file_of_a_version_is_chosen },
	{ "equal files are told apart by their digest", equal_files_are_told_apart_by_their_digest },
	{ "pre-releases are the last resort", prereleases_are_the_last_resort },
	{ "constraints narrow", constraints_narrow },
	{ "a hash of a constraint is named as the source", a_hash_of_a_constraint_is_named_as_the_source },
	{ "earlier pins are kept", earlier_pins_are_kept },
	{ "the cutoff is kept", the_cutoff_is_kept },
	{ "direct URLs are the operator's to allow, and nobody else's to name", direct_urls_are_the_operators_to_allow },
	{ "files younger than the cool-down are not taken", the_cool_down_is_kept },
	{ "failures name the chain", failures_name_the_chain },
	{ "the source can fail", the_source_can_fail },
	{ "a run can be interrupted and runs out of time", a_run_can_be_interrupted_and_runs_out_of_time },
	{ "pages are asked for ahead and once", pages_are_asked_for_ahead_and_once },
	{ "choices without a part in it are jumped over", choices_without_a_part_in_it_are_jumped_over },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
