/* CycloneDX in, for hwb-parse: the SBOMs that a wheel carries (auditwheel's, maturin's, hwb's own) and those of a report of hwb. */
#include "base/clock.h"
#include "describe/cyclonedx.h"
#include "describe/sbom.h"
#include "format/json.h"
#include "format/spdx_expression.h"
#include "python/name.h"

/* Components lie in components; nobody goes deeper than a workspace in a bundle. */
enum { NESTED_MAX = 16 };

struct reading {
	struct arena *arena;
	struct sbom *sbom;
	struct bytes subject_ref, subject_purl;
	size_t n_requires;
	struct sbom_requirement *requires;
};

/* ---- values ---- */

static struct bytes text_of(const struct json *object, const char *key)
{
	const struct json *value = json_find(object, key);
	bool fits = value && value->type == JSON_TYPE_STRING && value->string.size <= SBOM_TEXT_MAX;
	return fits ? value->string : (struct bytes){ NULL, 0 };
}

static const struct json *list_of(const struct json *object, const char *key)
{
	static const struct json none = { .type = JSON_TYPE_ARRAY };
	const struct json *value = json_find(object, key);
	return value && value->type == JSON_TYPE_ARRAY ? value : &none;
}

/* The value of the first property of that name. */
static struct bytes property(const struct json *object, const char *name)
{
	for (JSON_EACH(item, list_of(object, "properties")))
		if (bytes_equal(text_of(item, "name"), bytes_of(name)))
			return text_of(item, "value");
	return (struct bytes){ NULL, 0 };
}

static bool digest_property(const struct json *object, const char *name, struct sha256 *ret)
{
	return sha256_parse(property(object, name), ret) == OK;
}

static struct bytes *properties(struct reading *r, const struct json *object, const char *name, size_t max, size_t *ret_n)
{
	struct bytes *all = NULL;
	size_t n = 0;
	for (JSON_EACH(item, list_of(object, "properties"))) {
		struct bytes value = text_of(item, "value");
		if (!value.size || n == max || !bytes_equal(text_of(item, "name"), bytes_of(name)))
			continue;
		all = arena_grow(r->arena, all, n, sizeof *all);
		all[n++] = value;
	}
	*ret_n = n;
	return all;
}

static struct bytes join(struct bytes a, struct bytes b, struct arena *arena)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, a.size + b.size + 2);
	buf_add(&out, a);
	buf_add(&out, BYTES("; "));
	buf_add(&out, b);
	return arena_copy(arena, buf_bytes(&out));
}

static bool find_digest(const struct json *component, struct sha256 *ret)
{
	for (JSON_EACH(hash, list_of(component, "hashes")))
		if (bytes_equal(text_of(hash, "alg"), BYTES("SHA-256")))
			return sha256_parse(text_of(hash, "content"), ret) == OK;
	return false;
}

static struct bytes valid_or_none(bool (*is_valid)(struct bytes), struct bytes text)
{
	return is_valid(text) ? text : (struct bytes){ NULL, 0 };
}

/* ---- the wheel itself ---- */

static void read_authors(struct reading *r, const struct json *subject)
{
	struct sbom_author *all = NULL;
	size_t n = 0;
	for (JSON_EACH(item, list_of(subject, "authors"))) {
		struct sbom_author one = { text_of(item, "name"), valid_or_none(sbom_email_is_valid, text_of(item, "email")) };
		if (n == SBOM_LIST_MAX || (!one.name.size && !one.email.size))
			continue;
		all = arena_grow(r->arena, all, n, sizeof *all);
		all[n++] = one;
	}
	r->sbom->authors = all;
	r->sbom->n_authors = n;
}

static void read_licences(struct reading *r, const struct json *subject)
{
	struct bytes *all = NULL;
	size_t n = 0;
	for (JSON_EACH(item, list_of(subject, "licenses"))) {
		struct bytes expression = text_of(item, "expression"), name = text_of(json_find(item, "license"), "name");
		if (expression.size && spdx_expression_check(expression, NULL) == OK)
			r->sbom->licence_expression = expression;
		if (!name.size || n == SBOM_LIST_MAX)
			continue;
		all = arena_grow(r->arena, all, n, sizeof *all);
		all[n++] = name;
	}
	r->sbom->licences = all;
	r->sbom->n_licences = r->sbom->licence_expression.size ? 0 : n;
}

