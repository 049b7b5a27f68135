/* One Unicode scalar value in and out of UTF-8 (Unicode 15, table 3-7).
 * For readers that decode escapes and for writers that escape. */
#ifndef FORMAT_UNICODE_H
#define FORMAT_UNICODE_H

#include "base/bytes.h"

/* A scalar value: at most U+10FFFF and no surrogate. */
bool unicode_ok(uint32_t c);
/* Writes c as UTF-8, returns how many bytes (1 to 4), or 0 without writing when c is no scalar value. */
size_t unicode_write(uint32_t c, unsigned char out[4]);
/* Reads the first character of b. Returns its size in bytes, 0 when b is empty or does not begin with well-formed UTF-8
 * (then *ret is untouched). */
size_t unicode_read(struct bytes b, uint32_t *ret);
/* The size of what ends a line for Python's str.splitlines() at the beginning of b, 0 when nothing does: LF, VT, FF, CR (each for itself),
 * U+001C to U+001E, U+0085, U+2028, U+2029. */
size_t unicode_line_break(struct bytes b);
/* The lower-case form of a letter of the Latin-1, Latin Extended-A, Greek, Cyrillic and Armenian blocks, else c: what file
 * systems that ignore case agree on. Not the whole of CaseFolding.txt. */
uint32_t unicode_fold(uint32_t c);
/* Canonical decomposition in full (Unicode 3.7, D68): the characters that c is made of, itself when it is not. Returns how many.
 * Marks are not put in order. */
enum { UNICODE_PARTS_MAX = 4 };
size_t unicode_decompose(uint32_t c, uint32_t out[UNICODE_PARTS_MAX]);

#endif
