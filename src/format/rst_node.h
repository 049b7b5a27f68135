/* The tree of blocks that the reader of reStructuredText makes; inline elements have no nodes. Private to rst*.c.
 * It is there for what docutils says of neighbours: a transition at the end, a list that is no table. */
#ifndef FORMAT_RST_NODE_H
#define FORMAT_RST_NODE_H

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

/* Lives as long as the reader's arena. */
struct rst_node {
	enum rst_kind kind;
	uint32_t line; /* 1-based, where it begins */
	bool empty; /* of comments, targets (above); of a table of contents: it is gone unless there are sections */
	bool is_local; /* of a table of contents: it is of its section alone */
	bool refers; /* of fields and paragraphs: there are references in it */
	struct rst_text name; /* of a field, as rst_name gives it, lower */
	size_t n; /* children */
	size_t n_columns; /* of a table */
	struct rst_node *parent, *first, *last, *next;
};

/* Puts the children of node, which is the last of its parent, in its place. */
void rst_node_dissolve(struct rst_node *node);

#endif
