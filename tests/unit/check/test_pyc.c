/* check/pyc.h: headers of compiled modules, right and wrong; the hashes are CPython's own answers. */
#include "check/pyc.h"
#include "harness.h"

#define SOURCE "x = 1\n"
#define MAGIC_311 "\xa7\x0d\x0d\x0a"
#define MAGIC_310 "\x6f\x0d\x0d\x0a"
/* _imp.source_hash of CPython 3.11; for 3.10, of SipHash-2-4 in Python, which has the answer of the paper. */
#define HASH_311 "\x4c\x03\x72\xaa\x93\xf7\x52\x52"
#define HASH_310 "\xd9\x4a\xad\xe2\x8c\x8c\xbe\xbf"
#define CODE "\xe3 the code"
#define ANY "a-1-py3-none-any.whl"

static void take(void *context, const char *id, struct bytes path, const char *sentence)
{
	CHECK(path.size && sentence[0]);
	buf_printf(context, "%s ", id);
}

static const struct row {
	const char *name, *file, *path;
	struct bytes compiled;
	const char *source_path, *ids;
} rows[] = {
	{ "by hash", ANY, "a/__pycache__/m.cpython-311.pyc", LIT(MAGIC_311 "\3\0\0\0" HASH_311 CODE), "a/m.py", "S19 " },
	{ "by hash, unchecked", ANY, "a/__pycache__/m.cpython-311.opt-1.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE), "a/m.py",
	  "S19 " },
	{ "by hash of an older Python", ANY, "a/__pycache__/m.cpython-310.pyc", LIT(MAGIC_310 "\3\0\0\0" HASH_310 CODE), "a/m.py",
	  "S19 " },
	{ "another source", ANY, "a/__pycache__/m.cpython-311.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_310 CODE), "a/m.py", "S09 " },
	{ "by size", ANY, "a/__pycache__/m.cpython-311.pyc", LIT(MAGIC_311 "\0\0\0\0\1\2\3\4\6\0\0\0" CODE), "a/m.py", "S19 " },
	{ "another size", ANY, "a/__pycache__/m.cpython-311.pyc", LIT(MAGIC_311 "\0\0\0\0\1\2\3\4\7\0\0\0" CODE), "a/m.py", "S09 " },
	{ "beside its source", ANY, "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_310 CODE), "m.py", "S09 " },
	{ "at the root", ANY, "__pycache__/m.cpython-311.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_310 CODE), "m.py", "S09 " },
	{ "without a source", ANY, "a/m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE), "b/m.py", "S19 " },
	{ "named for another Python", ANY, "a/__pycache__/m.cpython-312.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE), "a/m.py",
	  "S09 " },
	{ "a Python that the tags let in", "a-1-cp311-cp311-linux_x86_64.whl", "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE),
	  "m.py", "S19 " },
	{ "a Python that they do not", "a-1-cp312-cp312-linux_x86_64.whl", "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE), "m.py",
	  "S09 " },
	{ "a later one with the stable ABI", "a-1-cp38-abi3-linux_x86_64.whl", "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE),
	  "m.py", "S19 " },
	{ "an earlier one", "a-1-cp312-abi3-linux_x86_64.whl", "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311 CODE), "m.py", "S09 " },
	{ "an unknown magic number", ANY, "m.pyc", LIT("\0\0\x0d\x0a\1\0\0\0" HASH_311 CODE), "m.py", "S19 " },
	{ "flags of nobody", ANY, "m.pyc", LIT(MAGIC_311 "\2\0\0\0" HASH_311 CODE), "m.py", "S09 " },
	{ "more flags of nobody", ANY, "m.pyc", LIT(MAGIC_311 "\5\0\0\0" HASH_311 CODE), "m.py", "S09 " },
	{ "no code", ANY, "m.pyc", LIT(MAGIC_311 "\1\0\0\0" HASH_311), "m.py", "S09 " },
	{ "nothing", ANY, "m.pyc", { NULL, 0 }, "m.py", "S09 " },
};

static void compares_headers(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf ids;
		struct wheel_name name;
		arena_init(&a);
		buf_init(&ids, 1024);
		CHECK_ROW(wheel_name_parse(bytes_of(rows[i].file), &a, &name, NULL) == OK, rows[i].name);
		struct pyc_check *p = pyc_new(&name, take, &ids, &a);
		pyc_member(p, bytes_of(rows[i].path), rows[i].compiled);
		CHECK_ROW(!pyc_wants(p, BYTES("other.py")), rows[i].name);
		if (pyc_wants(p, bytes_of(rows[i].source_path)))
			pyc_source(p, bytes_of(rows[i].source_path), BYTES(SOURCE));
		pyc_finish(p);
		if (strcmp(buf_string(&ids), rows[i].ids) != 0)
			test_fail(__FILE__, __LINE__, "row '%s': got '%s'", rows[i].name, buf_string(&ids));
	}
}

static void hashes_as_cpython_does(void)
{
	unsigned char hash[8], long_source[64];
	for (unsigned i = 0; i < sizeof long_source; i++)
		long_source[i] = (unsigned char)i;
	pyc_source_hash(0x0a0d0da7, BYTES(""), hash);
	CHECK_BYTES(bytes_make(hash, 8), BYTES("\x73\x8d\x9c\xd5\xd5\xe8\x7f\x73"));
	pyc_source_hash(0x0a0d0da7, bytes_make(long_source, sizeof long_source), hash);
	CHECK_BYTES(bytes_make(hash, 8), BYTES("\x21\xc8\x6d\x58\xe2\xc5\x3a\x01"));
}

static void reads_a_source_that_many_claim_once_a_python(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf ids;
	struct wheel_name name;
	arena_init(&a);
	buf_init(&ids, 1 << 16);
	CHECK(wheel_name_parse(BYTES(ANY), &a, &name, NULL) == OK);
	struct pyc_check *p = pyc_new(&name, take, &ids, &a);
	for (unsigned i = 0; i < 40; i++) { /* the magic numbers of 3.11, none of them right */
		unsigned char file[32] = { (unsigned char)(0x7a + i), 0x0d, 0x0d, 0x0a, 1 };
		pyc_member(p, bytes_of(arena_printf(&a, "__pycache__/m.cpython-311.opt-%u.pyc", i)), bytes_make(file, sizeof file));
	}
	pyc_source(p, BYTES("m.py"), BYTES(SOURCE));
	size_t n_wrong = 0, n_left = 0;
	for (struct bytes rest = buf_bytes(&ids), id; (id = bytes_cut(&rest, ' ')).size;) {
		n_wrong += bytes_equal(id, BYTES("S09"));
		n_left += bytes_equal(id, BYTES("S19"));
	}
	CHECK_NUMBER(n_wrong, PYC_HASHES_MAX);
	CHECK_NUMBER(n_left, 40 - PYC_HASHES_MAX);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "headers are compared with sources", compares_headers },
		{ "sources are hashed as CPython does", hashes_as_cpython_does },
		{ "a source that many claim is read once a Python", reads_a_source_that_many_claim_once_a_python },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
