#include "cli/named_file.h"

#include "host/spool.h"

enum status named_file_copy(const struct run_context *run, const char *path, uint64_t max, int *ret_fd, struct diag *d)
{
	enum status s = spool_copy(run, path, max, ret_fd, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_USAGE, 0, "there is no file '%s'", path);
	return s == ERR_IO ? recode(d, ERR_USAGE) : s;
}
