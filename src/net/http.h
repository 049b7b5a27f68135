/* One HTTP exchange after another, several at once, over libcurl (http_curl.c is the only file that names it).
 * It follows no redirect, retries nothing, decides nothing: see fetch_serve.c. For hwb-net only. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/status.h"
#include "net/fetch.h"
#include "net/upload.h"
#include "net/url.h"

enum { HTTP_SLOTS = FETCH_IN_FLIGHT, HTTP_VALUE_MAX = 512, HTTP_HEADERS_MAX = 64 << 10 };

struct http;

/* Prepares libcurl and TLS: everything that has to read files does so here or at the first connection.
 * options: filled by fetch_options_fill; borrowed until http_free. ERR_NETWORK. */
MUST_USE enum status http_new(const struct fetch_options *options, struct http **ret, struct diag *d);
void http_free(struct http *h);

struct http_exchange {
	const struct fetch_request *request; /* headers, range, max_size, out_fd */
	const struct url *url; /* checked already */
	const char *url_text; /* the same as url_text(url) */
	bool with_credentials; /* send request's user and password */
	const struct upload_request *form; /* NULL: none. POST as multipart/form-data: fields in order, then the file as "content"; or raw */
};

/* Starts an exchange in a free slot; everything is borrowed until http_next has given its outcome.
 * The body of a 200 or 206 (or of a refusal that the request wants) goes to out_fd, which is emptied first; any other body is dropped. To a form every answer counts: the first
 * max_size bytes of it are kept, whatever its code. ERR_IO, ERR_NETWORK. */
MUST_USE enum status http_start(struct http *h, unsigned slot, const struct http_exchange *exchange, struct diag *d);
/* Bytes of the form's file that have been handed to the connection so far. */
uint64_t http_sent(const struct http *h, unsigned slot);

/* Borrowed strings live until the next http_start in the same slot. */
struct http_outcome {
	unsigned slot;
	enum status status; /* OK: an answer is here, whatever its code; ERR_LIMIT; ERR_IO: out_fd; ERR_NETWORK */
	bool may_pass; /* with ERR_NETWORK: another try may succeed */
	uint32_t http_code;
	uint64_t size; /* bytes written to out_fd */
	uint32_t retry_after_s; /* 0: none */
	const char *location, *content_type, *etag; /* "" when absent or longer than we take */
	const char *text; /* what went wrong, without URL or credentials */
};

/* Works until something is to do: an exchange ended, extra_fd is readable (or closed) or, if wants_room, can be written to, or timeout_ms is
 * over. *ret_extra: it is readable. */
MUST_USE enum status http_poll(struct http *h, int extra_fd, bool wants_room, uint32_t timeout_ms, bool *ret_extra, struct diag *d);
/* Takes one outcome; false when there is none. */
bool http_next(struct http *h, struct http_outcome *ret);

#endif
