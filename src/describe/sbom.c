#include "describe/sbom.h"

#include "base/encode.h"
#include "python/name.h"

static const char *const role_names[N_SBOM_ROLES] = {
	[SBOM_VENDORED] = "vendored",
	[SBOM_BUILD_DEPENDENCY] = "build-dependency",
	[SBOM_INTERPRETER] = "interpreter",
	[SBOM_TOOL] = "tool",
};

const char *sbom_role_name(enum sbom_role role)
{
	return role_names[role];
}

/* ---- texts that others have rules for ---- */

/* purl-spec, "Character encoding". */
static void put_encoded(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (byte_is_alnum(text.data[i]) || (text.data[i] && strchr("-._~", text.data[i])))
			buf_add_byte(out, text.data[i]);
		else
			buf_printf(out, "%%%02X", text.data[i]);
}

static void put_purl(const char *type, struct bytes name, struct bytes version, struct buf *out)
{
	buf_printf(out, "pkg:%s/", type);
	put_encoded(out, name);
	if (version.size) {
		buf_add_byte(out, '@');
		put_encoded(out, version);
	}
}

struct bytes sbom_purl_pypi(struct bytes name, struct bytes version, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 3 * (name.size + version.size) + 256);
	put_purl("pypi", name_normalize(name, a), version, &out);
	return arena_copy(a, buf_bytes(&out));
}

struct bytes sbom_purl_qualified(struct bytes purl, const char *qualifier, struct bytes url, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, purl.size + strlen(qualifier) + 3 * url.size + 256);
	buf_add(&out, purl);
	buf_printf(&out, "?%s=", qualifier);
	put_encoded(&out, url);
	return arena_copy(a, buf_bytes(&out));
}

struct bytes sbom_purl_generic(struct bytes name, struct bytes version, const struct sha256 *digest, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	char hex[SHA256_TEXT_SIZE];
	buf_init(&out, 3 * (name.size + version.size) + 256);
	put_purl("generic", name, version, &out);
	if (digest) {
		sha256_text(digest, hex);
		buf_printf(&out, "?checksum=sha256:%s", hex);
	}
	return arena_copy(a, buf_bytes(&out));
}

static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return true;
}

bool sbom_purl_is_valid(struct bytes purl)
{
	return bytes_starts(purl, BYTES("pkg:")) && purl.size < 4096 && is_printable(purl);
}

static bool is_escape(struct bytes rest)
{
	unsigned char byte;
	return rest.size >= 3 && hex_parse(bytes_part(rest, 1, 2), &byte, 1) == OK;
}

bool sbom_url_is_valid(struct bytes url)
{
	bool is_https = bytes_starts(url, BYTES("https://"));
	struct bytes rest = bytes_from(url, is_https ? 8 : 7), host = rest;
	if ((!is_https && !bytes_starts(url, BYTES("http://"))) || url.size > 8192)
		return false;
	for (size_t i = 0; i < host.size; i++)
		if (strchr("/?#", host.data[i]) && host.data[i])
			host.size = i;
	if (!host.size || bytes_find(host, '@') < host.size)
		return false;
	bool has_fragment = false;
	for (size_t i = 0; i < rest.size; i++) {
		unsigned char c = rest.data[i];
		if (c == '%' ? !is_escape(bytes_from(rest, i)) : !byte_is_alnum(c) && (!c || !strchr("-._~:/?#@!$&'()*+,;=", c)))
			return false;
		if (c == '#' && has_fragment)
			return false;
		has_fragment |= c == '#';
	}
	return true;
}

/* What RFC 5321 calls a dot-string and a domain: anything more is rare, and a reader may refuse it. */
bool sbom_email_is_valid(struct bytes email)
{
	size_t at = bytes_find(email, '@');
	if (at == 0 || at + 1 >= email.size || email.size > 320 || bytes_find_last(email, '@') != at)
		return false;
	for (size_t i = 0; i < email.size; i++)
		if (!byte_is_alnum(email.data[i]) && (!email.data[i] || !strchr("@.!#$%&'*+-/=?^_`{|}~", email.data[i])))
			return false;
	return true;
}

bool sbom_id_is_valid(struct bytes id)
{
	enum { ID_MAX = 200 };
	for (size_t i = 0; i < id.size; i++)
		if (!byte_is_alnum(id.data[i]) && !strchr("-._:", id.data[i]))
			return false;
	return id.size > 0 && id.size <= ID_MAX && bytes_find(id, '\0') == id.size;
}

bool sbom_add_vulnerability(struct sbom *s, struct arena *a, const struct sbom_vulnerability *v)
{
	if (s->n_vulnerabilities == SBOM_VULNERABILITIES_MAX)
		return false;
	s->vulnerabilities = arena_grow(a, s->vulnerabilities, s->n_vulnerabilities, sizeof *s->vulnerabilities);
	s->vulnerabilities[s->n_vulnerabilities++] = *v;
	return true;
}

/* packaging.python.org, "Well-known labels": compared without punctuation, blanks and case. */
static const struct {
	const char *label, *type;
} link_types[] = {
	{ "homepage", "website" },
	{ "source", "vcs" },
	{ "repository", "vcs" },
	{ "sourcecode", "vcs" },
	{ "github", "vcs" },
	{ "download", "distribution" },
	{ "changelog", "release-notes" },
	{ "changes", "release-notes" },
	{ "whatsnew", "release-notes" },
	{ "history", "release-notes" },
	{ "releasenotes", "release-notes" },
	{ "documentation", "documentation" },
	{ "docs", "documentation" },
	{ "issues", "issue-tracker" },
	{ "bugs", "issue-tracker" },
	{ "issue", "issue-tracker" },
	{ "tracker", "issue-tracker" },
	{ "issuetracker", "issue-tracker" },
	{ "bugtracker", "issue-tracker" },
	{ "mailinglist", "mailing-list" },
	{ "chat", "chat" },
	{ "", "other" },
};

