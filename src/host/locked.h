/* A secret in memory of its own: never swapped where the kernel lets us lock it, in no core dump, not in a forked child, wiped
 * before it is given back. */
#ifndef HOST_LOCKED_H
#define HOST_LOCKED_H

#include "base/bytes.h"
#include "base/status.h"

/* Above the longest identity token that is taken (publish/oidc.h). */
enum { LOCKED_MAX = 64 << 10 };

/* A copy of b, followed by a NUL, in pages of its own; the caller gives it back with locked_free. A lock that the kernel refuses
 * (RLIMIT_MEMLOCK is 0 in some containers) is no failure: there is no other place to keep it. ERR_IO: no memory.
 * ERR_LIMIT: over LOCKED_MAX. */
MUST_USE enum status locked_copy(struct bytes b, char **ret, struct diag *d);

/* Keeps the memory that this process writes to out of the swap from now on, heap and stack, for what libraries and buffers copy: as much as
 * RLIMIT_MEMLOCK lets (8 MiB for most users: the first LOCKED_HEAP of the heap, and some), and nothing without /proc. Not what is mapped
 * later. About 50 us. */
enum { LOCKED_HEAP = 4 << 20 };
void locked_process(void);

/* Wipes and unmaps what *p is, and makes it NULL; ok when it is NULL. Fits CLEANUP. */
void locked_free(char **p);

#endif
