/* CycloneDX 1.6 out (ECMA-424, 1st edition). Members in a fixed order; the serial number is made of all the rest. */
#include "describe/cyclonedx.h"
#include "base/clock.h"
#include "describe/sbom.h"
#include "python/name.h"

#define NONE ((struct bytes){ NULL, 0 })
#define NO_SERIAL "00000000-0000-0000-0000-000000000000"

static void put_optional(struct json_writer *w, const char *key, struct bytes value)
{
	if (value.size)
		json_pair_string(w, key, value);
}

static void put_property(struct json_writer *w, const char *name, struct bytes value)
{
	if (!value.size)
		return;
	json_object_begin(w);
	json_pair_cstring(w, "name", name);
	json_pair_string(w, "value", value);
	json_object_end(w);
}

static void put_digest_property(struct json_writer *w, const char *name, bool is_there, const struct sha256 *digest)
{
	char hex[SHA256_TEXT_SIZE];
	if (!is_there)
		return;
	sha256_text(digest, hex);
	put_property(w, name, bytes_of(hex));
}

static void put_hashes(struct json_writer *w, bool is_there, const struct sha256 *digest)
{
	char hex[SHA256_TEXT_SIZE];
	if (!is_there)
		return;
	sha256_text(digest, hex);
	json_key(w, "hashes");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_cstring(w, "alg", "SHA-256");
	json_pair_cstring(w, "content", hex);
	json_object_end(w);
	json_array_end(w);
}

static void put_reference(struct json_writer *w, const char *type, struct bytes url, struct bytes comment)
{
	json_object_begin(w);
	json_pair_cstring(w, "type", type);
	json_pair_string(w, "url", url);
	put_optional(w, "comment", comment);
	json_object_end(w);
}

/* ---- the wheel itself ---- */

static struct bytes subject_ref(const struct sbom *s, struct arena *a)
{
	return sbom_purl_pypi(s->name, s->version, a);
}

static void put_authors(struct json_writer *w, const struct sbom *s)
{
	if (!s->n_authors)
		return;
	json_key(w, "authors");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_authors; i++) {
		json_object_begin(w);
		put_optional(w, "name", s->authors[i].name);
		put_optional(w, "email", s->authors[i].email);
		json_object_end(w);
	}
	json_array_end(w);
}

