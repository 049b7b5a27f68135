/* Objects of a bucket, one request at a time, each signed, with tries and the words of refusals; and the index made of them. Private to
 * src/publish/s3*. */
#ifndef PUBLISH_S3_BUCKET_H
#define PUBLISH_S3_BUCKET_H

#include "publish/s3.h"
#include "publish/s3_index.h"

/* Tries to write an index that others write as well. */
enum { S3_RACES = 8 };

struct bucket {
	const struct run_context *run;
	const struct publish_request *request;
	const struct s3_place *place;
	const struct s3_key *key;
	struct arena *arena;
	struct uploader *uploader;
	const char *host; /* of the Host header */
	bool was_noted; /* credential.used is in the log */
};

/* ERR_USAGE. The caller ends it with bucket_done, also on failure. */
MUST_USE enum status bucket_open(struct bucket *s, struct diag *d);
void bucket_done(struct bucket *s);

enum bucket_result {
	BUCKET_DONE,
	BUCKET_ABSENT, /* 404 */
	BUCKET_CONFLICT, /* 412, or 409: it is there, or is not any more what the ETag says */
};

struct object {
	int fd; /* a memory file; the caller closes it */
	uint64_t size;
	const char *etag; /* "": none; lives as long as the store's arena */
};
/* path: below the prefix, not escaped. max: bytes; more is ERR_UNCHECKED, as is an answer that does not come. ERR_PUBLISH: refused. */
MUST_USE enum status bucket_get(struct bucket *s, const char *path, uint64_t max, enum bucket_result *ret,
				struct object *ret_object, struct diag *d);

struct put {
	const char *path, *type;
	int fd; /* sealed */
	uint64_t size;
	struct sha256 digest;
	const char *etag; /* only when it is still this; NULL: only when nothing is there */
	struct publish_file *file; /* whose progress and tries it is; NULL: none */
};
MUST_USE enum status bucket_put(struct bucket *s, const struct put *put, enum bucket_result *ret, struct diag *d);
/* Of bytes in memory. */
MUST_USE enum status bucket_put_bytes(struct bucket *s, const char *path, const char *type, struct bytes text, const char *etag,
				      enum bucket_result *ret, struct diag *d);

/* ---- s3_document.c ---- */

/* The index of a project; project NULL: the root's. ABSENT: an empty one of that name. etag: "" when absent. */
MUST_USE enum status bucket_read_index(struct bucket *s, const char *project, struct s3_index *ret, const char **ret_etag,
				       struct diag *d);
/* Adds files and their versions (or, to the root, a project) to index.json, and makes index.html of what is then there.
 * ERR_PUBLISH: a file of that name is there with another sha256, or others were faster S3_RACES times. */
MUST_USE enum status bucket_add(struct bucket *s, const char *project, const struct s3_index *news, struct diag *d);
/* ERR_PUBLISH when the index has the file with another sha256, ERR_UNCHECKED when it says none; *ret_there: it has it. */
MUST_USE enum status bucket_compare(const struct bucket *s, const struct s3_index *index, const struct s3_file *file,
				    bool *ret_there, struct diag *d);

#endif
