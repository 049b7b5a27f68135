/* Memory that lives and dies together: everything one parse makes.
 * Out of memory ends the program: arena and buf are the only callers of malloc. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"
#include "base/cleanup.h"

struct arena_block;

struct arena {
	struct arena_block *last;
	size_t used; /* bytes handed out so far */
};

void arena_init(struct arena *a);
/* Frees everything; the arena can be used again. Fits CLEANUP(arena_done). */
void arena_done(struct arena *a);

/* Zeroed memory for n objects of size bytes, aligned for any type; never NULL. n * size may not overflow. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), (n), sizeof(type)))

/* A copy that lives as long as a; it is followed by a NUL that is not counted. */
struct bytes arena_copy(struct arena *a, struct bytes b);
/* The same as a C string; the bytes must hold no NUL for it to mean anything. */
char *arena_string(struct arena *a, struct bytes b);
/* printf into the arena. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));

/* Makes room for one more element in a growing array that lives in a: returns the (maybe moved) array with
 * room for n + 1 elements. Grows by doubling, starting at 8; old copies stay in the arena until it is done. */
void *arena_grow(struct arena *a, void *array, size_t n, size_t size);

#endif