/* An expression, or names: the schema allows one of the two. */
static void put_licences(struct json_writer *w, struct bytes expression, const struct bytes *names, size_t n)
{
	if (!expression.size && !n)
		return;
	json_key(w, "licenses");
	json_array_begin(w);
	if (expression.size) {
		json_object_begin(w);
		json_pair_string(w, "expression", expression);
		json_pair_cstring(w, "acknowledgement", "declared");
		json_object_end(w);
	}
	for (size_t i = 0; !expression.size && i < n; i++) {
		json_object_begin(w);
		json_key(w, "license");
		json_object_begin(w);
		json_pair_string(w, "name", names[i]);
		json_pair_cstring(w, "acknowledgement", "declared");
		json_object_end(w);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_links(struct json_writer *w, const struct sbom *s)
{
	if (!s->n_links && !s->source_url.size)
		return;
	json_key(w, "externalReferences");
	json_array_begin(w);
	if (s->source_url.size)
		put_reference(w, "vcs", s->source_url, BYTES(CDX_OWN_COMMENT "the source that the wheel was built from"));
	for (size_t i = 0; i < s->n_links; i++)
		put_reference(w, s->links[i].type, s->links[i].url, s->links[i].label);
	json_array_end(w);
}

/* A wheel that requires itself, for an extra of extras, is no component of itself. */
static bool is_own(const struct sbom *s, const struct sbom_requirement *r)
{
	return name_equal(r->name, s->name);
}

static void put_subject_properties(struct json_writer *w, const struct sbom *s)
{
	json_key(w, "properties");
	json_array_begin(w);
	put_property(w, CDX_FILE_NAME, s->file_name);
	put_property(w, CDX_SOURCE_URL, s->source_url);
	put_property(w, CDX_SOURCE_COMMIT, s->source_commit);
	put_digest_property(w, CDX_SOURCE_TREE, s->has_tree, &s->tree);
	put_property(w, CDX_SOURCE_ARCHIVE, s->source_archive);
	put_digest_property(w, CDX_SOURCE_ARCHIVE_DIGEST, s->has_archive, &s->archive);
	if (s->is_of_build)
		put_property(w, CDX_TOOLS_RECORDED, s->has_tools ? BYTES("true") : BYTES("false"));
	for (size_t i = 0; i < s->n_requires; i++)
		for (size_t k = 0; is_own(s, &s->requires[i]) && k < s->requires[i].n_texts; k++)
			put_property(w, CDX_REQUIREMENT, s->requires[i].texts[k]);
	for (size_t i = 0; i < s->n_unread; i++)
		put_property(w, CDX_UNREAD, s->unread[i]);
	json_array_end(w);
}

static void put_subject(struct json_writer *w, const struct sbom *s, struct bytes ref)
{
	json_key(w, "component");
	json_object_begin(w);
	json_pair_cstring(w, "type", "library");
	json_pair_string(w, "bom-ref", ref);
	put_authors(w, s);
	json_pair_string(w, "name", s->name);
	json_pair_string(w, "version", s->version);
	put_hashes(w, s->has_digest, &s->digest);
	put_licences(w, s->licence_expression, s->licences, s->n_licences);
	json_pair_string(w, "purl", ref);
	put_links(w, s);
	put_subject_properties(w, s);
	json_object_end(w);
}

static void put_metadata(struct json_writer *w, const struct sbom *s, struct bytes ref)
{
	char time[CLOCK_TEXT_SIZE];
	clock_text(s->timestamp, time);
	json_key(w, "metadata");
	json_object_begin(w);
	json_pair_cstring(w, "timestamp", time);
	json_key(w, "lifecycles");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_cstring(w, "phase", s->is_of_build ? "build" : "post-build");
	json_object_end(w);
	json_array_end(w);
	json_key(w, "tools");
	json_object_begin(w);
	json_key(w, "components");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_cstring(w, "type", "application");
	json_pair_cstring(w, "name", "hwb");
	json_pair_cstring(w, "version", HWB_VERSION);
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
	put_subject(w, s, ref);
	json_object_end(w);
}

/* ---- what belongs to it ---- */

static struct bytes requirement_ref(const struct sbom_requirement *r, struct arena *a)
{
	return bytes_of(arena_printf(a, "hwb:" CDX_ROLE_REQUIREMENT ":%.*s", BYTES_ARG(r->name)));
}

/* Without a version: which one will be installed is not known here. */
static void put_requirement(struct json_writer *w, const struct sbom_requirement *r, struct arena *a)
{
	json_object_begin(w);
	json_pair_cstring(w, "type", "library");
	json_pair_string(w, "bom-ref", requirement_ref(r, a));
	json_pair_string(w, "name", r->name);
	json_pair_cstring(w, "scope", r->is_optional ? "optional" : "required");
	json_pair_string(w, "purl", sbom_purl_pypi(r->name, NONE, a));
	json_key(w, "properties");
	json_array_begin(w);
	put_property(w, CDX_ROLE, BYTES(CDX_ROLE_REQUIREMENT));
	for (size_t i = 0; i < r->n_texts; i++)
		put_property(w, CDX_REQUIREMENT, r->texts[i]);
	json_array_end(w);
	json_object_end(w);
}

static void put_component(struct json_writer *w, const struct sbom_component *c)
{
	static const char *const types[N_SBOM_ROLES] = { "library", "library", "platform", "application" };
	json_object_begin(w);
	json_pair_cstring(w, "type", types[c->role]);
	json_pair_string(w, "bom-ref", c->ref);
	json_pair_string(w, "name", c->name);
	put_optional(w, "version", c->version);
	json_pair_cstring(w, "scope", c->role == SBOM_VENDORED ? "required" : "excluded");
	put_hashes(w, c->has_digest, &c->digest);
	put_licences(w, c->licence_expression, &c->licence, c->licence.size ? 1 : 0);
	put_optional(w, "purl", c->purl);
	if (c->url.size) {
		json_key(w, "externalReferences");
		json_array_begin(w);
		put_reference(w, "distribution", c->url, NONE);
		json_array_end(w);
	}
	json_key(w, "properties");
	json_array_begin(w);
	put_property(w, CDX_ROLE, bytes_of(sbom_role_name(c->role)));
	put_property(w, CDX_LOCATION, c->location);
	put_property(w, CDX_STATED_BY, c->stated_by);
	json_array_end(w);
	if (c->role == SBOM_VENDORED && c->location.size) {
		json_key(w, "evidence");
		json_object_begin(w);
		json_key(w, "occurrences");
		json_array_begin(w);
		json_object_begin(w);
		json_pair_string(w, "location", c->location);
		json_object_end(w);
		json_array_end(w);
		json_object_end(w);
	}
	json_object_end(w);
}

static void put_components(struct json_writer *w, const struct sbom *s, struct arena *a)
{
	json_key(w, "components");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_requires; i++)
		if (!is_own(s, &s->requires[i]))
			put_requirement(w, &s->requires[i], a);
	for (size_t i = 0; i < s->n_components; i++)
		put_component(w, &s->components[i]);
	json_array_end(w);
}

static void put_leaf(struct json_writer *w, struct bytes ref)
{
	json_object_begin(w);
	json_pair_string(w, "ref", ref);
	json_object_end(w);
}

/* The wheel needs what it requires and what is in it; what built it is no part of this graph, but of the formulation. */
static void put_dependencies(struct json_writer *w, const struct sbom *s, struct bytes ref, struct arena *a)
{
	json_key(w, "dependencies");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_string(w, "ref", ref);
	json_key(w, "dependsOn");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_requires; i++)
		if (!is_own(s, &s->requires[i]))
			json_put_string(w, requirement_ref(&s->requires[i], a));
	for (size_t i = 0; i < s->n_components; i++)
		if (s->components[i].role == SBOM_VENDORED)
			json_put_string(w, s->components[i].ref);
	json_array_end(w);
	json_object_end(w);
	for (size_t i = 0; i < s->n_requires; i++)
		if (!is_own(s, &s->requires[i]))
			put_leaf(w, requirement_ref(&s->requires[i], a));
	for (size_t i = 0; i < s->n_components; i++)
		put_leaf(w, s->components[i].ref);
	json_array_end(w);
}

