/* Loads the filter that tools/seccomp_generate.c wrote at build time from data/seccomp.txt: building it at run time would
 * cost more than half of a whole sandbox. */
#include "sandbox/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "sandbox/inner.h"
#include "sandbox/mask.h"
#include "seccomp_table.h"

/* Linux 5.19; Debian 12's header knows it, older ones do not. Without it a signal makes a watched call start anew, and it is
 * written down twice. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static int load(unsigned long flags, const struct sock_filter *code, size_t n)
{
	if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && mask_refuses(MASK_NOTIFY)) ||
	    (flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && mask_refuses(MASK_KILLABLE)))
		return -1;
	struct sock_fprog program = { .len = (unsigned short)n, .filter = (struct sock_filter *)(uintptr_t)code };
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* The listener, or -1: a kernel without one, or surroundings that already have theirs (EBUSY). The build then runs under the
 * plain filter, which refuses the same calls, and nothing is written down. */
static int load_watched(void)
{
	static const unsigned long flags[] = { SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
					       SECCOMP_FILTER_FLAG_NEW_LISTENER };
	int fd = -1;
	for (size_t i = 0; fd < 0 && i < COUNT(flags); i++)
		fd = load(flags[i], seccomp_table_watched, COUNT(seccomp_table_watched));
	return fd;
}

int seccomp_apply(struct inner *in)
{
	control_set(in, CONTROL_SECCOMP);
	if (in->spec->with_watch)
		in->notify_fd = load_watched();
	return in->notify_fd >= 0 ? 0 : load(0, seccomp_table, COUNT(seccomp_table));
}

void seccomp_eperm(const int **ret, size_t *ret_n)
{
	*ret = seccomp_table_eperm;
	*ret_n = COUNT(seccomp_table_eperm);
}
