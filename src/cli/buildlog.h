/* The build's output, kept whole in $HWB_HOME/logs/build-DATE.log: a line each, with its run, escaped and redacted. */
#ifndef CLI_BUILDLOG_H
#define CLI_BUILDLOG_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Opens today's file (0600) in the logs directory; *ret_path lives as long as a. ERR_LOG. */
MUST_USE enum status buildlog_open(const char *logs_path, struct arena *a, int *ret_fd, const char **ret_path, struct diag *d);
/* Appends text of console_set_log; best effort, for the audit log is the record that must not fail. fd -1 is taken. */
void buildlog_write(int fd, const char *run, struct bytes output);

#endif
