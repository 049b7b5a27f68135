/* A process that holds a secret: no core file has its memory, no other process of the user reads it. */
#ifndef HOST_UNDUMPABLE_H
#define HOST_UNDUMPABLE_H

#include "base/status.h"

/* From now on; what is started afterwards writes no core either. ERR_IO. */
MUST_USE enum status process_hide(struct diag *d);

#endif
