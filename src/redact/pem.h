/* A private key in PEM (RFC 7468, RFC 4880 section 6) as it goes by in a log: over many lines, each maybe with a prefix of the log,
 * or on one line with its newlines escaped. */
#ifndef REDACT_PEM_H
#define REDACT_PEM_H

#include <stdbool.h>

#include "base/bytes.h"

struct pem {
	bool is_open; /* a key began and its end has not come */
	bool in_line; /* the line in which it began is not at its end */
	bool is_near; /* the last line was the marker or one of a body */
	bool has_body;
	bool is_apart; /* what comes next does not follow on what was hidden: it gets a mask of its own */
	bool is_named; /* something stands behind the marker: it is a key only if the next line is one of a body */
	unsigned n_lines;
	size_t column; /* where in its line the key began */
};

/* What follows "-----BEGIN ... KEY-----" on the same line: the beginning of a body, or nothing that is not. A program that
 * merely names the marker is no key. */
bool pem_may_follow(struct bytes rest);

/* Offset behind "-----END ...-----", or text.size + 1. */
size_t pem_find_end(struct bytes text);

void pem_begin(struct pem *p, size_t column);

/* Whether a line is all but certainly of a body: it has a run of base64 that is no digest. */
bool pem_is_body(struct bytes line);

/* Whether this line, without the marker of the end and as a terminal shows it, belongs to the key that is open. What does not may
 * have come from somebody else in between and ends nothing: the key is closed after 200 lines, or after eight none of which does. */
bool pem_take_line(struct pem *p, struct bytes line);

#endif
