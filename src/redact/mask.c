#include "redact/mask.h"

void mask_write(const char *id, struct buf *out)
{
	buf_add_string(out, MASK_BEGIN);
	buf_add_string(out, id);
	buf_add_byte(out, ']');
}

size_t mask_size(struct bytes text, bool *ret_partial)
{
	const struct bytes begin = BYTES(MASK_BEGIN);
	size_t i = bytes_same(text, begin);
	if (i < begin.size) {
		if (i == text.size && i)
			*ret_partial = true;
		return 0;
	}
	while (i < text.size && i - begin.size < MASK_ID_MAX &&
	       (byte_is_lower(text.data[i]) || byte_is_digit(text.data[i]) || text.data[i] == '-'))
		i++;
	if (i == text.size)
		*ret_partial = true;
	return i < text.size && i > begin.size && text.data[i] == ']' ? i + 1 : 0;
}
