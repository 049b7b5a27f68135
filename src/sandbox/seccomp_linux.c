/* Loads the filter that tools/seccomp_generate.c wrote at build time from data/seccomp.txt: building it at run time would
 * cost more than half of a whole sandbox. */
#include "sandbox/inner.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "seccomp_table.h"

int seccomp_apply(struct inner *in)
{
	struct sock_fprog program = {
		.len = (unsigned short)(sizeof seccomp_table / sizeof seccomp_table[0]),
		.filter = (struct sock_filter *)(uintptr_t)seccomp_table,
	};
	control_set(in, CONTROL_SECCOMP);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
