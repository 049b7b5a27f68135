/* What a test takes away from the kernel, to see what an older one gets: HWB_TEST_MASK=pid-max,landlock=2,...
 * Only builds with -Dtest_seams=true have it (mask_seam.c); the programs that are shipped link mask_null.c, and a gate of
 * tests/lint.sh looks that they do. */
#ifndef SANDBOX_MASK_H
#define SANDBOX_MASK_H

#include <stdbool.h>

enum mask {
	MASK_PID_MAX, /* the limit of processes of a pid namespace: Linux 6.14 */
	MASK_MOUNT_API, /* open_tree, fsopen, mount_setattr: Linux 5.12 */
	MASK_NOTIFY, /* seccomp's user notification: Linux 5.5, and surroundings that have their own */
	MASK_KILLABLE, /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: Linux 5.19 */
	N_MASKS
};

/* true, with errno set to ENOSYS, when a test has taken it away. */
bool mask_refuses(enum mask m);
/* The ABI of Landlock that is left of this one. */
int mask_landlock(int abi);
/* The environment of the launcher, which has to know as well; NULL: empty. Static. */
const char *const *mask_env(void);

#endif
