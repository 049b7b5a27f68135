/* Which of the advisories that could be about a package are, and which of those are one vulnerability. Private to advisory/. */
#ifndef ADVISORY_MATCH_H
#define ADVISORY_MATCH_H

#include "advisory/lookup.h"

struct some {
	size_t n, n_malware;
};

/* Fills ret->matches. What cannot be decided fails the lookup; *ret_some counts what is about some version when none was given.
 * Withdrawn ones do not count. Marks what is ignored, and that it was used: an entry that ended, or that waits for a fix that is there,
 * ignores nothing; malware is never ignored. */
void match_all(struct lookup *l, const struct advisory_options *options, struct arena *a, struct advisory_verdict *ret,
	       struct some *ret_some);

#endif
