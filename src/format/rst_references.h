/* The names of a description in reStructuredText and who refers to them: targets, footnotes, substitutions. Private to rst*.c.
 * All is noted while the text is read, and rst_references_check says what is left without a target. Names are as rst_name gives them, lower. */
#ifndef FORMAT_RST_REFERENCES_H
#define FORMAT_RST_REFERENCES_H

#include "format/rst_parts.h"

/* Where a target leads: to a URI, to another name (an alias), or neither, to its place in the text. */
struct rst_place {
	bool has_uri, has_alias;
	struct rst_text to;
};

/* Reads what stands behind "name:": a URI, the name of another target with an underscore, or nothing. lines: escaped. (rst_explicit.c) */
struct rst_place rst_place_read(struct rst *r, const struct rst_line *lines, size_t n);

struct rst_names *rst_names_make(struct arena *a);
/* A target that the author named. A second one of the name fails, unless both lead to the same place; then true comes back, as for
 * everything that docutils says in a message that does no harm. */
bool rst_target_explicit(struct rst *r, struct rst_text name, struct rst_place place, uint32_t line);
/* A target by the way, such as a title: of two neither can be referred to. Returns as rst_target_explicit. */
bool rst_target_implicit(struct rst *r, struct rst_text name, struct rst_place place, uint32_t line);
bool rst_target_is_there(const struct rst *r, struct rst_text name);
/* That the target's alias has to lead somewhere. */
void rst_alias_note(struct rst *r, struct rst_text alias, uint32_t line);
void rst_reference_note(struct rst *r, struct rst_text name, uint32_t line);
void rst_anonymous_reference_note(struct rst *r, uint32_t line);
void rst_anonymous_target_note(struct rst *r, uint32_t line);

/* label: what stands between the brackets, lower: "1", "#", "#name", "*" or the word of a citation. */
void rst_footnote_note(struct rst *r, struct rst_text label, uint32_t line);
void rst_footnote_reference_note(struct rst *r, struct rst_text label, uint32_t line);

/* name: with its case. From here to rst_substitution_end references belong to the definition. */
void rst_substitution_begin(struct rst *r, struct rst_text name, uint32_t line);
void rst_substitution_end(struct rst *r);
void rst_substitution_reference_note(struct rst *r, struct rst_text name, uint32_t line);

/* After the whole text was read. */
void rst_references_check(struct rst *r);

#endif
