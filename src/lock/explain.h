/* Words for a resolution that failed: the chain of who wants what, and why nothing meets it. Private to lock/. */
#ifndef LOCK_EXPLAIN_H
#define LOCK_EXPLAIN_H

#include "lock/resolver.h"

/* Fills *d with why `want`, the last that was looked at, cannot be met under the wants of now: one chain when nothing meets it
 * alone, all chains when several want what does not go together. Returns ERR_RESOLVE, or ERR_HASH when only the lack of the
 * right hash stands in the way. */
enum status explain_clash(const struct resolver *r, size_t want, struct diag *d);
/* Puts the chain that ends in this want before the words of *d. */
enum status explain_wanted(const struct resolver *r, size_t want, struct diag *d);
/* Puts the chain that leads to p (NULL: nothing) behind the words of *d. */
enum status explain_chain_of(const struct resolver *r, const struct package *p, struct diag *d);
/* Copies the words of the first failure. */
enum status explain_failure(const struct diag *first, struct diag *d);

#endif
