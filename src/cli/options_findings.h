/* Options of the commands that judge: `hwb check`, `hwb scan`. Ends with a row without a name; --allow and its like are in
 * options_build, because a build judges too. */
#ifndef CLI_OPTIONS_FINDINGS_H
#define CLI_OPTIONS_FINDINGS_H

#include "cli/option.h"

extern const struct option options_check[], options_scan[], options_audit[];
/* What both borrow from options_build. */
extern const char *const options_of_findings[];

#endif
