/* TOML documents as a tree that an arena owns: version 1.0, and 1.1's grammar is accepted too (toml.io/en/v1.1.0).
 * The bytes are hostile: every key lookup is logarithmic or better, depth and size are bounded. */
#ifndef FORMAT_TOML_H
#define FORMAT_TOML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* A pyproject.toml is some KiB, a lock file some hundred; 131,072 values are 16 MiB of tree. */
enum { TOML_MAX_SIZE = 1024 * 1024, TOML_MAX_DEPTH = 64, TOML_MAX_VALUES = 131072 };

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOLEAN,
	TOML_DATETIME,
	TOML_DATETIME_LOCAL,
	TOML_DATE_LOCAL,
	TOML_TIME_LOCAL,
	TOML_ARRAY,
	TOML_TABLE
};

struct toml_index;
struct toml_link {
	struct toml_index *node;
	struct toml_value *leaf;
};

struct toml_value {
	enum toml_type type;
	uint32_t line, column; /* 1-based, column in bytes: where the value begins; for a [table] its header */
	struct bytes key; /* in its table; empty in arrays and at the root */
	struct bytes string; /* of TOML_STRING; of dates and times the RFC 3339 text: 'T', 'Z', with seconds */
	int64_t integer;
	double real;
	bool boolean;
	bool uses_1_1; /* at the root: the document used something that only TOML 1.1 allows */
	uint8_t depth; /* 0 at the root */
	uint8_t made_by; /* the parser's own: how a table or array came to be */
	uint32_t section; /* the parser's own */
	size_t n_items; /* of TOML_ARRAY and TOML_TABLE */
	struct toml_value *first; /* its items, in the order of the document */
	struct toml_value *last;
	struct toml_value *next; /* the next one in the array or table that holds this one */
	struct toml_link index; /* of a table, for toml_find */
};

/* for (TOML_EACH(item, table_or_array)) */
#define TOML_EACH(item, parent) \
	const struct toml_value *item = (parent)->first; \
	item; \
	item = item->next

/* Parses a whole document. Everything is copied: the tree lives as long as a and needs neither text nor *d.
 * ERR_FORMAT with line, column and offset; ERR_LIMIT over TOML_MAX_SIZE, _DEPTH or _VALUES. Time: O(n log n). */
MUST_USE enum status toml_parse(struct bytes text, struct arena *a, struct toml_value **ret_root, struct diag *d);

/* The value of a key, NULL when there is none or when table is NULL or not a table. */
const struct toml_value *toml_find(const struct toml_value *table, struct bytes key);
/* The same along a path of bare keys, "build-system.requires". */
const struct toml_value *toml_find_path(const struct toml_value *root, const char *path);

/* "an integer", "a table": for sentences. Never NULL. */
const char *toml_type_name(enum toml_type type);

/* Typed getters. ERR_ABSENT when the key is not in the table, ERR_FORMAT when its value is of another type;
 * both name key and line in *d. Results live as long as the tree. */
MUST_USE enum status toml_get_string(const struct toml_value *table, const char *key, struct bytes *ret, struct diag *d);
MUST_USE enum status toml_get_integer(const struct toml_value *table, const char *key, int64_t *ret, struct diag *d);
MUST_USE enum status toml_get_boolean(const struct toml_value *table, const char *key, bool *ret, struct diag *d);
MUST_USE enum status toml_get_table(const struct toml_value *table, const char *key, const struct toml_value **ret, struct diag *d);
MUST_USE enum status toml_get_array(const struct toml_value *table, const char *key, const struct toml_value **ret, struct diag *d);
/* An array of strings only; *ret_items lives as long as a. */
MUST_USE enum status toml_get_string_array(const struct toml_value *table, const char *key, struct arena *a,
					   struct bytes **ret_items, size_t *ret_n, struct diag *d);

/* The tree as toml-test's tagged JSON, for its oracle. Check *out with buf_check. */
void toml_write_tagged_json(const struct toml_value *value, struct buf *out);

#endif
