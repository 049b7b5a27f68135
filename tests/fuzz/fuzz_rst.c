/* A verdict for anything: with a reason and a line of the text unless it renders, and the same one twice. Needs format, base. */
#include "format/rst.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes text = bytes_make(data, size);
	struct diag d = { 0 };
	arena_init(&a);
	enum rst_verdict verdict = rst_check(text, &a, &d);
	expect(verdict == RST_RENDERS || verdict == RST_FAILS || verdict == RST_UNKNOWN);
	expect((verdict == RST_RENDERS) == (d.text[0] == '\0'));
	expect(d.line <= size + 1);
	expect(rst_check(text, &a, NULL) == verdict);
	return 0;
}
