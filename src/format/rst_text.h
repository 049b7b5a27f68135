/* Text as the reader of reStructuredText sees it: characters, not bytes; lines without tabs and trailing blanks; names without case.
 * Private to rst*.c. A backslash and what it escapes become RST_ESCAPE and that character, as in docutils. */
#ifndef FORMAT_RST_TEXT_H
#define FORMAT_RST_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* No text has a NUL of its own: rst_check sees to that. */
enum { RST_ESCAPE = 0 };

/* What a character is, as in data/rst-characters.txt. BEFORE: may stand before a start-string; BEHIND: behind an end-string. */
enum { RST_WORD = 1, RST_SPACE = 2, RST_BEFORE = 4, RST_BEHIND = 8, RST_WIDE = 16, RST_COMBINING = 32 };

/* A borrowed slice of characters. */
struct rst_text {
	const uint32_t *c;
	size_t n;
};

struct rst_line {
	struct rst_text text; /* without blanks at its end */
	uint32_t number; /* 1-based */
};

unsigned rst_class(uint32_t c);
static inline bool rst_is(uint32_t c, unsigned class)
{
	return (rst_class(c) & class) != 0;
}
/* A pair such as ( and ), between which a start-string is plain text. */
bool rst_is_pair(uint32_t open, uint32_t close);
/* ASCII punctuation: what titles are underlined with. */
bool rst_is_mark(uint32_t c);

/* Splits into lines and expands tabs as docutils does; the lines live as long as a. text: UTF-8 without NUL. ERR_LIMIT over RST_MAX_LINES. */
MUST_USE enum status rst_lines_make(struct bytes text, struct arena *a, struct rst_line **ret_lines, size_t *ret_n);

struct rst_text rst_part(struct rst_text t, size_t from, size_t n);
struct rst_text rst_from(struct rst_text t, size_t from);
struct rst_text rst_trim_end(struct rst_text t);
struct rst_text rst_trim(struct rst_text t);
/* How many blanks it begins with. */
size_t rst_indent(struct rst_text t);
bool rst_starts(struct rst_text t, const char *ascii);
bool rst_ends(struct rst_text t, const char *ascii);
bool rst_equal(struct rst_text a, struct rst_text b);
/* ASCII case is ignored. */
bool rst_equal_word(struct rst_text t, const char *ascii);
/* Columns on a screen: wide characters count two, combining ones none. */
size_t rst_width(struct rst_text t);
/* Every character is the same ASCII punctuation: an underline. */
bool rst_is_rule(struct rst_text t);
/* How many characters a simple name has that begins at from: letters and digits with single -._+: between; 0: none does. */
size_t rst_simple_name(struct rst_text t, size_t from);

/* The lines with '\n' between them, without blanks at the end. */
struct rst_text rst_join(const struct rst_line *lines, size_t n, struct arena *a);
/* With RST_ESCAPE for each backslash that escapes. */
struct rst_text rst_escape(struct rst_text t, struct arena *a);
/* Without escapes, as it would be shown. */
struct rst_text rst_unescape(struct rst_text t, struct arena *a);
/* Blanks normalised to single spaces; with `lower` also without case: the form in which names are compared. */
struct rst_text rst_name(struct rst_text t, bool lower, struct arena *a);
/* A URI of an escaped text: without blanks that are not escaped. */
struct rst_text rst_uri(struct rst_text t, struct arena *a);
/* In UTF-8, cut at 60 characters, for a message. */
const char *rst_say(struct rst_text t, struct arena *a);

#endif
