/* What makes a text that looks like a credential one: checksums and structure where the form has them, and what it cannot be.
 * reference/secrets.md section 2. */
#ifndef REDACT_CHECK_H
#define REDACT_CHECK_H

#include "base/bytes.h"
#include "redact/rules.h"

/* What a match is worth: the rule's confidence, less where a checksum fails; 0: it is nothing to hide.
 * text: what would be hidden, at most some KiB. */
uint8_t secret_check_match(const struct secret_rule *rule, struct bytes text);

/* CRC-32 of IEEE 802.3, as in zip. */
uint32_t secret_crc32(struct bytes b);

#endif
