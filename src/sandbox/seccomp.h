/* The filters that tools/seccomp_generate.c wrote: for each mode the plain one, and the one that asks a supervisor. */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include "base/run.h"

/* Calls that are refused with EPERM in that mode; every other refusal is ENOSYS. Static. */
void seccomp_eperm(enum isolation_mode mode, const int **ret, size_t *ret_n);

#endif
