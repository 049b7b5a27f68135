/* What stands where a secret was: "[REDACTED:rule]". One form everywhere, and none that says how long the secret was. */
#ifndef REDACT_MASK_H
#define REDACT_MASK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"

enum { MASK_ID_MAX = 32, MASK_SIZE_MAX = 11 + MASK_ID_MAX };

#define MASK_BEGIN "[REDACTED:"
#define MASK_KNOWN MASK_BEGIN "known]"

/* id: letters of [a-z0-9-], MASK_ID_MAX at most. */
void mask_write(const char *id, struct buf *out);
/* A mask at the beginning of text, with the name of a rule or "known", "line", "value" in it: its size, or 0.
 * *ret_partial (not touched otherwise): true when more text could make one. */
size_t mask_size(struct bytes text, bool *ret_partial);

#endif
