/* Where the programs of this build stand: beside /proc/self/exe, or in ../libexec/hwb of it; never through PATH. */
#ifndef HOST_SELF_H
#define HOST_SELF_H

#include <limits.h>

#include "base/status.h"

/* The absolute path of one of our programs, by name ("hwb-sandbox"). ERR_IO when it is in neither place. */
MUST_USE enum status self_program(const char *name, char ret_path[PATH_MAX], struct diag *d);

#endif