static void read_links(struct reading *r, const struct json *subject)
{
	struct sbom_link *all = NULL;
	size_t n = 0;
	for (JSON_EACH(item, list_of(subject, "externalReferences"))) {
		struct sbom_link one = { sbom_link_type_find(text_of(item, "type")), text_of(item, "comment"), text_of(item, "url") };
		if (n == SBOM_LIST_MAX || !one.type || !sbom_url_is_valid(one.url) || bytes_starts(one.label, BYTES(CDX_OWN_COMMENT)))
			continue;
		all = arena_grow(r->arena, all, n, sizeof *all);
		all[n++] = one;
	}
	r->sbom->links = all;
	r->sbom->n_links = n;
}

static void read_source(struct reading *r, const struct json *subject)
{
	struct sbom *s = r->sbom;
	s->source_url = valid_or_none(sbom_url_is_valid, property(subject, CDX_SOURCE_URL));
	s->source_commit = property(subject, CDX_SOURCE_COMMIT);
	s->source_archive = property(subject, CDX_SOURCE_ARCHIVE);
	s->has_tree = digest_property(subject, CDX_SOURCE_TREE, &s->tree);
	s->has_archive = digest_property(subject, CDX_SOURCE_ARCHIVE_DIGEST, &s->archive);
	s->has_tools = bytes_equal(property(subject, CDX_TOOLS_RECORDED), BYTES("true"));
	s->unread = properties(r, subject, CDX_UNREAD, SBOM_LIST_MAX, &s->n_unread);
}

static void add_requirement(struct reading *r, const struct json *object, struct bytes name, bool is_optional)
{
	struct sbom_requirement one = { .name = name_normalize(name, r->arena), .is_optional = is_optional };
	one.texts = properties(r, object, CDX_REQUIREMENT, SBOM_REQUIRES_MAX, &one.n_texts);
	if (!one.n_texts || !name_is_valid(name) || r->n_requires == SBOM_REQUIRES_MAX)
		return;
	r->requires = arena_grow(r->arena, r->requires, r->n_requires, sizeof one);
	r->requires[r->n_requires++] = one;
}

static void read_subject(struct reading *r, const struct json *subject)
{
	struct sbom *s = r->sbom;
	r->subject_ref = text_of(subject, "bom-ref");
	r->subject_purl = text_of(subject, "purl");
	s->name = text_of(subject, "name");
	s->version = text_of(subject, "version");
	s->file_name = property(subject, CDX_FILE_NAME);
	s->has_digest = find_digest(subject, &s->digest);
	read_authors(r, subject);
	read_licences(r, subject);
	read_links(r, subject);
	read_source(r, subject);
	add_requirement(r, subject, s->name, true);
}

/* ---- components ---- */

static struct bytes find_url(const struct json *component)
{
	for (JSON_EACH(item, list_of(component, "externalReferences")))
		if (bytes_equal(text_of(item, "type"), BYTES("distribution")))
			return valid_or_none(sbom_url_is_valid, text_of(item, "url"));
	return (struct bytes){ NULL, 0 };
}

/* Auditwheel has the wheel among the components too. */
static bool is_subject(const struct reading *r, const struct json *component)
{
	struct bytes ref = text_of(component, "bom-ref"), purl = text_of(component, "purl");
	return (ref.size && bytes_equal(ref, r->subject_ref)) || (purl.size && bytes_equal(purl, r->subject_purl));
}

/* An expression, or an id, which is one; anything else, also several, as names. */
static void read_licence(struct reading *r, const struct json *component, struct sbom_component *c)
{
	const struct json *list = list_of(component, "licenses");
	for (JSON_EACH(item, list)) {
		const struct json *licence = json_find(item, "license");
		struct bytes text = text_of(item, "expression"), id = text_of(licence, "id"), name = text_of(licence, "name");
		text = text.size ? text : id.size ? id : name;
		bool is_expression = list->n_items == 1 && !name.size && text.size && spdx_expression_check(text, NULL) == OK;
		if (is_expression)
			c->licence_expression = text;
		else if (text.size && c->licence.size + text.size < SBOM_TEXT_MAX / 2)
			c->licence = c->licence.size ? join(c->licence, text, r->arena) : text;
	}
}

static void read_component(struct reading *r, const struct json *component)
{
	struct bytes role = property(component, CDX_ROLE), name = text_of(component, "name");
	struct sbom_component c = {
		.role = SBOM_VENDORED,
		.name = name,
		.version = text_of(component, "version"),
		.purl = valid_or_none(sbom_purl_is_valid, text_of(component, "purl")),
		.location = property(component, CDX_LOCATION),
		.stated_by = property(component, CDX_STATED_BY),
		.url = find_url(component),
	};
	if (!name.size || is_subject(r, component))
		return;
	if (bytes_equal(role, BYTES(CDX_ROLE_REQUIREMENT))) {
		add_requirement(r, component, name, bytes_equal(text_of(component, "scope"), BYTES("optional")));
		return;
	}
	for (unsigned i = 0; i < N_SBOM_ROLES; i++)
		if (bytes_equal(role, bytes_of(sbom_role_name((enum sbom_role)i))))
			c.role = (enum sbom_role)i;
	read_licence(r, component, &c);
	c.has_digest = find_digest(component, &c.digest);
	(void)sbom_add(r->sbom, r->arena, &c);
}

