#include "cli/publish_target.h"

#include "cli/pypirc.h"
#include "cli/settings_parts.h"

const char *publish_target_url(const struct settings *s, const char *name, struct arena *a)
{
	struct registry built_in;
	for (size_t i = 0; i < s->publish.registries.n; i++) {
		struct bytes url = bytes_of(s->publish.registries.items[i]), own = bytes_cut(&url, '=');
		if (settings_index_same(arena_string(a, own), name))
			return arena_string(a, url);
	}
	return registry_find(name, a, &built_in) == OK ? built_in.upload_url : NULL;
}

const char *publish_target_index(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_places; i++)
		if (settings_index_same(s->places[i].name, name))
			return s->places[i].url;
	return NULL;
}

struct index_options publish_target_asking(const struct settings *s, const struct index_place *place)
{
	struct index_options options = settings_asking(s);
	options.places = place;
	options.n_places = 1;
	options.fresh = true;
	options.exclude_newer = INT64_MAX;
	return options;
}

static const struct {
	const char *url, *name; /* variables */
} families[N_FAMILIES] = {
	[FAMILY_UV] = { "UV_PUBLISH_URL", NULL },
	[FAMILY_TWINE] = { "TWINE_REPOSITORY_URL", "TWINE_REPOSITORY" },
};

const char *publish_target_foreign(const struct settings *s, enum publish_family family, struct arena *a, const char **ret_variable)
{
	struct pypirc_section section = { 0 };
	const char *url = env_get(s->environment, families[family].url);
	const char *name = families[family].name ? env_get(s->environment, families[family].name) : NULL;
	*ret_variable = families[family].url;
	if (url && url[0])
		return url;
	*ret_variable = families[family].name;
	if (!name || !name[0])
		return NULL;
	url = publish_target_url(s, name, a);
	if (!url && pypirc_load(s->user_home, name, a, &section, NULL) == OK)
		url = section.repository;
	return url ? url : name;
}

static struct bytes spelling(const char *place, struct arena *a)
{
	struct url url;
	struct bytes text = bytes_of(url_parse(bytes_of(place), a, &url, NULL) ? place : url_text(&url, a));
	while (bytes_ends(text, BYTES("/")))
		text.size--;
	return text;
}

bool publish_target_same(const char *x, const char *y, struct arena *a)
{
	return bytes_equal(spelling(x, a), spelling(y, a));
}

/* Nobody said where with a word of ours: then theirs count, if they agree. */
static enum status find_foreign(const struct settings *s, struct arena *a, const char **ret_url, struct diag *d)
{
	const char *found = NULL, *by = NULL, *variable;
	for (size_t i = 0; i < N_FAMILIES; i++) {
		const char *url = publish_target_foreign(s, (enum publish_family)i, a, &variable);
		if (!url)
			continue;
		if (found && !publish_target_same(found, url, a)) {
			(void)fail(d, ERR_USAGE, 0, "%s and %s say two places to publish to", by, variable);
			return remedy(d, "name one with --repository-url or --registry, or unset a variable");
		}
		found = url;
		by = variable;
	}
	*ret_url = found;
	return OK;
}

static enum status unknown(const char *name, struct diag *d)
{
	(void)fail(d, ERR_USAGE, 0,
		   "there is no registry '%s': neither built in (pypi, testpypi), nor in publish.registries, nor in ~/.pypirc", name);
	return remedy(d, "name its URL with --repository-url URL, or in hwb.toml: [publish] registries = { %s = \"URL\" }", name);
}

/* http to a host that is not loopback shows the credential to everybody on the way. */
static enum status take_http(const struct settings *s, const char *url, struct arena *a, struct publish_target *t, struct diag *d)
{
	struct url parsed;
	enum status status = url_parse(bytes_of(url), a, &parsed, d);
	if (status)
		return recode(d, ERR_USAGE);
	if (parsed.scheme != URL_HTTP || url_is_loopback(&parsed))
		return OK;
	if (!s->publish.allow_http) {
		(void)fail(d, ERR_USAGE, 0, "'%.*s' is http: everybody on the way could read the credential and change the file",
			   BYTES_ARG(url_for_log(bytes_of(url), a)));
		return remedy(d, "use its https URL; --allow-http lets a registry in a network of your own do without");
	}
	strings_add(&t->http_hosts, a,
		    bytes_of(arena_printf(a, parsed.host_is_ipv6 ? "[%s]:%u" : "%s:%u", parsed.host, (unsigned)parsed.port)));
	return OK;
}

