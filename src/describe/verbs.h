/* The "describe" verb of hwb-parse. fds: a wheel, or the report of a build.
 * request: u32 kind (enum describe_kind), bytes name of the file, u32 whether RECORD holds (else libraries are hashed), u64 limit of
 * members, u64 limit of size. reply: u32 n, then n records of describe/sbom.h: one for a wheel, one for each wheel of a report. */
#ifndef DESCRIBE_VERBS_H
#define DESCRIBE_VERBS_H

#include "host/verb.h"

enum status describe_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
