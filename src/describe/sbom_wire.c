/* The record of a model between hwb-parse and hwb. */
#include "describe/sbom.h"
#include "format/spdx_expression.h"
#include "python/name.h"

/* ---- out ---- */

static void put_digest(struct buf *out, bool is_there, const struct sha256 *digest)
{
	wire_put_bytes(out, is_there ? bytes_make(digest->bytes, sizeof digest->bytes) : (struct bytes){ NULL, 0 });
}

static void put_texts(struct buf *out, const struct bytes *texts, size_t n)
{
	wire_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_bytes(out, texts[i]);
}

static void put_component(struct buf *out, const struct sbom_component *c)
{
	const struct bytes texts[] = { c->name,   c->version, c->purl, c->location, c->url, c->stated_by, c->licence_expression,
				       c->licence };
	wire_put_u32(out, c->role);
	for (size_t i = 0; i < COUNT(texts); i++)
		wire_put_bytes(out, texts[i]);
	put_digest(out, c->has_digest, &c->digest);
}

void sbom_put_record(const struct sbom *s, struct buf *out)
{
	const struct bytes texts[] = { s->file_name,  s->name,          s->version,       s->licence_expression,
				       s->source_url, s->source_commit, s->source_archive };
	for (size_t i = 0; i < COUNT(texts); i++)
		wire_put_bytes(out, texts[i]);
	put_digest(out, s->has_digest, &s->digest);
	put_digest(out, s->has_tree, &s->tree);
	put_digest(out, s->has_archive, &s->archive);
	put_texts(out, s->licences, s->n_licences);
	put_texts(out, s->unread, s->n_unread);
	wire_put_u32(out, (uint32_t)s->n_authors);
	for (size_t i = 0; i < s->n_authors; i++) {
		wire_put_bytes(out, s->authors[i].name);
		wire_put_bytes(out, s->authors[i].email);
	}
	wire_put_u32(out, (uint32_t)s->n_links);
	for (size_t i = 0; i < s->n_links; i++) {
		wire_put_string(out, s->links[i].type);
		wire_put_bytes(out, s->links[i].label);
		wire_put_bytes(out, s->links[i].url);
	}
	wire_put_u32(out, (uint32_t)s->n_requires);
	for (size_t i = 0; i < s->n_requires; i++) {
		wire_put_bytes(out, s->requires[i].name);
		wire_put_u32(out, s->requires[i].is_optional);
		put_texts(out, s->requires[i].texts, s->requires[i].n_texts);
	}
	wire_put_u32(out, (uint32_t)s->n_components);
	for (size_t i = 0; i < s->n_components; i++)
		put_component(out, &s->components[i]);
	wire_put_u32(out, (uint32_t)s->n_vulnerabilities);
	for (size_t i = 0; i < s->n_vulnerabilities; i++) {
		const struct sbom_vulnerability *v = &s->vulnerabilities[i];
		wire_put_bytes(out, v->id);
		wire_put_bytes(out, v->about);
		wire_put_bytes(out, v->fixed);
		wire_put_bytes(out, v->ignored);
		put_texts(out, v->aliases, v->n_aliases);
	}
	wire_put_u64(out, (uint64_t)s->timestamp);
	wire_put_u32(out, s->is_of_build);
	wire_put_u32(out, s->has_tools);
}

/* ---- in ---- */

static void require(struct wire *w, bool condition)
{
	if (!condition)
		w->bad = true;
}

/* Absent, or UTF-8 without a NUL. */
static struct bytes get_text(struct wire *w, struct arena *a)
{
	struct bytes b = wire_get_bytes(w);
	require(w, b.size <= SBOM_TEXT_MAX && bytes_is_utf8(b) && bytes_find(b, '\0') == b.size);
	return w->bad || !b.size ? (struct bytes){ NULL, 0 } : arena_copy(a, b);
}

/* A text that is absent or valid. */
static struct bytes get_valid(struct wire *w, struct arena *a, bool (*is_valid)(struct bytes))
{
	struct bytes b = get_text(w, a);
	require(w, !b.size || is_valid(b));
	return b;
}

static bool get_digest(struct wire *w, struct sha256 *ret)
{
	struct bytes b = wire_get_bytes(w);
	require(w, b.size == 0 || b.size == sizeof ret->bytes);
	if (w->bad || !b.size)
		return false;
	bytes_copy(ret->bytes, b);
	return true;
}

static bool get_bool(struct wire *w)
{
	uint32_t n = wire_get_u32(w);
	require(w, n <= 1);
	return n == 1;
}

/* 0 when it is bad: nothing is allocated for a lie. */
static size_t get_count(struct wire *w, size_t min_size, size_t max)
{
	size_t n = wire_get_count(w, min_size);
	require(w, n <= max);
	return w->bad ? 0 : n;
}

static struct bytes *get_texts(struct wire *w, struct arena *a, size_t max, size_t *ret_n)
{
	size_t n = get_count(w, 4, max);
	struct bytes *all = ARENA_ARRAY(a, struct bytes, n + 1);
	for (size_t i = 0; i < n; i++) {
		all[i] = get_text(w, a);
		require(w, all[i].size);
	}
	*ret_n = w->bad ? 0 : n;
	return all;
}

