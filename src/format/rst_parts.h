/* What the files of the reader of reStructuredText share, and nobody else includes: its state, the tree of blocks, and who reads what.
 * Nobody returns a status: the first rst_fails or rst_unknown decides the verdict, and whoever loops asks rst_going. */
#ifndef FORMAT_RST_PARTS_H
#define FORMAT_RST_PARTS_H

#include "format/rst.h"
#include "format/rst_text.h"

enum rst_kind {
	RST_DOCUMENT,
	RST_SECTION,
	RST_TITLE,
	RST_PARAGRAPH,
	RST_BULLET_LIST,
	RST_LIST_ITEM,
	RST_ENUMERATED_LIST,
	RST_FIELD_LIST,
	RST_FIELD,
	RST_COMMENT, /* empty: it had no text */
	RST_TARGET, /* empty: it leads elsewhere, so that nothing of it is on the page */
	RST_SUBSTITUTION,
	RST_PENDING, /* what a transform replaces */
	RST_TRANSITION,
	RST_MESSAGE, /* of a level that does no harm, but it stands among the others */
	RST_TABLE, /* n_columns */
	RST_TOPIC,
	RST_SIDEBAR,
	RST_ANONYMOUS, /* collects what a directive looks at before it decides; takes the place of no element */
	RST_DECORATION, /* headers and footers: not on the page */
	RST_BODY /* any other element that is shown */
};

/* A node of the tree of blocks; inline elements have none. */
struct rst_node {
	enum rst_kind kind;
	uint32_t line;
	bool empty, refers, is_local; /* refers: there are references in it; is_local: a table of contents of its section alone */
	size_t n, n_columns; /* children */
	struct rst_text name, body; /* of a field */
	struct rst_node *parent, *first, *last, *next;
};

struct rst_names;
struct rst_roles;

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
/* Puts the children of the last node of its parent in its place. */
void rst_node_dissolve(struct rst_node *node);

/* ---- rst_body.c: blocks of lines ---- */

/* RST_KEEP_INDENT: the lines stay as they are, RST_KEEP_TOP: so do empty lines at the beginning. */
enum { RST_UNTIL_BLANK = 1, RST_KEEP_INDENT = 2, RST_KEEP_TOP = 4 };
/* The indented block at m->at, which moves to its last line. RST_ANY_INDENT: of any indentation; else the first line's text begins at
 * `first`, and the others have at least `every` blanks, unless that is RST_ANY_INDENT. Returns whether it ends with an empty line or the text. */
#define RST_ANY_INDENT SIZE_MAX
bool rst_cut(struct rst_machine *m, size_t first, size_t every, unsigned flags, struct rst_block *ret);
static inline bool rst_cut_first(struct rst_machine *m, size_t first, unsigned flags, struct rst_block *ret)
{
	return rst_cut(m, first, RST_ANY_INDENT, flags, ret);
}
/* Reads a block into node. */
void rst_body(struct rst *r, struct rst_block b, struct rst_node *node, bool titles);
bool rst_next_is_blank(const struct rst_machine *m);
/* The number of the line `ahead` of the current one, or of the last. */
uint32_t rst_line_number(const struct rst_machine *m, size_t ahead);
/* Fails when a block did not end with an empty line. what: "a bullet list". */
void rst_want_blank(struct rst_machine *m, bool blank, const char *what);

/* ---- rst_paragraph.c: what begins with plain text, and titles with a line above ---- */
void rst_paragraph(struct rst_machine *m);
void rst_overline(struct rst_machine *m);

/* ---- rst_lists.c: each at the first line of its kind ---- */
void rst_bullets(struct rst_machine *m, size_t end);
/* false: it is plain text after all. */
bool rst_enumeration(struct rst_machine *m);
bool rst_options(struct rst_machine *m, size_t end);
void rst_fields(struct rst_machine *m, size_t end);
void rst_line_block(struct rst_machine *m, size_t end);
void rst_definitions(struct rst_machine *m);
void rst_quote(struct rst_machine *m);
void rst_quote_block(struct rst_machine *m, struct rst_block b);

/* ---- rst_explicit.c, rst_directive.c, rst_tables.c ---- */
void rst_explicit(struct rst_machine *m);
/* At the current line, whose directive `name` has its text at `end`. alt: inside of a substitution definition. Returns as rst_cut. */
bool rst_directive(struct rst_machine *m, struct rst_text name, size_t end, bool in_definition);
void rst_grid_table(struct rst_machine *m);
void rst_simple_table(struct rst_machine *m);

/* ---- rst_inline.c ---- */

/* Reads the inline markup of a text that is not escaped yet. Returns it as it would be shown. */
struct rst_text rst_inline(struct rst *r, struct rst_text text, uint32_t line);
/* After the whole tree was read: transitions, class directives, bibliographic fields. */
void rst_tree_check(struct rst *r);

#endif
