/* Escaped text is printable UTF-8, and the same wherever the input was cut. */
#include <assert.h>

#include "cli/console.h"
#include "cli/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says where to cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_done) struct buf whole;
	CLEANUP(buf_done) struct buf parts;
	struct escaper e = { 0 };
	buf_init(&whole, 8 * size);
	buf_init(&parts, 8 * size);
	if (!size || size > 65536)
		return 0;
	struct bytes text = bytes_make(data + 1, size - 1);
	console_escape(text, &whole);
	for (; text.size; text = bytes_from(text, 1u + data[0]))
		escaper_add(&e, bytes_part(text, 0, 1u + data[0]), &parts);
	escaper_end(&e, &parts);
	assert(!whole.full && bytes_equal(buf_bytes(&whole), buf_bytes(&parts)) && bytes_is_utf8(buf_bytes(&whole)));
	for (size_t i = 0; i < whole.size; i++)
		assert((whole.data[i] >= 0x20 && whole.data[i] != 0x7f) || whole.data[i] == '\n' || whole.data[i] == '\t');
	return 0;
}
