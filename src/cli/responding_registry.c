#include "cli/responding_registry.h"

#include "base/cleanup.h"
#include "cli/publish_target.h"
#include "cli/pypirc.h"
#include "cli/settings_parts.h"

static bool is_url(struct bytes text)
{
	return bytes_search(text, BYTES("://")) < text.size;
}

/* A file of other tools may have a password in a URL. */
static const char *without_password(const char *url, struct arena *a)
{
	struct url parsed;
	if (url_parse(bytes_of(url), a, &parsed, NULL) == OK)
		return url_text(&parsed, a);
	return arena_string(a, url_for_log(bytes_of(url), a));
}

struct registry_meant registry_meant_find(const struct settings *s, const char *word, struct arena *a)
{
	struct diag d = { 0 };
	struct pypirc_section section = { 0 };
	struct registry_meant m = { .word = word };
	if (!word)
		return m;
	if (is_url(bytes_of(word))) {
		m.upload_url = word;
		return m;
	}
	m.index_url = publish_target_index(s, word);
	m.upload_url = publish_target_url(s, word, a);
	if (m.upload_url)
		return m;
	/* A password in there is for `hwb publish` to refuse: it may be the one that leaked. */
	enum status status = pypirc_load(s->user_home, word, a, &section, &d);
	if (section.repository)
		m.upload_url = without_password(section.repository, a);
	if (status && status != ERR_ABSENT)
		m.unread = arena_string(a, bytes_of(d.text));
	return m;
}

/* A URL, or a host alone. */
static bool host_is(struct bytes text, const char *host)
{
	CLEANUP(arena_done) struct arena a;
	struct url url;
	arena_init(&a);
	if (url_parse(text, &a, &url, NULL))
		return bytes_equal_nocase(text, bytes_of(host));
	return bytes_equal_nocase(bytes_of(url.host), bytes_of(host));
}

static bool same_origin(struct bytes x, struct bytes y)
{
	CLEANUP(arena_done) struct arena a;
	struct url first, second;
	arena_init(&a);
	return url_parse(x, &a, &first, NULL) == OK && url_parse(y, &a, &second, NULL) == OK && url_same_origin(&first, &second);
}

/* As `hwb publish` writes it to the log, without the '/' at its end. */
static struct bytes spelling(struct bytes place, struct arena *a)
{
	struct url url;
	if (url_parse(place, a, &url, NULL) == OK)
		place = bytes_of(url_text(&url, a));
	while (bytes_ends(place, BYTES("/")))
		place.size--;
	return place;
}

static bool same_place(const char *x, struct bytes y)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	return bytes_equal(spelling(bytes_of(x), &a), spelling(y, &a));
}

const char *registry_spelling(const char *logged, struct arena *a)
{
	return arena_string(a, spelling(bytes_of(logged), a));
}

bool registry_word_is_known(const struct settings *s, const struct registry_meant *m)
{
	size_t n;
	const struct registry_kind *k = registry_kinds(&n);
	bool is_known = m->upload_url || m->index_url;
	for (size_t i = 0; !is_known && i < n; i++)
		is_known = k[i].word && (host_is(bytes_of(k[i].upload_url), m->word) || host_is(bytes_of(k[i].check_url), m->word));
	for (size_t i = 0; !is_known && i < s->n_places; i++)
		is_known = s->places[i].url && host_is(bytes_of(s->places[i].url), m->word);
	for (size_t i = 0; !is_known && i < s->publish.registries.n; i++) {
		struct bytes url = bytes_of(s->publish.registries.items[i]);
		(void)bytes_cut(&url, '=');
		is_known = host_is(url, m->word);
	}
	return is_known;
}

/* What an index was asked with is an origin in the log. */
static bool is_origin(struct bytes url)
{
	size_t at = bytes_search(url, BYTES("://"));
	return at < url.size && bytes_find(bytes_from(url, at + 3), '/') == url.size - at - 3;
}

bool registry_is_meant(const struct registry_meant *m, struct bytes logged)
{
	struct bytes upload = bytes_of(m->upload_url ? m->upload_url : "");
	struct bytes index = bytes_of(m->index_url ? m->index_url : "");
	const struct registry_kind *k = registry_kind_of(upload);
	if (!m->upload_url)
		return m->index_url ? same_origin(index, logged) : host_is(logged, m->word);
	if (k && k->word) /* nothing else is on that host */
		return host_is(logged, k->host);
	return same_place(m->upload_url, logged) ||
	       (is_origin(logged) && (same_origin(upload, logged) || same_origin(index, logged)));
}

/* The index of the name that a registry has in -r, in publish.registries, or built in; NULL: no name of it has one. */
static const char *index_of_name(const struct settings *s, const struct registry_meant *m, const char *logged, struct arena *a)
{
	size_t n;
	const struct registry_kind *k = registry_kinds(&n);
	const char *index = NULL;
	if (m->index_url && (m->upload_url ? same_place(m->upload_url, bytes_of(logged)) : strcmp(m->word, logged) == 0))
		return m->index_url;
	for (size_t i = 0; !index && i < s->publish.registries.n; i++) {
		struct bytes url = bytes_of(s->publish.registries.items[i]), name = bytes_cut(&url, '=');
		if (same_place(logged, url))
			index = publish_target_index(s, arena_string(a, name));
	}
	for (size_t i = 0; !index && i < n; i++)
		if (k[i].word && same_place(logged, bytes_of(k[i].upload_url)))
			index = publish_target_index(s, k[i].word);
	return index;
}

static const char *with_slash(const char *url, struct arena *a)
{
	return bytes_ends(bytes_of(url), BYTES("/")) ? url : arena_printf(a, "%s/", url);
}

const char *index_word_name(enum index_word word)
{
	static const char *const names[] = { [INDEX_UNKNOWN] = NULL, [INDEX_BY_FLAG] = "flag",      [INDEX_BY_NAME] = "name",
					     [INDEX_BY_LOG] = "log", [INDEX_BUILT_IN] = "built-in", [INDEX_BY_SHAPE] = "shape" };
	return names[word];
}

/* What hwb makes of the upload URL alone. */
static struct registry_index of_kind(const char *logged, struct arena *a)
{
	struct registry r;
	if (registry_at(logged, NULL, NULL, a, &r, NULL) || !r.check_url)
		return (struct registry_index){ NULL, INDEX_UNKNOWN };
	return (struct registry_index){ r.check_url, r.check_is_guess ? INDEX_BY_SHAPE : INDEX_BUILT_IN };
}

struct registry_index registry_index_find(const struct settings *s, const struct registry_meant *m, const char *logged,
					  const char *logged_index, struct arena *a)
{
	struct url url;
	const char *index = index_of_name(s, m, logged, a);
	struct registry_index kind = of_kind(logged, a);
	if (index)
		return (struct registry_index){ with_slash(index, a), INDEX_BY_NAME };
	if (!logged_index || url_parse(bytes_of(logged_index), a, &url, NULL))
		return kind;
	/* `hwb publish` guesses as well, and then the log has no more than its guess. */
	if (kind.url && same_place(kind.url, bytes_of(logged_index)))
		return kind;
	return (struct registry_index){ with_slash(url_text(&url, a), a), INDEX_BY_LOG };
}
