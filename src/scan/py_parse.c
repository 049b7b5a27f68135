#include "scan/py_parse.h"

enum { NODES_MAX = 2 * PY_TOKENS_MAX, NODES_STEP = 256, LEVEL_UNARY = 13, LEVEL_POWER = 14, LEVEL_AWAIT = 15 };

void py_parser_init(struct py_parser *p, struct bytes text)
{
	*p = (struct py_parser){ .text = text };
	buf_init(&p->nodes, ((size_t)NODES_MAX + NODES_STEP) * sizeof(struct py_node));
	if (buf_reserve(&p->nodes, NODES_STEP * sizeof(struct py_node)))
		buf_grew(&p->nodes, NODES_STEP * sizeof(struct py_node));
}

void py_parser_done(struct py_parser *p)
{
	buf_done(&p->nodes);
}

void py_parser_line(struct py_parser *p, const struct py_line *line)
{
	p->tokens = line->tokens;
	p->at = 0;
	p->nesting = 0;
	p->failed = false;
	p->n_nodes = 1;
}

/* Node 0 takes what is written to a node that could not be made. */
uint32_t py_node_new(struct py_parser *p, enum py_node_kind kind, uint32_t token)
{
	size_t need = ((size_t)p->n_nodes + 1) * sizeof(struct py_node);
	if (need > p->nodes.size) {
		if (p->n_nodes >= NODES_MAX || !buf_reserve(&p->nodes, NODES_STEP * sizeof(struct py_node))) {
			p->failed = true;
			return 0;
		}
		buf_grew(&p->nodes, NODES_STEP * sizeof(struct py_node));
	}
	*py_node(p, p->n_nodes) = (struct py_node){ .kind = (uint8_t)kind, .depth = 1, .token = token, .end = p->at };
	return p->n_nodes++;
}

void py_node_append(struct py_parser *p, uint32_t parent, uint32_t child)
{
	if (!parent || !child)
		return;
	struct py_node *to = py_node(p, parent), *c = py_node(p, child);
	if (to->last)
		py_node(p, to->last)->next = child;
	else
		to->first = child;
	to->last = child;
	to->end = p->at;
	if (c->depth >= to->depth)
		to->depth = (uint16_t)(c->depth + 1);
	if (to->depth > PY_TREE_DEPTH_MAX)
		p->failed = true;
}

static uint32_t broken(struct py_parser *p)
{
	p->failed = true;
	return 0;
}

static void expect(struct py_parser *p, enum py_word word)
{
	if (!py_take(p, word))
		p->failed = true;
}

/* A node around one child, from the child's first token or the given one. */
static uint32_t wrap(struct py_parser *p, enum py_node_kind kind, uint32_t token, uint32_t child)
{
	uint32_t n = py_node_new(p, kind, token);
	py_node_append(p, n, child);
	return n;
}

static bool begins_expression(const struct py_token *t)
{
	switch ((enum py_kind)t->kind) {
	case PY_NUMBER:
	case PY_STRING:
	case PY_FSTRING:
		return true;
	case PY_NAME:
		switch ((int)t->word) {
		case W_AND:
		case W_OR:
		case W_IF:
		case W_ELSE:
		case W_IN:
		case W_IS:
		case W_FOR:
		case W_AS:
		case W_FROM:
			return false;
		default:
			return true;
		}
	case PY_OPERATOR:
		switch ((int)t->word) {
		case W_LPAREN:
		case W_LSQUARE:
		case W_LBRACE:
		case W_PLUS:
		case W_MINUS:
		case W_TILDE:
		case W_STAR:
		case W_DOUBLE_STAR:
		case W_ELLIPSIS:
		case W_BACKTICK:
			return true;
		default:
			return false;
		}
	case PY_END:
	case PY_FTEXT:
	case PY_FSTRING_END:
		break;
	}
	return false;
}

static uint32_t star_or_expression(struct py_parser *p, unsigned level)
{
	uint32_t token = p->at;
	enum py_word word = py_word_at(p);
	if (word != W_STAR && word != W_DOUBLE_STAR)
		return py_parse_expression(p, level);
	p->at++;
	uint32_t n = wrap(p, N_STAR, token, py_parse_expression(p, level == LEVEL_BITS ? LEVEL_BITS : LEVEL_TEST));
	py_node(p, n)->word = (uint8_t)word;
	return n;
}

