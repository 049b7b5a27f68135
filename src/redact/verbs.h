/* The verb of hwb-parse that lives here. */
#ifndef REDACT_VERBS_H
#define REDACT_VERBS_H

#include "host/verb.h"

/* "redact": descriptor 0 is read to its end, 1 gets what may be seen; each may be a pipe, and what can be decided is written as
 * soon as it was read. Request: u32 n, then n values that are known. Reply: u64 bytes in, u64 bytes out, u32 n, then n times the
 * name of a rule and u64 how often it hid something. */
enum status redact_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

/* "redact-log": descriptor 0 is a socket, over which each piece (u32 size, at most REDACTION_PIECE_MAX, then the bytes) gets its
 * answer: what is decided now, the same way. A piece of no bytes is the end of a stream, whose rest is the answer; another may
 * follow. Request and reply as above. */
enum status redact_log_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

/* Compiles the rules to machine code, which cannot be done once the program is confined. To be called before verb_serve when this
 * verb is what will be asked for; without it the verb works, slowly. */
void redact_prepare(void);

#endif
