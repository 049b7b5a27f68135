/* What the files of the TOML reader share, and nobody else includes: the cursor, and the scanning of single values.
 * Statements and tables are in toml.c, strings in toml_string.c, numbers and dates in toml_scalar.c, the tree in toml_tree.c. */
#ifndef FORMAT_TOML_PARSER_H
#define FORMAT_TOML_PARSER_H

#include "format/toml.h"

struct toml_parser {
	struct bytes text;
	size_t at, line_start;
	uint32_t line;
	uint32_t section; /* counts headers and inline tables: dotted keys may only extend tables of their own */
	uint32_t n_sections;
	size_t n_values;
	bool uses_1_1;
	struct arena *a;
	struct diag *d;
};

/* Fails at the cursor: fills offset, line and column. Returns code. */
enum status toml_fail(struct toml_parser *p, enum status code, const char *format, ...) PRINTF_LIKE(3, 4);
/* The byte `ahead` of the cursor, -1 behind the end. */
static inline int toml_peek(const struct toml_parser *p, size_t ahead)
{
	return ahead < p->text.size - p->at ? p->text.data[p->at + ahead] : -1;
}
/* Size of the line end at the cursor: 1, 2 or 0 for none. */
size_t toml_at_newline(const struct toml_parser *p);
/* Steps over a line end of that size. */
void toml_newline(struct toml_parser *p, size_t size);
/* Steps over blanks and tabs. */
void toml_skip_blanks(struct toml_parser *p);
/* Whether TOML lets this byte stand in a comment or a string. */
bool toml_byte_ok(int c);

/* A string of any of the four kinds at the cursor; many_lines: the two kinds of three quotes are allowed too. */
MUST_USE enum status toml_scan_string(struct toml_parser *p, bool many_lines, struct bytes *ret);
/* A boolean, number, date or time at the cursor. */
MUST_USE enum status toml_scan_scalar(struct toml_parser *p, struct toml_value *v);
/* A date or time; it is whole in `word`, which was cut at the cursor. */
MUST_USE enum status toml_scan_date(struct toml_parser *p, struct bytes word, struct toml_value *v);

/* Puts v, whose key is set, into the table's index. The key must not be in it yet. */
void toml_index_add(struct toml_value *table, struct toml_value *v, struct arena *a);
struct toml_value *toml_lookup(const struct toml_value *table, struct bytes key);

#endif
