#include "format/unicode.h"

#include "base/status.h"

bool unicode_ok(uint32_t c)
{
	return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

size_t unicode_write(uint32_t c, unsigned char out[4])
{
	if (!unicode_ok(c))
		return 0;
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = size - 1; i > 0; i--) {
		out[i] = (unsigned char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (unsigned char)(lead[size] | c);
	return size;
}

size_t unicode_read(struct bytes b, uint32_t *ret)
{
	if (b.size == 0)
		return 0;
	unsigned char first = b.data[0];
	size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (b.size < size || !bytes_is_utf8(bytes_part(b, 0, size)))
		return 0;
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = first & mask[size];
	for (size_t i = 1; i < size; i++)
		c = c << 6 | (b.data[i] & 0x3f);
	*ret = c;
	return size;
}

size_t unicode_line_break(struct bytes b)
{
	static const struct bytes longer[] = { LIT("\xc2\x85"), LIT("\xe2\x80\xa8"), LIT("\xe2\x80\xa9") };
	unsigned char c = b.size ? b.data[0] : 0;
	if (c < 0x80)
		return (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e);
	for (size_t i = 0; i < COUNT(longer); i++)
		if (bytes_starts(b, longer[i]))
			return longer[i].size;
	return 0;
}

uint32_t unicode_fold(uint32_t c)
{
	/* From first to last, every `step`th letter has its lower case `distance` further on. */
	static const struct {
		uint32_t first, last, step, distance;
	} rows[] = {
		{ 'A', 'Z', 1, 32 },     { 0xc0, 0xd6, 1, 32 },    { 0xd8, 0xde, 1, 32 },    { 0x100, 0x12e, 2, 1 },
		{ 0x132, 0x136, 2, 1 },  { 0x139, 0x147, 2, 1 },   { 0x14a, 0x176, 2, 1 },   { 0x179, 0x17d, 2, 1 },
		{ 0x388, 0x38a, 1, 37 }, { 0x391, 0x3a1, 1, 32 },  { 0x3a3, 0x3ab, 1, 32 },  { 0x400, 0x40f, 1, 80 },
		{ 0x410, 0x42f, 1, 32 }, { 0x460, 0x480, 2, 1 },   { 0x48a, 0x4be, 2, 1 },   { 0x4d0, 0x52e, 2, 1 },
		{ 0x531, 0x556, 1, 48 }, { 0x1e00, 0x1e94, 2, 1 }, { 0x1ea0, 0x1efe, 2, 1 }, { 0xff21, 0xff3a, 1, 32 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (c >= rows[i].first && c <= rows[i].last && (c - rows[i].first) % rows[i].step == 0)
			return c + rows[i].distance;
	return c;
}

static const struct decomposition {
	uint32_t c, parts[UNICODE_PARTS_MAX];
} decompositions[] = {
#include "decompositions_table.h"
};

/* Unicode 3.12: syllables are leading consonant, vowel and perhaps a trailing consonant. */
static size_t decompose_hangul(uint32_t c, uint32_t out[UNICODE_PARTS_MAX])
{
	enum { S_BASE = 0xac00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11a7, V_COUNT = 21, T_COUNT = 28 };
	uint32_t at = c - S_BASE;
	out[0] = L_BASE + at / (V_COUNT * T_COUNT);
	out[1] = V_BASE + at % (V_COUNT * T_COUNT) / T_COUNT;
	out[2] = T_BASE + at % T_COUNT;
	return at % T_COUNT ? 3 : 2;
}

size_t unicode_decompose(uint32_t c, uint32_t out[UNICODE_PARTS_MAX])
{
	out[0] = c;
	if (c >= 0xac00 && c <= 0xd7a3)
		return decompose_hangul(c, out);
	for (size_t low = 0, high = sizeof decompositions / sizeof decompositions[0]; low < high;) {
		size_t middle = low + (high - low) / 2, n = 0;
		const struct decomposition *row = &decompositions[middle];
		if (row->c == c) {
			for (; n < UNICODE_PARTS_MAX && row->parts[n]; n++)
				out[n] = row->parts[n];
			return n;
		}
		if (row->c < c)
			low = middle + 1;
		else
			high = middle;
	}
	return 1;
}
