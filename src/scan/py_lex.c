#include "scan/py_lex_parts.h"

enum { TOKENS_STEP = 512 };

enum class { C_OTHER, C_NAME, C_DIGIT, C_BLANK, C_LINE, C_QUOTE, C_OPERATOR };

/* clang-format off */
enum { O = C_OTHER, N = C_NAME, D = C_DIGIT, B = C_BLANK, L = C_LINE, Q = C_QUOTE, P = C_OPERATOR };
/* One row for 16 bytes. */
static const unsigned char classes[256] = {
	O, O, O, O, O, O, O, O, O, B, L, O, B, L, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	B, P, Q, O, O, P, P, Q, P, P, P, P, P, P, P, P,
	D, D, D, D, D, D, D, D, D, D, P, P, P, P, P, O,
	P, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, P, O, P, P, N,
	P, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, P, P, P, P, O,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
/* clang-format on */

static unsigned char peek(const struct py_lexer *x, uint32_t ahead)
{
	return x->at + (size_t)ahead < x->text.size ? x->text.data[x->at + ahead] : 0;
}

static bool is_name_byte(unsigned char c)
{
	return classes[c] == C_NAME || classes[c] == C_DIGIT;
}

/* The next of U+202A to U+202E and U+2066 to U+2069 from `at` on. */
static uint32_t next_bidi(struct bytes text, size_t at)
{
	while (at < text.size) {
		const unsigned char *p = memchr(text.data + at, 0xe2, text.size - at);
		if (!p)
			break;
		at = (size_t)(p - text.data);
		if (text.size - at >= 3 &&
		    ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
			return (uint32_t)at;
		at++;
	}
	return (uint32_t)text.size;
}

void py_sight_at(struct py_lexer *x, enum py_sight sight, uint32_t at)
{
	if (x->sight)
		x->sight(x->context, sight, x->line, x->line_start, at);
}

void py_bidi_until(struct py_lexer *x, uint32_t end, bool in_text)
{
	while (x->bidi < end) {
		py_sight_at(x, in_text ? SIGHT_BIDI_TEXT : SIGHT_BIDI_CODE, x->bidi);
		x->bidi = next_bidi(x->text, (size_t)x->bidi + 3);
	}
}

void py_lexer_init(struct py_lexer *x, struct bytes text, py_sight_function *sight, void *context)
{
	*x = (struct py_lexer){ .text = bytes_part(text, 0, UINT32_MAX - 16), .line = 1, .sight = sight, .context = context };
	x->bidi = next_bidi(x->text, 0);
	buf_init(&x->tokens, ((size_t)PY_TOKENS_MAX + TOKENS_STEP) * sizeof(struct py_token));
}

void py_lexer_done(struct py_lexer *x)
{
	buf_done(&x->tokens);
}

/* Room for one more; there are never more than PY_TOKENS_MAX and a PY_END. */
static struct py_token *token_place(struct py_lexer *x)
{
	if ((x->n_tokens + 1) * sizeof(struct py_token) > x->tokens.size &&
	    buf_reserve(&x->tokens, TOKENS_STEP * sizeof(struct py_token)))
		buf_grew(&x->tokens, TOKENS_STEP * sizeof(struct py_token));
	return (struct py_token *)(void *)x->tokens.data + x->n_tokens++;
}

void py_token_add(struct py_lexer *x, enum py_kind kind, enum py_word word, uint32_t start, uint32_t line, uint32_t line_start)
{
	if (x->bidi < x->at)
		py_bidi_until(x, x->at, kind == PY_STRING || kind == PY_FTEXT);
	if (x->fault || x->n_tokens == PY_TOKENS_MAX) {
		if (!x->fault)
			x->fault = FAULT_TOKENS;
		return;
	}
	*token_place(x) = (struct py_token){ .kind = (uint8_t)kind,
					     .word = (uint8_t)word,
					     .depth = (uint16_t)x->depth,
					     .start = start,
					     .end = x->at,
					     .line = line,
					     .line_start = line_start };
}

/* next: where the next line begins. */
void py_newline(struct py_lexer *x, uint32_t next)
{
	if (next - x->line_start > PY_LINE_LONG && !x->long_seen) {
		x->long_seen = true;
		py_sight_at(x, SIGHT_LONG_LINE, x->line_start);
	}
	x->line++;
	x->line_start = next;
	x->at = next;
}

/* At a line end: "\r\n" is one. */
static uint32_t line_end_size(const struct py_lexer *x)
{
	return peek(x, 0) == '\r' && peek(x, 1) == '\n' ? 2 : 1;
}

static void skip_comment(struct py_lexer *x)
{
	size_t at = x->at;
	while (at < x->text.size && x->text.data[at] != '\n' && x->text.data[at] != '\r')
		at++;
	x->at = (uint32_t)at;
	py_bidi_until(x, x->at, true);
}

static bool in_field(const struct py_lexer *x)
{
	return x->n_fstrings && x->fstrings[x->n_fstrings - 1].depth;
}

static void open_bracket(struct py_lexer *x, unsigned char c)
{
	if (x->depth >= PY_NESTING_MAX)
		x->fault = FAULT_DEPTH;
	else
		x->brackets[x->depth] = c;
	x->depth++;
}

static void close_bracket(struct py_lexer *x, unsigned char c)
{
	static const unsigned char openers[256] = { [')'] = '(', [']'] = '[', ['}'] = '{' };
	if (x->depth == 0) {
		x->fault = FAULT_BRACKETS;
		return;
	}
	x->depth--;
	if (x->depth < PY_NESTING_MAX && x->brackets[x->depth] != openers[c])
		x->fault = FAULT_BRACKETS;
}

/* The longest operator at x->at. */
static enum py_word operator_word(const struct py_lexer *x, uint32_t *ret_size)
{
	static const unsigned char single[256] = {
		['('] = W_LPAREN,  [')'] = W_RPAREN,  ['['] = W_LSQUARE, [']'] = W_RSQUARE,   ['{'] = W_LBRACE,
		['}'] = W_RBRACE,  [':'] = W_COLON,   [','] = W_COMMA,   [';'] = W_SEMICOLON, ['.'] = W_DOT,
		['='] = W_ASSIGN,  ['+'] = W_PLUS,    ['-'] = W_MINUS,   ['*'] = W_STAR,      ['/'] = W_SLASH,
		['%'] = W_PERCENT, ['~'] = W_TILDE,   ['|'] = W_PIPE,    ['^'] = W_CARET,     ['&'] = W_AMPERSAND,
		['<'] = W_COMPARE, ['>'] = W_COMPARE, ['!'] = W_BANG,    ['@'] = W_AT,        ['`'] = W_BACKTICK,
	};
	unsigned char a = peek(x, 0), b = peek(x, 1), c = peek(x, 2);
	*ret_size = 2;
	if (a == ':' && b == '=' && !(in_field(x) && x->depth == x->fstrings[x->n_fstrings - 1].depth))
		return W_WALRUS;
	if (a == '-' && b == '>')
		return W_ARROW;
	if ((a == '=' || a == '!' || a == '<' || a == '>') && b == '=')
		return W_COMPARE;
	if (a == '<' && b == '>')
		return W_COMPARE;
	if ((a == '*' || a == '/' || a == '<' || a == '>') && b == a) {
		*ret_size = c == '=' ? 3 : 2;
		return c == '=' ? W_AUGMENTED : a == '*' ? W_DOUBLE_STAR : a == '/' ? W_DOUBLE_SLASH : W_SHIFT;
	}
	if (b == '=' && memchr("+-*/%&|^@", a, 9))
		return W_AUGMENTED;
	if (a == '.' && b == '.' && c == '.') {
		*ret_size = 3;
		return W_ELLIPSIS;
	}
	*ret_size = 1;
	return single[a];
}

static void lex_operator(struct py_lexer *x)
{
	uint32_t start = x->at, size;
	unsigned char c = x->text.data[start];
	enum py_word word = operator_word(x, &size);
	struct py_fstring *f = in_field(x) ? &x->fstrings[x->n_fstrings - 1] : NULL;
	bool of_field = f && x->depth == f->depth;
	bool opens = word == W_LPAREN || word == W_LSQUARE || word == W_LBRACE;
	bool closes = word == W_RPAREN || word == W_RSQUARE || word == W_RBRACE;
	if (closes)
		close_bracket(x, c);
	x->at += size;
	py_token_add(x, PY_OPERATOR, word, start, x->line, x->line_start);
	if (opens)
		open_bracket(x, c);
	if (of_field && word == W_RBRACE)
		f->depth = 0;
	if (of_field && word == W_COLON) {
		f->n_specs++;
		f->depth = 0;
	}
}

/* Digits with '_', a fraction, an exponent, and letters behind them: 0x1F, 10L, 1e-5, 1_000j. */
static void lex_number(struct py_lexer *x)
{
	uint32_t start = x->at;
	const unsigned char *p = x->text.data;
	size_t at = start, size = x->text.size;
	bool radix = p[at] == '0' && at + 1 < size && memchr("xXoObB", p[at + 1], 6), fraction = false;
	while (at < size && byte_is_digit(p[at]))
		at++;
	for (; at < size; at++) {
		bool sign = (p[at] == '+' || p[at] == '-') && !radix && at > start && (p[at - 1] | 32) == 'e' && at + 1 < size &&
			    byte_is_digit(p[at + 1]);
		bool dot = p[at] == '.' && !radix && !fraction;
		/* "1if x else y": a number ends where a word begins that cannot be its end */
		bool letter = byte_is_alpha(p[at]) && !radix && !memchr("eEjJlL", p[at], 6);
		bool is_else = (p[at] | 32) == 'e' && !radix &&
			       !(at + 1 < size && (byte_is_digit(p[at + 1]) || p[at + 1] == '-' || p[at + 1] == '+'));
		if (letter || is_else || !(byte_is_alnum(p[at]) || p[at] == '_' || dot || sign))
			break;
		if (radix && at > start + 1 &&
		    !(p[at] == '_' || byte_is_digit(p[at]) || ((p[at] | 32) <= 'f' && byte_is_alpha(p[at])) || p[at] == 'L' ||
		      p[at] == 'l'))
			break;
		fraction |= dot || (!radix && (p[at] | 32) == 'e');
		if (!radix && ((p[at] | 32) == 'j' || (p[at] | 32) == 'l')) { /* nothing follows these: 1J.real */
			at++;
			break;
		}
	}
	x->at = (uint32_t)at;
	py_token_add(x, PY_NUMBER, W_NONE, start, x->line, x->line_start);
}

static bool is_string_prefix(struct bytes name)
{
	if (name.size > 3)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!memchr("rRbBuUfFtT", name.data[i], 10))
			return false;
	return true;
}

/* In brackets: a word that can only begin a statement says that a bracket was never closed. */
static bool begins_statement(enum py_word word)
{
	switch ((int)word) {
	case W_DEF:
	case W_CLASS:
	case W_IMPORT:
	case W_RETURN:
	case W_WHILE:
	case W_WITH:
	case W_TRY:
	case W_RAISE:
	case W_DEL:
	case W_GLOBAL:
	case W_ASSERT:
	case W_PASS:
	case W_BREAK:
	case W_CONTINUE:
	case W_EXCEPT:
	case W_FINALLY:
		return true;
	default:
		return false;
	}
}

/* False when the logical line ended before this word. */
static bool lex_name(struct py_lexer *x, bool first_of_line)
{
	uint32_t start = x->at;
	size_t at = start;
	while (at < x->text.size && is_name_byte(x->text.data[at]))
		at++;
	struct bytes name = { x->text.data + start, at - start };
	if (at < x->text.size && classes[x->text.data[at]] == C_QUOTE && is_string_prefix(name)) {
		py_lex_string(x, (uint32_t)name.size);
		return true;
	}
	enum py_word word = py_keyword(name);
	if (x->depth && first_of_line && begins_statement(word)) {
		x->fault = x->fault ? x->fault : FAULT_BRACKETS;
		return false;
	}
	x->at = (uint32_t)at;
	py_token_add(x, PY_NAME, word, start, x->line, x->line_start);
	return true;
}

/* Blanks, joined lines, comments. Returns whether a logical line ends here. */
static bool skip_between(struct py_lexer *x, bool *first_of_line)
{
	while (x->at < x->text.size) {
		unsigned char c = x->text.data[x->at];
		uint32_t start = x->at;
		if (classes[c] == C_BLANK) {
			do
				x->at++;
			while (x->at < x->text.size && classes[x->text.data[x->at]] == C_BLANK);
			/* an indented part of a long call may be far to the right; what is meant to be hidden is further */
			uint32_t enough = start == x->line_start ? 2 * PY_HIDDEN_BLANKS : PY_HIDDEN_BLANKS;
			if (x->at - start >= enough && x->at < x->text.size && !memchr("\r\n#", x->text.data[x->at], 3))
				py_sight_at(x, SIGHT_HIDDEN_RIGHT, x->at);
		} else if (c == '#') {
			skip_comment(x);
		} else if (classes[c] == C_LINE) {
			py_newline(x, x->at + line_end_size(x));
			if (x->depth == 0)
				return true;
			*first_of_line = true;
		} else if (c == '\\' && (peek(x, 1) == '\n' || peek(x, 1) == '\r')) {
			x->at++;
			py_newline(x, x->at + line_end_size(x));
		} else {
			return false;
		}
	}
	return true;
}

/* The rest of a physical line that makes no sense, but not what opens or closes strings or brackets there: it is read as usual. */
static void lex_other(struct py_lexer *x)
{
	if (x->text.data[x->at] == 0)
		py_sight_at(x, SIGHT_NUL, x->at);
	if (!x->fault)
		x->fault = FAULT_CHARACTER;
	x->at++;
}

static void lex_token(struct py_lexer *x, bool first_of_line, bool *ended)
{
	unsigned char c = x->text.data[x->at];
	switch ((enum class)classes[c]) {
	case C_NAME:
		*ended = !lex_name(x, first_of_line);
		break;
	case C_DIGIT:
		lex_number(x);
		break;
	case C_QUOTE:
		py_lex_string(x, 0);
		break;
	case C_OPERATOR:
		if (c == '.' && byte_is_digit(peek(x, 1)))
			lex_number(x);
		else
			lex_operator(x);
		break;
	case C_OTHER:
	case C_BLANK:
	case C_LINE:
		lex_other(x);
		break;
	}
}

/* Spaces and tabs at the start of a line; a form feed starts the count again. Lines with nothing on them are passed. */
static uint32_t read_indent(struct py_lexer *x)
{
	uint32_t indent = 0;
	while (x->at < x->text.size) {
		unsigned char c = x->text.data[x->at];
		if (c == ' ')
			indent++;
		else if (c == '\t')
			indent = (indent / 8 + 1) * 8;
		else if (c == '\f')
			indent = 0;
		else if (c == '#')
			skip_comment(x);
		else if (c != '\n' && c != '\r')
			break;
		if (c == '\n' || c == '\r') {
			py_newline(x, x->at + line_end_size(x));
			indent = 0;
		} else if (c != '#') {
			x->at++;
		}
	}
	return indent;
}

/* After a string or bracket that reaches the end of the text: what it swallowed is read again from the next line on. */
static void read_again(struct py_lexer *x, uint32_t line, uint32_t at)
{
	enum { RETRIES = 8 }; /* each may read the whole text */
	if (x->n_retries == RETRIES)
		return;
	x->n_retries++;
	while (at < x->text.size && x->text.data[at] != '\n')
		at++;
	if (at >= x->text.size)
		return;
	x->line = line + 1;
	x->at = at + 1;
	x->line_start = x->at;
}

bool py_lexer_next(struct py_lexer *x, struct py_line *ret)
{
	x->n_tokens = 0;
	x->fault = FAULT_NONE;
	x->depth = 0;
	x->n_fstrings = 0;
	uint32_t begin = x->at;
	*ret = (struct py_line){ .indent = read_indent(x) };
	if (x->at >= x->text.size)
		return false;
	if (x->at - begin >= 2 * PY_HIDDEN_BLANKS && x->at - x->line_start >= 2 * PY_HIDDEN_BLANKS)
		py_sight_at(x, SIGHT_HIDDEN_RIGHT, x->at);
	uint32_t line = x->line, start = x->at;
	bool ended = false, first_of_line = false;
	while (!ended) {
		if (x->n_fstrings && !in_field(x)) {
			if (x->at >= x->text.size)
				break;
			py_lex_fstring_text(x);
			continue;
		}
		if (skip_between(x, &first_of_line))
			break;
		lex_token(x, first_of_line, &ended);
		first_of_line = false;
	}
	if (x->at >= x->text.size && (x->depth || x->n_fstrings))
		x->fault = x->fault ? x->fault : FAULT_BRACKETS;
	ret->fault = x->fault;
	if (x->at >= x->text.size && (x->fault == FAULT_BRACKETS || x->fault == FAULT_STRING || x->fault == FAULT_DEPTH))
		read_again(x, line, start);
	ret->n_tokens = x->n_tokens;
	*token_place(
		x) = (struct py_token){ .kind = PY_END, .start = x->at, .end = x->at, .line = x->line, .line_start = x->line_start };
	ret->tokens = (const struct py_token *)(void *)x->tokens.data;
	return true;
}
