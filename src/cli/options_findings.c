#include "cli/options_findings.h"

#include "cli/settings_parts.h"

static enum status take_format(struct settings *s, enum findings_format format, struct diag *d)
{
	if (s->format != FORMAT_TEXT && s->format != format)
		return fail(d, ERR_USAGE, 0, "--sarif and --github cannot go together");
	s->format = format;
	return OK;
}

static enum status take_sarif(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	(void)value;
	return take_format(s, FORMAT_SARIF, d);
}

static enum status take_github(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	(void)value;
	return take_format(s, FORMAT_GITHUB, d);
}

static enum status take_profile(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	return setting_put_flag(s, a, "findings.profile", value, d);
}

const struct option options_check[] = {
	{ "--profile", 0, { 0 }, "build|pypi|strict", "Whose rules: a build's, those of PyPI, or every warning an error.", take_profile },
	{ "--sarif", 0, { 0 }, NULL, "Print the findings as SARIF 2.1.0.", take_sarif },
	{ "--github", 0, { 0 }, NULL, "Print the findings as annotations of GitHub.", take_github },
	{ 0 },
};

static enum status take_baseline(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->baseline = arena_string(a, bytes_of(value));
	return OK;
}

const struct option options_scan[] = {
	{ "--baseline", 0, { 0 }, "SRC|FILE", "Say what is new since this source, or since the facts that --json wrote.", take_baseline },
	{ "--sarif", 0, { 0 }, NULL, "Print the findings as SARIF 2.1.0.", take_sarif },
	{ "--github", 0, { 0 }, NULL, "Print the findings as annotations of GitHub.", take_github },
	{ 0 },
};

const char *const options_of_findings[] = { "--allow", "--deny", "--fail-on", "--limit", "--json", NULL };
