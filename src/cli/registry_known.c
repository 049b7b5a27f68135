#include "cli/registry_known.h"

#include "cli/settings_parts.h"

static const struct registry_known known[] = {
	{ "pypi", "upload.pypi.org", "https://pypi.org/simple/", "https://pypi.org" },
	{ "testpypi", "test.pypi.org", "https://test.pypi.org/simple/", "https://test.pypi.org" },
};

const struct registry_known *registry_known_find(const char *name)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}

/* A URL, or a host alone. */
static bool host_is(struct bytes text, const char *host)
{
	CLEANUP(arena_done) struct arena a;
	struct url url;
	arena_init(&a);
	if (url_parse(text, &a, &url, NULL))
		return bytes_equal_nocase(text, bytes_of(host));
	return strcmp(url.host, host) == 0;
}

static bool same_origin(struct bytes x, struct bytes y)
{
	CLEANUP(arena_done) struct arena a;
	struct url first, second;
	arena_init(&a);
	return url_parse(x, &a, &first, NULL) == OK && url_parse(y, &a, &second, NULL) == OK && url_same_origin(&first, &second);
}

const struct registry_known *registry_known_of(struct bytes upload_url)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (host_is(upload_url, known[i].upload_host) || bytes_equal(upload_url, bytes_of(known[i].name)))
			return &known[i];
	return NULL;
}

static struct bytes without_slash(struct bytes url)
{
	while (bytes_ends(url, BYTES("/")))
		url.size--;
	return url;
}

static bool has_path(struct bytes url)
{
	size_t at = bytes_search(url, BYTES("://"));
	return at < url.size && bytes_find(bytes_from(url, at + 3), '/') < url.size - at - 3;
}

bool registry_is(const struct settings *s, const char *named, struct bytes logged)
{
	const struct registry_known *k = registry_known_find(named);
	struct bytes name = bytes_of(named);
	if (k)
		return registry_known_of(logged) == k || host_is(logged, k->upload_host);
	if (bytes_equal(without_slash(name), without_slash(logged)))
		return true;
	if (bytes_search(name, BYTES("://")) < name.size) /* what an index was asked with is an origin in the log */
		return !has_path(logged) && same_origin(name, logged);
	for (size_t i = 0; i < s->n_places; i++)
		if (s->places[i].name && s->places[i].url && settings_index_same(s->places[i].name, named))
			return same_origin(bytes_of(s->places[i].url), logged);
	return host_is(logged, named);
}

const char *registry_simple_url(const struct settings *s, struct bytes logged, bool is_only, struct arena *a)
{
	const struct registry_known *k = registry_known_of(logged);
	const char *given = s->respond.check_url;
	if (given && (is_only || !k))
		return bytes_ends(bytes_of(given), BYTES("/")) ? given : arena_printf(a, "%s/", given);
	if (k)
		return k->simple_url;
	for (size_t i = 0; i < s->n_places; i++)
		if (s->places[i].url && same_origin(bytes_of(s->places[i].url), logged))
			return s->places[i].url;
	return NULL;
}
