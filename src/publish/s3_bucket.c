#include "publish/s3_bucket.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/sealed.h"
#include "net/url.h"
#include "publish/answer.h"
#include "publish/try.h"

enum { BACKOFF_MS = 1000 };

enum status bucket_open(struct bucket *s, struct diag *d)
{
	struct url url;
	enum status status = url_parse(bytes_of(s->place->endpoint), s->arena, &url, d);
	if (status)
		return recode(d, ERR_USAGE);
	const char *host = arena_printf(s->arena, url.host_is_ipv6 ? "[%s]" : "%s", url.host);
	bool usual = url.port == (url.scheme == URL_HTTP ? 80 : 443);
	s->host = usual ? host : arena_printf(s->arena, "%s:%u", host, (unsigned)url.port);
	status = uploader_start(s->run, s->place->endpoint, s->request->net, &s->uploader, d);
	return status ? explain(d, "the store '%s'", s->place->name) : OK;
}

void bucket_done(struct bucket *s)
{
	uploader_free(s->uploader);
	s->uploader = NULL;
}

/* Before the key is used for the first time, the log says so. */
static enum status note_key(struct bucket *s, struct diag *d)
{
	if (s->was_noted)
		return OK;
	s->was_noted = true;
	return audit_note(s->run->audit, true, d, "credential.used", "kind", "aws", "name", "AWS_ACCESS_KEY_ID", "registry",
			  s->place->name, NULL);
}

struct exchange {
	const struct put *put; /* NULL: GET */
	const char *path;
	int answer_fd;
	uint64_t answer_max;
};

struct progress {
	const struct publish_request *request;
	const struct publish_file *file;
};

static void on_progress(void *context, uint64_t sent)
{
	struct progress *p = context;
	if (p->request->progress && p->file)
		p->request->progress(p->request->context, p->file, sent);
}

/* One request, signed for this moment. */
static enum status send_once(struct bucket *s, const struct exchange *x, int empty_fd, struct upload_answer *ret, struct diag *d)
{
	const struct put *put = x->put;
	const char *prefix = s->place->prefix;
	struct upload_header headers[S3_HEADERS_MAX];
	size_t n = 0;
	if (put) {
		headers[n++] = (struct upload_header){ "content-type", put->type };
		headers[n++] = put->etag ? (struct upload_header){ "if-match", put->etag }
					 : (struct upload_header){ "if-none-match", "*" };
	}
	const char *path = s3_escape(
		bytes_of(arena_printf(s->arena, "/%s/%s%s%s", s->place->bucket, prefix, prefix[0] ? "/" : "", x->path)), s->arena);
	struct s3_call call = {
		.method = put ? "PUT" : "GET",
		.host = s->host,
		.region = s->place->region,
		.path = bytes_of(path),
		.payload = put ? put->digest : sha256_of(BYTES("")),
		.now = clock_unix(),
		.headers = headers,
		.n_headers = n,
	};
	struct upload_raw raw = { .put = put != NULL, .path = path, .answer_max = x->answer_max };
	struct progress progress = { s->request, put ? put->file : NULL };
	struct upload_request request = {
		.raw = &raw,
		.file_fd = put ? put->fd : empty_fd,
		.file_size = put ? put->size : 0,
		.answer_fd = x->answer_fd,
		.progress = on_progress,
		.progress_context = &progress,
	};
	enum status status = s3_sign(&call, s->key, s->arena, &raw.headers, &raw.n_headers, d);
	return status ? status : uploader_send(s->uploader, &request, ret, d);
}

/* What a refusal says, and what to do about it. what: "take" or "show". */
static enum status refuse(const struct bucket *s, const struct exchange *x, const struct upload_answer *r, struct diag *d)
{
	struct answer words = { .text = "" };
	const char *what = x->put ? "take" : "show";
	enum status status = r->size ? answer_ask(s->run, x->answer_fd, r->content_type, s->arena, &words, d) : OK;
	if (status == ERR_CANCELLED)
		return status;
	if (status)
		words.text = "its words could not be read";
	(void)fail(d, ERR_PUBLISH, 0, "'%s' does not %s '%s' (%u)%s%s", s->place->name, what, x->path, (unsigned)r->http_code,
		   words.text[0] ? ": " : "", words.text);
	if (r->http_code == 401 || r->http_code == 403)
		(void)remedy(
			d,
			"the key was that of AWS_ACCESS_KEY_ID, for region '%s': it needs s3:GetObject and s3:PutObject there, and "
			"s3:ListBucket, without which a store says 403 of what is not there; a clock that is wrong looks the same",
			s->place->region);
	else if (r->http_code >= 300 && r->http_code < 400)
		(void)remedy(d, "redirects are not followed: name the bucket's own region (--s3-region) or place (--s3-endpoint)");
	else if (r->http_code == 404)
		(void)remedy(d, "there is no such bucket at '%s'", s->place->endpoint);
	else if (r->http_code == 501)
		(void)remedy(d,
			     "it has to know If-Match and If-None-Match for PUT, without which two writers lose each other's files");
	return ERR_PUBLISH;
}

