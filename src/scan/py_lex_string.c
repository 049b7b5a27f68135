/* Strings, f-strings (PEP 701) and keywords. */
#include "scan/py_lex_parts.h"

enum py_word py_keyword(struct bytes name)
{
	/* By first letter; at most six to compare. */
	static const struct {
		const char *word;
		unsigned char value;
	} rows[26][9] = {
		['a' - 'a'] = { { "as", W_AS }, { "and", W_AND }, { "assert", W_ASSERT }, { "async", W_ASYNC }, { "await", W_AWAIT } },
		['b' - 'a'] = { { "break", W_BREAK } },
		['c' - 'a'] = { { "class", W_CLASS }, { "continue", W_CONTINUE }, { "case", W_CASE } },
		['d' - 'a'] = { { "def", W_DEF }, { "del", W_DEL } },
		['e' - 'a'] = { { "else", W_ELSE }, { "elif", W_ELIF }, { "except", W_EXCEPT }, { "exec", W_EXEC } },
		['f' - 'a'] = { { "for", W_FOR }, { "from", W_FROM }, { "finally", W_FINALLY } },
		['g' - 'a'] = { { "global", W_GLOBAL } },
		['i' - 'a'] = { { "if", W_IF }, { "in", W_IN }, { "is", W_IS }, { "import", W_IMPORT } },
		['l' - 'a'] = { { "lambda", W_LAMBDA } },
		['m' - 'a'] = { { "match", W_MATCH } },
		['n' - 'a'] = { { "not", W_NOT }, { "nonlocal", W_NONLOCAL } },
		['o' - 'a'] = { { "or", W_OR } },
		['p' - 'a'] = { { "pass", W_PASS }, { "print", W_PRINT } },
		['r' - 'a'] = { { "return", W_RETURN }, { "raise", W_RAISE } },
		['t' - 'a'] = { { "try", W_TRY }, { "type", W_TYPE } },
		['w' - 'a'] = { { "with", W_WITH }, { "while", W_WHILE } },
		['y' - 'a'] = { { "yield", W_YIELD } },
	};
	if (name.size < 2 || name.size > 8)
		return W_NONE;
	if (name.data[0] <= 'T')
		return bytes_equal(name, BYTES("None"))    ? W_NULL
		       : bytes_equal(name, BYTES("True"))  ? W_TRUE
		       : bytes_equal(name, BYTES("False")) ? W_FALSE
							   : W_NONE;
	if (!byte_is_lower(name.data[0]))
		return W_NONE;
	for (size_t i = 0; rows[name.data[0] - 'a'][i].word; i++) {
		const char *word = rows[name.data[0] - 'a'][i].word;
		if (strncmp(word, (const char *)name.data, name.size) == 0 && word[name.size] == 0)
			return rows[name.data[0] - 'a'][i].value;
	}
	return W_NONE;
}

static bool is_quote_run(const struct py_lexer *x, size_t at, unsigned char quote, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at + i >= x->text.size || x->text.data[at + i] != quote)
			return false;
	return true;
}

/* The line end at `at` inside a string. */
static void string_newline(struct py_lexer *x, size_t at)
{
	bool two = x->text.data[at] == '\r' && at + 1 < x->text.size && x->text.data[at + 1] == '\n';
	py_newline(x, (uint32_t)at + (two ? 2 : 1));
}

/* The body of a plain string from x->at on, up to and with the closing quotes. */
static void skip_body(struct py_lexer *x, unsigned char quote, bool triple)
{
	const unsigned char *p = x->text.data;
	size_t at = x->at, size = x->text.size;
	while (at < size) {
		unsigned char c = p[at];
		if (c == quote && is_quote_run(x, at, quote, triple ? 3 : 1)) {
			x->at = (uint32_t)at + (triple ? 3 : 1);
			return;
		}
		bool escaped = c == '\\' && at + 1 < size;
		at += escaped;
		if (p[at] == '\n' || p[at] == '\r') {
			if (!escaped && !triple)
				break;
			string_newline(x, at);
			at = x->at;
		} else {
			if (p[at] == 0)
				py_sight_at(x, SIGHT_NUL, (uint32_t)at);
			at++;
		}
	}
	x->at = (uint32_t)at;
	if (!x->fault)
		x->fault = FAULT_STRING;
}

