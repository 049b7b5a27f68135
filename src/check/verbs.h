/* The "check" verb of hwb-parse. fds: the wheel; the room for its large members (spool_room); the snapshot it was built from, if there is
 * one. request: file name, wanted name, wanted version, PKG-INFO of the sdist (each bytes, empty for none), u64 members limit, u64 size
 * limit, u32 whether there is a snapshot. reply: findings, bytes name, version, tags, u32 members, u64 unpacked size.
 * "check-sdist": fds: the snapshot. request: bytes file name, name of its top folder (empty: not one). reply: findings, bytes name,
 * version.
 * "inspect": fds: the wheel. request: bytes file name. reply: u32 n, then n pairs of bytes label, bytes value, those of one label
 * together.
 * "zip-list": fds: an archive. request: empty. reply: text, a JSON object a line. */
#ifndef CHECK_VERBS_H
#define CHECK_VERBS_H

#include "host/verb.h"

enum status check_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status check_sdist_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status inspect_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status zip_list_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
