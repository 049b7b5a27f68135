/* What the operator makes of the distributions that a build asks for, after they are chosen and before one of them is installed:
 * findings D01 to D04, by the same policy as all others. */
#ifndef CLI_DEPS_POLICY_H
#define CLI_DEPS_POLICY_H

#include "cli/pipeline.h"

/* Cool-down and allowed URLs of the operator, into a request. Lives as long as a. */
void deps_policy_fill(const struct settings *s, struct arena *a, struct lock_request *request);

/* Judges lock, which request gave: what is new is said, logged, and added to p->findings. ERR_RESOLVE when one of the findings
 * refuses; ERR_LOG. */
MUST_USE enum status deps_policy_judge(struct pipeline *p, const struct lock_request *request, const struct lock_result *lock,
				       struct diag *d);

#endif
