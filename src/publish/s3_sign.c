#include "publish/s3_sign.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"

enum { CANONICAL_MAX = 64 << 10 };

const char *s3_escape(struct bytes path, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = ARENA_ARRAY(a, char, path.size * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.size; i++) {
		unsigned char c = path.data[i];
		if (byte_is_alnum(c) || (c && strchr("-._~/", c))) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	return out;
}

/* "20130524T000000Z": clock_text without its marks. */
static char *compact_time(int64_t now, struct arena *a)
{
	char text[CLOCK_TEXT_SIZE];
	char *out = ARENA_ARRAY(a, char, CLOCK_TEXT_SIZE);
	size_t n = 0;
	clock_text(now, text);
	for (const char *p = text; *p; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	return out;
}

static void sort_by_name(struct upload_header *headers, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && strcmp(headers[k - 1].name, headers[k].name) > 0; k--) {
			struct upload_header h = headers[k];
			headers[k] = headers[k - 1];
			headers[k - 1] = h;
		}
}

static char *names_of(const struct upload_header *headers, size_t n, struct arena *a)
{
	char *names = arena_string(a, BYTES(""));
	for (size_t i = 0; i < n; i++)
		names = arena_printf(a, "%s%s%s", names, i ? ";" : "", headers[i].name);
	return names;
}

/* The request as both sides write it: method, path, no query, headers, their names, the payload's hash. */
static struct sha256 hash_request(const struct s3_call *call, const struct upload_header *headers, size_t n, const char *names,
				  const char *payload)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, CANONICAL_MAX);
	text.secret = true;
	buf_printf(&text, "%s\n", call->method);
	buf_add(&text, call->path);
	buf_add_string(&text, "\n\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s:%s\n", headers[i].name, headers[i].value);
	buf_printf(&text, "\n%s\n%s", names, payload);
	return sha256_of(buf_bytes(&text));
}

static struct bytes hash_bytes(const struct sha256 *h)
{
	return bytes_make(h->bytes, sizeof h->bytes);
}

/* A key for that day, region and service: each step hides the one before it. */
static struct sha256 derive_key(const char *secret, const char *day, const char *region)
{
	CLEANUP(buf_done) struct buf first;
	buf_init(&first, CANONICAL_MAX);
	first.secret = true;
	buf_printf(&first, "AWS4%s", secret);
	struct sha256 h = hmac_sha256(buf_bytes(&first), bytes_of(day));
	h = hmac_sha256(hash_bytes(&h), bytes_of(region));
	h = hmac_sha256(hash_bytes(&h), BYTES("s3"));
	return hmac_sha256(hash_bytes(&h), BYTES("aws4_request"));
}

enum status s3_sign(const struct s3_call *call, const struct s3_key *key, struct arena *a, const struct upload_header **ret,
		    size_t *ret_n, struct diag *d)
{
	struct upload_header signed_headers[UPLOAD_HEADERS_MAX + 1];
	struct upload_header *out = ARENA_ARRAY(a, struct upload_header, UPLOAD_HEADERS_MAX);
	char *time = compact_time(call->now, a), *payload = ARENA_ARRAY(a, char, SHA256_TEXT_SIZE);
	char digest[SHA256_TEXT_SIZE];
	size_t n = 0, n_out = 0;
	if (call->n_headers > S3_HEADERS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d headers to sign", S3_HEADERS_MAX);
	sha256_text(&call->payload, payload);
	for (size_t i = 0; i < call->n_headers; i++)
		out[n_out++] = call->headers[i];
	out[n_out++] = (struct upload_header){ "x-amz-content-sha256", payload };
	out[n_out++] = (struct upload_header){ "x-amz-date", time };
	if (key->session)
		out[n_out++] = (struct upload_header){ "x-amz-security-token", key->session };
	for (; n < n_out; n++)
		signed_headers[n] = out[n];
	signed_headers[n++] = (struct upload_header){ "host", call->host };
	sort_by_name(signed_headers, n);
	const char *names = names_of(signed_headers, n, a), *day = arena_printf(a, "%.8s", time);
	struct sha256 h = hash_request(call, signed_headers, n, names, payload);
	sha256_text(&h, digest);
	const char *scope = arena_printf(a, "%s/%s/s3/aws4_request", day, call->region);
	const char *to_sign = arena_printf(a, "AWS4-HMAC-SHA256\n%s\n%s\n%s", time, scope, digest);
	struct sha256 of_day = derive_key(key->secret, day, call->region);
	h = hmac_sha256(hash_bytes(&of_day), bytes_of(to_sign));
	explicit_bzero(&of_day, sizeof of_day);
	sha256_text(&h, digest);
	out[n_out++] = (struct upload_header){ "authorization",
					       arena_printf(a, "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%s",
							    key->id, scope, names, digest) };
	*ret = out;
	*ret_n = n_out;
	return OK;
}
