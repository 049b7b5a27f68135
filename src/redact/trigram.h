/* Which three bytes something that is looked for can begin with: one look at a table for each byte of text, and nothing else
 * where there is none. Shared by known.c and keywords.c; may say yes where there is nothing. */
#ifndef REDACT_TRIGRAM_H
#define REDACT_TRIGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/* A byte for each hash: most of the text hits few of its lines, which stay in the first-level cache. */
enum { TRIGRAM_HASHES = 1 << 16, TRIGRAM_STEP = 6 };

struct trigrams {
	unsigned char has[TRIGRAM_HASHES];
};

/* The 16 bits at each byte of the answer are the hash of the three bytes that begin there: all of a word's at once. */
static inline uint64_t trigram_hashes(uint64_t x)
{
	return x ^ x >> 5;
}

/* Of the low three bytes of x. */
static inline uint16_t trigram_hash(uint64_t x)
{
	return (uint16_t)trigram_hashes(x & 0xffffff);
}

static inline void trigrams_add(struct trigrams *t, unsigned a, unsigned b, unsigned c)
{
	t->has[trigram_hash(a | b << 8 | c << 16)] = 1;
}

/* The first offset from `at` on that may be one; the last two bytes of text are never. fold: bits that are set in every byte first,
 * as they were in what was added. */
static inline size_t trigrams_find(const struct trigrams *t, struct bytes text, size_t at, uint64_t fold)
{
	uint64_t x;
	for (; at + sizeof x <= text.size; at += TRIGRAM_STEP) {
		memcpy(&x, text.data + at, sizeof x);
		uint64_t h = trigram_hashes(x | fold);
		if (!(t->has[(uint16_t)h] | t->has[(uint16_t)(h >> 8)] | t->has[(uint16_t)(h >> 16)] | t->has[(uint16_t)(h >> 24)] |
		      t->has[(uint16_t)(h >> 32)] | t->has[(uint16_t)(h >> 40)]))
			continue;
		for (; !t->has[(uint16_t)h]; h >>= 8)
			at++;
		return at;
	}
	for (; at + 3 <= text.size; at++) {
		const unsigned char *p = text.data + at;
		if (t->has[trigram_hash((p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16) | fold)])
			return at;
	}
	return text.size;
}

#endif
