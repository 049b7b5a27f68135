/* The directives and roles of docutils by their names, and the roles that a text makes itself. Private to rst*.c. */
#ifndef FORMAT_RST_WORDS_H
#define FORMAT_RST_WORDS_H

#include "format/rst_parts.h"

enum rst_does {
	RST_DOES_NOTE,
	RST_DOES_TOPIC,
	RST_DOES_SIDEBAR,
	RST_DOES_LINE_BLOCK,
	RST_DOES_PARSED,
	RST_DOES_CODE,
	RST_DOES_MATH,
	RST_DOES_RUBRIC,
	RST_DOES_QUOTE,
	RST_DOES_CONTAINER,
	RST_DOES_TABLE,
	RST_DOES_CSV,
	RST_DOES_LIST_TABLE,
	RST_DOES_META,
	RST_DOES_IMAGE,
	RST_DOES_FIGURE,
	RST_DOES_REPLACE,
	RST_DOES_UNICODE,
	RST_DOES_DATE,
	RST_DOES_CLASS,
	RST_DOES_ROLE,
	RST_DOES_DEFAULT_ROLE,
	RST_DOES_TITLE,
	RST_DOES_CONTENTS,
	RST_DOES_SECTNUM,
	RST_DOES_DECORATION,
	RST_DOES_TARGET_NOTES,
	RST_DOES_DISABLED /* would read files or put HTML on the page */
};

/* What the value of an option may be. */
enum rst_value {
	RST_VALUE_ANY,
	RST_VALUE_NEEDED, /* any, but not none */
	RST_VALUE_FLAG, /* none */
	RST_VALUE_CLASS,
	RST_VALUE_INTEGER,
	RST_VALUE_MAYBE_INTEGER,
	RST_VALUE_NATURAL, /* 0 and up */
	RST_VALUE_PERCENT,
	RST_VALUE_LENGTH,
	RST_VALUE_LENGTH_PERCENT,
	RST_VALUE_FIGURE_WIDTH,
	RST_VALUE_WIDTHS, /* auto, or numbers */
	RST_VALUE_WIDTHS_GRID, /* auto, grid or numbers */
	RST_VALUE_ALIGN, /* of an image: across or along */
	RST_VALUE_ALIGN_ACROSS,
	RST_VALUE_LOADING,
	RST_VALUE_BACKLINKS,
	RST_VALUE_DELIMITER, /* of csv-table */
	RST_VALUE_UNSURE /* one that is not judged here */
};

struct rst_option_row {
	const char *name;
	enum rst_value value;
};

struct rst_directive_row {
	const char *name;
	enum rst_does does;
	unsigned char required, optional; /* arguments */
	bool is_wide; /* the last argument takes blanks */
	bool has_content;
	const struct rst_option_row *options; /* NULL: it takes none, and what looks like one is content */
	size_t n_options;
};

/* The directive of that name, without regard to case; NULL: docutils has none. */
const struct rst_directive_row *rst_directive_find(struct rst_text name);

/* Reads text as the named role does, "" for the default one. It is escaped. Writes what is shown to out, which has room for twice the text and 8 more, and
 * returns how much. A role that nobody knows fails. */
size_t rst_role_use(struct rst *r, struct rst_text name, struct rst_text text, uint32_t line, uint32_t *out);
/* What a role made from that one may be told in options; NULL: there is no such role. base: "" for a plain one. */
const struct rst_option_row *rst_role_options(struct rst *r, struct rst_text base, size_t *ret_n);
/* Makes a role of that name, which does what the base does; the default one for "". language: of code, or NULL. */
void rst_role_make(struct rst *r, struct rst_text name, struct rst_text base, const struct rst_text *language);
/* Is there a role of that name? */
bool rst_role_is_there(const struct rst *r, struct rst_text name);

#endif
