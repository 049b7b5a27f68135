/* The keys of hwb.toml that are about known vulnerabilities: see settings_table.c. */
#include "base/number.h"
#include "cli/settings_parts.h"

/* What is older says nothing of this year's holes. */
enum { MAX_AGE_DAYS_MOST = 3650, IGNORED_MAX = 1000 };

enum status setting_set_audit(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	static const char *const words[] = { [ADVISORIES_OFF] = "off", [ADVISORIES_REPORT] = "report", [ADVISORIES_STOP] = "stop" };
	(void)a;
	(void)is_first;
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i]))) {
			s->audit.mode = (enum advisories_mode)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes stop, report or off, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

/* Kept as the start of what is asked: it ends in '/'. */
enum status setting_set_osv_url(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	struct url url;
	(void)is_first;
	if (url_parse(value, a, &url, NULL) || url.scheme == URL_FILE || url.userinfo.data || bytes_find(value, '?') < value.size ||
	    bytes_find(value, '#') < value.size)
		return fail(d, ERR_USAGE, 0, "takes the URL of an OSV service, without a password, '?' and '#'");
	const char *text = url_text(&url, a);
	s->audit.osv_url = bytes_ends(bytes_of(text), BYTES("/")) ? text : arena_printf(a, "%s/", text);
	return OK;
}

enum status setting_set_max_age(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	uint64_t days;
	(void)a;
	(void)is_first;
	if (number_parse_u64(value, MAX_AGE_DAYS_MOST, &days))
		return fail(d, ERR_USAGE, 0, "takes a number of days, at most %d, not '%.*s'", MAX_AGE_DAYS_MOST,
			    BYTES_ARG(bytes_part(value, 0, 100)));
	s->audit.max_age_days = (uint32_t)days;
	return OK;
}

/* Both lists are one in settings: a source of settings that names one replaces the entries of its kind. */
static enum status add_ignored(struct settings *s, struct arena *a, struct bytes value, bool is_first, bool until_fixed,
			       struct diag *d)
{
	size_t n = 0;
	for (size_t i = 0; i < s->audit.n_ignored; i++)
		if (!is_first || s->audit.ignored[i].until_fixed != until_fixed)
			s->audit.ignored[n++] = s->audit.ignored[i];
	s->audit.n_ignored = n;
	if (!value.data)
		return OK;
	if (n == IGNORED_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d advisories are ignored", IGNORED_MAX);
	struct advisory_ignored *more = ARENA_ARRAY(a, struct advisory_ignored, n + 1);
	bytes_copy(more, bytes_make(s->audit.ignored, n * sizeof *more));
	enum status status = advisory_ignore_parse(value, until_fixed, a, &more[n], d);
	if (status)
		return status;
	s->audit.ignored = more;
	s->audit.n_ignored = n + 1;
	return OK;
}

enum status setting_set_ignore(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	return add_ignored(s, a, value, is_first, false, d);
}

enum status setting_set_ignore_until_fixed(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	return add_ignored(s, a, value, is_first, true, d);
}
