#include "cli/responding_registry.h"

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "publish/registry.h"

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
	CLEANUP(arena_done) struct arena a;
	struct registry built_in;
	struct bytes name = bytes_of(named);
	arena_init(&a);
	if (registry_find(named, &a, &built_in) == OK)
		return host_is(logged, built_in.kind->host);
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
	struct registry built_in;
	const struct registry_kind *k = registry_kind_of(logged);
	const char *known = k && k->word ? k->check_url : NULL, *given = s->respond.check_url;
	if (registry_find(arena_string(a, logged), a, &built_in) == OK) /* what was named, where the log has nothing */
		known = built_in.check_url;
	if (given && (is_only || !known))
		return bytes_ends(bytes_of(given), BYTES("/")) ? given : arena_printf(a, "%s/", given);
	if (known)
		return known;
	for (size_t i = 0; i < s->n_places; i++)
		if (s->places[i].url && same_origin(bytes_of(s->places[i].url), logged))
			return s->places[i].url;
	return NULL;
}
