/* SPDX 2.3 out, as JSON (ISO/IEC 5962). What nobody says is NOASSERTION, also where the field could be left away: readers that hold to
 * the NTIA's minimum elements look for it. */
#include "base/clock.h"
#include "describe/sbom.h"
#include "python/name.h"

#define NONE ((struct bytes){ NULL, 0 })
#define NOTHING BYTES("NOASSERTION")
#define SUBJECT "SPDXRef-Wheel"

struct spdx {
	struct json_writer w;
	const struct sbom *s;
	struct arena arena;
};

/* Number i of a kind: names have bytes that an id cannot have. */
static struct bytes id_of(struct spdx *x, const char *kind, size_t i)
{
	return bytes_of(arena_printf(&x->arena, "SPDXRef-%s-%zu", kind, i + 1));
}

static struct bytes or_nothing(struct bytes value)
{
	return value.size ? value : NOTHING;
}

/* ---- people ---- */

/* Parentheses are for the address alone. */
static struct bytes plain_name(struct spdx *x, struct bytes name)
{
	char *text = arena_string(&x->arena, name);
	for (char *c = text; *c; c++)
		*c = *c == '(' ? '[' : *c == ')' ? ']' : *c;
	return bytes_of(text);
}

static struct bytes supplier(struct spdx *x)
{
	if (!x->s->n_authors)
		return NOTHING;
	const struct sbom_author *first = &x->s->authors[0];
	struct bytes name = plain_name(x, first->name.size ? first->name : first->email);
	return bytes_of(first->email.size ? arena_printf(&x->arena, "Person: %.*s (%.*s)", BYTES_ARG(name), BYTES_ARG(first->email))
					  : arena_printf(&x->arena, "Person: %.*s", BYTES_ARG(name)));
}

/* ---- licences ---- */

static struct bytes next_word(struct bytes *rest)
{
	size_t from = 0, to;
	while (from < rest->size && strchr(" \t()", rest->data[from]))
		from++;
	for (to = from; to < rest->size && !strchr(" \t()", rest->data[to]);)
		to++;
	struct bytes word = bytes_part(*rest, from, to - from);
	*rest = bytes_from(*rest, to);
	return word;
}

/* PEP 639 has LicenseRef-Proprietary and LicenseRef-Public-Domain, whose text SPDX wants in the document. */
static void put_extracted(struct spdx *x)
{
	struct bytes seen[16], rest = x->s->licence_expression, word;
	size_t n = 0;
	while (n < COUNT(seen) && (word = next_word(&rest)).size) {
		size_t k = 0;
		while (k < n && !bytes_equal(seen[k], word))
			k++;
		if (k < n || !bytes_starts(word, BYTES("LicenseRef-")))
			continue;
		if (n == 0) {
			json_key(&x->w, "hasExtractedLicensingInfos");
			json_array_begin(&x->w);
		}
		seen[n++] = word;
		json_object_begin(&x->w);
		json_pair_string(&x->w, "licenseId", word);
		json_pair_cstring(&x->w, "extractedText", "The text is in the licence files of the wheel, as far as there are any.");
		json_object_end(&x->w);
	}
	if (n)
		json_array_end(&x->w);
}

static void put_licences(struct spdx *x)
{
	CLEANUP(buf_done) struct buf said;
	buf_init(&said, SBOM_FILE_MAX);
	json_pair_cstring(&x->w, "licenseConcluded", "NOASSERTION");
	json_pair_string(&x->w, "licenseDeclared", or_nothing(x->s->licence_expression));
	if (x->s->licence_expression.size || !x->s->n_licences)
		return;
	buf_add_string(&said, "METADATA says, not as an expression: ");
	for (size_t i = 0; i < x->s->n_licences; i++) {
		buf_add_string(&said, i ? "; " : "");
		buf_add(&said, x->s->licences[i]);
	}
	json_pair_string(&x->w, "licenseComments", buf_bytes(&said));
}

/* ---- packages ---- */

