/* A software bill of materials: one model of a wheel and of what it was made from, and its documents.
 * CycloneDX 1.6 (ECMA-424), SPDX 2.3 (ISO/IEC 5962), PEP 770; reference/dependencies.md section 6. */
#ifndef DESCRIBE_SBOM_H
#define DESCRIBE_SBOM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "format/json_write.h"

/* A wheel with a Rust extension names some 500 crates; a requirement has a limit of its own (python/requirement.h). */
enum {
	SBOM_COMPONENTS_MAX = 20000,
	SBOM_LIST_MAX = 256, /* authors, links, licences, unread files */
	SBOM_REQUIRES_MAX = 8192,
	SBOM_VULNERABILITIES_MAX = 4096,
	SBOM_TEXT_MAX = 40000, /* of one text, in bytes */
	SBOM_FILE_MAX = 32 << 20 /* of a document, in and out */
};

enum sbom_role { SBOM_VENDORED, SBOM_BUILD_DEPENDENCY, SBOM_INTERPRETER, SBOM_TOOL, N_SBOM_ROLES };
/* "vendored", "build-dependency", "interpreter", "tool". */
const char *sbom_role_name(enum sbom_role role);

/* Where people read an advisory: followed by its id. */
#define SBOM_ADVISORY_URL "https://osv.dev/vulnerability/"

struct sbom_component {
	enum sbom_role role;
	struct bytes name; /* never empty */
	struct bytes version, purl; /* {NULL, 0}: nobody says */
	struct bytes location; /* of a library: its path in the wheel; of an interpreter or tool: where it ran; {NULL, 0} */
	struct bytes url; /* where it was fetched from; sbom_url_is_valid, or {NULL, 0} */
	struct bytes stated_by; /* the file in .dist-info/sboms/ whose word this is; {NULL, 0}: hwb saw it */
	struct bytes licence_expression, licence; /* valid, or else as a name; {NULL, 0}: nobody says */
	bool has_digest;
	struct sha256 digest;
	struct bytes ref; /* of sbom_settle: unique in the document */
};
struct sbom_requirement { /* all Requires-Dist of one distribution */
	struct bytes name; /* normalised */
	struct bytes *texts; /* as written, at least one */
	size_t n_texts;
	bool is_optional; /* each is of an extra */
};
/* What an advisory says of a component, looked up while the wheel was built. */
struct sbom_vulnerability {
	struct bytes id; /* sbom_id_is_valid */
	struct bytes about; /* the purl of the component */
	struct bytes *aliases; /* other ids */
	size_t n_aliases;
	struct bytes fixed, ignored; /* in which version; why the operator ignores it; {NULL, 0}: none */
};
struct sbom_author {
	struct bytes name, email; /* one of them can be {NULL, 0} */
};
struct sbom_link {
	const char *type; /* of sbom_link_type */
	struct bytes label, url; /* url: sbom_url_is_valid */
};

struct sbom {
	struct bytes file_name; /* of the wheel */
	struct bytes name, version; /* as METADATA has them */
	bool has_digest; /* not in what is put into the wheel itself */
	struct sha256 digest;
	struct bytes licence_expression; /* valid (format/spdx_expression.h), or {NULL, 0} */
	struct bytes *licences; /* License and licence classifiers, where there is no expression */
	size_t n_licences;
	struct sbom_author *authors;
	size_t n_authors;
	struct sbom_link *links;
	size_t n_links;
	struct sbom_requirement *requires; /* by name */
	size_t n_requires;
	struct sbom_component *components;
	size_t n_components;
	struct sbom_vulnerability *vulnerabilities;
	size_t n_vulnerabilities;
	struct bytes source_url, source_commit, source_archive; /* {NULL, 0}: none or not known */
	bool has_tree, has_archive;
	struct sha256 tree, archive; /* of the source: its snapshot, its archive */
	struct bytes *unread; /* documents in the wheel that made no sense: what they list is missing here */
	size_t n_unread;
	int64_t timestamp; /* SOURCE_DATE_EPOCH */
	bool is_of_build; /* hwb made the wheel and saw what was used; else it is told from the wheel alone */
	bool has_tools; /* the programs of the build were watched */
};

