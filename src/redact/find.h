/* One line, or one window of a long one, and what is secret in it. Private to secrets.c and find.c. */
#ifndef REDACT_FIND_H
#define REDACT_FIND_H

#include "redact/plain.h"
#include "redact/secrets.h"

/* A line with more is hidden as a whole. */
enum { FIND_SPANS_MAX = 1024 };

struct find_result {
	struct secret_span *spans; /* in order, apart from each other; the scanner's, until the next line */
	size_t n;
	bool opens_key; /* a private key begins and does not end here */
	size_t key_at;
	bool names_key; /* a private key could begin with the next line; not where there is a mask: a second pass must see the same */
};

/* line: SECRET_WINDOW bytes at most, without its newline. */
void find_in_line(struct secret_scanner *s, struct bytes line, struct find_result *ret);
/* The start of the first line from `from` on that has a match, or text.size. text: whole lines without control characters, and
 * maybe the beginning of one more. */
size_t find_line(struct secret_scanner *s, struct bytes text, size_t from);
/* The first control character that a terminal would act on; text.size when there is none, or nobody shows it. */
size_t find_control(const struct secret_scanner *s, struct bytes text);
/* What tokens are made of, in any encoding: whoever cuts one follows it to its end. */
bool find_is_token(unsigned char c);
/* So many bytes of matches were read since the scanner was made, and were no secret: at most a few for each byte of text. */
uint64_t find_work(const struct secret_scanner *s);
/* The line as a terminal would show it, or as it is; until the next call. line: SECRET_WINDOW bytes at most. */
struct bytes find_plain(struct secret_scanner *s, struct bytes line);
/* The number of the rule for private keys. */
unsigned find_key_rule(const struct secret_scanner *s);

#endif
