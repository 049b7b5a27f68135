/* Several indexes: who they are, and which names are whose. Each name has exactly one. */
#include "cli/settings_parts.h"

/* HWB_INDEX_<NAME>_PASSWORD is how a name reads in a variable: two names that read alike there are one. */
static char as_variable(char c)
{
	return (char)(c == '-' || c == '.' ? '_' : c >= 'a' && c <= 'z' ? c - 32 : c);
}

char *settings_index_variable(struct arena *a, const char *name)
{
	char *out = arena_string(a, bytes_of(name));
	for (char *c = out; *c; c++)
		*c = as_variable(*c);
	return out;
}

bool settings_index_same(const char *x, const char *y)
{
	while (*x && as_variable(*x) == as_variable(*y)) {
		x++;
		y++;
	}
	return *x == *y;
}

enum status settings_index_name(struct bytes text, struct diag *d)
{
	bool valid = text.size && text.size <= 64 && (byte_is_alpha(text.data[0]) || text.data[0] == '_');
	for (size_t i = 0; i < text.size; i++)
		valid = valid && (byte_is_alnum(text.data[i]) || memchr("_-.", text.data[i], 3));
	return valid ? OK : fail(d, ERR_USAGE, 0, "takes a name of letters, digits, '_', '-' and '.' that begins with a letter");
}

/* The URL of a simple index in its one form. */
static enum status take_url(struct settings *s, struct arena *a, struct bytes text, const char **ret, struct diag *d)
{
	struct url url;
	enum status status = settings_url(s, a, text, &url, d);
	if (status)
		return status;
	if (url.query.data)
		return fail(d, ERR_USAGE, 0, "takes the URL of a simple index, which has no '?'");
	const char *plain = url_text(&url, a);
	*ret = bytes_ends(bytes_of(plain), BYTES("/")) ? plain : arena_printf(a, "%s/", plain);
	return OK;
}

enum status settings_index_default(struct settings *s, struct arena *a, struct bytes url, struct diag *d)
{
	return take_url(s, a, url, &s->index_url, d);
}

enum status settings_index_add(struct settings *s, struct arena *a, struct bytes name, struct bytes url, struct diag *d)
{
	struct settings_index fresh = { .name = arena_string(a, name), .layer = s->making.layer };
	enum status status = settings_index_name(name, d);
	if (status == OK)
		status = take_url(s, a, url, &fresh.url, d);
	if (status)
		return status;
	for (size_t i = 0; i < s->making.n_indexes; i++) {
		struct settings_index *old = &s->making.indexes[i];
		if (!settings_index_same(old->name, fresh.name))
			continue;
		if (old->layer == fresh.layer && strcmp(old->url, fresh.url) != 0)
			return fail(d, ERR_USAGE, 0, "the index '%s' is there twice: '%s' and '%s'", fresh.name, old->url, fresh.url);
		*old = fresh;
		return OK;
	}
	s->making.indexes = arena_grow(a, s->making.indexes, s->making.n_indexes, sizeof fresh);
	s->making.indexes[s->making.n_indexes++] = fresh;
	return OK;
}

enum status settings_index_map(struct settings *s, struct arena *a, struct bytes pattern, struct bytes name, struct diag *d)
{
	struct settings_mapping fresh = { .index = arena_string(a, name), .layer = s->making.layer };
	enum status status = index_pattern_parse(pattern, a, &fresh.pattern, d);
	if (status == OK)
		status = settings_index_name(name, d);
	if (status)
		return status;
	for (size_t i = 0; i < s->making.n_mappings; i++) {
		struct settings_mapping *old = &s->making.mappings[i];
		if (strcmp(old->pattern, fresh.pattern) != 0)
			continue;
		if (old->layer == fresh.layer && !settings_index_same(old->index, fresh.index)) {
			(void)fail(d, ERR_USAGE, 0, "'%s' is given to two indexes, '%s' and '%s'", fresh.pattern, old->index,
				   fresh.index);
			return remedy(d, "each name has exactly one index: take it from one of them, or use a longer pattern");
		}
		*old = fresh;
		return OK;
	}
	s->making.mappings = arena_grow(a, s->making.mappings, s->making.n_mappings, sizeof fresh);
	s->making.mappings[s->making.n_mappings++] = fresh;
	return OK;
}

