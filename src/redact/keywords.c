#include "redact/keywords.h"

#include <assert.h>

/* Case is folded by one bit, which takes some other bytes together as well: keywords_at is exact. */
#define CASE UINT64_C(0x2020202020202020)

static uint16_t hash(const unsigned char *p)
{
	return trigram_hash((p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16) | CASE);
}

void keywords_init(struct keywords *k)
{
	size_t n;
	const struct secret_keyword *rows = secret_keywords(&n);
	assert(n <= KEYWORDS_MAX);
	*k = (struct keywords){ .next = { 0 } };
	for (size_t i = n; i-- > 0;) { /* the first row of the table is found first */
		uint16_t h = hash((const unsigned char *)rows[i].text + rows[i].rare);
		k->trigrams.has[h] = 1;
		k->next[i] = k->heads[h];
		k->heads[h] = (uint16_t)(i + 1);
	}
}

size_t keywords_find(const struct keywords *k, struct bytes text, size_t at)
{
	return trigrams_find(&k->trigrams, text, at, CASE);
}

const struct secret_keyword *keywords_at(const struct keywords *k, struct bytes text, size_t at, uint16_t *link, size_t *ret_from)
{
	size_t n;
	const struct secret_keyword *rows = secret_keywords(&n);
	for (uint16_t i = *link ? k->next[*link - 1] : k->heads[hash(text.data + at)]; i; i = k->next[i - 1]) {
		const struct secret_keyword *row = &rows[i - 1];
		if (at < row->rare)
			continue;
		struct bytes rest = bytes_from(text, at - row->rare);
		size_t same = 0;
		while (same < row->size && same < rest.size && byte_lower(rest.data[same]) == (unsigned char)row->text[same])
			same++;
		if (same == row->size) {
			*link = i;
			*ret_from = at - row->rare;
			return row;
		}
	}
	return NULL;
}
