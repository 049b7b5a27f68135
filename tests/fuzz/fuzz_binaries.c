/* Any file under tags of each kind: findings have an id of the table and words, and nothing else happens. Needs wheel, format, base. */
#include "check/binaries.h"
#include "check/pyc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void take(void *context, const char *id, struct bytes path, const char *sentence)
{
	size_t *n = context;
	expect((id[0] == 'B' || id[0] == 'S') && path.size && sentence[0] != '\0');
	(*n)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *name;
		struct bytes path;
	} cases[] = { { "a-1-cp38-abi3-manylinux_2_17_x86_64.whl", LIT("a/m.abi3.so") },
		      { "a-1-cp311-cp311-musllinux_1_2_aarch64.whl", LIT("a-1.data/platlib/m.cpython-311-x.so") },
		      { "a-1-py3-none-any.whl", LIT("a-1.data/scripts/m") },
		      { "a-1-cp311-cp311-win_amd64.macosx_11_0_universal2.whl", LIT("m.pyd") } };
	struct bytes content = bytes_make(data, size);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(arena_done) struct arena a;
		struct wheel_name name;
		size_t n = 0;
		arena_init(&a);
		expect(wheel_name_parse(bytes_of(cases[i].name), &a, &name, NULL) == OK);
		struct binaries_request request = { .name = &name, .data_folder = BYTES("a-1.data") };
		struct binaries *b = binaries_new(&request, take, &n, &a);
		binaries_member(b, cases[i].path, content);
		binaries_finish(b);
		n = 0;
		struct pyc_check *p = pyc_new(&name, take, &n, &a);
		pyc_member(p, BYTES("__pycache__/m.cpython-311.pyc"), content);
		if (size % 2)
			pyc_source(p, BYTES("m.py"), content);
		pyc_finish(p);
		expect(n == 1);
	}
	return 0;
}