static void put_digest(struct spdx *x, const struct sha256 *digest)
{
	char hex[SHA256_TEXT_SIZE];
	sha256_text(digest, hex);
	json_key(&x->w, "checksums");
	json_array_begin(&x->w);
	json_object_begin(&x->w);
	json_pair_cstring(&x->w, "algorithm", "SHA256");
	json_pair_cstring(&x->w, "checksumValue", hex);
	json_object_end(&x->w);
	json_array_end(&x->w);
}

static void put_reference(struct spdx *x, const char *category, const char *type, struct bytes locator)
{
	json_object_begin(&x->w);
	json_pair_cstring(&x->w, "referenceCategory", category);
	json_pair_cstring(&x->w, "referenceType", type);
	json_pair_string(&x->w, "referenceLocator", locator);
	json_object_end(&x->w);
}

/* What the package is elsewhere, and what advisories are about it. */
static void put_purl(struct spdx *x, struct bytes purl)
{
	if (!purl.size)
		return;
	json_key(&x->w, "externalRefs");
	json_array_begin(&x->w);
	put_reference(x, "PACKAGE-MANAGER", "purl", purl);
	for (size_t i = 0; i < x->s->n_vulnerabilities; i++) {
		const struct sbom_vulnerability *v = &x->s->vulnerabilities[i];
		if (bytes_equal(v->about, purl))
			put_reference(x, "SECURITY", "advisory",
				      bytes_of(arena_printf(&x->arena, SBOM_ADVISORY_URL "%.*s", BYTES_ARG(v->id))));
	}
	json_array_end(&x->w);
}

/* What every package begins with. */
static void begin_package(struct spdx *x, struct bytes id, struct bytes name, struct bytes version, struct bytes by)
{
	json_object_begin(&x->w);
	json_pair_string(&x->w, "SPDXID", id);
	json_pair_string(&x->w, "name", name);
	json_pair_string(&x->w, "versionInfo", or_nothing(version));
	json_pair_string(&x->w, "supplier", by);
	json_pair_bool(&x->w, "filesAnalyzed", false);
	json_pair_cstring(&x->w, "copyrightText", "NOASSERTION");
}

/* What it was built from, as a sentence: SPDX 2.3 has no field for each. */
static struct bytes source_info(struct spdx *x)
{
	const struct sbom *s = x->s;
	CLEANUP(buf_done) struct buf out;
	char hex[SHA256_TEXT_SIZE];
	buf_init(&out, SBOM_FILE_MAX);
	if (s->source_url.size)
		buf_printf(&out, "built from %.*s", BYTES_ARG(s->source_url));
	if (s->source_commit.size)
		buf_printf(&out, "%scommit %.*s", out.size ? ", " : "", BYTES_ARG(s->source_commit));
	if (s->source_archive.size)
		buf_printf(&out, "%sarchive %.*s", out.size ? ", " : "", BYTES_ARG(s->source_archive));
	if (s->has_archive) {
		sha256_text(&s->archive, hex);
		buf_printf(&out, "%ssha256 of the archive %s", out.size ? ", " : "", hex);
	}
	if (s->has_tree) {
		sha256_text(&s->tree, hex);
		buf_printf(&out, "%ssha256 of the tree %s", out.size ? ", " : "", hex);
	}
	return arena_copy(&x->arena, buf_bytes(&out));
}

static void put_subject(struct spdx *x)
{
	const struct sbom *s = x->s;
	begin_package(x, BYTES(SUBJECT), s->name, s->version, supplier(x));
	json_pair_cstring(&x->w, "primaryPackagePurpose", "LIBRARY");
	json_pair_string(&x->w, "packageFileName", s->file_name);
	json_pair_cstring(&x->w, "downloadLocation", "NOASSERTION");
	for (size_t i = 0; i < s->n_links; i++)
		if (strcmp(s->links[i].type, "website") == 0) {
			json_pair_string(&x->w, "homepage", s->links[i].url);
			break;
		}
	struct bytes info = source_info(x);
	if (info.size)
		json_pair_string(&x->w, "sourceInfo", info);
	if (s->has_digest)
		put_digest(x, &s->digest);
	put_licences(x);
	put_purl(x, sbom_purl_pypi(s->name, s->version, &x->arena));
	json_object_end(&x->w);
}

