#include "redact/plain.h"

#include <string.h>

static bool is_control(unsigned char c)
{
	return (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

/* Eight bytes at once: one of them is less than 0x20 and neither tab nor newline, or is 0x7f. May say so of a text that has none:
 * borrows run over to higher bytes. */
static bool may_have_control(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t below = (x - ones * 0x20) & ~x;
	uint64_t tab = x ^ ones * '\t', newline = x ^ ones * '\n', del = x ^ ones * 0x7f;
	uint64_t is_tab = ~(((tab & ~high) + ~high) | tab | ~high), is_newline = ~(((newline & ~high) + ~high) | newline | ~high);
	uint64_t is_del = (del - ones) & ~del;
	return ((below & ~is_tab & ~is_newline) | is_del) & high;
}

size_t plain_find_control(struct bytes text)
{
	size_t i = 0;
	while (i < text.size) {
		uint64_t x;
		if (i + sizeof x <= text.size) {
			memcpy(&x, text.data + i, sizeof x);
			if (!may_have_control(x)) {
				i += sizeof x;
				continue;
			}
		}
		size_t stop = i + sizeof x < text.size ? i + sizeof x : text.size;
		for (; i < stop; i++)
			if (is_control(text.data[i]) && !(text.data[i] == '\r' && (i + 1 == text.size || text.data[i + 1] == '\n')))
				return i;
	}
	return text.size;
}

/* The size of the sequence that ESC begins; an unfinished one is only its ESC, so that nothing can hide behind it. */
static size_t sequence_size(struct bytes text)
{
	size_t i = 2;
	if (text.size < 2)
		return 1;
	unsigned char kind = text.data[1];
	if (kind == '[') {
		while (i < text.size && text.data[i] >= 0x20 && text.data[i] < 0x40)
			i++;
		return i < text.size && text.data[i] >= 0x40 && text.data[i] < 0x7f ? i + 1 : 1;
	}
	if (kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_') { /* strings, to BEL or ST */
		for (; i < text.size; i++) {
			if (text.data[i] == 0x07)
				return i + 1;
			if (text.data[i] == 0x1b)
				return i + 1 < text.size && text.data[i + 1] == '\\' ? i + 2 : 1;
		}
		return 1;
	}
	while (i - 1 < text.size && text.data[i - 1] >= 0x20 && text.data[i - 1] < 0x30) /* intermediates */
		i++;
	return i - 1 < text.size && text.data[i - 1] >= 0x30 && text.data[i - 1] < 0x7f ? i : 1;
}

size_t plain_make(struct bytes text, unsigned char *to, uint32_t *from)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size;) {
		if (text.data[i] == 0x1b) {
			i += sequence_size(bytes_from(text, i));
		} else if (is_control(text.data[i])) {
			i++;
		} else {
			from[n] = (uint32_t)i;
			to[n++] = text.data[i++];
		}
	}
	return n;
}
