/* The verbs of hwb-parse that belong to advisories.
 * "osv-batch": fds: the answer of POST v1/querybatch. request: u32 number of queries. reply: batch_write.
 * "osv-record": fds: one advisory in JSON. request: empty. reply: advisory_write.
 * "osv-import": fds: a zip of advisories in JSON; an empty file for the store, written from its beginning. request: empty.
 *   reply: u64 number of records that are not about PyPI.
 * "vendored": fds: a wheel. request: string file name. reply: pins_write, of what its SBOMs say is bundled.
 * "pins": fds: a text. request: u32 enum pins_kind. reply: pins_write. */
#ifndef ADVISORY_VERBS_H
#define ADVISORY_VERBS_H

#include "host/verb.h"

enum status osv_batch_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status osv_record_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status osv_import_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status vendored_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status pins_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
