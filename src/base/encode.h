/* Bytes as text and back: hexadecimal and base64 (RFC 4648). */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* Lower-case hexadecimal; out has room for 2 * size + 1 and is NUL-terminated. */
void hex_write(struct bytes b, char *out);
/* Exactly size bytes from 2 * size hexadecimal digits of either case. ERR_FORMAT. */
MUST_USE enum status hex_parse(struct bytes text, unsigned char *ret, size_t size);

enum base64_kind { BASE64_STANDARD, BASE64_URL, BASE64_URL_NO_PAD };
void base64_write(struct bytes b, enum base64_kind kind, struct buf *out);
/* Strict: canonical padding, no blanks, unused bits zero. ERR_FORMAT. Appends to out. */
MUST_USE enum status base64_parse(struct bytes text, enum base64_kind kind, struct buf *out);

#endif