static void put_compositions(struct json_writer *w, const struct sbom *s, struct bytes ref)
{
	json_key(w, "compositions");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_cstring(w, "aggregate", s->is_of_build ? CDX_AGGREGATE_BUILD : CDX_AGGREGATE_ALONE);
	for (int i = 0; i < 2; i++) {
		json_key(w, i ? "dependencies" : "assemblies");
		json_array_begin(w);
		json_put_string(w, ref);
		json_array_end(w);
	}
	json_object_end(w);
	json_array_end(w);
}

/* How it was made: one workflow of one task, with what was there for it. */
static void put_formulation(struct json_writer *w, const struct sbom *s)
{
	bool has_any = false;
	for (size_t i = 0; i < s->n_components; i++)
		has_any |= s->components[i].role != SBOM_VENDORED;
	if (!has_any)
		return;
	json_key(w, "formulation");
	json_array_begin(w);
	json_object_begin(w);
	json_key(w, "workflows");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_cstring(w, "bom-ref", "hwb:workflow");
	json_pair_cstring(w, "uid", "hwb:workflow");
	json_pair_cstring(w, "name", "hwb build");
	json_key(w, "resourceReferences");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_components; i++)
		if (s->components[i].role != SBOM_VENDORED)
			put_leaf(w, s->components[i].ref);
	json_array_end(w);
	json_key(w, "taskTypes");
	json_array_begin(w);
	json_put_string(w, BYTES("build"));
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

/* ---- known vulnerabilities (VEX: whether they matter here is for people to say) ---- */

