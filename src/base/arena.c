#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *before;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){ NULL, 0 };
}

void arena_done(struct arena *a)
{
	while (a->last) {
		struct arena_block *before = a->last->before;
		free(a->last);
		a->last = before;
	}
	a->used = 0;
}

static void out_of_memory(void)
{
	static const char words[] = "hwb: out of memory\n";
	(void)!write(2, words, sizeof words - 1);
	_exit(9);
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
	size_t want;
	if (__builtin_mul_overflow(n, size, &want) || want > SIZE_MAX / 2)
		out_of_memory();
	want = (want + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct arena_block *b = a->last;
	if (!b || b->size - b->used < want) {
		size_t room = want > BLOCK_SIZE ? want : BLOCK_SIZE;
		b = malloc(sizeof *b + room);
		if (!b)
			out_of_memory();
		*b = (struct arena_block){ .before = a->last, .size = room };
		a->last = b;
	}
	void *p = b->data + b->used;
	b->used += want;
	a->used += want;
	memset(p, 0, want);
	return p;
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
	return bytes_make(arena_string(a, b), b.size);
}

char *arena_string(struct arena *a, struct bytes b)
{
	char *s = arena_alloc(a, b.size + 1, 1);
	bytes_copy(s, b);
	return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	size_t size = n < 0 ? 0 : (size_t)n;
	char *s = arena_alloc(a, size + 1, 1);
	(void)vsnprintf(s, size + 1, format, again);
	va_end(again);
	return s;
}

void *arena_grow(struct arena *a, void *array, size_t n, size_t size)
{
	/* Room is always a power of two from 8 on, so a full array is one whose count is such a power. */
	if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
		return array;
	void *grown = arena_alloc(a, n == 0 ? 8 : n * 2, size);
	bytes_copy(grown, bytes_make(array, n * size));
	return grown;
}
