/* Expressions of one logical line as a tree, by operator precedence (Pratt). Nesting is counted: beyond PY_NESTING_MAX calls deep or
 * PY_TREE_DEPTH_MAX nodes deep the line fails; long sums are one node with many operands. */
#ifndef SCAN_PY_PARSE_H
#define SCAN_PY_PARSE_H

#include "scan/py_lex.h"

enum { PY_TREE_DEPTH_MAX = 600 };

enum py_node_kind {
	N_NONE, /* nothing: a missing part of a slice, also None, True and "..." */
	N_NAME, /* token */
	N_NUMBER, /* token */
	N_STRING, /* tokens from token to end, one after the other; children: the f-strings' fields, in order */
	N_ATTRIBUTE, /* child: object; the name is the token before end */
	N_CALL, /* children: callee, arguments */
	N_KEYWORD, /* token: name; child: value */
	N_STAR, /* child; word: W_STAR or W_DOUBLE_STAR */
	N_SUBSCRIPT, /* children: object, index */
	N_SLICE, /* up to three children */
	N_TUPLE,
	N_LIST,
	N_SET,
	N_DICT, /* key, value, key, value; or N_STAR alone */
	N_BINARY, /* operands; word of each operand but the first is in its `before` */
	N_UNARY, /* word; child */
	N_LAMBDA, /* parameters as N_PARAMETER, then the body */
	N_PARAMETER, /* word: token is its name; children: annotation, then the default when `before` is set */
	N_COMPREHENSION, /* children: element (for a dict: key, value), then N_FOR; word: the bracket */
	N_FOR, /* children: target, iterable, conditions */
	N_CONDITIONAL, /* children: value, condition, other value */
	N_YIELD, /* up to one child */
	N_AWAIT,
	N_WALRUS, /* children: name, value */
};

struct py_node {
	uint8_t kind, word, before;
	uint16_t depth; /* of the tree below it, 1 for a leaf */
	uint32_t first, last, next; /* children and the next sibling; 0: none */
	uint32_t token, end; /* its tokens: from, behind */
};

struct py_parser {
	struct bytes text;
	const struct py_token *tokens; /* ends with a PY_END */
	uint32_t at; /* the next token */
	uint32_t nesting;
	bool failed;
	struct buf nodes; /* of struct py_node; the first is unused */
	uint32_t n_nodes;
};

void py_parser_init(struct py_parser *p, struct bytes text);
void py_parser_done(struct py_parser *p);
/* Starts with another line: nodes of the last one are gone. */
void py_parser_line(struct py_parser *p, const struct py_line *line);

/* Each gives a node, or 0 with p->failed set. Calls itself, at most PY_NESTING_MAX deep. */
uint32_t py_parse_expression(struct py_parser *p, unsigned level);
enum { LEVEL_NAMED, LEVEL_TEST, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_BITS };
/* Expressions and "*x" with commas between, until something else; one without a comma is no tuple. level: of each. */
uint32_t py_parse_list(struct py_parser *p, unsigned level);
/* Parameters up to (not with) the closing word, which may be W_RPAREN, W_RSQUARE or W_COLON; added to node `to`. */
void py_parse_parameters(struct py_parser *p, enum py_word closing, uint32_t to);
/* The arguments of a call behind its "(", with the ")". Added to node `to`. */
void py_parse_arguments(struct py_parser *p, uint32_t to);

uint32_t py_node_new(struct py_parser *p, enum py_node_kind kind, uint32_t token);
void py_node_append(struct py_parser *p, uint32_t parent, uint32_t child);

static inline struct py_node *py_node(const struct py_parser *p, uint32_t n)
{
	return (struct py_node *)(void *)p->nodes.data + n;
}
static inline enum py_word py_word_at(const struct py_parser *p)
{
	return (enum py_word)p->tokens[p->at].word;
}
static inline bool py_take(struct py_parser *p, enum py_word word)
{
	bool there = p->tokens[p->at].word == word;
	p->at += there;
	return there;
}

#endif
