/* Uploads for hwb, by the one process that holds the credential: hwb-net in a role of its own, for one origin, which follows no redirect.
 * A few uploads at a time; connections are kept for the next. Retries are the caller's: only who asks the index knows what arrived.
 * What goes there is a form, or (raw) an object of a store with headers that the caller has signed. */
#ifndef NET_UPLOAD_H
#define NET_UPLOAD_H

#include "base/bytes.h"
#include "base/run.h"
#include "base/status.h"
#include "net/fetch.h"

/* Fields: a metadata file has at most 10,000. Record: its text (4 MiB) and their names. Answer: words for a person. */
enum { UPLOAD_FIELDS_MAX = 12000, UPLOAD_RECORD_MAX = 16 << 20, UPLOAD_ANSWER_MAX = 64 << 10, UPLOAD_SECRET_MAX = 16 << 10 };

/* That many are under way at a time. */
enum { UPLOAD_AT_ONCE = 8 };

/* Raw: headers, the longest value (a session token), a path of percent-escapes, the largest object that is read back. */
enum { UPLOAD_HEADERS_MAX = 16, UPLOAD_VALUE_MAX = 8192, UPLOAD_PATH_MAX = 4096 };
#define UPLOAD_BODY_MAX (UINT64_C(16) << 30)

struct upload_header {
	const char *name, *value; /* lower case, of a short list of names; printable ASCII without blanks at the ends */
};

/* One exchange without a form: GET, or PUT of the file as it is. */
struct upload_raw {
	bool put;
	const char *path; /* percent-encoded, from '/'; no query */
	const struct upload_header *headers; /* SECRET: a session token is one */
	size_t n_headers;
	uint64_t answer_max; /* bytes of a 200 that are taken; more is ERR_NETWORK. Of other answers: UPLOAD_ANSWER_MAX */
};

struct upload_field {
	const char *name; /* letters, digits, ':' and '_' */
	struct bytes value; /* UTF-8; data may be NULL */
};

/* Everything is borrowed until its answer is here. */
struct upload_request {
	unsigned slot; /* below UPLOAD_AT_ONCE: which of those under way it is */
	const struct upload_field *fields; /* in this order, before the file */
	size_t n_fields;
	const char *file_name; /* of the part "content": printable ASCII without quotes and slashes */
	int file_fd; /* read from offset 0 by pread; should be sealed: what was hashed is what is sent */
	uint64_t file_size;
	const char *user, *password; /* SECRET; HTTP basic authentication; both NULL: none */
	const struct upload_raw *raw; /* NULL: a form. Else no fields, no user; a GET has no file: file_fd is an empty one */
	int answer_fd; /* gets the first UPLOAD_ANSWER_MAX bytes of the answer, hostile; a memory file */
	void (*progress)(void *context, uint64_t sent); /* may be NULL */
	void *progress_context;
};

/* Strings live until the next uploader_wait, uploader_send or uploader_free; they come from hwb-net: printable, but not to be believed. */
struct upload_answer {
	unsigned slot; /* of the request */
	/* OK: the server answered, see http_code. ERR_USAGE: this URL is not allowed here. ERR_NETWORK, ERR_IO: no answer. */
	enum status status;
	bool may_pass; /* with ERR_NETWORK: another try may succeed */
	uint32_t http_code;
	uint32_t retry_after_s; /* 0: none */
	uint64_t size; /* bytes in answer_fd */
	const char *content_type; /* "" when absent */
	const char *location; /* of a redirect, fit for logs; "" when absent */
	const char *etag; /* as it came; "" when absent or over 512 bytes */
	const char *text; /* what went wrong without an answer, for people; no URL, no credential */
};

struct uploader;

/* Makes an uploader for the origin of url, where every form goes; starts nothing yet. options: as for fetches; retries mean nothing.
 * Both are borrowed for the call, run until uploader_free. ERR_USAGE: an option or the URL is malformed or too long. */
MUST_USE enum status uploader_start(const struct run_context *run, const char *url, const struct fetch_options *options,
				    struct uploader **ret, struct diag *d);

/* Whether hwb-net takes such a header of a raw request. */
bool upload_header_is_good(const struct upload_header *h);

/* Begins to send one form, in a slot where none is under way; the request itself is borrowed, too. ERR_USAGE: it is malformed, and the others go
 * on. ERR_IO as below. */
MUST_USE enum status uploader_begin(struct uploader *u, const struct upload_request *request, struct diag *d);
/* Waits for the answer to one of those that are under way, of which there is one. OK means that *ret is filled, see its status. ERR_CANCELLED:
 * the run was asked to stop (noticed within 100 ms). ERR_IO: hwb-net cannot be started, ended or talks nonsense. After either none is under
 * way any more, and whether their files arrived is not known. */
MUST_USE enum status uploader_wait(struct uploader *u, struct upload_answer *ret, struct diag *d);
/* Both, where nothing else is under way. */
MUST_USE enum status uploader_send(struct uploader *u, const struct upload_request *request, struct upload_answer *ret,
				   struct diag *d);

/* Kills and reaps hwb-net. Ok on NULL. */
void uploader_free(struct uploader *u);

#endif
