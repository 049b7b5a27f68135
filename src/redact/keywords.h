/* Where in a text a keyword of the rules stands: what Aho-Corasick would find, by a bitmap over the hash of three bytes, which is
 * one look at a table in the first-level cache for each byte of text and touches nothing else where there is none. */
#ifndef REDACT_KEYWORDS_H
#define REDACT_KEYWORDS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "redact/rules.h"

enum { KEYWORD_HASH_BITS = 16, KEYWORD_LINKS_MAX = 512 };

struct keywords {
	uint64_t bits[(1 << KEYWORD_HASH_BITS) / 64];
	uint16_t heads[1 << KEYWORD_HASH_BITS]; /* 1 + a row of the table */
	uint16_t next[KEYWORD_LINKS_MAX]; /* the next row with that hash, the same way */
};

void keywords_init(struct keywords *k);
/* The first offset from `at` on where the rare bytes of a keyword may be, or text.size. */
size_t keywords_find(const struct keywords *k, struct bytes text, size_t at);
/* The next keyword whose rare bytes are at that offset, and in *ret_from where it begins; *link: 0 at first. NULL: no more. */
const struct secret_keyword *keywords_at(const struct keywords *k, struct bytes text, size_t at, uint16_t *link, size_t *ret_from);

#endif
