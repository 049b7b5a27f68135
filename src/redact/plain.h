/* A line as a terminal would show it: without escape sequences (ECMA-48: CSI, OSC and the other strings, single shifts), CR, NUL,
 * BS and the other controls. */
#ifndef REDACT_PLAIN_H
#define REDACT_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Offset of the first control character but tab, newline, and CR before a newline or the end; text.size: there is none. */
size_t plain_find_control(struct bytes text);

/* Writes what is left of text, at most text.size bytes, and where each came from. Returns how many. */
size_t plain_make(struct bytes text, unsigned char *to, uint32_t *from);

#endif
