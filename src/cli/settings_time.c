/* Ages and times as people write them. */
#include "base/clock.h"
#include "base/number.h"
#include "cli/settings_parts.h"

/* What an age is counted in. Seconds and minutes are last, for what looks back alone: of releases they make no sense, and there "1m" would be a
 * month to somebody. */
static const struct {
	const char *letter, *name;
	int64_t seconds;
} units[] = { { "h", "hour", 3600 }, { "d", "day", 86400 }, { "w", "week", 7 * 86400 }, { "s", "second", 1 }, { "m", "minute", 60 } };
enum { N_UNITS_OF_RELEASES = 3, AGE_MAX = 100000, LOOK_BACK_MAX = 100000000 };

/* "7d", "7 days", "12h", "2 weeks"; "0" is none. By the first n_units. */
static enum status parse_age(struct bytes text, size_t n_units, uint64_t max, int64_t *ret)
{
	uint64_t n;
	size_t digits = 0;
	text = bytes_trim(text);
	while (digits < text.size && byte_is_digit(text.data[digits]))
		digits++;
	struct bytes unit = bytes_trim(bytes_from(text, digits));
	if (number_parse_u64(bytes_part(text, 0, digits), max, &n))
		return ERR_USAGE;
	if (unit.size == 0 && n == 0) {
		*ret = 0;
		return OK;
	}
	if (unit.size > 3 && unit.data[unit.size - 1] == 's')
		unit.size--;
	for (size_t i = 0; i < n_units; i++) {
		if (!bytes_equal(unit, bytes_of(units[i].letter)) && !bytes_equal(unit, bytes_of(units[i].name)))
			continue;
		*ret = (int64_t)n * units[i].seconds;
		return OK;
	}
	return ERR_USAGE;
}

enum status settings_age(struct bytes text, int64_t *ret, struct diag *d)
{
	if (parse_age(text, N_UNITS_OF_RELEASES, AGE_MAX, ret) == OK)
		return OK;
	return fail(d, ERR_USAGE, 0, "takes an age such as 7d, 12h or 2w, or 0, not '%.*s'", BYTES_ARG(bytes_part(text, 0, 100)));
}

enum status settings_time(struct bytes text, int64_t now, int64_t *ret, struct diag *d)
{
	int64_t age;
	if (clock_parse(text, ret) == OK)
		return OK;
	if (parse_age(text, N_UNITS_OF_RELEASES, AGE_MAX, &age) == OK && !bytes_equal(bytes_trim(text), BYTES("0"))) {
		*ret = now - age;
		return OK;
	}
	return fail(d, ERR_USAGE, 0,
		    "takes a date such as 2026-11-23, a time such as 2026-11-23T12:00:00Z or an age such as '7 days', "
		    "not '%.*s'",
		    BYTES_ARG(bytes_part(text, 0, 100)));
}

/* What people leave away of a time: its seconds, its zone, which is UTC as in the log. */
static enum status parse_short_time(struct bytes text, int64_t *ret)
{
	char whole[CLOCK_TEXT_SIZE];
	text = bytes_trim(text);
	bool has_seconds = text.size == sizeof "2026-11-23 08:00:00" - 1;
	if (!has_seconds && text.size != sizeof "2026-11-23 08:00" - 1)
		return ERR_FORMAT;
	(void)snprintf(whole, sizeof whole, "%.*s%sZ", BYTES_ARG(text), has_seconds ? "" : ":00");
	return clock_parse(bytes_of(whole), ret);
}

enum status settings_since(struct bytes text, int64_t now, int64_t *ret, struct diag *d)
{
	int64_t age;
	if (clock_parse(text, ret) == OK || parse_short_time(text, ret) == OK)
		return OK;
	if (parse_age(text, COUNT(units), LOOK_BACK_MAX, &age) == OK && !bytes_equal(bytes_trim(text), BYTES("0"))) {
		*ret = now - age;
		return OK;
	}
	return fail(d, ERR_USAGE, 0,
		    "takes a date such as 2026-11-23, a time such as '2026-11-23 08:00' (UTC), or an age in s, m, h, d or w such as 5m, "
		    "not '%.*s'",
		    BYTES_ARG(bytes_part(text, 0, 100)));
}
