#include "redact/plain.h"

#include <string.h>

enum { C1 = 0xc2 };

static bool is_control(unsigned char c)
{
	return (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

/* U+0080 to U+009F in UTF-8: ECMA-48's controls of one character. Alone the second byte may be a part of any other. */
static bool is_c1(struct bytes text)
{
	return text.size > 1 && text.data[0] == C1 && text.data[1] >= 0x80 && text.data[1] < 0xa0;
}

/* Eight bytes at once: one of them is less than 0x20 and neither tab nor newline, or is 0x7f or C1. May say so of a text that has
 * none: borrows run over to higher bytes. */
static bool may_have_control(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t below = (x - ones * 0x20) & ~x;
	uint64_t tab = x ^ ones * '\t', newline = x ^ ones * '\n', del = x ^ ones * 0x7f;
	uint64_t is_tab = ~(((tab & ~high) + ~high) | tab | ~high), is_newline = ~(((newline & ~high) + ~high) | newline | ~high);
	uint64_t is_del = (del - ones) & ~del;
	uint64_t c1 = x ^ ones * C1, is_c1 = (c1 - ones) & ~c1;
	return ((below & ~is_tab & ~is_newline) | is_del | is_c1) & high;
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
			if (is_c1(bytes_from(text, i)) ||
			    (is_control(text.data[i]) && !(text.data[i] == '\r' && (i + 1 == text.size || text.data[i + 1] == '\n'))))
				return i;
	}
	return text.size;
}

/* The size of the sequence that ESC and kind, or the one character for both, begin; an unfinished one is only its ESC, so that nothing can hide behind it. */
static size_t sequence_size(struct bytes text, unsigned char kind)
{
	size_t i = 2;
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

size_t plain_control_size(struct bytes text)
{
	if (is_c1(text)) {
		size_t size = sequence_size(text, (unsigned char)(text.data[1] - 0x40));
		return size > 1 ? size : 2;
	}
	if (text.size && text.data[0] == 0x1b)
		return text.size > 1 ? sequence_size(text, text.data[1]) : 1;
	return text.size && is_control(text.data[0]);
}

size_t plain_make(struct bytes text, bool erases, unsigned char *to, uint32_t *from)
{
	size_t n = 0;
	for (size_t i = 0, size; i < text.size; i += size ? size : 1) {
		unsigned char c = text.data[i];
		bool is_seen = c >= ' ' && c != 0x7f && c != C1; /* nearly every byte */
		size = is_seen ? 0 : plain_control_size(bytes_from(text, i));
		if (erases && n && c == '\b')
			n--;
		if (size)
			continue;
		from[n] = (uint32_t)i;
		to[n++] = c;
	}
	return n;
}
