/* Files of ours without a name, for bytes that are large or may be: in memory up to SPOOL_MEMORY_MAX, else on the disk, in
 * run->spool_path, where nobody can open them and the kernel takes them away with the last descriptor (O_TMPFILE). The disk is an
 * offer: where it has no room, or cannot make such a file, they are in memory, too. */
#ifndef HOST_SPOOL_H
#define HOST_SPOOL_H

#include "base/run.h"

enum { SPOOL_MEMORY_MAX = 256 << 10 };

/* An empty file to fill; size: how many bytes are expected. name: for /proc, of one in memory. The caller closes it. ERR_IO. */
MUST_USE enum status spool_open(const struct run_context *run, const char *name, uint64_t size, int *ret_fd, struct diag *d);
/* Once it is full: from now on *fd, which may be another number, can be read only. ERR_IO. */
MUST_USE enum status spool_close(int *fd, struct diag *d);

/* A copy that nobody can write of a regular file that somebody else may still change: what is hashed, checked and used later are
 * these bytes. ERR_ABSENT, ERR_IO (also: not a regular file), ERR_LIMIT over max. */
MUST_USE enum status spool_copy(const struct run_context *run, const char *path, uint64_t max, int *ret_fd, struct diag *d);

/* Whether its bytes take memory that nothing on a disk stands for. */
bool spool_is_in_memory(int fd);

/* A file for a helper that has large things to look at one by one (base/room.h): on the disk, else one that takes nothing, and the helper
 * uses its memory. The caller closes it. ERR_IO. */
MUST_USE enum status spool_room(const struct run_context *run, int *ret_fd, struct diag *d);

#endif
