/* Publishing to a bucket that some server shows as files: S3 and what speaks it. Below s3://BUCKET/PREFIX lie simple/NAME/FILE,
 * FILE.metadata (PEP 658), simple/NAME/index.json (PEP 691), index.html (PEP 503) of it, and both of simple/ itself. */
#ifndef PUBLISH_S3_H
#define PUBLISH_S3_H

#include "publish/publish.h"
#include "publish/s3_sign.h"

struct s3_place {
	const char *name; /* "s3://bucket/prefix": for people and records */
	const char *endpoint; /* "https://host:port/" */
	const char *bucket, *prefix; /* prefix: "" or "a/b" */
	const char *region;
};

/* Whether a repository URL is one of these. */
bool s3_is_url(const char *url);
/* endpoint: NULL for that of AWS in the region; region: NULL for us-east-1. Lives as long as a. ERR_USAGE: the words repeat nothing that could
 * be a secret. Bucket: 3 to 63 of a-z, 0-9, '-' and '.'; prefix: segments of letters, digits, '-', '_', '.' and '~', 512 bytes. */
MUST_USE enum status s3_place_parse(const char *url, const char *endpoint, const char *region, struct arena *a,
				    struct s3_place *ret, struct diag *d);

/* As publish_run, with a key instead of request's credential, without index and journal: what the bucket has, it says itself. Each file
 * and its metadata are put unless there (412: the same bytes, or ERR_PUBLISH); then the index names them, read and put by its ETag so that
 * nobody's files are lost; then its pages, then those of the root. A run that ended in the middle is made whole by the next one.
 * ERR_PUBLISH, ERR_ARTEFACT, ERR_UNCHECKED, ERR_CANCELLED, ERR_LOG, ERR_IO as there. */
MUST_USE enum status s3_run(const struct run_context *run, const struct publish_request *request, const struct s3_place *place,
			    const struct s3_key *key, struct arena *a, struct diag *d);

#endif
