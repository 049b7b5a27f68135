/* What the Markdown of an incident is put together from. Private to responding_*.c. */
#ifndef CLI_RESPONDING_TEXT_H
#define CLI_RESPONDING_TEXT_H

#include "base/buf.h"

/* Sections that others point to. */
#define TITLE_RELEASES "Releases to look at, and to yank if they are not what they should be"
#define TITLE_RUNS "Machines, people and CI runs, and the secrets that were in reach of them"
#define TITLE_STRANGERS "On the index, and not in this log"
#define TITLE_UNCHECKED "Could not be checked"

/* Somebody else's word, in backquotes: it stays one word on one line. */
void text_put_code(struct buf *out, const char *text);
/* before, then text so; nothing for NULL and for "". */
void text_put_pair(struct buf *out, const char *before, const char *text);

#endif
