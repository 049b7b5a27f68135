/* SPDX expressions: refused with words, or right; and what is right is so in any case and with blanks around it. */
#include "base/arena.h"
#include "format/spdx_expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	arena_init(&a);
	enum status s = spdx_expression_check(bytes_make(data, size), &d);
	if (s && !d.text[0])
		__builtin_trap();
	unsigned char *other = arena_alloc(&a, size + 2, 1);
	other[0] = other[size + 1] = ' ';
	for (size_t i = 0; i < size; i++)
		other[i + 1] = byte_is_lower(data[i]) ? (unsigned char)(data[i] - 32) : byte_lower(data[i]);
	if (size < SPDX_EXPRESSION_SIZE_MAX - 2 && spdx_expression_check(bytes_make(other, size + 2), NULL) != s)
		__builtin_trap();
	return 0;
}
