/* METADATA of a wheel or PKG-INFO of an sdist: the fields that resolving and checking need.
 * Core metadata specifications of packaging.python.org (PEP 241 to 794). */
#ifndef PYTHON_METADATA_H
#define PYTHON_METADATA_H

#include "python/requirement.h"

/* Text: the index limit of reference/dependencies.md 2.3. Lists: apache-airflow has about 800 requirements and 150 extras. */
enum { METADATA_SIZE_MAX = 4 * 1024 * 1024, METADATA_REQUIRES_MAX = 8192, METADATA_EXTRAS_MAX = 2048, METADATA_DYNAMIC_MAX = 256 };

struct metadata {
	struct bytes metadata_version; /* "2.4" */
	struct bytes raw_name, name; /* as written, normalised */
	struct bytes raw_version;
	struct version version;
	const struct bytes *raw_requires; /* Requires-Dist as written, in order */
	const struct requirement *requires; /* the same parsed */
	size_t n_requires;
	bool has_requires_python;
	struct bytes raw_requires_python;
	struct specifier requires_python;
	const struct bytes *extras; /* Provides-Extra, normalised */
	size_t n_extras;
	const struct bytes *dynamic; /* field names in lower case (PEP 643) */
	size_t n_dynamic;
};

/* text: headers, and perhaps a blank line and a description, which is not looked at. Other fields are ignored.
 * *ret_metadata lives as long as a and borrows nothing.
 * ERR_FORMAT: not headers; Metadata-Version, Name or Version absent, twice or not valid; a major version above 2; any
 * requirement, extra or Requires-Python that cannot be understood (half-understood is how confusion gets in). ERR_LIMIT. */
MUST_USE enum status metadata_parse(struct bytes text, struct arena *a, struct metadata *ret_metadata, struct diag *d);

/* Do both promise the same to a resolver: name, version, requirements in order, Requires-Python, extras?
 * For the METADATA seen while resolving against the one inside the verified wheel. */
bool metadata_same(const struct metadata *a, const struct metadata *b);

/* The record that hwb-parse sends. The reader checks everything again: ERR_FORMAT, ERR_LIMIT. */
void metadata_write(const struct metadata *m, struct buf *out);
MUST_USE enum status metadata_read(struct bytes record, struct arena *a, struct metadata *ret_metadata, struct diag *d);

#endif
