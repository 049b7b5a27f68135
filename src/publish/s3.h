/* Publishing to a bucket that some server shows as files: S3 and what speaks it. Below s3://BUCKET/PREFIX lie simple/NAME/FILE,
 * FILE.metadata (PEP 658), simple/NAME/index.json (PEP 691), index.html (PEP 503) of it, and both of simple/ itself. */
#ifndef PUBLISH_S3_H
#define PUBLISH_S3_H

#include "publish/publish.h"
#include "publish/s3_place.h"
#include "publish/s3_sign.h"

/* As publish_run, with a key instead of request's credential, without index and journal: what the bucket has, it says itself. Each file
 * and its metadata are put unless there (412: the same bytes, or ERR_PUBLISH); then the index names them, read and put by its ETag so that
 * nobody's files are lost; then its pages, then those of the root. A run that ended in the middle is made whole by the next one.
 * ERR_PUBLISH, ERR_ARTEFACT, ERR_UNCHECKED, ERR_CANCELLED, ERR_LOG, ERR_IO as there. */
MUST_USE enum status s3_run(const struct run_context *run, const struct publish_request *request, const struct s3_place *place,
			    const struct s3_key *key, struct arena *a, struct diag *d);

#endif
