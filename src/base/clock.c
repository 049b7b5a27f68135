#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/number.h"

uint64_t clock_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int64_t clock_unix(void)
{
	return (int64_t)time(NULL);
}

void clock_text(int64_t unix_seconds, char out[CLOCK_TEXT_SIZE])
{
	struct tm tm;
	time_t t = (time_t)unix_seconds;
	if (!gmtime_r(&t, &tm) || strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(out, CLOCK_TEXT_SIZE, "1970-01-01T00:00:00Z");
}

void clock_text_now(char out[CLOCK_TEXT_SIZE])
{
	struct timespec t;
	struct tm tm;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	char seconds[24] = "1970-01-01T00:00:00";
	if (gmtime_r(&t.tv_sec, &tm))
		(void)strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out, CLOCK_TEXT_SIZE, "%s.%03ldZ", seconds, t.tv_nsec / 1000000);
}

/* Takes exactly `digits` digits and then, unless it is 0, the byte `then`. */
static bool take(struct bytes *b, size_t digits, unsigned char then, uint64_t max, int *ret)
{
	uint64_t n;
	if (b->size < digits || number_parse_u64(bytes_part(*b, 0, digits), max, &n))
		return false;
	*b = bytes_from(*b, digits);
	*ret = (int)n;
	if (!then)
		return true;
	if (b->size == 0 || b->data[0] != then)
		return false;
	*b = bytes_from(*b, 1);
	return true;
}

static bool take_offset(struct bytes *b, int *ret_seconds)
{
	if (b->size == 1 && (b->data[0] == 'Z' || b->data[0] == 'z')) {
		*ret_seconds = 0;
		*b = bytes_from(*b, 1);
		return true;
	}
	if (b->size != 6 || (b->data[0] != '+' && b->data[0] != '-'))
		return false;
	int sign = b->data[0] == '-' ? -1 : 1, hours, minutes;
	*b = bytes_from(*b, 1);
	if (!take(b, 2, ':', 23, &hours) || !take(b, 2, 0, 59, &minutes))
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

enum status clock_parse(struct bytes text, int64_t *ret_unix)
{
	struct tm tm = { 0 };
	int year, month, offset = 0;
	if (!take(&text, 4, '-', 9999, &year) || !take(&text, 2, '-', 12, &month) || !take(&text, 2, 0, 31, &tm.tm_mday))
		return ERR_FORMAT;
	if (text.size) {
		if (text.data[0] != 'T' && text.data[0] != 't' && text.data[0] != ' ')
			return ERR_FORMAT;
		text = bytes_from(text, 1);
		if (!take(&text, 2, ':', 23, &tm.tm_hour) || !take(&text, 2, ':', 59, &tm.tm_min) ||
		    !take(&text, 2, 0, 60, &tm.tm_sec))
			return ERR_FORMAT;
		if (text.size && text.data[0] == '.') {
			text = bytes_from(text, 1);
			while (text.size && byte_is_digit(text.data[0]))
				text = bytes_from(text, 1);
		}
		if (!take_offset(&text, &offset))
			return ERR_FORMAT;
	}
	if (month < 1 || tm.tm_mday < 1)
		return ERR_FORMAT;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	*ret_unix = (int64_t)timegm(&tm) - offset;
	return OK;
}
