/* What a reply says of an artefact or a source, without what looks like a credential: names, fields and members are printed, and kept by CI systems.
 * The forms are those of redact/secrets.h, for logs: a URL's password is hidden as well.
 * What is cut within a credential has no form any more: messages cut with hide_cut. */
#ifndef REDACT_HIDE_H
#define REDACT_HIDE_H

#include "finding/finding.h"

struct secret_scanner;

/* Zero it but for the arena, in which everything that is changed lives, and perhaps a scanner: of files (redact/tokens.h), for lines of
 * source, of which a log's rules would hide half. */
struct hiding {
	struct arena *arena;
	struct secret_scanner *scanner; /* NULL: one for logs is made when it is needed */
};

/* The first bytes of text, max at most, that do not end within a word: of a credential nothing is left then, or all. */
struct bytes hide_cut(struct bytes text, size_t max);
/* The same bytes when there is nothing to hide, else a copy with a mask for each. */
struct bytes hide_in_text(struct hiding *h, struct bytes text);
/* Path, message and evidence of each. */
void hide_in_findings(struct hiding *h, struct finding_list *list);
/* The words of a failure; NULL is fine. */
void hide_in_diag(struct hiding *h, struct diag *d);

#endif
