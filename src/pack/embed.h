/* A file that is put into .dist-info of a wheel that is packed anew (PEP 770), and its row of RECORD. Internal to src/pack. */
#ifndef PACK_EMBED_H
#define PACK_EMBED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

/* Appends to out the RECORD of a wheel that has this file too: the rows of record as they are written, without one of the same path,
 * and at the end the new one. record: valid (python/record.h). ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status embed_in_record(struct bytes record, struct bytes path, struct bytes content, struct arena *a, struct buf *out,
				     struct diag *d);

#endif
