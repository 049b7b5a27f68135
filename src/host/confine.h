/* How a parsing program locks itself in before it looks at the first hostile byte. */
#ifndef HOST_CONFINE_H
#define HOST_CONFINE_H

#include "base/status.h"

/* No new privileges, not dumpable, no core, no file system (Landlock), and only the calls a parser needs (seccomp, with
 * death for the rest). Descriptors that are open stay usable. ERR_ISOLATION when the filter cannot be loaded. */
MUST_USE enum status confine_self(struct diag *d);

#endif
