/* A lock file: the text and the record; what is read is written and read again, the same. Needs lock, python, format, base. */
#include "lock/pylock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf first;
	CLEANUP(buf_done) struct buf second;
	struct pylock lock;
	arena_init(&a);
	buf_init(&first, 16 << 20);
	buf_init(&second, 16 << 20);
	if (pylock_record_read(bytes_make(data, size), &a, &lock, NULL) == OK)
		pylock_record_write(&lock, &second);
	buf_clear(&second);
	if (pylock_parse(bytes_make(data, size), &a, &lock, NULL))
		return 0;
	pylock_record_write(&lock, &second);
	expect(pylock_record_read(buf_bytes(&second), &a, &lock, NULL) == OK);
	for (size_t i = 0; i < lock.n_packages; i++)
		if (lock.packages[i].other.data) /* hwb writes none of those */
			return 0;
	pylock_write(&lock, &first);
	expect(first.size > TOML_MAX_SIZE || pylock_parse(buf_bytes(&first), &a, &lock, NULL) == OK);
	buf_clear(&second);
	pylock_write(&lock, &second);
	expect(first.size > TOML_MAX_SIZE || bytes_equal(buf_bytes(&first), buf_bytes(&second)));
	return 0;
}
