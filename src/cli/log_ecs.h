/* Events of the audit log with the field names of the Elastic Common Schema 8.11, which SIEMs know. */
#ifndef CLI_LOG_ECS_H
#define CLI_LOG_ECS_H

#include "base/buf.h"
#include "format/json.h"

/* Appends one object without a newline. line: the event as it is in the log, whose sha256 becomes event.hash (it is what the next line's
 * "prev" has); root: the same, parsed. Names: @timestamp, event.action, event.outcome, event.sequence, trace.id (the run), user.name,
 * host.name, package.*, file.*, url.*, error.message; every field of ours as well, below "hwb", as it is. */
void ecs_put(struct bytes line, const struct json *root, struct buf *out);

#endif
