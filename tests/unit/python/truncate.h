/* Every front part of a valid input, each in memory of exactly its size so that ASan sees one byte too far. */
#ifndef TESTS_PYTHON_TRUNCATE_H
#define TESTS_PYTHON_TRUNCATE_H

#include "base/arena.h"
#include "base/bytes.h"

/* Calls try with each prefix, the empty and the whole one included; returns how many of them it called valid. */
static inline size_t each_truncation(struct bytes whole, bool (*try)(struct bytes input, struct arena *a))
{
	size_t valid = 0;
	for (size_t size = 0; size <= whole.size; size++) {
		unsigned char *copy = malloc(size > 0 ? size : 1);
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		bytes_copy(copy, bytes_part(whole, 0, size));
		valid += try(bytes_make(copy, size), &a);
		free(copy);
	}
	return valid;
}

/* size times c, in a. */
static inline struct bytes repeated(struct arena *a, char c, size_t size)
{
	char *s = arena_alloc(a, size + 1, 1);
	memset(s, c, size);
	return bytes_make(s, size);
}

#endif