static void get_people(struct wire *w, struct arena *a, struct sbom *s)
{
	size_t n = get_count(w, 8, SBOM_LIST_MAX);
	struct sbom_author *authors = ARENA_ARRAY(a, struct sbom_author, n + 1);
	for (size_t i = 0; i < n; i++) {
		authors[i].name = get_text(w, a);
		authors[i].email = get_valid(w, a, sbom_email_is_valid);
		require(w, authors[i].name.size || authors[i].email.size);
	}
	s->authors = authors;
	s->n_authors = n;
}

static void get_links(struct wire *w, struct arena *a, struct sbom *s)
{
	size_t n = get_count(w, 12, SBOM_LIST_MAX);
	struct sbom_link *links = ARENA_ARRAY(a, struct sbom_link, n + 1);
	for (size_t i = 0; i < n; i++) {
		links[i].type = sbom_link_type_find(wire_get_bytes(w));
		links[i].label = get_text(w, a);
		links[i].url = get_text(w, a);
		require(w, links[i].type && sbom_url_is_valid(links[i].url));
	}
	s->links = links;
	s->n_links = n;
}

static void get_requires(struct wire *w, struct arena *a, struct sbom *s)
{
	size_t n = get_count(w, 12, SBOM_REQUIRES_MAX);
	struct sbom_requirement *requires = ARENA_ARRAY(a, struct sbom_requirement, n + 1);
	for (size_t i = 0; i < n; i++) {
		requires[i].name = get_text(w, a);
		requires[i].is_optional = get_bool(w);
		requires[i].texts = get_texts(w, a, SBOM_REQUIRES_MAX, &requires[i].n_texts);
		require(w, name_is_normalized(requires[i].name) && requires[i].n_texts);
		require(w, i == 0 || bytes_compare(requires[i - 1].name, requires[i].name) < 0);
	}
	s->requires = requires;
	s->n_requires = n;
}

static bool is_expression(struct bytes text)
{
	return spdx_expression_check(text, NULL) == OK;
}

static void get_component(struct wire *w, struct arena *a, struct sbom *s)
{
	struct sbom_component c = { .role = SBOM_VENDORED };
	uint32_t role = wire_get_u32(w);
	require(w, role < N_SBOM_ROLES);
	c.role = w->bad ? SBOM_VENDORED : (enum sbom_role)role;
	c.name = get_text(w, a);
	c.version = get_text(w, a);
	c.purl = get_valid(w, a, sbom_purl_is_valid);
	c.location = get_text(w, a);
	c.url = get_valid(w, a, sbom_url_is_valid);
	c.stated_by = get_text(w, a);
	c.licence_expression = get_valid(w, a, is_expression);
	c.licence = get_text(w, a);
	c.has_digest = get_digest(w, &c.digest);
	require(w, c.name.size);
	if (!w->bad)
		require(w, sbom_add(s, a, &c));
}

static void get_vulnerabilities(struct wire *w, struct arena *a, struct sbom *s)
{
	size_t n = get_count(w, 20, SBOM_VULNERABILITIES_MAX);
	for (size_t i = 0; i < n && !w->bad; i++) {
		struct sbom_vulnerability v = { .id = get_valid(w, a, sbom_id_is_valid) };
		v.about = get_valid(w, a, sbom_purl_is_valid);
		v.fixed = get_text(w, a);
		v.ignored = get_text(w, a);
		v.aliases = get_texts(w, a, SBOM_LIST_MAX, &v.n_aliases);
		for (size_t k = 0; k < v.n_aliases; k++)
			require(w, sbom_id_is_valid(v.aliases[k]));
		require(w, v.id.size && v.about.size);
		(void)sbom_add_vulnerability(s, a, &v);
	}
}

void sbom_get_record(struct wire *w, struct arena *a, struct sbom *ret)
{
	struct sbom s = { .file_name = get_text(w, a) };
	s.name = get_text(w, a);
	s.version = get_text(w, a);
	s.licence_expression = get_valid(w, a, is_expression);
	s.source_url = get_valid(w, a, sbom_url_is_valid);
	s.source_commit = get_text(w, a);
	s.source_archive = get_text(w, a);
	s.has_digest = get_digest(w, &s.digest);
	s.has_tree = get_digest(w, &s.tree);
	s.has_archive = get_digest(w, &s.archive);
	s.licences = get_texts(w, a, SBOM_LIST_MAX, &s.n_licences);
	s.unread = get_texts(w, a, SBOM_LIST_MAX, &s.n_unread);
	get_people(w, a, &s);
	get_links(w, a, &s);
	get_requires(w, a, &s);
	size_t n = get_count(w, 40, SBOM_COMPONENTS_MAX);
	for (size_t i = 0; i < n && !w->bad; i++)
		get_component(w, a, &s);
	get_vulnerabilities(w, a, &s);
	uint64_t timestamp = wire_get_u64(w);
	require(w, timestamp < UINT64_C(253402300800)); /* the year 10000 has no date in RFC 3339 */
	s.timestamp = (int64_t)timestamp;
	s.is_of_build = get_bool(w);
	s.has_tools = get_bool(w);
	require(w, name_is_valid(s.name) && s.version.size);
	sbom_settle(&s, a);
	*ret = w->bad ? (struct sbom){ .n_components = 0 } : s;
}
