/* Source text with its comments, and its strings, made blank: what is left is code at the offsets it had. For scanners of languages
 * that hwb does not parse: the Rust Reference ("Comments", "Tokens"), Meson's Syntax, cmake-language(7), POSIX shell 2.2 and 2.7.4. */
#ifndef SCAN_CODE_TEXT_H
#define SCAN_CODE_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"

enum code_language { CODE_RUST, CODE_MESON, CODE_CMAKE, CODE_SHELL, CODE_MAKE };

/* Of the size of text, in a: line ends stay, quotes stay, what is in a comment is blanks, and in a string too unless keep_strings.
 * Shell: what a string substitutes by a command is code; so is the string behind -c and eval, its quotes then are parentheses.
 * What does not end goes on to the end of the text. Time: linear. */
struct bytes code_text(struct bytes text, enum code_language language, bool keep_strings, struct arena *a);

/* Offset of the next word at or behind `from`, or code.size: not part of a longer identifier. nocase: ASCII case is ignored. */
size_t code_find(struct bytes code, size_t from, struct bytes word, bool nocase);
/* Offset of the first byte that is no blank (line ends are blanks), or code.size. */
size_t code_skip(struct bytes code, size_t at);
/* code[open] is '(': the offset behind its ')', or of the end of a window of 8 KiB. */
size_t code_call_end(struct bytes code, size_t open);
/* The inside of the quoted text that begins at or behind `at` within `end`, when a quote is the next thing there; {NULL, 0}. code:
 * without strings, text: with them. */
struct bytes code_string(struct bytes code, struct bytes text, size_t at, size_t end);

#endif
