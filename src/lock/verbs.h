/* The verb of hwb-parse that belongs to the lock stage.
 * "pylock": fds: none. request: the text of a lock file. reply: pylock_record_write. */
#ifndef LOCK_VERBS_H
#define LOCK_VERBS_H

#include "host/verb.h"

enum status pylock_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
