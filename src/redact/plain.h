/* A line as a terminal would show it: without escape sequences (ECMA-48: CSI, OSC and the other strings, single shifts), CR, NUL,
 * BS and the other controls, those of one character (U+0080 to U+009F) too. */
#ifndef REDACT_PLAIN_H
#define REDACT_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Offset of the first control character but tab, newline, and CR before a newline or the end; text.size: there is none. */
size_t plain_find_control(struct bytes text);

/* The size of the control or escape sequence that text begins with; 0: it is a tab, a newline or something that is seen. One that
 * does not end counts as its first character. */
size_t plain_control_size(struct bytes text);

/* Writes what is left of text, at most text.size bytes, and where each came from. Returns how many. erases: BS takes the character
 * before it away, as what is written over it does. */
size_t plain_make(struct bytes text, bool erases, unsigned char *to, uint32_t *from);

#endif
