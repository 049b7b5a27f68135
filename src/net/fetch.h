/* Downloads for hwb. hwb itself opens no socket: hwb-net does, started at the first request and confined;
 * up to FETCH_IN_FLIGHT transfers run at once and finish in any order. */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "base/bytes.h"
#include "base/run.h"
#include "base/status.h"

/* As pip, uv and browsers do to one host: enough to hide latency. Hosts: one option or request can name at most so many. */
/* Body: with its URL it fits into one record of net/channel.h. */
enum { FETCH_BODY_MAX = 48 << 10 };
/* Signed identity tokens have some KiB. */
enum { FETCH_BEARER_MAX = 16 << 10 };
enum { FETCH_IN_FLIGHT = 8, FETCH_QUEUE_MAX = 4096, FETCH_HOSTS_MAX = 64, FETCH_REDIRECTS_MAX = 5, FETCH_RETRY_AFTER_MAX_S = 30 };

/* Everything is borrowed for the time of fetcher_start only. Numbers that are 0 mean the default in brackets. */
struct fetch_options {
	const char *ca_file; /* PEM, instead of the system's certificates; NULL: the system's */
	const char *proxy_url; /* http:// or https://, userinfo allowed; NULL: none. Loopback is never asked through it */
	const char *user_agent; /* NULL: "hwb/VERSION" */
	uint32_t connect_ms; /* for name, TCP and TLS together [10 s] */
	uint32_t idle_ms; /* slower than low_speed for so long ends a try; whole seconds [60 s] */
	uint32_t low_speed; /* bytes a second [100] */
	uint32_t backoff_ms; /* first delay before another try; doubles up to 30 s; half of it is random [500] */
	uint32_t retries; /* tries after the first; 0 means none */
	bool allow_http_loopback; /* http:// to 127.0.0.0/8, ::1, localhost (whose address is checked again) */
	const char *const *http_hosts; /* "host" or "host:port" to which the operator allows http:// */
	size_t n_http_hosts;
	const char *program_dir; /* where hwb-net is; NULL: beside hwb (see net/child.h) */
};

/* Everything is borrowed for the time of fetcher_submit only. */
struct fetch_request {
	const char *url; /* https, or http as the options allow; userinfo is refused: see user */
	const char *accept; /* header, or NULL */
	const char *if_none_match; /* header, or NULL */
	const char *range; /* "0-1023", "-4096", or NULL; a server may answer 200 with everything: see http_code */
	bool compressed; /* ask for gzip; what is written is decoded (pages; never for files and ranges) */
	uint64_t max_size; /* decoded bytes; one more is ERR_LIMIT */
	uint32_t whole_ms; /* one exchange may take no longer, however steadily it comes; 0: as long as it comes */
	struct bytes body; /* is sent with POST, of at most FETCH_BODY_MAX bytes; data NULL: GET. A redirect of it is an error: nothing is
			    * said twice, or to somebody else. It must be a question: a try that failed is made again */
	const char *content_type; /* of the body; needed with it */
	const char *user, *password; /* SECRET; both NULL for none */
	const char *bearer; /* SECRET; instead of them: "Authorization: Bearer ..."; printable, at most FETCH_BEARER_MAX bytes; or NULL */
	const char *auth_origin; /* the only scheme://host[:port] that gets them; needed with user or bearer */
	const char *metadata_flavor; /* header, which metadata servers of clouds want, or NULL */
	bool refusals; /* any answer of 400 to 499 but 429 is OK as well: see http_code, its body is in out_fd */
	const char *const *hosts; /* "host" or "host:port" to which redirects may lead, besides the first one's own */
	size_t n_hosts; /* 0: any https host */
	int out_fd; /* a regular file, written from offset 0 by pwrite and emptied before each try */
};

/* Strings live until the next fetcher_wait or fetcher_free; they come from hwb-net: printable, but not to be believed. */
struct fetch_result {
	uint64_t id;
	/* OK (code 200, 206 or 304; see refusals), ERR_ABSENT (404, 410), ERR_LIMIT (max_size), ERR_USAGE (this URL, or these headers, are not
	 * allowed here), ERR_IO (out_fd), ERR_NETWORK (all else) */
	enum status status;
	uint32_t http_code; /* of the last answer, 0 when there was none */
	const char *url; /* the last one asked, for resolving references; not for logs: see url_for_log */
	const char *content_type, *etag; /* "" when absent */
	uint64_t size; /* bytes in out_fd */
	uint32_t n_tries;
	uint32_t retry_after_s; /* what the last answer asked for, 0: nothing */
	const char *text; /* what went wrong, for people: no credentials, no queries; "" when OK */
};

struct fetcher;

/* Makes a fetcher; starts nothing yet. run is borrowed until fetcher_free. ERR_USAGE: an option is too long
 * or malformed. */
MUST_USE enum status fetcher_start(const struct run_context *run, const struct fetch_options *options, struct fetcher **ret,
				   struct diag *d);

/* Queues a request; never blocks on the network. id: the caller's own, comes back in the result.
 * ERR_USAGE: a field is missing or too long. ERR_LIMIT: FETCH_QUEUE_MAX are waiting. ERR_IO: hwb-net cannot be started. */
MUST_USE enum status fetcher_submit(struct fetcher *f, const struct fetch_request *request, uint64_t id, struct diag *d);

/* Waits for the next finished transfer, whatever its outcome: OK means that *ret is filled, see its status.
 * ERR_ABSENT: nothing is under way. ERR_CANCELLED: the run was asked to stop (noticed within 100 ms). ERR_IO: hwb-net ended or
 * talks nonsense; everything under way is lost. */
MUST_USE enum status fetcher_wait(struct fetcher *f, struct fetch_result *ret, struct diag *d);

/* Kills and reaps hwb-net, drops what is queued. Ok on NULL. */
void fetcher_free(struct fetcher *f);

#endif
