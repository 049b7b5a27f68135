/* What the files of the reader of reStructuredText share, and nobody else includes: its state, and who reads what.
 * Nobody returns a status: the first rst_fails or rst_unknown decides the verdict, and whoever loops asks rst_going. */
#ifndef FORMAT_RST_PARTS_H
#define FORMAT_RST_PARTS_H

#include "format/rst.h"
#include "format/rst_node.h"

struct rst_names;
struct rst_roles;

/* One reading. */
struct rst {
	enum rst_verdict verdict;
	struct arena *a;
	struct diag *d;
	struct rst_node *root;
	struct rst_names *names;
	struct rst_roles *roles;
	uint32_t styles[64][2]; /* of titles, in the order of their levels: overline or 0, underline */
	size_t n_styles, level, depth;
	size_t n_references, n_messages; /* so far, of any kind; of those that do no harm */
	bool in_substitution;
	bool has_front; /* headers, footers and the like were moved to the beginning */
	uint32_t class_line; /* a class directive that still looks for its element; 0: none does */
};

/* A run over the lines of one block. at: the line that is being read. */
struct rst_machine {
	struct rst *r;
	const struct rst_line *lines;
	size_t n, at;
	bool titles; /* sections may begin here: only in the document itself */
	struct rst_node *node;
};

/* Lines that somebody owns: a copy of the slices, not of the text. */
struct rst_block {
	struct rst_line *lines;
	size_t n;
};

/* Decides the verdict unless it is decided. line: 1-based, 0 when it means nothing. */
void rst_fails(struct rst *r, uint32_t line, const char *format, ...) PRINTF_LIKE(3, 4);
void rst_unknown(struct rst *r, uint32_t line, const char *format, ...) PRINTF_LIKE(3, 4);
static inline bool rst_going(const struct rst *r)
{
	return r->verdict == RST_RENDERS;
}
/* Appends to parent; never NULL. */
struct rst_node *rst_node_add(struct rst *r, struct rst_node *parent, enum rst_kind kind, uint32_t line);

/* ---- rst_body.c: blocks of lines ---- */

/* For rst_cut: it ends before an empty line; the lines stay as they are; so do empty ones at the beginning. */
enum { RST_UNTIL_BLANK = 1, RST_KEEP_INDENT = 2, RST_KEEP_TOP = 4 };
#define RST_ANY_INDENT SIZE_MAX
/* The indented block at m->at, which moves to its last line. first: where the text of the first line begins; every: how many blanks the
 * others have at least; RST_ANY_INDENT for either: as they come. *ret lives as long as the arena; its lines may be changed.
 * Returns whether it ends before an empty line, or with the text. */
bool rst_cut(struct rst_machine *m, size_t first, size_t every, unsigned flags, struct rst_block *ret);
/* The usual case: only of the first line it is known where its text begins. */
static inline bool rst_cut_first(struct rst_machine *m, size_t first, unsigned flags, struct rst_block *ret)
{
	return rst_cut(m, first, RST_ANY_INDENT, flags, ret);
}
/* Reads a block into node. titles: as in the machine. Unknown when it is nested beyond RST_MAX_DEPTH: every recursion comes by here. */
void rst_body(struct rst *r, struct rst_block b, struct rst_node *node, bool titles);
/* The end of the block counts as empty. */
bool rst_next_is_blank(const struct rst_machine *m);
/* The number of the line `ahead` of the current one, or of the last. */
uint32_t rst_line_number(const struct rst_machine *m, size_t ahead);
/* Fails when a block did not end with an empty line. what: "a bullet list". */
void rst_want_blank(struct rst_machine *m, bool blank, const char *what);

/* ---- Each of these reads a construct whose first line is m->at, into m->node, and leaves m->at at its last line. end: where the text
 * behind its mark begins. ---- */

/* rst_paragraph.c: plain text, which may be a title or the first of a list of definitions; a title that has a line above, or a transition. */
void rst_paragraph(struct rst_machine *m);
void rst_overline(struct rst_machine *m);

/* rst_lists.c. The two that return false have read nothing: it is plain text after all. */
void rst_bullets(struct rst_machine *m, size_t end);
bool rst_enumeration(struct rst_machine *m);
bool rst_options(struct rst_machine *m, size_t end);
void rst_fields(struct rst_machine *m, size_t end);
void rst_line_block(struct rst_machine *m, size_t end);
void rst_definitions(struct rst_machine *m);
void rst_quote(struct rst_machine *m);
/* The lines of a quote, cut already; those of attributions are changed. */
void rst_quote_block(struct rst_machine *m, struct rst_block b);

/* rst_explicit.c: a series of ".." and "__". */
void rst_explicit(struct rst_machine *m);
/* rst_directive.c: the directive of that name. in_definition: of a substitution. Returns as rst_cut. */
bool rst_directive(struct rst_machine *m, struct rst_text name, size_t end, bool in_definition);

/* rst_tables.c */
void rst_grid_table(struct rst_machine *m);
void rst_simple_table(struct rst_machine *m);

/* ---- The rest ---- */

/* Reads the inline markup of a text that is not escaped yet, and notes what it refers to. Returns the text as it would be shown; it lives as
 * long as the arena. (rst_inline.c) */
struct rst_text rst_inline(struct rst *r, struct rst_text text, uint32_t line);
/* After the whole tree was read: transitions, class directives, bibliographic fields, a page with nothing on it. (rst_tree.c) */
void rst_tree_check(struct rst *r);

#endif
