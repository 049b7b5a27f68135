#include "host/undumpable.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum status process_hide(struct diag *d)
{
	struct rlimit no_core = { 0, 0 };
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(d, ERR_IO, 0, "PR_SET_DUMPABLE: %s", strerror(errno));
	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return fail(d, ERR_IO, 0, "RLIMIT_CORE: %s", strerror(errno));
	return OK;
}