uint32_t py_parse_list(struct py_parser *p, unsigned level)
{
	uint32_t token = p->at, first = star_or_expression(p, level);
	if (p->failed || py_word_at(p) != W_COMMA)
		return first;
	uint32_t list = wrap(p, N_TUPLE, token, first);
	while (!p->failed && py_take(p, W_COMMA) && begins_expression(&p->tokens[p->at]))
		py_node_append(p, list, star_or_expression(p, level));
	py_node(p, list)->end = p->at;
	return list;
}

static bool at_comprehension(const struct py_parser *p)
{
	enum py_word word = py_word_at(p);
	return word == W_FOR || (word == W_ASYNC && p->tokens[p->at + 1].word == W_FOR);
}

/* "for x in y if z for ..." behind the element, which is already in `to`. */
static void parse_clauses(struct py_parser *p, uint32_t to)
{
	while (!p->failed && at_comprehension(p)) {
		uint32_t token = p->at;
		(void)py_take(p, W_ASYNC);
		expect(p, W_FOR);
		uint32_t clause = py_node_new(p, N_FOR, token);
		py_node_append(p, clause, py_parse_list(p, LEVEL_BITS));
		expect(p, W_IN);
		if (p->failed)
			return;
		uint32_t iterable = py_parse_expression(p, LEVEL_OR);
		if (py_word_at(p) == W_COMMA && py_node(p, to)->word == W_LSQUARE) { /* Python 2: [x for x in 1, 2] */
			iterable = wrap(p, N_TUPLE, token, iterable);
			while (!p->failed && py_take(p, W_COMMA) && begins_expression(&p->tokens[p->at]))
				py_node_append(p, iterable, py_parse_expression(p, LEVEL_OR));
		}
		py_node_append(p, clause, iterable);
		while (!p->failed && py_take(p, W_IF))
			py_node_append(p, clause, py_parse_expression(p, p->tokens[p->at].word == W_LAMBDA ? LEVEL_TEST : LEVEL_OR));
		py_node_append(p, to, clause);
	}
}

static uint32_t comprehension(struct py_parser *p, uint32_t token, enum py_word bracket, uint32_t first, uint32_t second)
{
	uint32_t n = wrap(p, N_COMPREHENSION, token, first);
	if (second)
		py_node_append(p, n, second);
	py_node(p, n)->word = (uint8_t)bracket;
	parse_clauses(p, n);
	return n;
}

/* Behind "(" or "[". */
static uint32_t parse_bracket(struct py_parser *p, uint32_t token, enum py_word open, enum py_word close)
{
	bool round = open == W_LPAREN;
	if (py_take(p, close))
		return py_node_new(p, round ? N_TUPLE : N_LIST, token);
	uint32_t first = star_or_expression(p, LEVEL_NAMED);
	if (p->failed)
		return 0;
	if (at_comprehension(p))
		first = comprehension(p, token, open, first, 0);
	else if (!round || py_word_at(p) == W_COMMA) {
		first = wrap(p, round ? N_TUPLE : N_LIST, token, first);
		while (!p->failed && py_take(p, W_COMMA) && py_word_at(p) != close)
			py_node_append(p, first, star_or_expression(p, LEVEL_NAMED));
	}
	expect(p, close);
	if (first && py_node(p, first)->token == token)
		py_node(p, first)->end = p->at;
	return first;
}

static uint32_t parse_brace(struct py_parser *p, uint32_t token)
{
	uint32_t n = 0;
	while (!p->failed && py_word_at(p) != W_RBRACE) {
		uint32_t key = star_or_expression(p, LEVEL_NAMED), value = 0;
		if (!key)
			return 0;
		bool spread = py_node(p, key)->kind == N_STAR && py_node(p, key)->word == W_DOUBLE_STAR;
		if (!spread && py_take(p, W_COLON))
			value = py_parse_expression(p, LEVEL_TEST);
		if (!n && !p->failed && at_comprehension(p)) {
			n = comprehension(p, token, W_LBRACE, key, value);
			break;
		}
		if (!n)
			n = py_node_new(p, value || spread ? N_DICT : N_SET, token);
		py_node_append(p, n, key);
		py_node_append(p, n, value);
		if (!py_take(p, W_COMMA))
			break;
	}
	expect(p, W_RBRACE);
	n = n ? n : py_node_new(p, N_DICT, token);
	py_node(p, n)->end = p->at;
	return n;
}

