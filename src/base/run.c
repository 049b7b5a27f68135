#include "base/run.h"

const char *isolation_mode_name(enum isolation_mode mode)
{
	static const char *const names[N_MODES] = {
		[MODE_SANDBOX] = "sandbox",
		[MODE_CONTAINER] = "container",
		[MODE_LANDLOCK] = "landlock",
	};
	return mode < N_MODES ? names[mode] : "unknown";
}

enum status run_check(const struct run_context *run, struct diag *d)
{
	if (run->cancelled && *run->cancelled)
		return fail(d, ERR_CANCELLED, 0, "interrupted by signal %d", (int)*run->cancelled);
	return OK;
}
