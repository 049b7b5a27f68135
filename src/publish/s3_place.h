/* Which bucket somebody means: s3://BUCKET/PREFIX, the host of its store and its region, from words of the operator. */
#ifndef PUBLISH_S3_PLACE_H
#define PUBLISH_S3_PLACE_H

#include "base/arena.h"
#include "base/status.h"

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
/* The host of a store: the URL of one and nothing more, in its one form. Lives as long as a. ERR_USAGE, without repeating it. */
MUST_USE enum status s3_endpoint_parse(struct bytes endpoint, struct arena *a, const char **ret, struct diag *d);
/* ERR_USAGE: it is not 1 to 32 letters, digits and '-'. */
MUST_USE enum status s3_region_check(struct bytes region, struct diag *d);

#endif
