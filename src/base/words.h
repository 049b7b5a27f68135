/* Tables of words that data/ gives, sorted when they are made. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/bytes.h"

/* Whether the word is one of the n, in memcmp order. */
bool words_have(const char *const *sorted, size_t n, struct bytes word);
/* The same whatever the case of ASCII letters; the table is sorted by its words in lower case. */
bool words_have_nocase(const char *const *sorted, size_t n, struct bytes word);

#endif
