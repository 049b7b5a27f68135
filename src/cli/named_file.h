/* Files that a word of the command line names. */
#ifndef CLI_NAMED_FILE_H
#define CLI_NAMED_FILE_H

#include "base/run.h"

/* A copy that nobody can write, as spool_copy. ERR_USAGE: it is not there, no file, or not to be read: the word was wrong. ERR_LIMIT over
 * max. */
MUST_USE enum status named_file_copy(const struct run_context *run, const char *path, uint64_t max, int *ret_fd, struct diag *d);

#endif
