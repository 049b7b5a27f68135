/* The answer to a batch of queries: as JSON (first byte 'J') or its record; the second byte is how many there were. What is taken has ids
 * that may become file names, and can be written and read again. Needs advisory, its verbs, format, base. */
#include "advisory/osv.h"
#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_answer(const struct batch_answer *answer, size_t n)
{
	expect(answer->n == n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < answer->results[i].n_ids; k++) {
			struct bytes id = answer->results[i].ids[k].id;
			expect(id.size && id.size <= ADVISORY_ID_MAX && id.data[0] != '.' && bytes_find(id, '/') == id.size &&
			       bytes_find(id, '\0') == id.size);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct batch_answer answer, again;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&record, 64 << 20);
	if (size < 2)
		return 0;
	size_t n = data[1] % 16;
	struct bytes rest = bytes_make(data + 2, size - 2);
	enum status s = data[0] == 'J' ? osv_batch_parse(rest, n, &a, &answer, &d) : batch_read(rest, n, &a, &answer, &d);
	expect(s == OK || ((s == ERR_FORMAT || s == ERR_LIMIT) && d.code == s && d.text[0]));
	if (s)
		return 0;
	check_answer(&answer, n);
	batch_write(&answer, &record);
	expect(batch_read(buf_bytes(&record), n, &a, &again, NULL) == OK);
	check_answer(&again, n);
	return 0;
}