/* Puts the components in order, gives each its ref and drops those that are there already, the word of others first.
 * Components must have been put into a. */
void sbom_settle(struct sbom *s, struct arena *a);
/* Appends one; name must not be empty. Beyond SBOM_COMPONENTS_MAX nothing is added, and false returned. */
bool sbom_add(struct sbom *s, struct arena *a, const struct sbom_component *c);

/* Gives every text that a stranger wrote (no names and versions of distributions, whose form is checked) to map, which may change it;
 * what is then no URL, purl or address any more is left out. Settle it afterwards. */
typedef struct bytes sbom_map(void *context, struct bytes text);
void sbom_map_texts(struct sbom *s, sbom_map *map, void *context);

/* "pkg:pypi/name@version": name is normalised, both are percent-encoded; version {NULL, 0}: none. */
struct bytes sbom_purl_pypi(struct bytes name, struct bytes version, struct arena *a);
/* The same of somewhere else: "?repository_url=..." for an index, "?download_url=..." for a file. */
struct bytes sbom_purl_qualified(struct bytes purl, const char *qualifier, struct bytes url, struct arena *a);
/* "pkg:generic/name@version?checksum=sha256:..."; digest may be NULL. */
struct bytes sbom_purl_generic(struct bytes name, struct bytes version, const struct sha256 *digest, struct arena *a);
/* Printable ASCII that begins with "pkg:". */
bool sbom_purl_is_valid(struct bytes purl);
/* http or https, with a host, without userinfo, of the characters of RFC 3986 alone. */
bool sbom_url_is_valid(struct bytes url);
bool sbom_email_is_valid(struct bytes email);
/* The id of an advisory: letters, digits, '-', '.', '_' and ':'. */
bool sbom_id_is_valid(struct bytes id);
/* Appends one; false: beyond SBOM_VULNERABILITIES_MAX. */
bool sbom_add_vulnerability(struct sbom *s, struct arena *a, const struct sbom_vulnerability *v);
/* The type of CycloneDX for a Project-URL of that label: the well-known labels of packaging.python.org. Never NULL. */
const char *sbom_link_type(struct bytes label);
/* The constant of that name; NULL when sbom_link_type gives no such. */
const char *sbom_link_type_find(struct bytes type);

/* The whole document, indented, with a newline at its end. A settled model; the same model gives the same bytes. Check out with
 * buf_check: a model within its limits can still be larger than SBOM_FILE_MAX. */
void sbom_write_cyclonedx(const struct sbom *s, struct buf *out);
void sbom_write_spdx(const struct sbom *s, struct buf *out);
/* The UUID of the document, made of all that is in it, the artefact's digest too (RFC 9562, the shape of version 5). */
enum { SBOM_SERIAL_SIZE = 37 };
void sbom_serial(const struct sbom *s, char out[SBOM_SERIAL_SIZE]);
/* The CycloneDX document as a value of another: the report's. */
void sbom_put_cyclonedx(struct json_writer *w, const struct sbom *s);

/* A document, of whoever: hwb's own is read back whole. text: hostile. *ret is not settled, lives as long as a and borrows nothing.
 * What is no name, URL or purl is left out; components without a name too.
 * ERR_FORMAT: no JSON, or no CycloneDX 1.x; ERR_LIMIT. */
MUST_USE enum status sbom_read_cyclonedx(struct bytes text, struct arena *a, struct sbom *ret, struct diag *d);
struct json;
MUST_USE enum status sbom_read_cyclonedx_tree(const struct json *root, struct arena *a, struct sbom *ret, struct diag *d);

/* The record that hwb-parse sends. The reader checks everything again: it goes bad. *ret is settled. */
void sbom_put_record(const struct sbom *s, struct buf *out);
void sbom_get_record(struct wire *w, struct arena *a, struct sbom *ret);

#endif
