#include "format/unicode.h"

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
