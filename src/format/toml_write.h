/* Parts of a TOML document on their way out (toml.io/en/v1.0.0). Whoever writes a document knows its order and its tables. */
#ifndef FORMAT_TOML_WRITE_H
#define FORMAT_TOML_WRITE_H

#include "base/buf.h"
#include "base/bytes.h"

/* A basic string with its quotes: control characters escaped; each byte that is not part of valid UTF-8 becomes U+FFFD. */
void toml_write_string(struct buf *out, struct bytes text);
/* "key = " and a string with its line end. key: bare. Nothing when value.data is NULL. */
void toml_write_pair(struct buf *out, const char *key, struct bytes value);
/* "key = [" and a string a line; "key = []" for none. key: bare. */
void toml_write_strings(struct buf *out, const char *key, const struct bytes *items, size_t n);

#endif
