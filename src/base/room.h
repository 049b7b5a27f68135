/* Room for one content at a time, however large: small ones in memory, large ones in the mapping of a file, whose pages the kernel can
 * put aside. For members of archives, of which somebody wants to see the whole. */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include "base/buf.h"

enum { ROOM_MEMORY_MAX = 16 << 20 };

struct room {
	int fd; /* borrowed: a file for this alone, open for reading and writing; -1: memory for large ones too */
	struct buf memory;
	unsigned char *mapped;
	size_t mapped_size;
};

void room_init(struct room *r, int fd);
/* Room for size bytes; what was in r before is gone. It stays until the next call. A file for which the disk
 * has no place, or that cannot reserve it, is left out: then it is memory. No memory ends the process, as in base/buf.h. */
unsigned char *room_for(struct room *r, size_t size);
/* The memory and the mapping; fits CLEANUP. The file stays as it is, and is the caller's. */
void room_done(struct room *r);

#endif
