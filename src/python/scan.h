/* Reading requirement text from left to right: the few steps that specifiers, markers and requirements share.
 * Internal to src/python. */
#ifndef PYTHON_SCAN_H
#define PYTHON_SCAN_H

#include "base/bytes.h"

/* The head of a text for a message. */
#define SHOWN(b) BYTES_ARG(bytes_part((b), 0, 120))

struct scan {
	struct bytes text;
	size_t at;
};

static inline int scan_peek(const struct scan *s)
{
	return s->at < s->text.size ? s->text.data[s->at] : -1;
}

static inline bool scan_is_end(const struct scan *s)
{
	return s->at >= s->text.size;
}

/* Space and tab only: what PEP 508 calls wsp. Says whether there was any. */
static inline bool scan_blanks(struct scan *s)
{
	size_t before = s->at;
	while (scan_peek(s) == ' ' || scan_peek(s) == '\t')
		s->at++;
	return s->at > before;
}

/* Steps over the text when it is next. */
static inline bool scan_take(struct scan *s, struct bytes text)
{
	if (!bytes_starts(bytes_from(s->text, s->at), text))
		return false;
	s->at += text.size;
	return true;
}

/* A letter, digit or underscore; bytes above ASCII count, so that a word never ends inside one of theirs. */
static inline bool scan_is_word(int c)
{
	return c >= 0x80 || c == '_' || (c >= 0 && byte_is_alnum((unsigned char)c));
}

/* Steps over the word when it is next and ends there. */
static inline bool scan_take_word(struct scan *s, struct bytes word)
{
	struct scan after = *s;
	if (!scan_take(&after, word) || scan_is_word(scan_peek(&after)))
		return false;
	*s = after;
	return true;
}

/* Letters, digits, '.', '_' and '-', first and last a letter or digit: {NULL, 0} when there is none. */
static inline struct bytes scan_identifier(struct scan *s)
{
	size_t from = s->at, end = s->at;
	while (end < s->text.size) {
		unsigned char c = s->text.data[end];
		if (!byte_is_alnum(c) && c != '.' && c != '_' && c != '-')
			break;
		end++;
	}
	while (end > from && !byte_is_alnum(s->text.data[end - 1]))
		end--;
	if (end == from || !byte_is_alnum(s->text.data[from]))
		return (struct bytes){ NULL, 0 };
	s->at = end;
	return bytes_part(s->text, from, end - from);
}

#endif
