/* Names that want to be taken for others: one letter away from a distribution that many use (data/popular-names.txt). */
#ifndef PYTHON_TYPOSQUAT_H
#define PYTHON_TYPOSQUAT_H

#include "base/arena.h"
#include "base/bytes.h"

/* Whether a normalised name is one of the list, at whatever place. Time: linear in the list. */
bool popular_name_is(struct bytes name);
/* The day of the list, "2026-06-16"; static. */
struct bytes popular_names_date(void);

/* name: normalised. The name it is like, static; empty when there is none: a name that is itself popular or a known build
 * dependency, or has less than five letters, is like nobody. Time: linear in the list. */
struct bytes typosquat_find(struct bytes name, struct arena *a);

#endif
