/* The keys of hwb.toml that are about publishing: see settings_table.c. */
#include "base/number.h"
#include "cli/settings_parts.h"
#include "net/upload.h"
#include "publish/s3_place.h"

enum { REGISTRIES_MAX = 100, AUDIENCE_MAX = 256 };

enum status setting_set_registry(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	(void)is_first;
	enum status status = settings_index_name(value, d);
	if (status == OK)
		s->publish.registry = arena_string(a, value);
	return status;
}

/* Either kind of place that takes uploads. The words never repeat it. */
static enum status check_place(struct bytes url, struct arena *a, struct diag *d)
{
	struct s3_place bucket;
	struct url parsed;
	const char *text = arena_string(a, url);
	if (s3_is_url(text) && strlen(text) == url.size)
		return s3_place_parse(text, NULL, NULL, a, &bucket, d);
	enum status status = url_parse(url, a, &parsed, d);
	if (status)
		return recode(d, ERR_USAGE);
	if (parsed.query.data)
		return fail(d, ERR_USAGE, 0, "it has a query ('?...') in it, and a URL ends up in logs");
	return parsed.userinfo.data ? fail(d, ERR_USAGE, 0, "it has a user name or a password in it") : OK;
}

enum status setting_set_registries(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	struct bytes url = value, name = bytes_cut(&url, '=');
	if (is_first)
		s->publish.registries = (struct strings){ NULL, 0 };
	if (!value.data)
		return OK;
	if (!url.size)
		return fail(d, ERR_USAGE, 0, "takes NAME=URL, not '%.*s'", BYTES_ARG(bytes_part(name, 0, 100)));
	enum status status = settings_index_name(name, d);
	if (status)
		return status;
	if (check_place(url, a, d))
		return explain(d, "the URL of '%.*s'", BYTES_ARG(name));
	if (s->publish.registries.n == REGISTRIES_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d registries", REGISTRIES_MAX);
	strings_add(&s->publish.registries, a, value);
	return OK;
}

enum status setting_set_s3_endpoint(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	(void)is_first;
	return s3_endpoint_parse(value, a, &s->publish.s3_endpoint, d);
}

enum status setting_set_s3_region(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	(void)is_first;
	enum status status = s3_region_check(value, d);
	if (status == OK)
		s->publish.s3_region = arena_string(a, value);
	return status;
}

enum status setting_set_uploads(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	uint64_t n;
	(void)a;
	(void)is_first;
	if (number_parse_u64(value, UPLOAD_AT_ONCE, &n) || n == 0)
		return fail(d, ERR_USAGE, 0, "takes a number from 1 to %d", UPLOAD_AT_ONCE);
	s->publish.at_once = (unsigned)n;
	return OK;
}

enum status setting_set_audience(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	(void)is_first;
	bool good = value.size && value.size <= AUDIENCE_MAX;
	for (size_t i = 0; good && i < value.size; i++)
		good = value.data[i] > ' ' && value.data[i] < 0x7f;
	if (!good)
		return fail(d, ERR_USAGE, 0, "takes a word, such as the name of the registry");
	s->publish.audience = arena_string(a, value);
	return OK;
}

enum status setting_set_trusted(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
{
	static const char *const words[] = { [TRUSTED_AUTO] = "auto", [TRUSTED_ALWAYS] = "always", [TRUSTED_NEVER] = "never" };
	(void)a;
	(void)is_first;
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i]))) {
			s->publish.trusted = (enum trusted_publisher)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes auto, always or never, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}
