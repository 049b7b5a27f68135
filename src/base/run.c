#include "base/run.h"

enum status run_check(const struct run_context *run, struct diag *d)
{
	if (run->cancelled && *run->cancelled)
		return fail(d, ERR_CANCELLED, 0, "interrupted by signal %d", (int)*run->cancelled);
	return OK;
}