/* The fields of an f-string behind its start, through its end; they become children of `to`. */
static void parse_fields(struct py_parser *p, uint32_t to)
{
	uint32_t open = 0; /* fields that have a format specification, with fields in it */
	while (!p->failed) {
		const struct py_token *t = &p->tokens[p->at];
		if (t->kind == PY_FTEXT) {
			p->at++;
		} else if (t->kind == PY_FSTRING_END) {
			p->at++;
			break;
		} else if (t->word == W_LBRACE) {
			p->at++;
			py_node_append(p, to, py_parse_list(p, LEVEL_TEST));
			(void)py_take(p, W_ASSIGN);
			if (py_take(p, W_BANG))
				p->at++;
			if (py_take(p, W_COLON))
				open++;
			else
				expect(p, W_RBRACE);
		} else if (t->word == W_RBRACE && open) {
			open--;
			p->at++;
		} else {
			p->failed = true;
		}
	}
}

static uint32_t parse_strings(struct py_parser *p)
{
	uint32_t n = py_node_new(p, N_STRING, p->at);
	while (!p->failed) {
		enum py_kind kind = (enum py_kind)p->tokens[p->at].kind;
		if (kind != PY_STRING && kind != PY_FSTRING)
			break;
		p->at++;
		if (kind == PY_FSTRING)
			parse_fields(p, n);
	}
	py_node(p, n)->end = p->at;
	return n;
}

void py_parse_parameters(struct py_parser *p, enum py_word closing, uint32_t to)
{
	while (!p->failed && py_word_at(p) != closing) {
		uint32_t token = p->at;
		if (!py_take(p, W_STAR) && !py_take(p, W_DOUBLE_STAR) && !py_take(p, W_SLASH) && p->tokens[p->at].kind != PY_NAME &&
		    py_word_at(p) != W_LPAREN) {
			p->failed = true;
			return;
		}
		uint32_t n = py_node_new(p, N_PARAMETER, token);
		if (p->tokens[p->at].kind == PY_NAME) {
			py_node(p, n)->word = 1;
			py_node(p, n)->token = p->at++;
		} else if (py_word_at(p) == W_LPAREN) { /* Python 2: def f(a, (b, c)) */
			(void)py_parse_expression(p, LEVEL_BITS);
		}
		if (closing != W_COLON && py_take(p, W_COLON))
			py_node_append(p, n, star_or_expression(p, LEVEL_TEST));
		if (py_take(p, W_ASSIGN)) {
			py_node_append(p, n, star_or_expression(p, LEVEL_TEST));
			py_node(p, n)->before = 1;
		}
		py_node_append(p, to, n);
		if (!py_take(p, W_COMMA))
			break;
	}
	if (py_word_at(p) != closing)
		p->failed = true;
}

void py_parse_arguments(struct py_parser *p, uint32_t to)
{
	while (!p->failed && py_word_at(p) != W_RPAREN) {
		uint32_t token = p->at, argument;
		if (p->tokens[token].kind == PY_NAME && p->tokens[token + 1].word == W_ASSIGN) {
			p->at += 2;
			argument = wrap(p, N_KEYWORD, token, py_parse_expression(p, LEVEL_TEST));
		} else {
			argument = star_or_expression(p, LEVEL_NAMED);
		}
		if (!p->failed && at_comprehension(p))
			argument = comprehension(p, token, W_LPAREN, argument, 0);
		py_node_append(p, to, argument);
		if (!py_take(p, W_COMMA))
			break;
	}
	expect(p, W_RPAREN);
	py_node(p, to)->end = p->at;
}

static uint32_t parse_index(struct py_parser *p)
{
	uint32_t token = p->at, n = 0;
	if (py_word_at(p) != W_COLON)
		n = star_or_expression(p, LEVEL_NAMED);
	if (p->failed || py_word_at(p) != W_COLON)
		return n;
	uint32_t slice = wrap(p, N_SLICE, token, n ? n : py_node_new(p, N_NONE, token));
	for (int i = 0; i < 2 && py_take(p, W_COLON); i++) {
		enum py_word word = py_word_at(p);
		bool missing = word == W_COLON || word == W_COMMA || word == W_RSQUARE;
		py_node_append(p, slice, missing ? py_node_new(p, N_NONE, p->at) : py_parse_expression(p, LEVEL_TEST));
	}
	return slice;
}

