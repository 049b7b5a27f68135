/* Whether an advisory is about a version: OSV schema, "Evaluation", with PEP 440 for the order of versions. */
#ifndef ADVISORY_AFFECTS_H
#define ADVISORY_AFFECTS_H

#include "advisory/record.h"

enum affects {
	AFFECTS_NO,
	AFFECTS_YES,
	AFFECTS_SOME, /* no version was given, and it is about some */
	AFFECTS_UNKNOWN /* it is about the package, and what it says of versions cannot be decided: never a no */
};

/* is_pypi, name: as in struct advisory_package; what names another package is AFFECTS_NO. version: as written, {NULL, 0}: none.
 * A version with a local part counts as its public version too: 2.0+cpu is built from 2.0. *ret_fixed (borrowed; {NULL, 0}: none): the
 * lowest version of an ECOSYSTEM range that is above and not affected any more by that range. Withdrawal is for the caller. */
enum affects advisory_affects(const struct advisory *v, bool is_pypi, struct bytes name, struct bytes version,
			      struct bytes *ret_fixed);

#endif
