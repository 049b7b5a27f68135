/* Tokens of Python source, one logical line at a time: any syntax up to 3.14, and what Python 2 wrote differently.
 * Never gives up: what cannot be read makes its logical line broken and the next one is read again. Linear in the source. */
#ifndef SCAN_PY_LEX_H
#define SCAN_PY_LEX_H

#include "base/buf.h"
#include "base/bytes.h"

enum py_kind { PY_END, PY_NAME, PY_NUMBER, PY_STRING, PY_FSTRING, PY_FTEXT, PY_FSTRING_END, PY_OPERATOR };

/* Keywords and operators; what a soft keyword means is for the parser. */
/* clang-format off */
enum py_word {
	W_NONE, W_FALSE, W_NULL, W_TRUE, W_AND, W_AS, W_ASSERT, W_ASYNC, W_AWAIT, W_BREAK, W_CASE, W_CLASS, W_CONTINUE, W_DEF, W_DEL,
	W_ELIF, W_ELSE, W_EXCEPT, W_EXEC, W_FINALLY, W_FOR, W_FROM, W_GLOBAL, W_IF, W_IMPORT, W_IN, W_IS, W_LAMBDA, W_MATCH, W_NONLOCAL,
	W_NOT, W_OR, W_PASS, W_PRINT, W_RAISE, W_RETURN, W_TRY, W_TYPE, W_WHILE, W_WITH, W_YIELD, W_LPAREN, W_RPAREN, W_LSQUARE,
	W_RSQUARE, W_LBRACE, W_RBRACE, W_COLON, W_COMMA, W_SEMICOLON, W_DOT, W_ELLIPSIS, W_ASSIGN, W_AUGMENTED, W_WALRUS, W_ARROW, W_AT,
	W_PLUS, W_MINUS, W_STAR, W_DOUBLE_STAR, W_SLASH, W_DOUBLE_SLASH, W_PERCENT, W_TILDE, W_PIPE, W_CARET, W_AMPERSAND, W_SHIFT,
	W_COMPARE, W_BACKTICK, W_BANG, N_WORDS
};
/* clang-format on */

struct py_token {
	uint8_t kind, word; /* enum py_kind, enum py_word */
	uint16_t depth; /* brackets around it, counting f-strings */
	uint32_t start, end; /* in the text */
	uint32_t line, line_start; /* of its first byte: 1-based; the offset where that line begins */
};

enum { PY_NESTING_MAX = 200, PY_FSTRINGS_MAX = 20, PY_TOKENS_MAX = 1 << 18, PY_HIDDEN_BLANKS = 100, PY_LINE_LONG = 2000 };

/* What the lexer sees beside tokens; column in bytes from line_start. */
enum py_sight { SIGHT_HIDDEN_RIGHT, SIGHT_LONG_LINE, SIGHT_BIDI_CODE, SIGHT_BIDI_TEXT, SIGHT_NUL };
typedef void py_sight_function(void *context, enum py_sight sight, uint32_t line, uint32_t line_start, uint32_t at);

enum py_fault { FAULT_NONE, FAULT_STRING, FAULT_BRACKETS, FAULT_DEPTH, FAULT_TOKENS, FAULT_CHARACTER };

/* One logical line: its tokens, then one PY_END. Borrowed until the next one is asked for. */
struct py_line {
	const struct py_token *tokens;
	size_t n_tokens; /* without the PY_END */
	uint32_t indent; /* columns, a tab goes to the next multiple of 8 */
	enum py_fault fault; /* the tokens are only a part of it */
};

struct py_lexer {
	struct bytes text; /* UTF-8, at most 4 GiB - 1 */
	uint32_t at, line, line_start;
	uint32_t depth; /* brackets that are open */
	unsigned char brackets[PY_NESTING_MAX];
	struct py_fstring {
		unsigned char quote;
		bool triple, raw;
		uint16_t n_specs; /* format specifications that are open */
		uint16_t depth; /* of brackets around its replacement field, 0 while in text */
		uint16_t outside; /* of brackets around the f-string */
	} fstrings[PY_FSTRINGS_MAX];
	uint32_t n_fstrings;
	uint32_t n_retries;
	uint32_t bidi; /* offset of the next bidirectional control character, or the size of the text */
	enum py_fault fault;
	bool long_seen;
	struct buf tokens; /* of struct py_token */
	size_t n_tokens;
	py_sight_function *sight; /* may be NULL */
	void *context;
};

/* text is borrowed as long as the lexer is used. */
void py_lexer_init(struct py_lexer *x, struct bytes text, py_sight_function *sight, void *context);
void py_lexer_done(struct py_lexer *x);
/* The next logical line that has a token or a fault; false at the end of the text. */
bool py_lexer_next(struct py_lexer *x, struct py_line *ret);

/* The bytes of one token. */
static inline struct bytes py_token_text(struct bytes text, const struct py_token *t)
{
	return (struct bytes){ text.data + t->start, t->end - t->start };
}

/* A string token, or the start of an f-string, taken apart; "ur" of Python 2 and "t" of 3.14 as well. */
struct py_string {
	bool raw, is_bytes, formatted, triple;
	unsigned char quote;
	struct bytes body; /* between the quotes; of an f-string's start: empty */
};
struct py_string py_string_parts(struct bytes token);

#endif
