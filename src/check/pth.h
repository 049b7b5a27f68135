/* .pth files: lines that begin with "import" are run by every Python that starts where they lie (Python's site module). */
#ifndef CHECK_PTH_H
#define CHECK_PTH_H

#include "base/bytes.h"

/* Whether a line is run that is not one of those that well-known projects need (setuptools, coverage, namespace packages).
 * project: the normalised name of the wheel's; the lines of a project are known in its own wheel only.
 * *ret_line: the first of them, 1-based, as the newest Python counts them. */
bool pth_runs_code(struct bytes content, struct bytes project, uint32_t *ret_line);

#endif