static bool is_own(const struct spdx *x, size_t i)
{
	return name_equal(x->s->requires[i].name, x->s->name);
}

static void put_requirement(struct spdx *x, size_t i)
{
	const struct sbom_requirement *r = &x->s->requires[i];
	CLEANUP(buf_done) struct buf said;
	buf_init(&said, SBOM_FILE_MAX);
	buf_add_string(&said, "Declared, not resolved: ");
	for (size_t k = 0; k < r->n_texts; k++) {
		buf_add_string(&said, k ? " | " : "");
		buf_add(&said, r->texts[k]);
	}
	begin_package(x, id_of(x, "Requirement", i), r->name, NONE, NOTHING);
	json_pair_cstring(&x->w, "downloadLocation", "NOASSERTION");
	json_pair_string(&x->w, "comment", buf_bytes(&said));
	put_purl(x, sbom_purl_pypi(r->name, NONE, &x->arena));
	json_object_end(&x->w);
}

/* The readers of SPDX take no address and no bare host for a download location: then the comment has it. */
static bool has_domain(struct bytes url)
{
	struct bytes rest = bytes_from(url, bytes_search(url, BYTES("://")) + 3), host = bytes_part(rest, 0, bytes_find(rest, '/'));
	for (size_t i = 0; i + 2 < host.size; i++)
		if (host.data[i] == '.' && byte_is_alpha(host.data[i + 1]) && byte_is_alpha(host.data[i + 2]))
			return true;
	return false;
}

static void put_component(struct spdx *x, size_t i)
{
	static const char *const purposes[N_SBOM_ROLES] = { "LIBRARY", "LIBRARY", "APPLICATION", "APPLICATION" };
	const struct sbom_component *c = &x->s->components[i];
	/* The text of a LicenseRef would have to be in the document. */
	bool is_listed = c->licence_expression.size &&
			 bytes_search(c->licence_expression, BYTES("LicenseRef-")) == c->licence_expression.size;
	begin_package(x, id_of(x, "Component", i), c->name, c->version, NOTHING);
	json_pair_cstring(&x->w, "primaryPackagePurpose", purposes[c->role]);
	json_pair_string(&x->w, "downloadLocation", has_domain(c->url) ? c->url : NOTHING);
	if (c->has_digest)
		put_digest(x, &c->digest);
	json_pair_cstring(&x->w, "licenseConcluded", "NOASSERTION");
	json_pair_string(&x->w, "licenseDeclared", is_listed ? c->licence_expression : NOTHING);
	if (!is_listed && (c->licence_expression.size || c->licence.size))
		json_pair_string(&x->w, "licenseComments", c->licence_expression.size ? c->licence_expression : c->licence);
	const char *at = c->location.size ? arena_printf(&x->arena, ", %.*s", BYTES_ARG(c->location)) : "";
	const char *by = c->stated_by.size ? arena_printf(&x->arena, ", stated by %.*s", BYTES_ARG(c->stated_by)) : "";
	const char *from = c->url.size ? arena_printf(&x->arena, ", from %.*s", BYTES_ARG(c->url)) : "";
	json_pair_cstring(&x->w, "comment", arena_printf(&x->arena, "%s%s%s%s", sbom_role_name(c->role), at, from, by));
	put_purl(x, c->purl);
	json_object_end(&x->w);
}

/* ---- the document ---- */

static void put_relationship(struct spdx *x, struct bytes from, const char *type, struct bytes to)
{
	json_object_begin(&x->w);
	json_pair_string(&x->w, "spdxElementId", from);
	json_pair_cstring(&x->w, "relationshipType", type);
	json_pair_string(&x->w, "relatedSpdxElement", to);
	json_object_end(&x->w);
}

