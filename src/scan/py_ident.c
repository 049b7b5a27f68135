#include "scan/py_ident.h"

#include "base/status.h"
#include "format/unicode.h"

static const struct {
	uint32_t first;
	uint16_t n;
	char to[10];
} table[] = {
#include "scan/py_ident_table.h"
};

/* What NFKC makes of c when that is ASCII: the size written, 0 when it is not. */
static size_t compatible(uint32_t c, char out[10])
{
	size_t low = 0, high = COUNT(table);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (table[middle].first + table[middle].n <= c)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == COUNT(table) || c < table[low].first)
		return 0;
	size_t n = strlen(table[low].to);
	memcpy(out, table[low].to, n);
	out[0] = (char)(out[0] + (char)(c - table[low].first));
	return n;
}

/* Letters that pass for Latin ones: Cyrillic, Armenian, Cherokee, and the Greek ones of that kind. Mathematics mixes the others. */
static bool looks_latin(uint32_t c)
{
	static const uint16_t greek[] = { 0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39a, 0x39c,
					  0x39d, 0x39f, 0x3a1, 0x3a4, 0x3a5, 0x3a7, 0x3bf };
	if ((c >= 0x400 && c <= 0x58f) || (c >= 0x13a0 && c <= 0x13ff) || (c >= 0xab70 && c <= 0xabbf))
		return true;
	for (size_t i = 0; i < COUNT(greek); i++)
		if (greek[i] == c)
			return true;
	return false;
}

struct py_ident py_ident_read(struct bytes text, struct arena *a)
{
	enum { NAME_MAX_SIZE = 1024 };
	struct py_ident r = { .name = text };
	unsigned char made[NAME_MAX_SIZE];
	size_t n = 0;
	bool latin = false, other = false;
	if (text.size > NAME_MAX_SIZE / 10)
		return r;
	for (size_t at = 0, size; at < text.size; at += size) {
		uint32_t c = 0;
		char to[10];
		size = unicode_read(bytes_from(text, at), &c);
		if (size == 0)
			return r;
		size_t k = c < 0x80 ? 0 : compatible(c, to);
		latin |= c < 0x80 && byte_is_alpha((unsigned char)c);
		other |= looks_latin(c);
		r.changed |= k > 0;
		memcpy(made + n, k ? (const void *)to : (const void *)(text.data + at), k ? k : size);
		n += k ? k : size;
	}
	r.mixed = latin && other;
	if (r.changed)
		r.name = arena_copy(a, bytes_make(made, n));
	return r;
}
