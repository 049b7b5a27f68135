#include "cli/options_findings.h"

#include "cli/settings_parts.h"

static enum status take_format(struct settings *s, enum findings_format format, struct diag *d)
{
	if (s->format != FORMAT_TEXT && s->format != format)
		return fail(d, ERR_USAGE, 0, "of --json, --sarif and --github only one can be asked for");
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

static enum status take_json(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	(void)value;
	return take_format(s, FORMAT_JSON, d);
}

const struct option options_check[] = {
	{ "--json", 0, { 0 }, NULL, "Print what was looked at and found as one JSON object.", take_json },
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
	{ "--json", 0, { 0 }, NULL, "Print what was looked at and found as one JSON object.", take_json },
	{ "--sarif", 0, { 0 }, NULL, "Print the findings as SARIF 2.1.0.", take_sarif },
	{ "--github", 0, { 0 }, NULL, "Print the findings as annotations of GitHub.", take_github },
	{ 0 },
};

static enum status take_import(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes a path");
	s->audit.import = arena_string(a, bytes_of(value));
	return OK;
}

const struct option options_audit[] = {
	{ "--import", 0, { 0 }, "FILE", "Import an export of OSV, a zip, for --offline.", take_import },
	{ "--json", 0, { 0 }, NULL, "Print what was looked at and found as one JSON object.", take_json },
	{ "--sarif", 0, { 0 }, NULL, "Print the findings as SARIF 2.1.0.", take_sarif },
	{ "--github", 0, { 0 }, NULL, "Print the findings as annotations of GitHub.", take_github },
	{ 0 },
};

const char *const options_of_findings[] = { "--profile", "--allow", "--deny", "--fail-on", "--limit", NULL };
