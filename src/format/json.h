/* JSON in (RFC 8259), as a tree that an arena owns. Read by jansson, duplicates of a key refused; only json.c knows that.
 * For index pages, reports of pip and other answers of strangers; JSON out is in json_write.h. */
#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* The largest simple page known is some 15,000 files of about 22 values and keys; this is 64 MiB of tree. */
enum { JSON_MAX_DEPTH = 64, JSON_MAX_VALUES = 1000000 };

enum json_type {
	JSON_TYPE_NULL,
	JSON_TYPE_BOOLEAN,
	JSON_TYPE_INTEGER,
	JSON_TYPE_REAL,
	JSON_TYPE_STRING,
	JSON_TYPE_ARRAY,
	JSON_TYPE_OBJECT
};

struct json {
	enum json_type type;
	bool boolean;
	struct bytes string; /* UTF-8, without NUL, followed by a NUL that is not counted */
	int64_t integer; /* a number without fraction and exponent; out of 64 bits is ERR_FORMAT */
	double real; /* any other number; and of an integer its value */
	size_t n_items; /* of an array or object */
	const struct json *items;
	const struct bytes *keys; /* of an object: those of its items, in the order of the document */
	const uint32_t *sorted; /* of an object: the places of its keys in memcmp order, for json_find */
};

/* for (JSON_EACH(item, array_or_object)); the key of an object's item is parent->keys[item - parent->items]. */
#define JSON_EACH(item, parent) \
	const struct json *item = (parent)->items; \
	item < (parent)->items + (parent)->n_items; \
	item++

/* jansson wants random bytes once, for its hashes: call this before a confinement that forbids opening /dev/urandom. */
void json_prepare(void);

/* Parses the whole of text; any type may stand at the root. The tree lives as long as a and needs neither text nor *d.
 * ERR_FORMAT with line, column and offset (also: duplicate keys, a NUL in a string, bad UTF-8, bytes behind the end);
 * ERR_LIMIT over JSON_MAX_DEPTH or JSON_MAX_VALUES (keys count too), before anything is built. */
MUST_USE enum status json_parse(struct bytes text, struct arena *a, const struct json **ret_root, struct diag *d);

/* The value of a key; NULL when there is none or when object is NULL or no object. Time: O(log n). */
const struct json *json_find(const struct json *object, const char *key);
/* "an integer", "an object": for sentences. Never NULL. */
const char *json_type_name(enum json_type type);

/* Typed getters: ERR_ABSENT when the key is not there, ERR_FORMAT when its value is of another type (null is a type too);
 * both name the key in *d. Results live as long as the tree. */
MUST_USE enum status json_get_string(const struct json *object, const char *key, struct bytes *ret, struct diag *d);
MUST_USE enum status json_get_integer(const struct json *object, const char *key, int64_t *ret, struct diag *d);
MUST_USE enum status json_get_boolean(const struct json *object, const char *key, bool *ret, struct diag *d);
MUST_USE enum status json_get_array(const struct json *object, const char *key, const struct json **ret, struct diag *d);
MUST_USE enum status json_get_object(const struct json *object, const char *key, const struct json **ret, struct diag *d);

#endif