static bool is_final(const struct upload_answer *r)
{
	bool passes = r->status ? r->may_pass : r->http_code >= 500 || r->http_code == 429 || r->http_code == 408;
	return !passes || r->http_code == 501 || r->retry_after_s > PUBLISH_WAIT_MAX_S;
}

static enum status judge(const struct bucket *s, const struct exchange *x, const struct upload_answer *r, enum bucket_result *ret,
			 struct diag *d)
{
	if (r->status)
		return fail(d, x->put ? ERR_PUBLISH : ERR_UNCHECKED, 0, "'%s' cannot be reached for '%s': %s", s->place->name,
			    x->path, r->text);
	bool done = x->put ? r->http_code == 200 || r->http_code == 201 || r->http_code == 204 : r->http_code == 200;
	if (done || (!x->put && r->http_code == 404) || (x->put && (r->http_code == 412 || r->http_code == 409))) {
		*ret = done ? BUCKET_DONE : x->put ? BUCKET_CONFLICT : BUCKET_ABSENT;
		return OK;
	}
	return refuse(s, x, r, d);
}

static enum status ask(struct bucket *s, const struct exchange *x, struct upload_answer *ret_answer, enum bucket_result *ret,
		       struct diag *d)
{
	CLEANUP(fd_close) int empty_fd = -1;
	struct publish_file *f = x->put ? x->put->file : NULL;
	enum status status = note_key(s, d);
	if (status == OK)
		status = sealed_make("hwb-nothing", BYTES(""), &empty_fd, d);
	for (unsigned n = 1; status == OK; n++) {
		if (f)
			f->n_tries = n;
		status = send_once(s, x, empty_fd, ret_answer, d);
		if (status == ERR_IO)
			return recode(d, x->put ? ERR_PUBLISH : ERR_UNCHECKED);
		if (status)
			return status;
		status = judge(s, x, ret_answer, ret, d);
		if (status == OK || status == ERR_CANCELLED || is_final(ret_answer) || n == PUBLISH_TRIES)
			return status;
		if (f && s->request->say)
			s->request->say(s->request->context, f, d->text);
		uint64_t first = s->request->backoff_ms ? s->request->backoff_ms : BACKOFF_MS;
		status = publish_wait(s->run, first << (n - 1), ret_answer->retry_after_s, d);
	}
	return status;
}

enum status bucket_get(struct bucket *s, const char *path, uint64_t max, enum bucket_result *ret, struct object *ret_object,
		       struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct upload_answer answer;
	enum status status = sealed_open("hwb-object", &fd, d);
	struct exchange x = { .path = path, .answer_fd = fd, .answer_max = max };
	if (status == OK)
		status = ask(s, &x, &answer, ret, d);
	if (status)
		return status;
	*ret_object = (struct object){ .size = answer.size, .etag = arena_string(s->arena, bytes_of(answer.etag)) };
	ret_object->fd = take_fd(&fd);
	return OK;
}

enum status bucket_put(struct bucket *s, const struct put *put, enum bucket_result *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct upload_answer answer;
	enum status status = sealed_open("hwb-answer", &fd, d);
	struct exchange x = { .put = put, .path = put->path, .answer_fd = fd };
	return status ? status : ask(s, &x, &answer, ret, d);
}

enum status bucket_put_bytes(struct bucket *s, const char *path, const char *type, struct bytes text, const char *etag,
			     enum bucket_result *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status status = sealed_make("hwb-put", text, &fd, d);
	struct put put = { .path = path, .type = type, .fd = fd, .size = text.size, .digest = sha256_of(text), .etag = etag };
	return status ? status : bucket_put(s, &put, ret, d);
}
