/* What an operator makes of findings: the profile, what is allowed and why, what is denied, and from which severity on the answer is
 * no. A project has no say in it (DESIGN.md section 3). */
#ifndef FINDING_POLICY_H
#define FINDING_POLICY_H

#include "finding/finding.h"

enum { ALLOWED_MAX = 256 };

struct finding_allowed {
	const char *id; /* of the table */
	const char *pattern; /* of paths, as fnmatch(3) has them; NULL: everywhere */
	struct bytes why;
	bool used; /* by a finding since it was made */
};

/* Zero is the policy of a build: nothing allowed, nothing denied. */
struct finding_policy {
	enum finding_profile profile;
	bool fail_on_warning; /* else on errors only */
	struct finding_allowed *allowed;
	const char **denied; /* ids */
	size_t n_allowed, n_denied;
};

/* "ID=why" or "ID@PATTERN=why": an id that exists and words, both needed; "ID" for denied. Copied into a. ERR_USAGE. */
MUST_USE enum status finding_policy_allow(struct finding_policy *p, struct bytes word, struct arena *a, struct diag *d);
MUST_USE enum status finding_policy_deny(struct finding_policy *p, struct bytes word, struct arena *a, struct diag *d);
/* "build", "pypi", "strict". ERR_USAGE. */
MUST_USE enum status finding_profile_parse(struct bytes word, enum finding_profile *ret, struct diag *d);
const char *finding_profile_name(enum finding_profile profile);

/* Sets severity and allowed of each. An id that is both is denied; what ended the look at something is never allowed, what
 * is `scoped` only with a pattern. */
void finding_policy_apply(struct finding_policy *p, struct finding_list *list);
/* Whether one finding, or the list as a whole, says no. After finding_policy_apply. */
bool finding_refuses(const struct finding_policy *p, const struct finding *f);
bool finding_list_refuses(const struct finding_policy *p, const struct finding_list *list);

#endif
