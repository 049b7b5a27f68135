/* What each way to publish needs for a try: the bytes that were checked, the wait before the next one, and what the log
 * hears. Private to src/publish. */
#ifndef PUBLISH_TRY_H
#define PUBLISH_TRY_H

#include "publish/publish.h"

/* A copy that nobody can write of the bytes that were checked; the caller closes it. file_max: bytes of a file that is read again.
 * ERR_ARTEFACT: it is not what was checked, or not to be read. */
MUST_USE enum status publish_copy_open(const struct run_context *run, const struct publish_file *f, uint64_t file_max, int *ret_fd,
				       struct diag *d);
/* Between the half and the whole of whole_ms, by chance; at least what the server asks for, up to PUBLISH_WAIT_MAX_S. ERR_CANCELLED (within 100 ms). */
MUST_USE enum status publish_wait(const struct run_context *run, uint64_t whole_ms, uint32_t asked_s, struct diag *d);

/* Tells request->ended of a file whose outcome is known. */
void publish_ended(const struct publish_request *request, const struct publish_file *f);
/* An event of the audit log about a file; request says which registry. c, why: may be NULL. ERR_LOG. */
MUST_USE enum status publish_note(const struct run_context *run, const struct publish_request *request,
				  const struct publish_file *f, const char *event, const struct publish_credential *c,
				  const struct diag *why, bool durable, struct diag *d);

#endif