static void put_source(struct json_writer *w, struct bytes id, struct arena *a)
{
	json_pair_string(w, "id", id);
	json_key(w, "source");
	json_object_begin(w);
	json_pair_cstring(w, "name", "OSV");
	json_pair_cstring(w, "url", arena_printf(a, SBOM_ADVISORY_URL "%.*s", BYTES_ARG(id)));
	json_object_end(w);
}

static void put_aliases(struct json_writer *w, const struct sbom_vulnerability *v, struct arena *a)
{
	if (!v->n_aliases)
		return;
	json_key(w, "references");
	json_array_begin(w);
	for (size_t i = 0; i < v->n_aliases; i++) {
		json_object_begin(w);
		put_source(w, v->aliases[i], a);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_vulnerability(struct json_writer *w, const struct sbom *s, const struct sbom_vulnerability *v, struct arena *a)
{
	json_object_begin(w);
	put_source(w, v->id, a);
	put_aliases(w, v, a);
	if (v->fixed.size)
		json_pair_cstring(w, "recommendation", arena_printf(a, "update to %.*s", BYTES_ARG(v->fixed)));
	json_key(w, "analysis");
	json_object_begin(w);
	json_pair_cstring(w, "state", "in_triage");
	if (v->ignored.size)
		json_pair_cstring(w, "detail", arena_printf(a, "ignored by the operator: %.*s", BYTES_ARG(v->ignored)));
	json_object_end(w);
	json_key(w, "affects");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_components; i++)
		if (bytes_equal(s->components[i].purl, v->about))
			put_leaf(w, s->components[i].ref);
	json_array_end(w);
	json_key(w, "properties");
	json_array_begin(w);
	put_property(w, CDX_ABOUT, v->about);
	put_property(w, CDX_FIXED, v->fixed);
	put_property(w, CDX_IGNORED, v->ignored);
	json_array_end(w);
	json_object_end(w);
}

static void put_vulnerabilities(struct json_writer *w, const struct sbom *s, struct arena *a)
{
	if (!s->n_vulnerabilities)
		return;
	json_key(w, "vulnerabilities");
	json_array_begin(w);
	for (size_t i = 0; i < s->n_vulnerabilities; i++)
		put_vulnerability(w, s, &s->vulnerabilities[i], a);
	json_array_end(w);
}

static void put_document(struct json_writer *w, const struct sbom *s, const char *serial)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct bytes ref = subject_ref(s, &a);
	json_object_begin(w);
	json_pair_cstring(w, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	json_pair_cstring(w, "bomFormat", "CycloneDX");
	json_pair_cstring(w, "specVersion", "1.6");
	json_key(w, "serialNumber");
	json_put_string(w, bytes_of(arena_printf(&a, "urn:uuid:%s", serial)));
	json_pair_integer(w, "version", 1);
	put_metadata(w, s, ref);
	put_components(w, s, &a);
	put_dependencies(w, s, ref, &a);
	put_compositions(w, s, ref);
	put_vulnerabilities(w, s, &a);
	put_formulation(w, s);
	json_object_end(w);
}

void sbom_serial(const struct sbom *s, char out[SBOM_SERIAL_SIZE])
{
	CLEANUP(buf_done) struct buf text;
	struct json_writer w;
	char hex[SHA256_TEXT_SIZE];
	buf_init(&text, SBOM_FILE_MAX);
	json_writer_init(&w, &text, false);
	put_document(&w, s, NO_SERIAL);
	struct sha256 digest = sha256_of(buf_bytes(&text));
	digest.bytes[6] = (unsigned char)((digest.bytes[6] & 0x0f) | 0x50); /* RFC 9562, version 5: by name */
	digest.bytes[8] = (unsigned char)((digest.bytes[8] & 0x3f) | 0x80);
	sha256_text(&digest, hex);
	(void)snprintf(out, SBOM_SERIAL_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void sbom_put_cyclonedx(struct json_writer *w, const struct sbom *s)
{
	char serial[SBOM_SERIAL_SIZE];
	sbom_serial(s, serial);
	put_document(w, s, serial);
}

void sbom_write_cyclonedx(const struct sbom *s, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	sbom_put_cyclonedx(&w, s);
	buf_add_byte(out, '\n');
}
