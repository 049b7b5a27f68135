/* JSON out (RFC 8259): strings escaped so that the result is safe in logs and on terminals too,
 * and a small structured writer. Nothing here can fail but the buffer: check it with buf_check. */
#ifndef FORMAT_JSON_WRITE_H
#define FORMAT_JSON_WRITE_H

#include "base/buf.h"
#include "base/bytes.h"

/* The bytes as a quoted JSON string. Valid UTF-8 stays as it is, but C0, DEL, C1, U+2028 and U+2029 are escaped;
 * each byte that is not part of valid UTF-8 becomes U+FFFD. The result is always valid JSON in UTF-8. */
void json_write_string(struct buf *out, struct bytes text);

enum { JSON_WRITER_MAX_DEPTH = 80 }; /* a TOML or JSON tree of 64 levels and what stands around it */

struct json_writer {
	struct buf *out;
	bool indented; /* two blanks a level, a line an item; else compact */
	bool after_key;
	unsigned depth;
	bool has_items[JSON_WRITER_MAX_DEPTH + 1];
};

/* Begins one JSON text at the end of *out, which must outlive the writer. */
void json_writer_init(struct json_writer *w, struct buf *out, bool indented);
/* Opening deeper than JSON_WRITER_MAX_DEPTH, or closing what is not open, is a programming error (assert). */
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
/* In an object; a value must follow. */
void json_key(struct json_writer *w, const char *key);
void json_key_bytes(struct json_writer *w, struct bytes key);
void json_put_string(struct json_writer *w, struct bytes value);
void json_put_integer(struct json_writer *w, int64_t value);
void json_put_unsigned(struct json_writer *w, uint64_t value);
/* 17 significant digits; not-a-number and infinity, which JSON lacks, become null. */
void json_put_real(struct json_writer *w, double value);
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);
/* key and value in one call. */
void json_pair_string(struct json_writer *w, const char *key, struct bytes value);
void json_pair_cstring(struct json_writer *w, const char *key, const char *value); /* NULL is written as null */
void json_pair_integer(struct json_writer *w, const char *key, int64_t value);
void json_pair_unsigned(struct json_writer *w, const char *key, uint64_t value);
void json_pair_bool(struct json_writer *w, const char *key, bool value);

#endif
