#include "python/name.h"

#include "python/scan.h"

static bool is_separator(unsigned char c)
{
	return c == '-' || c == '_' || c == '.';
}

bool name_is_valid(struct bytes name)
{
	if (name.size == 0 || name.size > NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!byte_is_alnum(name.data[i]) && !is_separator(name.data[i]))
			return false;
	return !is_separator(name.data[0]) && !is_separator(name.data[name.size - 1]);
}

bool name_is_normalized(struct bytes name)
{
	if (!name_is_valid(name))
		return false;
	for (size_t i = 0; i < name.size; i++) {
		unsigned char c = name.data[i];
		if (byte_is_upper(c) || c == '_' || c == '.' || (c == '-' && name.data[i - 1] == '-'))
			return false;
	}
	return true;
}

/* The normal form from *at on, one byte a call; false at the end. */
static bool next_normal(struct bytes name, size_t *at, unsigned char *ret)
{
	if (*at >= name.size)
		return false;
	unsigned char c = name.data[(*at)++];
	if (!is_separator(c)) {
		*ret = byte_lower(c);
		return true;
	}
	while (*at < name.size && is_separator(name.data[*at]))
		(*at)++;
	*ret = '-';
	return true;
}

struct bytes name_normalize(struct bytes name, struct arena *a)
{
	unsigned char *out = arena_alloc(a, name.size + 1, 1);
	size_t at = 0, n = 0;
	for (unsigned char c; next_normal(name, &at, &c); n++)
		out[n] = c;
	return bytes_make(out, n);
}

bool name_equal(struct bytes a, struct bytes b)
{
	size_t at_a = 0, at_b = 0;
	unsigned char x = 0, y = 0;
	for (;;) {
		bool more_a = next_normal(a, &at_a, &x), more_b = next_normal(b, &at_b, &y);
		if (more_a != more_b || (more_a && x != y))
			return false;
		if (!more_a)
			return true;
	}
}
