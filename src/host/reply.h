/* The frame of a parsing program's reply: magic, status, then the words of a failure or the payload. */
#ifndef HOST_REPLY_H
#define HOST_REPLY_H

#include "base/buf.h"
#include "base/status.h"

/* The whole frame: payload is ignored unless s is OK. */
void reply_write(enum status s, const struct diag *d, struct bytes payload, struct buf *out);
/* On OK *ret_payload is borrowed from frame. The far side's own failure is returned as it is, with its words.
 * ERR_UNCHECKED when the frame makes no sense. */
MUST_USE enum status reply_read(struct bytes frame, struct bytes *ret_payload, struct diag *d);
/* What the reader of a payload says about it. A payload that makes no sense is never the fault of whoever asked: ERR_FORMAT and
 * ERR_LIMIT become ERR_UNCHECKED. */
MUST_USE enum status reply_check(enum status s, struct diag *d);

#endif
