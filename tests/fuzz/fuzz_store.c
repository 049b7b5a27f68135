/* The credential store (first byte 'S') and what is sealed in it ('P'): no bytes crash the reader, and what it takes can be written and
 * read again. */
#include <assert.h>

#include "cli/credential_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_store(struct bytes file, struct arena *a)
{
	CLEANUP(buf_done) struct buf again;
	struct credential_store s, t;
	struct diag d = { 0 };
	if (credential_store_read(file, a, &s, &d)) {
		assert(d.text[0]);
		return;
	}
	assert(s.open.size + 4 + s.sealed.size == file.size);
	buf_init(&again, STORE_SIZE_MAX);
	credential_store_put_open(&s, &again);
	credential_store_put_sealed(s.sealed, &again);
	assert(bytes_equal(buf_bytes(&again), file));
	assert(credential_store_read(buf_bytes(&again), a, &t, NULL) == OK && t.n == s.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct stored_credential items[3] = { { "a", "b", "c", NULL }, { "d", "e", "f", NULL }, { "g", "h", "i", NULL } };
	struct credential_store s = { .items = items, .n = COUNT(items) };
	arena_init(&a);
	if (size == 0)
		return 0;
	struct bytes text = bytes_make(data + 1, size - 1);
	if (data[0] == 'S')
		read_store(text, &a);
	else if (credential_store_take_passwords(&s, text, &a, NULL) == OK)
		assert(items[2].password && strlen(items[0].password) < size);
	return 0;
}
