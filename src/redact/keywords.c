#include "redact/keywords.h"

#include <assert.h>
#include <string.h>

#define CASE UINT64_C(0x2020202020202020)
#define THREE UINT32_C(0xffffff)
#define STEPS 5 /* so many hashes of three bytes have what eight bytes hold, with one to spare */

/* Case is folded by one bit, which takes some other bytes together as well: keywords_at is exact. */
static uint32_t hash(uint32_t three)
{
	return ((three & THREE) * UINT32_C(0x9e3779b1)) >> (32 - KEYWORD_HASH_BITS);
}

static uint32_t fold(const unsigned char *p)
{
	return ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16) | (uint32_t)(CASE & THREE);
}

void keywords_init(struct keywords *k)
{
	size_t n;
	const struct secret_keyword *rows = secret_keywords(&n);
	assert(n <= KEYWORD_LINKS_MAX);
	*k = (struct keywords){ .next = { 0 } };
	for (size_t i = n; i-- > 0;) { /* the first row of the table is found first */
		uint32_t h = hash(fold((const unsigned char *)rows[i].text + rows[i].rare));
		k->bits[h / 64] |= UINT64_C(1) << h % 64;
		k->next[i] = k->heads[h];
		k->heads[h] = (uint16_t)(i + 1);
	}
}

static bool may_begin(const struct keywords *k, uint32_t three)
{
	uint32_t h = hash(three);
	return k->bits[h / 64] >> h % 64 & 1;
}

size_t keywords_find(const struct keywords *k, struct bytes text, size_t at)
{
	uint64_t x;
	for (; at + sizeof x <= text.size; at += STEPS) {
		memcpy(&x, text.data + at, sizeof x);
		x |= CASE;
		bool any = may_begin(k, (uint32_t)x) | may_begin(k, (uint32_t)(x >> 8)) | may_begin(k, (uint32_t)(x >> 16)) |
			   may_begin(k, (uint32_t)(x >> 24)) | may_begin(k, (uint32_t)(x >> 32));
		if (!any)
			continue;
		for (size_t i = 0; i < STEPS; i++)
			if (may_begin(k, (uint32_t)(x >> 8 * i)))
				return at + i;
	}
	for (; at + 3 <= text.size; at++)
		if (may_begin(k, fold(text.data + at)))
			return at;
	return text.size;
}

const struct secret_keyword *keywords_at(const struct keywords *k, struct bytes text, size_t at, uint16_t *link, size_t *ret_from)
{
	size_t n;
	const struct secret_keyword *rows = secret_keywords(&n);
	for (uint16_t i = *link ? k->next[*link - 1] : k->heads[hash(fold(text.data + at))]; i; i = k->next[i - 1]) {
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