static uint32_t parse_subscript(struct py_parser *p, uint32_t start, uint32_t object)
{
	uint32_t n = wrap(p, N_SUBSCRIPT, start, object), token = p->at, index = parse_index(p);
	if (!p->failed && py_word_at(p) == W_COMMA) {
		index = wrap(p, N_TUPLE, token, index);
		while (!p->failed && py_take(p, W_COMMA) && py_word_at(p) != W_RSQUARE)
			py_node_append(p, index, parse_index(p));
	}
	expect(p, W_RSQUARE);
	py_node_append(p, n, index);
	return n;
}

/* Calls, attributes and subscripts behind a primary that began at token `start`. */
static uint32_t parse_trailers(struct py_parser *p, uint32_t start, uint32_t n)
{
	while (!p->failed) {
		if (py_take(p, W_DOT)) {
			if (p->tokens[p->at].kind != PY_NAME)
				return broken(p);
			p->at++;
			n = wrap(p, N_ATTRIBUTE, start, n);
		} else if (py_take(p, W_LPAREN)) {
			n = wrap(p, N_CALL, start, n);
			py_parse_arguments(p, n);
		} else if (py_take(p, W_LSQUARE)) {
			n = parse_subscript(p, start, n);
		} else {
			break;
		}
	}
	return n;
}

static uint32_t parse_lambda(struct py_parser *p, uint32_t token)
{
	uint32_t n = py_node_new(p, N_LAMBDA, token);
	py_parse_parameters(p, W_COLON, n);
	expect(p, W_COLON);
	if (!p->failed)
		py_node_append(p, n, py_parse_expression(p, LEVEL_TEST));
	return n;
}

static uint32_t parse_yield(struct py_parser *p, uint32_t token)
{
	uint32_t n = py_node_new(p, N_YIELD, token);
	if (py_take(p, W_FROM) || begins_expression(&p->tokens[p->at]))
		py_node_append(p, n, py_parse_list(p, LEVEL_TEST));
	return n;
}

static uint32_t parse_unary(struct py_parser *p, uint32_t token, unsigned level)
{
	enum py_word word = (enum py_word)p->tokens[token].word;
	uint32_t n = wrap(p, word == W_AWAIT ? N_AWAIT : N_UNARY, token, py_parse_expression(p, level));
	py_node(p, n)->word = (uint8_t)word;
	return n;
}

static uint32_t parse_backticks(struct py_parser *p, uint32_t token)
{
	uint32_t n = wrap(p, N_UNARY, token, py_parse_list(p, LEVEL_TEST));
	py_node(p, n)->word = W_BACKTICK;
	expect(p, W_BACKTICK);
	return n;
}

/* A primary with its trailers, or a prefix operator with its operand. */
static uint32_t parse_prefix(struct py_parser *p)
{
	uint32_t token = p->at, n = 0;
	const struct py_token *t = &p->tokens[p->at];
	if (t->kind == PY_STRING || t->kind == PY_FSTRING)
		return parse_trailers(p, token, parse_strings(p));
	if (t->kind == PY_END || t->kind == PY_FTEXT || t->kind == PY_FSTRING_END)
		return broken(p);
	p->at++;
	switch ((int)t->word) {
	case W_LPAREN:
		n = parse_bracket(p, token, W_LPAREN, W_RPAREN);
		break;
	case W_LSQUARE:
		n = parse_bracket(p, token, W_LSQUARE, W_RSQUARE);
		break;
	case W_LBRACE:
		n = parse_brace(p, token);
		break;
	case W_BACKTICK:
		n = parse_backticks(p, token);
		break;
	case W_PLUS:
	case W_MINUS:
	case W_TILDE:
		return parse_unary(p, token, LEVEL_UNARY);
	case W_NOT:
		return parse_unary(p, token, LEVEL_NOT);
	case W_AWAIT:
		if (!begins_expression(&p->tokens[p->at])) /* a name before Python 3.7 */
			n = py_node_new(p, N_NAME, token);
		else
			return parse_unary(p, token, LEVEL_AWAIT);
		break;
	case W_LAMBDA:
		return parse_lambda(p, token);
	case W_YIELD:
		return parse_yield(p, token);
	case W_NULL:
	case W_TRUE:
	case W_FALSE:
	case W_ELLIPSIS:
		n = py_node_new(p, N_NONE, token);
		break;
	case W_NONE:
	case W_MATCH:
	case W_CASE:
	case W_TYPE:
	case W_PRINT:
	case W_EXEC:
	case W_ASYNC:
	case W_NONLOCAL:
		n = py_node_new(p, t->kind == PY_NUMBER ? N_NUMBER : N_NAME, token);
		break;
	default:
		return broken(p);
	}
	return p->failed ? 0 : parse_trailers(p, token, n);
}