/* A bucket has no index but its own, and no password but the key. */
static enum status check_words(const struct settings_publish *p, struct diag *d)
{
	const struct {
		bool said;
		const char *name;
	} words[] = { { p->check_url, "--check-url" },
		      { p->user, "--username" },
		      { p->password_stdin, "--password-stdin" },
		      { p->trusted == TRUSTED_ALWAYS, "--trusted-publisher (publish.trusted-publisher)" },
		      { p->attestations.n, "--attestations" } };
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].said) {
			(void)fail(d, ERR_USAGE, 0, "%s means nothing to a bucket (s3://)", words[i].name);
			return remedy(d, "leave it away; the key is that of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
		}
	return OK;
}

static const char *variable(const struct settings *s, const char *first, const char *second)
{
	const char *value = env_get(s->environment, first);
	if (!value || !value[0])
		value = env_get(s->environment, second);
	return value && value[0] ? value : NULL;
}

/* name: NULL when it was named by its URL. */
static enum status find_bucket(const struct settings *s, const char *url, const char *name, struct arena *a,
			       struct publish_target *ret, struct diag *d)
{
	const struct settings_publish *p = &s->publish;
	const char *endpoint = p->s3_endpoint ? p->s3_endpoint : variable(s, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
	const char *region = p->s3_region ? p->s3_region : variable(s, "AWS_REGION", "AWS_DEFAULT_REGION");
	struct s3_place *place = ARENA_NEW(a, struct s3_place);
	struct publish_target t = { .s3 = place };
	enum status status = check_words(p, d);
	if (status == OK)
		status = s3_place_parse(url, endpoint, region, a, place, d);
	if (status == OK)
		status = take_http(s, place->endpoint, a, &t, d);
	if (status)
		return status;
	t.registry = (struct registry){ .name = name ? name : place->name, .upload_url = place->name };
	*ret = t;
	return OK;
}

static bool is_by_flag(const struct settings *s, const char *key)
{
	return s->rows_by_flag[setting_find(bytes_of(key))];
}

enum status publish_target_find(const struct settings *s, struct arena *a, struct publish_target *ret, struct diag *d)
{
	const struct settings_publish *p = &s->publish;
	struct publish_target t = { .user = p->user };
	struct pypirc_section section = { 0 };
	const char *name = p->url ? NULL : p->registry, *url = p->url;
	enum status status = name || url ? OK : find_foreign(s, a, &url, d);
	if (status)
		return status;
	if (!name && !url)
		name = "pypi";
	if (name) {
		enum status found = pypirc_load(s->user_home, name, a, &section, d);
		if (found == OK)
			found = pypirc_check(&section, name, d);
		if (found && found != ERR_ABSENT)
			return found;
		url = publish_target_url(s, name, a);
		url = url ? url : section.repository;
		if (!url)
			return unknown(name, d);
	}
	if (s3_is_url(url))
		return find_bucket(s, url, name, a, ret, d);
	if (is_by_flag(s, "publish.s3-endpoint") || is_by_flag(s, "publish.s3-region")) /* a configuration is for all registries */
		return fail(d, ERR_USAGE, 0,
			    "--s3-endpoint and --s3-region belong to a bucket (s3://BUCKET/PREFIX), and '%s' is none",
			    name ? name : arena_string(a, url_for_log(bytes_of(url), a)));
	if (!t.user)
		t.user = section.username;
	const char *check_url = p->check_url ? p->check_url : name ? publish_target_index(s, name) : NULL;
	status = registry_at(url, name, check_url, a, &t.registry, d);
	if (status == OK)
		status = take_http(s, t.registry.upload_url, a, &t, d);
	if (status == OK && t.registry.check_url)
		status = take_http(s, t.registry.check_url, a, &t, d);
	if (status == OK)
		*ret = t;
	return status;
}
