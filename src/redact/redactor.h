/* The stream that nothing secret leaves: known values first, then everything that looks like a credential, each as
 * "[REDACTED:rule]". What comes out does not depend on how the input was cut, and comes out of a second pass unchanged.
 * Held back: the line that has not ended, up to 128 KiB of it. reference/secrets.md section 5. */
#ifndef REDACT_REDACTOR_H
#define REDACT_REDACTOR_H

#include "redact/secrets.h"

struct redactor {
	struct known_stream known;
	struct secret_walk walk;
	struct buf pending; /* of lines that have not ended */
	uint64_t hits[SECRET_RULE_NUMBERS]; /* by the number of a rule */
};

/* known and scanner are kept and must outlive it; known may have no value. Ends with redactor_done. */
void redactor_init(struct redactor *r, const struct known *known, struct secret_scanner *scanner);
/* Wipes what was held back. Fits CLEANUP. */
void redactor_done(struct redactor *r);

/* How much `out` must be able to take for a piece of that size. */
size_t redactor_room(size_t piece_size);
/* Appends what is decided. A piece of any size. */
void redactor_add(struct redactor *r, struct bytes piece, struct buf *out);
/* The rest; the redactor can be used for another stream. */
void redactor_end(struct redactor *r, struct buf *out);

#endif
