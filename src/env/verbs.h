/* The verbs of hwb-parse that belong to this stage.
 * "interpreter": fds: the probe's JSON. request: empty. reply: interpreter_write.
 * "wheel-unpack": fds: the wheel, an empty memory file that becomes a snapshot (format/snapshot.h) of what the wheel
 * contributes to a tree at /env. request: string file name, string purelib ("lib/python3.11/site-packages"), string
 * minor version ("3.11"). reply: metadata_write of its METADATA. */
#ifndef ENV_VERBS_H
#define ENV_VERBS_H

#include "host/verb.h"

enum status interpreter_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status wheel_unpack_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