struct bytes *settings_names(const struct strings *list, struct arena *a)
{
	struct bytes *names = ARENA_ARRAY(a, struct bytes, list->n + 1);
	for (size_t i = 0; i < list->n; i++)
		names[i] = bytes_of(list->items[i]);
	return names;
}

static size_t find_place(const struct settings *s, const char *name)
{
	size_t i = 0;
	while (i < s->n_places && !settings_index_same(s->places[i].name, name))
		i++;
	return i;
}

static enum status check_default(const struct settings *s, struct diag *d)
{
	for (size_t i = 1; i < s->n_places; i++)
		if (settings_index_same(s->places[i].name, s->places[0].name))
			return fail(d, ERR_USAGE, 0, "two indexes are called '%s': '%s', the default, and '%s'", s->places[i].name,
				    s->places[0].url ? s->places[0].url : "none", s->places[i].url);
	return OK;
}

/* An index with a registry's name is asked about that one's files, whatever is not taken from it (cli/publish_target.h). */
static bool is_of_registry(const struct settings *s, const char *name, struct arena *a)
{
	const char *const words[] = { s->publish.registry, s->respond.registry };
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i] && settings_index_same(words[i], name))
			return true;
	for (size_t i = 0; i < s->publish.registries.n; i++) {
		struct bytes url = bytes_of(s->publish.registries.items[i]), own = bytes_cut(&url, '=');
		if (settings_index_same(arena_string(a, own), name))
			return true;
	}
	return false;
}

enum status settings_index_finish(struct settings *s, struct arena *a, struct diag *d)
{
	s->places = ARENA_ARRAY(a, struct index_place, s->making.n_indexes + 1);
	s->rules = ARENA_ARRAY(a, struct index_rule, s->making.n_mappings + 1);
	s->n_places = s->n_rules = 0;
	s->places[s->n_places++] = (struct index_place){ s->index_name ? s->index_name : "DEFAULT", s->index_url };
	for (size_t i = 0; i < s->making.n_indexes; i++)
		s->places[s->n_places++] = (struct index_place){ s->making.indexes[i].name, s->making.indexes[i].url };
	enum status status = check_default(s, d);
	for (size_t i = 0; status == OK && i < s->making.n_mappings; i++) {
		size_t place = find_place(s, s->making.mappings[i].index);
		if (place == s->n_places) {
			(void)fail(d, ERR_USAGE, 0, "index.packages gives '%s' to the index '%s', and there is none of that name",
				   s->making.mappings[i].pattern, s->making.mappings[i].index);
			return remedy(d, "say where it is: --index %s=URL, or [[index]] in hwb.toml", s->making.mappings[i].index);
		}
		s->rules[s->n_rules++] = (struct index_rule){ s->making.mappings[i].pattern, place };
	}
	for (size_t i = 1; status == OK && i < s->n_places; i++) {
		size_t k = 0;
		while (k < s->n_rules && s->rules[k].place != i)
			k++;
		if (k == s->n_rules && !is_of_registry(s, s->places[i].name, a))
			settings_warn(s, a, "the index '%s' is asked for nothing: index.packages says which names are its own",
				      s->places[i].name);
	}
	return status;
}

struct index_options settings_asking(const struct settings *s)
{
	return (struct index_options){
		.cache_path = s->cache_dir,
		.ca_file = s->ca_file,
		.proxy_url = s->proxy_url,
		.http_hosts = s->http_hosts.items,
		.n_http_hosts = s->http_hosts.n,
		.credentials = s->credentials,
		.n_credentials = s->n_credentials,
	};
}