/* In the order of the document, those within a component behind it; deeper than NESTED_MAX nobody looks. */
static void read_components(struct reading *r, const struct json *root)
{
	struct {
		const struct json *list;
		size_t at;
	} open[NESTED_MAX] = { { list_of(root, "components"), 0 } };
	for (size_t depth = 1; depth > 0;) {
		if (open[depth - 1].at == open[depth - 1].list->n_items) {
			depth--;
			continue;
		}
		const struct json *component = &open[depth - 1].list->items[open[depth - 1].at++];
		read_component(r, component);
		if (depth < NESTED_MAX) {
			open[depth].list = list_of(component, "components");
			open[depth++].at = 0;
		}
	}
}

static void read_vulnerabilities(struct reading *r, const struct json *root)
{
	for (JSON_EACH(item, list_of(root, "vulnerabilities"))) {
		struct sbom_vulnerability v = {
			.id = text_of(item, "id"),
			.about = property(item, CDX_ABOUT),
			.fixed = property(item, CDX_FIXED),
			.ignored = property(item, CDX_IGNORED),
		};
		/* Another tool's are about what it calls by names of its own. */
		if (!sbom_id_is_valid(v.id) || !sbom_purl_is_valid(v.about))
			continue;
		for (JSON_EACH(reference, list_of(item, "references"))) {
			struct bytes alias = text_of(reference, "id");
			if (v.n_aliases == SBOM_LIST_MAX || !sbom_id_is_valid(alias))
				continue;
			v.aliases = arena_grow(r->arena, v.aliases, v.n_aliases, sizeof *v.aliases);
			v.aliases[v.n_aliases++] = alias;
		}
		(void)sbom_add_vulnerability(r->sbom, r->arena, &v);
	}
}

static int compare_requirements(const void *x, const void *y)
{
	return bytes_compare(((const struct sbom_requirement *)x)->name, ((const struct sbom_requirement *)y)->name);
}

/* One a name: the first in the order of the sort. */
static void take_requirements(struct reading *r)
{
	size_t n = 0;
	if (r->n_requires)
		qsort(r->requires, r->n_requires, sizeof *r->requires, compare_requirements);
	for (size_t i = 0; i < r->n_requires; i++)
		if (n == 0 || !bytes_equal(r->requires[n - 1].name, r->requires[i].name))
	r->requires[n++] = r->requires[i];
	r->sbom->requires = r->requires;
	r->sbom->n_requires = n;
}

enum status sbom_read_cyclonedx_tree(const struct json *root, struct arena *a, struct sbom *ret, struct diag *d)
{
	struct sbom s = { .n_components = 0 };
	struct reading r = { .arena = a, .sbom = &s };
	if (!bytes_equal(text_of(root, "bomFormat"), BYTES("CycloneDX")))
		return fail(d, ERR_FORMAT, 0, "it is no CycloneDX document: it has no bomFormat of that name");
	struct bytes version = text_of(root, "specVersion");
	if (!bytes_starts(version, BYTES("1.")))
		return fail(d, ERR_FORMAT, 0, "it is CycloneDX of another version than 1.x");
	const struct json *metadata = json_find(root, "metadata"), *compositions = list_of(root, "compositions");
	if (clock_parse(text_of(metadata, "timestamp"), &s.timestamp) || s.timestamp < 0)
		s.timestamp = 0;
	read_subject(&r, json_find(metadata, "component"));
	read_components(&r, root);
	read_vulnerabilities(&r, root);
	take_requirements(&r);
	s.is_of_build = compositions->n_items && bytes_equal(text_of(compositions->items, "aggregate"), BYTES(CDX_AGGREGATE_BUILD));
	*ret = s;
	return OK;
}

enum status sbom_read_cyclonedx(struct bytes text, struct arena *a, struct sbom *ret, struct diag *d)
{
	const struct json *root;
	if (text.size > SBOM_FILE_MAX)
		return fail(d, ERR_LIMIT, SBOM_FILE_MAX, "a document may have %d bytes", SBOM_FILE_MAX);
	enum status s = json_parse(text, a, &root, d);
	return s ? s : sbom_read_cyclonedx_tree(root, a, ret, d);
}
