/* One requirement: "name[extra]>=1.0; python_version < '3.11'" or "name @ https://...".
 * Dependency specifiers of packaging.python.org (was PEP 508), decided like pypa/packaging 26.3. */
#ifndef PYTHON_REQUIREMENT_H
#define PYTHON_REQUIREMENT_H

#include "python/marker.h"
#include "python/specifier.h"

/* Size: a marker of full length, a URL and the rest. Extras: the largest projects have about 150. */
enum { REQUIREMENT_SIZE_MAX = 32 * 1024, REQUIREMENT_EXTRAS_MAX = 256 };

struct requirement {
	struct bytes name; /* normalised */
	struct bytes raw_name; /* as written */
	const struct bytes *extras; /* normalised, sorted, no doubles */
	size_t n_extras;
	struct specifier specifier; /* empty when there is a url */
	struct bytes url; /* {NULL, 0}: none. Only known to hold no blank or control character */
	const struct marker *marker; /* NULL: none */
};

/* The whole of text (one line; space and tab may stand around the parts). *ret_requirement lives as long as a and borrows
 * nothing. ERR_FORMAT with the offset, ERR_LIMIT. */
MUST_USE enum status requirement_parse(struct bytes text, struct arena *a, struct requirement *ret_requirement, struct diag *d);

/* Canonical: normalised names, sorted extras and clauses; two requirements that mean the same by PEP 503, 685 and 440's
 * spelling of clauses give the same text. */
void requirement_write(const struct requirement *r, struct buf *out);

#endif
