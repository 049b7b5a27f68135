/* The "pack" verb of hwb-parse. fds: the backend's wheel, an empty memory file for the canonical one. request: bytes file name,
 * u64 unix time, u64 members limit, u64 size limit, bytes name below .dist-info and content of a file to put in (empty: none).
 * reply: string compressor. */
#ifndef PACK_VERBS_H
#define PACK_VERBS_H

#include "host/verb.h"

enum status pack_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
