#include "redact/mask.h"

#include "redaction_ids.h"

/* What else is hidden under: a value that was given, a line on which a limit was reached, what `hwb scan` shows of an assignment. */
static const char *const other_ids[] = { "known", "line", "value" };

/* Anybody can write brackets around a secret: a mask is one only with a name that is written by us. */
static bool is_id(struct bytes id)
{
	for (size_t i = 0; i < COUNT(other_ids); i++)
		if (bytes_equal(id, bytes_of(other_ids[i])))
			return true;
	for (size_t i = 0; i < COUNT(rule_ids); i++)
		if (bytes_equal(id, bytes_of(rule_ids[i])))
			return true;
	return false;
}

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
	bool is_closed = i < text.size && text.data[i] == ']';
	return is_closed && is_id(bytes_part(text, begin.size, i - begin.size)) ? i + 1 : 0;
}
