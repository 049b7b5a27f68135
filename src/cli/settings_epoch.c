/* SOURCE_DATE_EPOCH, where somebody set it (reproducible-builds.org, "SOURCE_DATE_EPOCH specification"). */
#include "base/number.h"
#include "cli/settings_parts.h"

/* 1980: an archive knows nothing older. The year 9999: nor a date in words anything newer. */
#define EPOCH_MIN UINT64_C(315532800)
#define EPOCH_MAX UINT64_C(253402300799)

enum status settings_epoch(const struct settings *s, int64_t *ret, struct diag *d)
{
	static const char name[] = "SOURCE_DATE_EPOCH";
	const char *text = env_get(s->environment, name);
	uint64_t seconds = 0;
	for (size_t i = 0; i < s->env.n; i++) { /* the last --env counts, as for every variable */
		struct bytes value = bytes_of(s->env.items[i]), key = bytes_cut(&value, '=');
		if (bytes_equal(key, bytes_of(name)))
			text = (const char *)value.data;
	}
	if (text && text[0] && (number_parse_u64(bytes_of(text), EPOCH_MAX, &seconds) || seconds < EPOCH_MIN)) {
		(void)fail(d, ERR_USAGE, 0, "%s takes seconds since 1970, from %llu (1980) on", name, (unsigned long long)EPOCH_MIN);
		return remedy(d, "unset it: then it is the time of the commit, or the newest time of the source");
	}
	*ret = (int64_t)seconds;
	return OK;
}
