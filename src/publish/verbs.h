/* The verbs of hwb-parse that belong to the publish stage.
 * "upload-form": fds: a wheel, or the snapshot of an sdist (format/snapshot.h). request: u32 enum form_kind, bytes file name.
 *   reply: form_write.
 * "upload-answer": fds: what a server answered. request: bytes of its Content-Type. reply: bytes, a sentence for people (UTF-8,
 *   credentials hidden by their forms, "" when there are no words); u32 whether it says that the file is there already.
 * "s3-index": fds: index.json of a bucket. request: u32 1: of the root, 0: of a project. reply: s3_index_write.
 * "s3-metadata": fds: a wheel. request: bytes file name. reply: bytes of its METADATA. */
#ifndef PUBLISH_VERBS_H
#define PUBLISH_VERBS_H

#include "host/verb.h"

enum status upload_form_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status upload_answer_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status s3_index_verb(const struct verb_call *call, struct buf *reply, struct diag *d);
enum status s3_metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
