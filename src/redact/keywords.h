/* Where in a text a keyword of the rules stands: what Aho-Corasick would find, by the three rarest bytes of each (trigram.h). */
#ifndef REDACT_KEYWORDS_H
#define REDACT_KEYWORDS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "redact/rules.h"
#include "redact/trigram.h"

enum { KEYWORDS_MAX = 512 };

struct keywords {
	struct trigrams trigrams;
	uint16_t heads[TRIGRAM_HASHES]; /* 1 + a row of the table */
	uint16_t next[KEYWORDS_MAX]; /* the next row with that hash, the same way */
};

void keywords_init(struct keywords *k);
/* The first offset from `at` on where the rare bytes of a keyword may be, or text.size. */
size_t keywords_find(const struct keywords *k, struct bytes text, size_t at);
/* The next keyword whose rare bytes are at that offset, and in *ret_from where it begins; *link: 0 at first. NULL: no more. */
const struct secret_keyword *keywords_at(const struct keywords *k, struct bytes text, size_t at, uint16_t *link, size_t *ret_from);

#endif
