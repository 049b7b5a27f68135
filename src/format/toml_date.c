#include "base/number.h"
#include "format/toml_parser.h"

/* Two or four digits, low to high, moved from *rest into the text. */
static bool take_number(struct bytes *rest, size_t digits, uint64_t low, uint64_t high, char **out, uint64_t *ret)
{
	if (rest->size < digits || number_parse_u64(bytes_part(*rest, 0, digits), high, ret) || *ret < low)
		return false;
	bytes_copy(*out, bytes_part(*rest, 0, digits));
	*out += digits;
	*rest = bytes_from(*rest, digits);
	return true;
}

static bool take_byte(struct bytes *rest, const char *any, char as, char **out)
{
	if (rest->size == 0 || !memchr(any, rest->data[0], strlen(any)))
		return false;
	*(*out)++ = as ? as : (char)rest->data[0];
	*rest = bytes_from(*rest, 1);
	return true;
}

static bool take_date(struct bytes *rest, char **out)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year, month, day;
	if (!take_number(rest, 4, 0, 9999, out, &year) || !take_byte(rest, "-", 0, out) ||
	    !take_number(rest, 2, 1, 12, out, &month) || !take_byte(rest, "-", 0, out) || !take_number(rest, 2, 1, 31, out, &day))
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= (uint64_t)days[month - 1] + (month == 2 && leap);
}

static bool take_time(struct bytes *rest, char **out, bool *uses_1_1)
{
	uint64_t n;
	if (!take_number(rest, 2, 0, 23, out, &n) || !take_byte(rest, ":", 0, out) || !take_number(rest, 2, 0, 59, out, &n))
		return false;
	if (!take_byte(rest, ":", 0, out)) { /* seconds may be left out since 1.1 */
		bytes_copy(*out, BYTES(":00"));
		*out += 3;
		*uses_1_1 = true;
		return true;
	}
	if (!take_number(rest, 2, 0, 60, out, &n))
		return false;
	if (!take_byte(rest, ".", 0, out))
		return true;
	size_t digits = 0;
	while (take_byte(rest, "0123456789", 0, out))
		digits++;
	return digits > 0;
}

static bool take_offset(struct bytes *rest, char **out)
{
	uint64_t n;
	if (take_byte(rest, "Zz", 'Z', out))
		return true;
	return take_byte(rest, "+-", 0, out) && take_number(rest, 2, 0, 23, out, &n) && take_byte(rest, ":", 0, out) &&
	       take_number(rest, 2, 0, 59, out, &n);
}

static bool scan(struct bytes rest, char **out, enum toml_type *ret_type, bool *uses_1_1)
{
	*ret_type = TOML_TIME_LOCAL;
	if (rest.data[2] == ':')
		return take_time(&rest, out, uses_1_1) && rest.size == 0;
	*ret_type = TOML_DATE_LOCAL;
	if (!take_date(&rest, out))
		return false;
	if (rest.size == 0)
		return true;
	if (!take_byte(&rest, "Tt ", 'T', out) || !take_time(&rest, out, uses_1_1))
		return false;
	*ret_type = rest.size ? TOML_DATETIME : TOML_DATETIME_LOCAL;
	return rest.size == 0 || (take_offset(&rest, out) && rest.size == 0);
}

enum status toml_scan_date(struct toml_parser *p, struct bytes word, struct toml_value *v)
{
	char *text = arena_alloc(p->a, word.size + 4, 1), *end = text; /* ":00" may be added */
	enum toml_type type;
	bool uses_1_1 = false;
	if (!scan(word, &end, &type, &uses_1_1))
		return toml_fail(p, ERR_FORMAT, "'%.*s' is not a date or time", BYTES_ARG(bytes_part(word, 0, 100)));
	v->type = type;
	v->string = bytes_make(text, (size_t)(end - text));
	p->uses_1_1 = p->uses_1_1 || uses_1_1;
	p->at += word.size;
	return OK;
}
