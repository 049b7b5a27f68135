/* A whole file in memory: mapped read-only and private. For hwb and for the parsing programs. */
#ifndef HOST_MAPPED_H
#define HOST_MAPPED_H

#include "base/bytes.h"
#include "base/status.h"

/* The whole of fd; an empty file gives {NULL, 0}. It stays as long as the mapping, also when fd is closed; whoever cuts the file
 * meanwhile ends the reader by SIGBUS. Undo with mapped_done. ERR_IO, ERR_LIMIT over max bytes. */
MUST_USE enum status mapped_open(int fd, uint64_t max, struct bytes *ret, struct diag *d);
void mapped_done(struct bytes *b);

#endif
