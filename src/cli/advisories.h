/* Known vulnerabilities of what a run has to do with (advisory/advisory.h): by the settings, into the log, for a build. */
#ifndef CLI_ADVISORIES_H
#define CLI_ADVISORIES_H

#include "advisory/pins.h"
#include "cli/pipeline.h"

/* The options that the settings and an open cache make. Borrowed from both; `used` of the settings' ignore list is set by the run. */
struct advisory_options advisories_options(struct settings *s, const struct index *index);

/* A pin of a list or of a requirement as a subject. Texts live as long as a. */
struct advisory_subject advisories_subject(const struct pin *pin, enum advisory_role role, struct arena *a);

/* advisories.checked: the subject, how many of each outcome, from where, and each id that was ignored with its reason. ERR_LOG. */
MUST_USE enum status advisories_note(struct audit *audit, struct bytes subject, const struct advisory_result *r, struct diag *d);

/* `build --audit`: the pins that were not looked up before. ERR_RESOLVE: one of them is refused; ERR_UNCHECKED: one could not be checked,
 * and the mode is stop. Malware refuses in every mode but off. */
MUST_USE enum status advisories_check_pins(struct pipeline *p, struct diag *d);

#endif