/* Each told from the side of what is not the wheel: those that hold to the NTIA's elements ask for the supplier of whatever the wheel
 * itself leads to, and of a requirement that nobody resolved there is none. */
static void put_relationships(struct spdx *x)
{
	static const char *const relations[N_SBOM_ROLES] = { "CONTAINED_BY", "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF", "BUILD_TOOL_OF" };
	const struct sbom *s = x->s;
	json_key(&x->w, "relationships");
	json_array_begin(&x->w);
	put_relationship(x, BYTES("SPDXRef-DOCUMENT"), "DESCRIBES", BYTES(SUBJECT));
	for (size_t i = 0; i < s->n_requires; i++) {
		struct bytes id = id_of(x, "Requirement", i);
		if (is_own(x, i))
			continue;
		put_relationship(x, id, s->requires[i].is_optional ? "OPTIONAL_DEPENDENCY_OF" : "DEPENDENCY_OF", BYTES(SUBJECT));
	}
	for (size_t i = 0; i < s->n_components; i++) {
		struct bytes id = id_of(x, "Component", i);
		put_relationship(x, id, relations[s->components[i].role], BYTES(SUBJECT));
	}
	json_array_end(&x->w);
}

/* Whoever runs hwb is the author, and hwb does not know who that is (SPDX 2.3, 6.8: "anonymous"). */
static void put_creation(struct spdx *x)
{
	char time[CLOCK_TEXT_SIZE];
	clock_text(x->s->timestamp, time);
	json_key(&x->w, "creationInfo");
	json_object_begin(&x->w);
	json_pair_cstring(&x->w, "created", time);
	json_key(&x->w, "creators");
	json_array_begin(&x->w);
	json_put_string(&x->w, BYTES("Organization: anonymous"));
	json_put_string(&x->w, BYTES("Tool: hwb-" HWB_VERSION));
	json_array_end(&x->w);
	json_pair_cstring(&x->w, "comment",
			  x->s->is_of_build ? "Made while the wheel was built."
					    : "Told from the wheel alone: what built it is not known.");
	json_object_end(&x->w);
}

/* The convention of SPDX 2.3, 6.5, for documents that are nowhere on the web. */
static const char *namespace_of(struct spdx *x)
{
	char serial[SBOM_SERIAL_SIZE];
	sbom_serial(x->s, serial);
	struct bytes purl = sbom_purl_generic(x->s->name, NONE, NULL, &x->arena);
	return arena_printf(&x->arena, "https://spdx.org/spdxdocs/%.*s-%s", BYTES_ARG(bytes_from(purl, strlen("pkg:generic/"))),
			    serial);
}

void sbom_write_spdx(const struct sbom *s, struct buf *out)
{
	struct spdx x = { .s = s };
	arena_init(&x.arena);
	json_writer_init(&x.w, out, true);
	json_object_begin(&x.w);
	json_pair_cstring(&x.w, "spdxVersion", "SPDX-2.3");
	json_pair_cstring(&x.w, "dataLicense", "CC0-1.0");
	json_pair_cstring(&x.w, "SPDXID", "SPDXRef-DOCUMENT");
	json_pair_string(&x.w, "name", s->file_name.size ? s->file_name : s->name);
	json_pair_cstring(&x.w, "documentNamespace", namespace_of(&x));
	put_creation(&x);
	json_key(&x.w, "packages");
	json_array_begin(&x.w);
	put_subject(&x);
	for (size_t i = 0; i < s->n_requires; i++)
		if (!is_own(&x, i))
			put_requirement(&x, i);
	for (size_t i = 0; i < s->n_components; i++)
		put_component(&x, i);
	json_array_end(&x.w);
	put_relationships(&x);
	put_extracted(&x);
	json_object_end(&x.w);
	buf_add_byte(out, '\n');
	arena_done(&x.arena);
}
