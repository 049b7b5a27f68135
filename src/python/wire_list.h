/* Lists of byte strings in our records between programs.
 * Internal to src/python: the base layer has single values only. */
#ifndef PYTHON_WIRE_LIST_H
#define PYTHON_WIRE_LIST_H

#include "base/wire.h"

/* u32 count, then each one. */
void wire_put_list(struct buf *b, const struct bytes *items, size_t n);
/* Copies into a. More than max makes the reader bad. With no items, *ret_items is NULL. */
void wire_get_list(struct wire *w, struct arena *a, size_t max, const struct bytes **ret_items, size_t *ret_n);
/* A copy in a; longer than max makes the reader bad. */
struct bytes wire_get_copy(struct wire *w, struct arena *a, size_t max);
/* A u32 that must be 0 or 1. */
bool wire_get_bool(struct wire *w);

#endif
