#include "base/number.h"

static enum status parse_base(struct bytes b, unsigned base, uint64_t max, uint64_t *ret)
{
	if (b.size == 0)
		return ERR_FORMAT;
	uint64_t n = 0;
	for (size_t i = 0; i < b.size; i++) {
		unsigned digit = (unsigned)b.data[i] - '0';
		if (digit >= base)
			return ERR_FORMAT;
		if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit, &n))
			return ERR_LIMIT;
	}
	if (n > max)
		return ERR_LIMIT;
	*ret = n;
	return OK;
}

enum status number_parse_u64(struct bytes b, uint64_t max, uint64_t *ret)
{
	return parse_base(b, 10, max, ret);
}

enum status number_parse_octal(struct bytes b, uint64_t max, uint64_t *ret)
{
	return parse_base(b, 8, max, ret);
}

static enum status scaled(struct bytes b, uint64_t factor, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	enum status s = number_parse_u64(b, max, &n);
	if (s)
		return s;
	if (__builtin_mul_overflow(n, factor, &n) || n > max)
		return ERR_LIMIT;
	*ret = n;
	return OK;
}

enum status number_parse_size(struct bytes b, uint64_t max, uint64_t *ret)
{
	static const struct {
		unsigned char letter;
		unsigned shift;
	} units[] = {
		{ 'K', 10 },
		{ 'M', 20 },
		{ 'G', 30 },
		{ 'T', 40 },
	};
	for (size_t i = 0; b.size && i < COUNT(units); i++)
		if (byte_lower(b.data[b.size - 1]) == byte_lower(units[i].letter))
			return scaled(bytes_part(b, 0, b.size - 1), UINT64_C(1) << units[i].shift, max, ret);
	return scaled(b, 1, max, ret);
}

enum status number_parse_duration(struct bytes b, uint64_t max_ms, uint64_t *ret_ms)
{
	static const struct {
		struct bytes suffix;
		uint64_t ms;
	} units[] = {
		{ LIT("ms"), 1 },
		{ LIT("s"), 1000 },
		{ LIT("m"), 60000 },
		{ LIT("h"), 3600000 },
	};
	for (size_t i = 0; i < COUNT(units); i++)
		if (bytes_ends(b, units[i].suffix))
			return scaled(bytes_part(b, 0, b.size - units[i].suffix.size), units[i].ms, max_ms, ret_ms);
	return scaled(b, 1000, max_ms, ret_ms);
}
