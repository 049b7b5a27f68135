/* Verbs of hwb-parse. "scan": fds: the snapshot. request: bytes subdirectory. reply: findings, facts, u32 files of each zone, u64 bytes.
 * "python-facts": fds: a Python file. request: empty. reply: text, a JSON object a line: {"call":...},
 * {"import":...}, {"fact":...}, {"flow":...}, {"finding":...}; for `hwb debug python-facts`.
 * "scan-files": fds: a snapshot. reply: the same of what is not Python, for `hwb debug scan-files`. */
#ifndef SCAN_VERBS_H
#define SCAN_VERBS_H

#include "host/verb.h"

enum status scan_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status python_facts_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status scan_files_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
