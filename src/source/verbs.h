/* The verbs that belong to the source stage.
 * "project" (hwb-parse): fds: a snapshot. request: string subdirectory ("" for the root). reply: project_write, bytes PKG-INFO
 *   (of an sdist's root, empty when there is none), u64 time of the commit (commit_time.h).
 * "zip-source" (hwb-parse), "tar-source" (hwb-unpack): fds: the archive, a scratch file, an empty memory file that becomes a snapshot of the
 *   archive's single top directory (or of its root when there are several). request: source_limits. reply: u64 members,
 *   u64 newest modification time, string top directory. */
#ifndef SOURCE_VERBS_H
#define SOURCE_VERBS_H

#include "host/verb.h"

enum status project_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status zip_source_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status tar_source_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
