/* RECORD: every row that is accepted keeps the header's promises. Needs python, format, base. */
#include "python/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct record r;
	if (record_parse(bytes_make(data, size), &a, &r, NULL) != OK)
		return 0;
	for (size_t i = 0; i < r.n_rows; i++) {
		const struct record_row *row = &r.rows[i];
		expect(row->path.size > 0 && row->path.data[0] != '/' && row->path.size <= RECORD_PATH_MAX);
		expect((row->algorithm == RECORD_NO_DIGEST) == (row->digest.size == 0));
		expect(row->digest.size == (record_digest_size(row->algorithm) * 4 + 2) / 3);
		expect(row->line > 0 && (row->has_size || row->size == 0));
	}
	return 0;
}
