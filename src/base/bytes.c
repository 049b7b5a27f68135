#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of(const char *s)
{
	return bytes_make(s, s ? strlen(s) : 0);
}

struct bytes bytes_make(const void *data, size_t size)
{
	return (struct bytes){ data, size };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (byte_lower(a.data[i]) != byte_lower(b.data[i]))
			return false;
	return true;
}

bool bytes_equal_ct(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return false;
	unsigned char difference = 0;
	for (size_t i = 0; i < a.size; i++)
		difference |= (unsigned char)(a.data[i] ^ b.data[i]);
	return difference == 0;
}

int bytes_compare(struct bytes a, struct bytes b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int c = n ? memcmp(a.data, b.data, n) : 0;
	return c ? c : (a.size > b.size) - (a.size < b.size);
}

size_t bytes_same(struct bytes a, struct bytes b)
{
	size_t n = 0;
	while (n < a.size && n < b.size && a.data[n] == b.data[n])
		n++;
	return n;
}

bool bytes_starts(struct bytes b, struct bytes prefix)
{
	return b.size >= prefix.size && bytes_equal(bytes_part(b, 0, prefix.size), prefix);
}

bool bytes_ends(struct bytes b, struct bytes suffix)
{
	return b.size >= suffix.size && bytes_equal(bytes_from(b, b.size - suffix.size), suffix);
}

size_t bytes_find(struct bytes b, unsigned char c)
{
	const unsigned char *p = b.size ? memchr(b.data, c, b.size) : NULL;
	return p ? (size_t)(p - b.data) : b.size;
}

size_t bytes_find_last(struct bytes b, unsigned char c)
{
	const unsigned char *p = b.size ? memrchr(b.data, c, b.size) : NULL;
	return p ? (size_t)(p - b.data) : b.size;
}

size_t bytes_search(struct bytes b, struct bytes needle)
{
	if (needle.size == 0)
		return 0;
	const unsigned char *p = b.size ? memmem(b.data, b.size, needle.data, needle.size) : NULL;
	return p ? (size_t)(p - b.data) : b.size;
}

struct bytes bytes_part(struct bytes b, size_t from, size_t size)
{
	if (from > b.size)
		from = b.size;
	if (size > b.size - from)
		size = b.size - from;
	return (struct bytes){ b.data ? b.data + from : NULL, size };
}

struct bytes bytes_from(struct bytes b, size_t from)
{
	return bytes_part(b, from, SIZE_MAX);
}

struct bytes bytes_base_name(struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	return slash < path.size ? bytes_from(path, slash + 1) : path;
}

struct bytes bytes_cut(struct bytes *rest, unsigned char c)
{
	size_t at = bytes_find(*rest, c);
	struct bytes field = bytes_part(*rest, 0, at);
	*rest = at < rest->size ? bytes_from(*rest, at + 1) : (struct bytes){ NULL, 0 };
	return field;
}

struct bytes bytes_trim(struct bytes b)
{
	while (b.size && byte_is_blank(b.data[0]))
		b = bytes_from(b, 1);
	while (b.size && byte_is_blank(b.data[b.size - 1]))
		b.size--;
	return b;
}

void bytes_copy(void *to, struct bytes from)
{
	if (from.size)
		memcpy(to, from.data, from.size);
}

/* Length of the UTF-8 sequence at p (n bytes left), 0 when it is not well formed. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char low, high, second_low, second_high, length;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (p[0] < rows[i].low || p[0] > rows[i].high)
			continue;
		if (n < rows[i].length || p[1] < rows[i].second_low || p[1] > rows[i].second_high)
			return 0;
		for (size_t k = 2; k < rows[i].length; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

bool bytes_is_utf8(struct bytes b)
{
	for (size_t i = 0; i < b.size;) {
		size_t n = b.data[i] < 0x80 ? 1 : utf8_length(b.data + i, b.size - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
