/* Finds credentials by their form: keywords first, then a regex at the keyword alone, then the form's own check (rules.h).
 * One way for everybody: files as a whole, and streams in pieces (redactor.h). reference/secrets.md sections 2, 4 and 5.
 *
 * A line is looked at alone, twice if it has control characters: as it is, and as a terminal would show it. Of a line longer than
 * 128 KiB windows of that size are looked at, which overlap by 16 KiB: more than any rule reads (a JWT, 14 KiB). A mask
 * "[REDACTED:...]" that stands there already is no text: nothing is found in it or across it, so that what was redacted once stays
 * as it is. */
#ifndef REDACT_SECRETS_H
#define REDACT_SECRETS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "redact/known.h"
#include "redact/pem.h"
#include "redact/rules.h"

enum { SECRET_WINDOW = 128 << 10, SECRET_OVERLAP = 16 << 10 };

struct secret_span {
	size_t offset, size;
	uint16_t rule; /* secret_rule_id; SECRET_RULE_KNOWN, SECRET_RULE_LINE */
	uint8_t confidence; /* enum secret_confidence */
	bool continues; /* belongs to the secret that the span before began */
};

struct secret_scanner;

/* Lives as long as a. with_jit: for much text; it compiles all rules now, some milliseconds, and must not be asked for when the
 * program is confined. Otherwise a rule is compiled when its keyword is seen for the first time.
 * known: may be NULL; values that are to be found in what a terminal would show. Kept, and may be filled later. */
struct secret_scanner *secret_scanner_new(struct arena *a, bool with_jit, const struct known *known);

/* true: for files, programs among them, which no terminal shows: control characters mean nothing, and rules of logs are not tried.
 * false, as it is made: for what is printed. */
void secret_scanner_as_is(struct secret_scanner *s, bool as_is);

typedef void (*secret_found)(void *context, const struct secret_span *span);

/* A text on its way out, with a mask for each span that is found in it. */
struct secret_masking {
	struct bytes text;
	size_t written; /* up to here */
	struct buf *out;
};
/* A secret_found, with a struct secret_masking for its context: adds what stands before the span, and its mask unless it goes on with
 * the one before. */
void secret_mask(void *masking, const struct secret_span *span);
/* What stands behind the last span, up to `end`. */
void secret_mask_rest(const struct secret_masking *m, size_t end);

/* Where a walk over a text stands. Zero it and set the scanner. */
struct secret_walk {
	struct secret_scanner *scanner;
	struct pem pem;
	bool in_token; /* what was found last reached the end of its window: it goes on */
};

/* Looks at text, which begins where the last call stopped, and reports what is found in order, without overlaps. is_last: nothing
 * follows; otherwise a line that has not ended is left until it has, or is as long as a window. Returns how far it came. What is
 * found does not depend on how a text was cut into calls. */
size_t secret_walk(struct secret_walk *w, struct bytes text, bool is_last, secret_found found, void *context);

/* A whole text, a file. */
void secret_find(struct secret_scanner *s, struct bytes text, secret_found found, void *context);

#endif
