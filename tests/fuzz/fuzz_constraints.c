/* Constraints files: what is read has a name in normal form and can be written and read again. Needs lock, python, base. */
#include "lock/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct lock_constraint *items, *again;
	struct diag d = { 0 };
	size_t n, n_again;
	arena_init(&a);
	buf_init(&text, 64 << 20);
	enum status s = lock_constraints_parse(bytes_make(data, size), "c.txt", &a, &items, &n, &d);
	if (s) {
		expect(s == d.code && d.text[0]);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		expect(name_is_normalized(items[i].name) && items[i].origin.size > 0);
		buf_add(&text, items[i].name);
		specifier_write(&items[i].specifier, &text);
		for (size_t k = 0; k < items[i].n_digests; k++) {
			char hex[SHA256_TEXT_SIZE];
			sha256_text(&items[i].digests[k], hex);
			buf_printf(&text, " --hash=sha256:%s", hex);
		}
		buf_add_byte(&text, '\n');
	}
	s = lock_constraints_parse(buf_bytes(&text), "again.txt", &a, &again, &n_again, NULL);
	expect(s == ERR_LIMIT || (s == OK && n_again == n));
	for (size_t i = 0; s == OK && i < n; i++)
		expect(bytes_equal(items[i].name, again[i].name) && items[i].n_digests == again[i].n_digests &&
		       items[i].specifier.n_clauses == again[i].specifier.n_clauses);
	return 0;
}
