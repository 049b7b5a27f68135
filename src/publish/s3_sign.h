/* Signature Version 4 of S3 (AWS4-HMAC-SHA256) in the Authorization header. The secret key never leaves hwb: what travels is what it signed.
 * "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", Amazon S3 API reference. */
#ifndef PUBLISH_S3_SIGN_H
#define PUBLISH_S3_SIGN_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "net/upload.h"

/* SECRET but for id. session: NULL: none. */
struct s3_key {
	const char *id, *secret, *session;
};

/* Headers of a request besides those that signing adds (host is signed and not added: the connection has it). */
enum { S3_HEADERS_MAX = UPLOAD_HEADERS_MAX - 4 };

struct s3_call {
	const char *method;
	const char *host; /* as the Host header has it: with a port that is not the scheme's own */
	const char *region;
	struct bytes path; /* as it is sent: percent-encoded by s3_escape, no query */
	struct sha256 payload;
	int64_t now; /* seconds since 1970 */
	const struct upload_header *headers; /* lower-case names, each once; at most S3_HEADERS_MAX */
	size_t n_headers;
};

/* Everything that is sent: call's headers, x-amz-content-sha256, x-amz-date, x-amz-security-token, authorization; all but the last are
 * signed. *ret lives as long as a, its session token in key. ERR_LIMIT: too many headers. */
MUST_USE enum status s3_sign(const struct s3_call *call, const struct s3_key *key, struct arena *a,
			     const struct upload_header **ret, size_t *ret_n, struct diag *d);

/* Everything but letters, digits, "-._~" and '/' as "%XX", as S3 wants it signed. Lives as long as a. */
const char *s3_escape(struct bytes path, struct arena *a);

#endif
