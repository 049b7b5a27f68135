/* Header blocks of METADATA, WHEEL and PKG-INFO: fields in order, then a body (core metadata specification; RFC 5322 in spirit).
 * Read as Python's email.parser reads them, but whatever it would guess at is refused or told. */
#ifndef FORMAT_RFC822_H
#define FORMAT_RFC822_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* The longest descriptions known are some hundred KiB; a package with 10,000 dependencies does not exist. */
enum { RFC822_MAX_SIZE = 4 * 1024 * 1024, RFC822_MAX_FIELDS = 10000 };

struct rfc822_field {
	struct bytes name; /* as written; compare without case */
	struct bytes value; /* without blanks around it; of several lines: joined by '\n', their indentation kept */
	uint32_t line;
};

struct rfc822 {
	struct rfc822_field *fields; /* in order, repeated ones too */
	size_t n_fields;
	struct bytes body; /* what follows the empty line, as it is */
	bool has_body; /* there was an empty line, or the next is set */
	uint32_t unseparated_line; /* not 0: this line is neither field nor empty; as in Python the body begins with it */
};

/* Parses the whole of text. Values on one line and the body are borrowed from it, the rest lives as long as a.
 * ERR_FORMAT with the line: no valid UTF-8, a NUL or a lone CR among the fields (Python would take it for a line end),
 * a continuation of nothing. ERR_LIMIT over RFC822_MAX_SIZE or RFC822_MAX_FIELDS. */
MUST_USE enum status rfc822_parse(struct bytes text, struct arena *a, struct rfc822 *ret, struct diag *d);

/* The first field of that name (case ignored) behind `after`, or of all when that is NULL; NULL when there is none. */
const struct rfc822_field *rfc822_find(const struct rfc822 *block, const char *name, const struct rfc822_field *after);

#endif
