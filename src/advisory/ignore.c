/* The operator's list of advisories that do not count: an id, a reason, and perhaps a day. */
#include "base/clock.h"

#include "advisory/advisory.h"
#include "advisory/record.h"

enum { DATE_SIZE = 10, DAY_S = 86400 };

/* "WHY@2026-12-31" is cut into both. A reason may hold an '@' of its own. */
static bool cut_date(struct bytes *why, int64_t *ret_until)
{
	int64_t day;
	size_t at = bytes_find_last(*why, '@');
	struct bytes date = bytes_from(*why, at + 1);
	if (at == why->size || date.size != DATE_SIZE || clock_parse(date, &day))
		return false;
	*why = bytes_part(*why, 0, at);
	*ret_until = day + DAY_S;
	return true;
}

/* What was meant as a date, and is none: silently it would be for ever. */
static bool looks_like_date(struct bytes why)
{
	size_t at = bytes_find_last(why, '@');
	return at < why.size && at + 1 < why.size && byte_is_digit(why.data[at + 1]);
}

enum status advisory_ignore_parse(struct bytes word, bool until_fixed, struct arena *a, struct advisory_ignored *ret, struct diag *d)
{
	struct advisory_ignored ignored = { .until_unix = INT64_MAX, .until_fixed = until_fixed };
	struct bytes why = word, id = bytes_trim(bytes_cut(&why, '='));
	why = bytes_trim(why);
	if (!advisory_id_is_valid(id))
		return fail(d, ERR_USAGE, 0, "takes the id of an advisory and a reason, not '%.*s'",
			    BYTES_ARG(bytes_part(word, 0, 100)));
	bool dated = cut_date(&why, &ignored.until_unix);
	why = bytes_trim(why);
	if (!why.size) {
		(void)fail(d, ERR_USAGE, 0, "an advisory is ignored for a reason, which the log keeps");
		(void)remedy(d, "say why: %.*s='not reachable from our code'", BYTES_ARG(id));
		return ERR_USAGE;
	}
	if (!dated && looks_like_date(why)) {
		(void)fail(d, ERR_USAGE, 0, "'%.*s' ends with what is no date", BYTES_ARG(bytes_part(why, 0, 100)));
		(void)remedy(d, "a day is written as 2026-12-31");
		return ERR_USAGE;
	}
	if (advisory_is_malware(id)) {
		(void)fail(d, ERR_USAGE, 0, "'%.*s' says that a package is malware: that is not ignored by an id", BYTES_ARG(id));
		(void)remedy(d, "if the advisory is wrong, allow it for that package: --allow V02@NAME@VERSION='why'");
		return ERR_USAGE;
	}
	ignored.id = arena_copy(a, id);
	ignored.why = arena_copy(a, why);
	*ret = ignored;
	return OK;
}
