/* Events as lines for people: what `hwb log show` prints, and publish-DATE.log, which is a view of the log and no evidence. */
#ifndef AUDIT_VIEW_H
#define AUDIT_VIEW_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"
#include "format/json.h"

/* "2026-11-23T21:10:00.123Z build.started        0123abcd kind="wheel"": time, event, the first digits of its run, and its own fields.
 * root: the parsed line. Appends one line without its newline; strings are cut at 200 bytes. false: it is no event, and nothing is appended. */
bool view_put(const struct json *root, struct buf *out);

/* Whether an event is one of publishing: publish.*, and the use of a credential for a registry. fields: its own, as JSON. */
bool view_is_publishing(const char *event, struct bytes fields);
/* Appends an event to publish-DATE.log in dir; line: the whole event, without its newline. ERR_LOG. */
MUST_USE enum status view_append(int dir, const char *timestamp, struct bytes line, struct diag *d);

#endif
