#include "base/encode.h"

static const char hex_digits[] = "0123456789abcdef";
static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void hex_write(struct bytes b, char *out)
{
	for (size_t i = 0; i < b.size; i++) {
		out[2 * i] = hex_digits[b.data[i] >> 4];
		out[2 * i + 1] = hex_digits[b.data[i] & 15];
	}
	out[2 * b.size] = '\0';
}

static int hex_value(unsigned char c)
{
	if (byte_is_digit(c))
		return c - '0';
	c = byte_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum status hex_parse(struct bytes text, unsigned char *ret, size_t size)
{
	if (text.size != 2 * size)
		return ERR_FORMAT;
	for (size_t i = 0; i < text.size; i++)
		if (hex_value(text.data[i]) < 0)
			return ERR_FORMAT;
	for (size_t i = 0; i < size; i++)
		ret[i] = (unsigned char)(hex_value(text.data[2 * i]) << 4 | hex_value(text.data[2 * i + 1]));
	return OK;
}

void base64_write(struct bytes b, enum base64_kind kind, struct buf *out)
{
	const char *alphabet = kind == BASE64_STANDARD ? standard : url;
	for (size_t i = 0; i < b.size; i += 3) {
		size_t n = b.size - i < 3 ? b.size - i : 3;
		uint32_t word = (uint32_t)b.data[i] << 16;
		if (n > 1)
			word |= (uint32_t)b.data[i + 1] << 8;
		if (n > 2)
			word |= b.data[i + 2];
		for (unsigned k = 0; k <= n; k++)
			buf_add_byte(out, (unsigned char)alphabet[word >> (18 - 6 * k) & 63]);
		for (size_t k = n; kind != BASE64_URL_NO_PAD && k < 3; k++)
			buf_add_byte(out, '=');
	}
}

static int base64_value(unsigned char c, bool is_url)
{
	if (byte_is_upper(c))
		return c - 'A';
	if (byte_is_lower(c))
		return c - 'a' + 26;
	if (byte_is_digit(c))
		return c - '0' + 52;
	if (c == (is_url ? '-' : '+'))
		return 62;
	return c == (is_url ? '_' : '/') ? 63 : -1;
}

enum status base64_parse(struct bytes text, enum base64_kind kind, struct buf *out)
{
	if (kind != BASE64_URL_NO_PAD) {
		if (text.size % 4)
			return ERR_FORMAT;
		for (int pad = 0; pad < 2 && text.size && text.data[text.size - 1] == '='; pad++)
			text.size--;
	}
	if (text.size % 4 == 1)
		return ERR_FORMAT;
	uint32_t word = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < text.size; i++) {
		int value = base64_value(text.data[i], kind != BASE64_STANDARD);
		if (value < 0)
			return ERR_FORMAT;
		word = word << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_add_byte(out, (unsigned char)(word >> bits & 255));
		}
	}
	return word & ((1U << bits) - 1) ? ERR_FORMAT : OK;
}
