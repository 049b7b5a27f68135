/* The beginnings of lines by which reStructuredText tells its constructs apart. Private to rst*.c. */
#ifndef FORMAT_RST_MARKS_H
#define FORMAT_RST_MARKS_H

#include "format/rst_text.h"

enum rst_mark {
	RST_MARK_INDENT,
	RST_MARK_BULLET,
	RST_MARK_ENUMERATOR,
	RST_MARK_FIELD,
	RST_MARK_OPTION,
	RST_MARK_DOCTEST,
	RST_MARK_LINE_BLOCK,
	RST_MARK_GRID,
	RST_MARK_SIMPLE,
	RST_MARK_EXPLICIT,
	RST_MARK_ANONYMOUS,
	RST_MARK_RULE,
	RST_MARK_TEXT
};

/* What a line that is not empty begins. *ret_end: where the text behind the mark begins, where there is a mark with text. */
enum rst_mark rst_mark(struct rst_text line, size_t *ret_end);

/* Where the text of the field behind ":name:" begins; 0: the line is no field. *ret_name: its name. */
size_t rst_field_mark(struct rst_text line, struct rst_text *ret_name);

enum rst_sequence { RST_ARABIC, RST_LOWER, RST_UPPER, RST_LOWER_ROMAN, RST_UPPER_ROMAN, RST_AUTO };
enum rst_format { RST_PARENS, RST_PAREN, RST_PERIOD };

struct rst_enumerator {
	enum rst_format format;
	enum rst_sequence sequence;
	uint64_t ordinal; /* from 1 on; RST_NO_ORDINAL: not one */
	size_t end; /* where the text begins */
};
#define RST_NO_ORDINAL UINT64_MAX
/* Reads "1.", "(a)", "iv)", "#.". expected: the sequence of the list, NULL for the first of one. false: there is none. */
bool rst_enumerator(struct rst_text line, const enum rst_sequence *expected, struct rst_enumerator *ret);
/* Does the line begin with the one that follows e, or with an automatic one of its format? */
bool rst_enumerator_follows(struct rst_text line, const struct rst_enumerator *e);

#endif
