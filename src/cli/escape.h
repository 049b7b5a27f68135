/* Untrusted text for people: what could steer a terminal or a CI system is spelled out. console_escape for text in pieces.
 * Private to the console. */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include "base/buf.h"
#include "base/bytes.h"

/* Zero is a good start. */
struct escaper {
	unsigned char held[4]; /* a CR, or the beginning of a character of UTF-8 */
	size_t n_held;
	unsigned n_hashes; /* how far "##word[" has come: '#' seen, at most 2 */
	bool in_word;
};

/* The result does not depend on where the text was cut. */
void escaper_add(struct escaper *e, struct bytes piece, struct buf *out);
void escaper_end(struct escaper *e, struct buf *out);

/* Appends text that is escaped already, and of each line that begins with "::" the first ':' as \x3a: GitHub's runners take such
 * lines for commands, also behind blanks, of Unicode as well; which those are is not asked here. */
void escape_line_starts(struct bytes text, struct buf *out);

#endif
