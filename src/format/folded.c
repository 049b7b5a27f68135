#include "format/folded.h"

#include "format/unicode.h"

/* A name read character by character as file systems compare it that ignore case and how a letter is put together. */
struct folding {
	struct bytes rest;
	uint32_t parts[UNICODE_PARTS_MAX]; /* of the character at hand, those that are still to come from `at` on */
	size_t at, n;
};

/* The next character, with '/' before all others: so all that is in a directory stands right behind it. 0 at the end.
 * Bytes that are no UTF-8 stand for themselves, above all characters. */
static uint32_t next_folded(struct folding *f)
{
	if (f->at < f->n)
		return unicode_fold(f->parts[f->at++]) + 1;
	if (f->rest.size == 0)
		return 0;
	if (f->rest.data[0] < 0x80) {
		unsigned char plain = byte_lower(f->rest.data[0]);
		f->rest = bytes_from(f->rest, 1);
		return plain == '/' ? 1 : plain + 1U;
	}
	uint32_t c = 0x110000U + f->rest.data[0];
	size_t size = unicode_read(f->rest, &c);
	f->rest = bytes_from(f->rest, size ? size : 1);
	if (!size)
		return c + 1;
	f->n = unicode_decompose(c, f->parts);
	f->at = 1;
	return unicode_fold(f->parts[0]) + 1;
}

int folded_compare(struct bytes a, struct bytes b)
{
	size_t same = 0; /* names of one archive have long beginnings in common */
	while (same < a.size && same < b.size && a.data[same] == b.data[same] && a.data[same] < 0x80)
		same++;
	struct folding x = { .rest = bytes_from(a, same) }, y = { .rest = bytes_from(b, same) };
	for (;;) {
		uint32_t c = next_folded(&x), d = next_folded(&y);
		if (c != d)
			return c < d ? -1 : 1;
		if (c == 0)
			return 0;
	}
}

bool folded_is_below(struct bytes name, struct bytes directory)
{
	struct folding x = { .rest = name }, y = { .rest = directory };
	for (;;) {
		uint32_t c = next_folded(&x), d = next_folded(&y);
		if (d == 0)
			return c == 1;
		if (c != d)
			return false;
	}
}
