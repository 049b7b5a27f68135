/* Names that want to be taken for others: one letter away from a distribution that many use (data/popular-names.txt). */
#ifndef SCAN_TYPOSQUAT_H
#define SCAN_TYPOSQUAT_H

#include "base/arena.h"
#include "base/bytes.h"

/* name: normalised. The name it is like, static; empty when there is none: a name that is itself popular or a known build
 * dependency, or has less than five letters, is like nobody. Time: linear in the list. */
struct bytes typosquat_find(struct bytes name, struct arena *a);

#endif
