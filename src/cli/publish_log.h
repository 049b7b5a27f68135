/* $HWB_HOME/logs/publish-DATE.log: a line a file, for people and for grep; the audit log is the record. */
#ifndef CLI_PUBLISH_LOG_H
#define CLI_PUBLISH_LOG_H

#include "cli/console.h"
#include "publish/publish.h"

/* Appends "TIME RUN OUTCOME NAME sha256:DIGEST REGISTRY AUTHENTICATION" to today's file (0600). ERR_LOG. */
MUST_USE enum status publish_log(const char *logs_path, const struct run_context *run, const struct publish_request *request,
				 const struct publish_credential *credential, struct diag *d);

#endif
