/* A borrowed slice of bytes: passed by value, never freed, may be {NULL, 0}.
 * Bytes from outside are always this, never char*. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const unsigned char *data;
	size_t size;
};

/* A slice over a string literal, without its NUL. For initialisers: LIT; for expressions: BYTES. */
/* clang-format off */
#define LIT(s) { (const unsigned char *)("" s), sizeof(s) - 1 }
/* clang-format on */
#define BYTES(s) ((struct bytes)LIT(s))

/* For printf: "%.*s" with BYTES_ARG(b). Only for bytes known to be printable. */
#define BYTES_ARG(b) (int)((b).size > 4096 ? 4096 : (b).size), (const char *)((b).data ? (b).data : (const unsigned char *)"")

/* A slice over a NUL-terminated string; NULL gives {NULL, 0}. */
struct bytes bytes_of(const char *s);
struct bytes bytes_make(const void *data, size_t size);

bool bytes_equal(struct bytes a, struct bytes b);
/* ASCII case is ignored. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);
/* Time does not depend on where the difference is: for secrets. */
bool bytes_equal_ct(struct bytes a, struct bytes b);
/* memcmp order, shorter first when one is a prefix: <0, 0, >0. */
int bytes_compare(struct bytes a, struct bytes b);
bool bytes_starts(struct bytes b, struct bytes prefix);
bool bytes_ends(struct bytes b, struct bytes suffix);

/* How many bytes at the start are the same. */
size_t bytes_same(struct bytes a, struct bytes b);

/* Offset of the first c, or b.size when there is none. */
size_t bytes_find(struct bytes b, unsigned char c);
/* Offset of the last c, or b.size when there is none. */
size_t bytes_find_last(struct bytes b, unsigned char c);
/* Offset of the first needle, or b.size when there is none. An empty needle is found at 0. */
size_t bytes_search(struct bytes b, struct bytes needle);

/* The part from offset `from` (clamped) of at most `size` bytes. */
struct bytes bytes_part(struct bytes b, size_t from, size_t size);
struct bytes bytes_from(struct bytes b, size_t from);
/* What is behind the last '/' of a path; all of it without one. */
struct bytes bytes_base_name(struct bytes path);

/* Cuts *rest at the first c: returns what is before it and moves *rest behind it.
 * Without c, returns everything and leaves *rest empty with data NULL (so a loop
 * `while (rest.data)` sees the last, possibly empty, field). */
struct bytes bytes_cut(struct bytes *rest, unsigned char c);

/* Without leading and trailing ASCII blanks (space, \t, \n, \v, \f, \r). */
struct bytes bytes_trim(struct bytes b);

/* memcpy that is defined for size 0 and NULL. */
void bytes_copy(void *to, struct bytes from);

/* Valid UTF-8 by Unicode 15 table 3-7: no surrogates, no overlong forms, <= U+10FFFF. */
bool bytes_is_utf8(struct bytes b);

static inline bool byte_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}
static inline bool byte_is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}
static inline bool byte_is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}
static inline bool byte_is_alpha(unsigned char c)
{
	return byte_is_lower(c) || byte_is_upper(c);
}
static inline bool byte_is_alnum(unsigned char c)
{
	return byte_is_alpha(c) || byte_is_digit(c);
}
static inline bool byte_is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline unsigned char byte_lower(unsigned char c)
{
	return byte_is_upper(c) ? (unsigned char)(c + 32) : c;
}

#endif
