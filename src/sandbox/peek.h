/* Reading the memory of a process of the inside, for the notes of sandbox/watch.h. What is read is hostile and may change. */
#ifndef SANDBOX_PEEK_H
#define SANDBOX_PEEK_H

#include <sys/types.h>

#include "base/buf.h"

/* Up to size bytes at address, as far as they can be read; returns how many. */
size_t peek(pid_t pid, uint64_t address, void *to, size_t size);
/* The string at address, without its NUL, appended to out; at most `most` bytes of it. *ret_is_cut is set when there was
 * more, or its end could not be read. */
void peek_string(pid_t pid, uint64_t address, size_t most, struct buf *out, bool *ret_is_cut);

#endif
