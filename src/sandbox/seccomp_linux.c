/* Loads the filter that tools/seccomp_generate.c wrote at build time from data/seccomp*.txt: building it at run time would
 * cost more than half of a whole sandbox. */
#include "sandbox/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "sandbox/inner.h"
#include "sandbox/mask.h"
#include "landlock_table.h"
#include "seccomp_table.h"

/* Linux 5.19; Debian 12's header knows it, older ones do not. Without it a signal makes a watched call start anew, and it is
 * written down twice. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct filter {
	const struct sock_filter *code;
	size_t n;
};

/* By mode: the one that reaches nobody but its own kind may ask for more. */
static const struct {
	struct filter plain, watched;
	const int *eperm;
	size_t n_eperm;
} filters[N_MODES] = {
#define FILTERS(name) \
	{ \
		{ name, COUNT(name) }, { name##_watched, COUNT(name##_watched) }, name##_eperm, COUNT(name##_eperm) \
	}
	[MODE_SANDBOX] = FILTERS(seccomp_table),
	[MODE_CONTAINER] = FILTERS(seccomp_table),
	[MODE_LANDLOCK] = FILTERS(landlock_table),
};

static int load(unsigned long flags, const struct filter *f)
{
	if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && mask_refuses(MASK_NOTIFY)) ||
	    (flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && mask_refuses(MASK_KILLABLE)))
		return -1;
	struct sock_fprog program = { .len = (unsigned short)f->n, .filter = (struct sock_filter *)(uintptr_t)f->code };
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* The listener, or -1: a kernel without one, or surroundings that already have theirs (EBUSY). The build then runs under the
 * plain filter, which refuses the same calls, and nothing is written down. */
static int load_watched(enum isolation_mode mode)
{
	static const unsigned long flags[] = { SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
					       SECCOMP_FILTER_FLAG_NEW_LISTENER };
	int fd = -1;
	for (size_t i = 0; fd < 0 && i < COUNT(flags); i++)
		fd = load(flags[i], &filters[mode].watched);
	return fd;
}

int seccomp_apply(struct inner *in)
{
	control_set(in, CONTROL_SECCOMP);
	if (in->spec->with_watch)
		in->notify_fd = load_watched(in->spec->mode);
	return in->notify_fd >= 0 ? 0 : load(0, &filters[in->spec->mode].plain);
}

void seccomp_eperm(enum isolation_mode mode, const int **ret, size_t *ret_n)
{
	*ret = filters[mode].eperm;
	*ret_n = filters[mode].n_eperm;
}
