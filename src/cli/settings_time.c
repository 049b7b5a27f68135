/* Ages and times as people write them. */
#include "base/clock.h"
#include "base/number.h"
#include "cli/settings_parts.h"

/* "7d", "7 days", "12h", "2 weeks"; "0" is none. */
static enum status parse_age(struct bytes text, int64_t *ret)
{
	static const struct {
		const char *letter, *name;
		int64_t seconds;
	} units[] = { { "h", "hour", 3600 }, { "d", "day", 86400 }, { "w", "week", 7 * 86400 } };
	uint64_t n;
	size_t digits = 0;
	text = bytes_trim(text);
	while (digits < text.size && byte_is_digit(text.data[digits]))
		digits++;
	struct bytes unit = bytes_trim(bytes_from(text, digits));
	if (number_parse_u64(bytes_part(text, 0, digits), 100000, &n))
		return ERR_USAGE;
	if (unit.size == 0 && n == 0) {
		*ret = 0;
		return OK;
	}
	if (unit.size > 3 && unit.data[unit.size - 1] == 's')
		unit.size--;
	for (size_t i = 0; i < COUNT(units); i++) {
		if (!bytes_equal(unit, bytes_of(units[i].letter)) && !bytes_equal(unit, bytes_of(units[i].name)))
			continue;
		*ret = (int64_t)n * units[i].seconds;
		return OK;
	}
	return ERR_USAGE;
}

enum status settings_age(struct bytes text, int64_t *ret, struct diag *d)
{
	if (parse_age(text, ret) == OK)
		return OK;
	return fail(d, ERR_USAGE, 0, "takes an age such as 7d, 12h or 2w, or 0, not '%.*s'", BYTES_ARG(bytes_part(text, 0, 100)));
}

enum status settings_time(struct bytes text, int64_t now, int64_t *ret, struct diag *d)
{
	int64_t age;
	if (clock_parse(text, ret) == OK)
		return OK;
	if (parse_age(text, &age) == OK && !bytes_equal(bytes_trim(text), BYTES("0"))) {
		*ret = now - age;
		return OK;
	}
	return fail(d, ERR_USAGE, 0,
		    "takes a date such as 2026-11-23, a time such as 2026-11-23T12:00:00Z or an age such as '7 days', "
		    "not '%.*s'",
		    BYTES_ARG(bytes_part(text, 0, 100)));
}
