/* A question to the name server of the inside, from a stranger's program. Needs sandbox, base. */
#include "sandbox/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* What was read stands for exactly the labels between header and type: a byte each, or four for what is not of a name. */
static size_t size_of_labels(const char *name)
{
	size_t n = 2;
	for (; *name; n++)
		name += *name == '\\' ? 4 : 1;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[NAMES_TEXT_MAX];
	unsigned type;
	size_t at;
	if (size > NAMES_PACKET_MAX)
		return 0;
	size_t n = names_count(bytes_make(data, size), &at);
	for (size_t i = 0; i < n; i++) {
		size_t before = at;
		memset(name, 'x', sizeof name);
		if (!names_read(bytes_make(data, size), &at, name, &type))
			break;
		expect(at <= size && at >= before + 2 + 5);
		expect(memchr(name, '\0', sizeof name) && name[0]);
		expect(size_of_labels(name) == at - before - 4);
	}
	return 0;
}
