/* Parse, evaluate in one environment, write, parse again: the same value. Needs python, base. */
#include "python/marker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct marker_env env = { .field = { [MARKER_OS_NAME] = LIT("posix"),
							  [MARKER_PYTHON_VERSION] = LIT("3.11"),
							  [MARKER_PYTHON_FULL_VERSION] = LIT("3.11.7+"),
							  [MARKER_PLATFORM_RELEASE] = LIT("6.1.0-17-amd64"),
							  [MARKER_SYS_PLATFORM] = LIT("linux") } };
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text, again;
	arena_init(&a);
	buf_init(&text, 16 * MARKER_SIZE_MAX);
	buf_init(&again, 16 * MARKER_SIZE_MAX);
	const struct marker *m, *same;
	if (marker_parse(bytes_make(data, size), &a, &m, NULL) != OK)
		return 0;
	bool value = false, value_again = false;
	enum status s = marker_evaluate(m, &env, BYTES("Some_Extra"), &value, NULL);
	marker_write(m, &text);
	if (text.size > MARKER_SIZE_MAX) /* blanks were added */
		return 0;
	expect(marker_parse(buf_bytes(&text), &a, &same, NULL) == OK);
	marker_write(same, &again);
	expect(bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	expect(marker_evaluate(same, &env, BYTES("some.extra"), &value_again, NULL) == s && value == value_again);
	return 0;
}
