/* Between py_lex.c and py_lex_string.c. */
#ifndef SCAN_PY_LEX_PARTS_H
#define SCAN_PY_LEX_PARTS_H

#include "scan/py_lex.h"

/* W_NONE for what is no keyword. */
enum py_word py_keyword(struct bytes name);
void py_sight_at(struct py_lexer *x, enum py_sight sight, uint32_t at);
/* Reports the bidirectional controls before `end`. */
void py_bidi_until(struct py_lexer *x, uint32_t end, bool in_text);
/* One token of an f-string's text at x->at; x is inside one. */
void py_lex_fstring_text(struct py_lexer *x);
/* A string whose prefix of `prefix` bytes is at x->at. */
void py_lex_string(struct py_lexer *x, uint32_t prefix);
void py_token_add(struct py_lexer *x, enum py_kind kind, enum py_word word, uint32_t start, uint32_t line, uint32_t line_start);
void py_newline(struct py_lexer *x, uint32_t next);

#endif