/* The level of the operator at p->at, 0 for none, and how many tokens it is. */
static unsigned infix_level(const struct py_parser *p, uint32_t *ret_size)
{
	static const unsigned char levels[N_WORDS] = {
		[W_OR] = LEVEL_OR,
		[W_AND] = LEVEL_AND,
		[W_IN] = LEVEL_COMPARE,
		[W_IS] = LEVEL_COMPARE,
		[W_NOT] = LEVEL_COMPARE,
		[W_COMPARE] = LEVEL_COMPARE,
		[W_PIPE] = 7,
		[W_CARET] = 8,
		[W_AMPERSAND] = 9,
		[W_SHIFT] = 10,
		[W_PLUS] = 11,
		[W_MINUS] = 11,
		[W_STAR] = 12,
		[W_SLASH] = 12,
		[W_DOUBLE_SLASH] = 12,
		[W_PERCENT] = 12,
		[W_AT] = 12,
		[W_DOUBLE_STAR] = LEVEL_POWER,
	};
	enum py_word word = py_word_at(p),
		     next = (enum py_word)(p->tokens[p->at].kind == PY_END ? W_NONE : p->tokens[p->at + 1].word);
	*ret_size = 1;
	if (word == W_NOT && next != W_IN)
		return 0;
	if ((word == W_NOT && next == W_IN) || (word == W_IS && next == W_NOT))
		*ret_size = 2;
	return levels[word];
}

static uint32_t parse_conditional(struct py_parser *p, uint32_t start, uint32_t value)
{
	uint32_t n = wrap(p, N_CONDITIONAL, start, value);
	py_node_append(p, n, py_parse_expression(p, LEVEL_OR));
	expect(p, W_ELSE);
	if (!p->failed)
		py_node_append(p, n, py_parse_expression(p, LEVEL_TEST));
	return n;
}

/* Operators that bind at least as tightly as `level` behind the left operand; those of one level in a row are one node. */
static uint32_t parse_infix(struct py_parser *p, unsigned level, uint32_t start, uint32_t left)
{
	unsigned chain_level = 0; /* of the node in left, when it came from here */
	while (!p->failed) {
		uint32_t size;
		enum py_word word = py_word_at(p);
		unsigned found = infix_level(p, &size);
		if (found == 0 || found < level || (found == LEVEL_POWER && level > LEVEL_POWER))
			break;
		p->at += size;
		uint32_t right = py_parse_expression(p, found == LEVEL_POWER ? LEVEL_UNARY : found + 1);
		if (p->failed)
			return 0;
		if (chain_level != found)
			left = wrap(p, N_BINARY, start, left);
		chain_level = found;
		py_node(p, right)->before = (uint8_t)word;
		py_node(p, left)->word = (uint8_t)word;
		py_node_append(p, left, right);
	}
	return left;
}

uint32_t py_parse_expression(struct py_parser *p, unsigned level)
{
	if (p->nesting >= PY_NESTING_MAX)
		return broken(p);
	p->nesting++;
	uint32_t start = p->at, n = parse_prefix(p);
	if (!p->failed)
		n = parse_infix(p, level > LEVEL_TEST ? level : LEVEL_OR, start, n);
	if (!p->failed && level <= LEVEL_TEST && py_take(p, W_IF))
		n = parse_conditional(p, start, n);
	if (!p->failed && level == LEVEL_NAMED && py_node(p, n)->kind == N_NAME && py_take(p, W_WALRUS)) {
		uint32_t value = py_parse_expression(p, LEVEL_TEST);
		n = wrap(p, N_WALRUS, start, n);
		py_node_append(p, n, value);
	}
	p->nesting--;
	return p->failed ? 0 : n;
}
