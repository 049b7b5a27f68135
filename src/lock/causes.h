/* What excludes what, and which levels are to blame: the sets of causes that backjumping goes by. Private to lock/.
 * A set is bits of levels. It must never lack a level whose change could help; one too many only costs time. */
#ifndef LOCK_CAUSES_H
#define LOCK_CAUSES_H

#include "lock/resolver.h"

/* Whether a candidate can be chosen under the wants of now; else *ret_want excludes it, NO_WANT when it is its own metadata or
 * that it is a pre-release. */
bool causes_is_viable(const struct resolver *r, const struct package *p, const struct candidate *c, size_t *ret_want);
/* Whether p has a candidate that can be chosen under the wants of now. */
bool causes_any_viable(const struct resolver *r, const struct package *p);

void causes_add_level(uint64_t *causes, size_t level);
/* The levels a want hangs on: its parent's, and those that asked for the extra it belongs to. */
void causes_add_want(const struct resolver *r, size_t want, uint64_t *causes);
/* Why a candidate is out: want as causes_is_viable tells it. A pre-release is out because no want allows it: any earlier
 * choice, of the levels below top, may be the cause of that. */
void causes_add_loss(const struct resolver *r, const struct candidate *c, size_t want, size_t top, uint64_t *causes);
/* A package that must be there and has no candidate left: why it must be there, and why each is out. */
void causes_add_clash(const struct resolver *r, const struct package *p, uint64_t *causes);

#endif
