/* How a secret may be written by whoever prints it: reference/secrets.md section 3. Private to known.c. */
#ifndef REDACT_ENCODINGS_H
#define REDACT_ENCODINGS_H

#include "base/bytes.h"

/* Longest: "&quot;" and "\u0022" for a byte. */
enum { ENCODED_GROWTH = 6 };

typedef void (*encoding_take)(void *context, struct bytes encoded);

/* Hands over secret in every encoding but itself; the bytes are borrowed for the call and wiped behind it. Encodings that change
 * nothing are handed over as well. */
void encodings_write(struct bytes secret, encoding_take take, void *context);

#endif
