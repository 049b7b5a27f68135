/* The options of a directive, ":name: value", and what their values may be. Private to rst*.c. */
#ifndef FORMAT_RST_OPTIONS_H
#define FORMAT_RST_OPTIONS_H

#include "format/rst_words.h"

enum { RST_OPTIONS_MAX = 16 };

struct rst_option {
	const struct rst_option_row *row;
	bool has_value;
	struct rst_text value; /* of several lines: with '\n' between */
};

struct rst_options {
	struct rst_option items[RST_OPTIONS_MAX];
	size_t n;
};

/* Reads a block of which every line belongs to an option. directive: for messages. */
void rst_options_read(struct rst *r, struct rst_block b, const struct rst_option_row *rows, size_t n_rows,
		      struct rst_text directive, struct rst_options *ret);
/* NULL: it is not there. */
const struct rst_option *rst_option_find(const struct rst_options *options, const char *name);
/* The number of an option that was read as one; otherwise when it is not there. */
uint64_t rst_option_number(const struct rst_options *options, const char *name, uint64_t otherwise);
/* How many positive numbers "1 2 3" or "1,2,3" are; 0: it is "auto" or the like. */
size_t rst_widths_count(struct rst_text value);
/* Can classes be made of every word of it? Fails or is unsure when not. */
void rst_class_check(struct rst *r, struct rst_text value, uint32_t line);

#endif
