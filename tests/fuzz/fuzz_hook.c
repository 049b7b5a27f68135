/* Target: hook_answer_parse, the answers of a stranger's backend. What parses must keep the promises of its header. */
#include <stdint.h>

#include "build/hook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct hook_answer answer;
	struct diag d = { 0 };
	arena_init(&a);
	if (hook_answer_parse(bytes_make(data, size), &a, &answer, &d) != OK)
		return 0;
	for (size_t i = 0; i < answer.n_strings; i++)
		if (answer.kind != HOOK_ERROR && !bytes_is_utf8(answer.strings[i]))
			__builtin_trap();
	if (answer.kind == HOOK_NAME && answer.n_strings != 1)
		__builtin_trap();
	return 0;
}
