/* The filters that tools/seccomp_generate.c wrote: the plain one, and the one that asks a supervisor. */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include <stddef.h>

/* Calls that are refused with EPERM; every other refusal is ENOSYS. Static. */
void seccomp_eperm(const int **ret, size_t *ret_n);

#endif