struct py_string py_string_parts(struct bytes token)
{
	struct py_string s = { 0 };
	size_t at = 0;
	for (; at < token.size && token.data[at] != '\'' && token.data[at] != '"'; at++) {
		unsigned char c = byte_lower(token.data[at]);
		s.raw |= c == 'r';
		s.is_bytes |= c == 'b';
		s.formatted |= c == 'f' || c == 't';
	}
	if (at == token.size)
		return s;
	s.quote = token.data[at];
	s.triple = token.size - at >= 3 && token.data[at + 1] == s.quote && token.data[at + 2] == s.quote;
	size_t quotes = s.triple ? 3 : 1;
	if (token.size - at >= 2 * quotes)
		s.body = bytes_part(token, at + quotes, token.size - at - 2 * quotes);
	return s;
}

void py_lex_string(struct py_lexer *x, uint32_t prefix)
{
	uint32_t start = x->at, line = x->line, line_start = x->line_start;
	struct py_string s = py_string_parts(bytes_part(bytes_from(x->text, start), 0, prefix + 3));
	x->at += prefix + (s.triple ? 3 : 1);
	if (!s.formatted) {
		skip_body(x, s.quote, s.triple);
		py_token_add(x, PY_STRING, W_NONE, start, line, line_start);
		return;
	}
	py_token_add(x, PY_FSTRING, W_NONE, start, line, line_start);
	if (x->n_fstrings == PY_FSTRINGS_MAX) {
		x->fault = FAULT_DEPTH;
		skip_body(x, s.quote, s.triple);
		return;
	}
	x->fstrings[x->n_fstrings++] = (struct py_fstring){
		.quote = s.quote, .triple = s.triple, .raw = s.raw, .outside = (uint16_t)x->depth
	};
}

static void end_text(struct py_lexer *x, uint32_t start, uint32_t line, uint32_t line_start)
{
	if (x->at > start)
		py_token_add(x, PY_FTEXT, W_NONE, start, line, line_start);
}

static void end_fstring(struct py_lexer *x, const struct py_fstring *f)
{
	uint32_t start = x->at;
	x->at += f->triple ? 3 : 1;
	x->n_fstrings--;
	x->depth = f->outside;
	py_token_add(x, PY_FSTRING_END, W_NONE, start, x->line, x->line_start);
}

static void open_field(struct py_lexer *x, struct py_fstring *f)
{
	uint32_t start = x->at++;
	py_token_add(x, PY_OPERATOR, W_LBRACE, start, x->line, x->line_start);
	if (x->depth >= PY_NESTING_MAX)
		x->fault = FAULT_DEPTH;
	else
		x->brackets[x->depth] = '{';
	x->depth++;
	f->depth = (uint16_t)x->depth;
}

/* In a format specification: its end is the '}' of the field around it. */
static void close_spec(struct py_lexer *x, struct py_fstring *f)
{
	uint32_t start = x->at++;
	f->n_specs--;
	if (x->depth)
		x->depth--;
	py_token_add(x, PY_OPERATOR, W_RBRACE, start, x->line, x->line_start);
}

void py_lex_fstring_text(struct py_lexer *x)
{
	struct py_fstring *f = &x->fstrings[x->n_fstrings - 1];
	const unsigned char *p = x->text.data;
	uint32_t start = x->at, line = x->line, line_start = x->line_start;
	size_t size = x->text.size;
	while (x->at < size) {
		unsigned char c = p[x->at], next = x->at + 1 < size ? p[x->at + 1] : 0;
		bool in_spec = f->n_specs > 0;
		if (c == f->quote && is_quote_run(x, x->at, c, f->triple ? 3 : 1)) {
			end_text(x, start, line, line_start);
			end_fstring(x, f);
			return;
		}
		if (c == '\\' && next == 'N' && !f->raw && x->at + 2 < size && p[x->at + 2] == '{') {
			x->at += 3;
		} else if (c == '\\' && next && next != '{' && next != '}' && next != '\n' && next != '\r') {
			x->at += 2;
		} else if (c == '{' && (next != '{' || in_spec)) {
			end_text(x, start, line, line_start);
			open_field(x, f);
			return;
		} else if (c == '}' && in_spec) {
			end_text(x, start, line, line_start);
			close_spec(x, f);
			return;
		} else if (c == '\n' || c == '\r') {
			bool joined = x->at > start && p[x->at - 1] == '\\';
			if (!f->triple && !joined) {
				x->fault = x->fault ? x->fault : FAULT_STRING;
				x->n_fstrings = 0;
				x->depth = f->outside;
				return;
			}
			string_newline(x, x->at);
		} else {
			x->at += (c == '{' || c == '}') && next == c ? 2 : 1;
		}
	}
	x->fault = x->fault ? x->fault : FAULT_STRING;
}
