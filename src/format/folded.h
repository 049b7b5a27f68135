/* Paths as file systems compare them that ignore case and how a letter is put together: whether two names are one file there.
 * '/' comes before all other characters, so that what is in a folder stands right behind it. */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include "base/bytes.h"

/* <0, 0, >0: an order of all paths in which those that are one somewhere are equal. Bytes that are no UTF-8 stand for themselves. */
int folded_compare(struct bytes a, struct bytes b);
/* Whether `name` is in `directory` or below. */
bool folded_is_below(struct bytes name, struct bytes directory);

#endif