static bool is_label(struct bytes label, const char *want)
{
	for (size_t i = 0; i < label.size; i++)
		if (byte_is_alnum(label.data[i]) && byte_lower(label.data[i]) != (unsigned char)*want++)
			return false;
	return !*want;
}

const char *sbom_link_type(struct bytes label)
{
	for (size_t i = 0; i + 1 < COUNT(link_types); i++)
		if (is_label(label, link_types[i].label))
			return link_types[i].type;
	return "other";
}

const char *sbom_link_type_find(struct bytes type)
{
	for (size_t i = 0; i < COUNT(link_types); i++)
		if (bytes_equal(type, bytes_of(link_types[i].type)))
			return link_types[i].type;
	return NULL;
}

/* ---- the list of components ---- */

bool sbom_add(struct sbom *s, struct arena *a, const struct sbom_component *c)
{
	if (s->n_components >= SBOM_COMPONENTS_MAX || !c->name.size)
		return false;
	s->components = arena_grow(a, s->components, s->n_components, sizeof *c);
	s->components[s->n_components++] = *c;
	return true;
}

/* A file by its path; what has none by its purl, or by name and version. */
static struct bytes make_ref(const struct sbom_component *c, struct arena *a)
{
	const char *role = sbom_role_name(c->role);
	if (c->location.size && c->role != SBOM_INTERPRETER)
		return bytes_of(arena_printf(a, "hwb:%s:%.*s", role, BYTES_ARG(c->location)));
	if (c->purl.size)
		return bytes_of(arena_printf(a, "hwb:%s:%.*s", role, BYTES_ARG(c->purl)));
	return bytes_of(arena_printf(a, "hwb:%s:%.*s@%.*s", role, BYTES_ARG(c->name), BYTES_ARG(c->version)));
}

/* What hwb saw comes before the word of others about the same. */
static int compare_components(const void *x, const void *y)
{
	const struct sbom_component *a = x, *b = y;
	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	int order = bytes_compare(a->ref, b->ref);
	if (order == 0)
		order = bytes_compare(a->stated_by, b->stated_by);
	if (order == 0)
		order = bytes_compare(a->version, b->version);
	return order ? order : memcmp(&a->digest, &b->digest, sizeof a->digest);
}

void sbom_settle(struct sbom *s, struct arena *a)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_components; i++)
		s->components[i].ref = make_ref(&s->components[i], a);
	if (s->n_components)
		qsort(s->components, s->n_components, sizeof *s->components, compare_components);
	for (size_t i = 0; i < s->n_components; i++)
		if (n == 0 || !bytes_equal(s->components[n - 1].ref, s->components[i].ref))
			s->components[n++] = s->components[i];
	s->n_components = n;
}

static void map_list(struct bytes *texts, size_t n, sbom_map *map, void *context)
{
	for (size_t i = 0; i < n; i++)
		texts[i] = map(context, texts[i]);
}

static void map_valid(struct bytes *text, bool (*is_valid)(struct bytes), sbom_map *map, void *context)
{
	if (text->size)
		*text = map(context, *text);
	if (text->size && !is_valid(*text))
		*text = (struct bytes){ NULL, 0 };
}

static void map_links(struct sbom *s, sbom_map *map, void *context)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_links; i++) {
		struct sbom_link one = s->links[i];
		one.label = map(context, one.label);
		map_valid(&one.url, sbom_url_is_valid, map, context);
		if (one.url.size)
			s->links[n++] = one;
	}
	s->n_links = n;
}

static void map_authors(struct sbom *s, sbom_map *map, void *context)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_authors; i++) {
		struct sbom_author one = { map(context, s->authors[i].name), s->authors[i].email };
		map_valid(&one.email, sbom_email_is_valid, map, context);
		if (one.name.size || one.email.size)
			s->authors[n++] = one;
	}
	s->n_authors = n;
}

static void map_component(struct sbom_component *c, sbom_map *map, void *context)
{
	struct bytes *const texts[] = { &c->name, &c->version, &c->location, &c->stated_by, &c->licence };
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i]->size)
			*texts[i] = map(context, *texts[i]);
	map_valid(&c->purl, sbom_purl_is_valid, map, context);
	map_valid(&c->url, sbom_url_is_valid, map, context);
}

void sbom_map_texts(struct sbom *s, sbom_map *map, void *context)
{
	map_list(s->licences, s->n_licences, map, context);
	map_list(s->unread, s->n_unread, map, context);
	map_links(s, map, context);
	map_authors(s, map, context);
	map_valid(&s->source_url, sbom_url_is_valid, map, context);
	s->source_commit = map(context, s->source_commit);
	s->source_archive = map(context, s->source_archive);
	for (size_t i = 0; i < s->n_requires; i++)
		map_list(s->requires[i].texts, s->requires[i].n_texts, map, context);
	for (size_t i = 0; i < s->n_components; i++)
		map_component(&s->components[i], map, context);
	for (size_t i = 0; i < s->n_vulnerabilities; i++) {
		s->vulnerabilities[i].fixed = map(context, s->vulnerabilities[i].fixed);
		s->vulnerabilities[i].ignored = map(context, s->vulnerabilities[i].ignored);
	}
}
