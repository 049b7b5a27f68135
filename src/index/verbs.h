/* The verbs of hwb-parse that belong to the index.
 * "page": fds: the page's bytes. request: string project (normalised; "" takes any), string base URL, string content type.
 *   reply: page_write.
 * "metadata": fds: a METADATA text. request: empty. reply: metadata_write.
 * "wheel-metadata": fds: a wheel. request: string file name. reply: metadata_write. */
#ifndef INDEX_VERBS_H
#define INDEX_VERBS_H

#include "host/verb.h"

enum status page_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status wheel_metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
