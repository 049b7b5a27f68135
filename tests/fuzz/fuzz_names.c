/* A question to the name server of the inside, from a stranger's program. Needs sandbox, base. */
#include "sandbox/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[NAMES_TEXT_MAX];
	size_t used = 0;
	if (size > NAMES_PACKET_MAX)
		return 0;
	memset(name, 'x', sizeof name);
	if (!names_read(bytes_make(data, size), name, &used))
		return 0;
	expect(used <= size && used >= 12 + 2 + 5);
	const char *end = memchr(name, '\0', sizeof name);
	expect(end && end > name);
	/* What was read is exactly the labels between header and type. */
	expect((size_t)(end - name) == used - 12 - 4 - 2);
	return 0;
}
