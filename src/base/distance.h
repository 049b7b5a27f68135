/* How alike two words look: for slips of the keyboard, and for names that want to be taken for others. */
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include "base/bytes.h"

/* How many letters have to be changed, added, dropped or swapped with their neighbour to make b of a (Damerau and Levenshtein, each
 * place changed once). At most 64 bytes of each count. Time: the product of the sizes. */
unsigned word_distance(struct bytes a, struct bytes b);

#endif
