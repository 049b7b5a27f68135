#include "cli/log_select.h"

#include "base/clock.h"
#include "cli/settings_parts.h"
#include "python/name.h"

bool log_is_selective(const struct settings_log *log)
{
	return log->package || log->since != INT64_MIN;
}

/* "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl" of demo. */
static bool is_artefact_of(struct bytes file, const char *package)
{
	CLEANUP(arena_done) struct arena a;
	struct wheel_name wheel;
	struct sdist_name sdist;
	arena_init(&a);
	if (wheel_name_parse(file, &a, &wheel, NULL) == OK)
		return name_equal(wheel.name, bytes_of(package));
	return sdist_name_parse(file, bytes_of(package), &a, &sdist, NULL) == OK;
}

static bool is_about(const struct json *event, const char *package)
{
	static const char *const files[] = { "name", "file" };
	struct bytes text;
	if (json_get_string(event, "package", &text, NULL) == OK)
		return name_equal(text, bytes_of(package));
	for (size_t i = 0; i < COUNT(files); i++)
		if (json_get_string(event, files[i], &text, NULL) == OK && is_artefact_of(text, package))
			return true;
	return false;
}

bool log_selects(const struct settings_log *log, const struct json *event)
{
	struct bytes timestamp;
	int64_t at;
	/* An event whose time cannot be read is shown: whoever looks for what happened must not miss it. */
	if (log->since != INT64_MIN && json_get_string(event, "timestamp", &timestamp, NULL) == OK &&
	    clock_parse(timestamp, &at) == OK && at < log->since)
		return false;
	return !log->package || is_about(event, log->package);
}

enum status option_take_package(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	struct bytes name = bytes_of(value);
	if (!name_is_valid(name))
		return fail(d, ERR_USAGE, 0, "takes the name of a project, not '%.100s'", value);
	s->log.package = arena_string(a, name_normalize(name, a));
	return OK;
}

enum status option_take_since(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	return settings_since(bytes_of(value), clock_unix(), &s->log.since, d);
}
