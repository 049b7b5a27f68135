#include "net/serve.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/mapped.h"
#include "net/channel.h"
#include "net/confine.h"
#include "net/fetch_policy.h"
#include "net/http.h"
#include "net/upload_wire.h"

static const char accept_answer[] = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7";

/* How often the sender hears how far it is. */
enum { PROGRESS_MS = 100 };

struct upload_server {
	int channel_fd;
	struct arena arena; /* of the process */
	struct fetch_options options;
	struct url url;
	const char *url_text;
	struct http *http;
	struct buf record; /* the password comes through it */
	char secrets[UPLOAD_SECRET_MAX + 2]; /* of one upload: user and password */
};

/* One upload: what of it is ours to end. */
struct form {
	struct arena arena;
	struct upload_request request;
	struct bytes fields;
	struct fetch_request words;
	struct url url; /* of a raw request */
};

static void form_done(struct form *f)
{
	const struct upload_raw *raw = f->request.raw;
	for (size_t i = 0; raw && i < raw->n_headers; i++) /* copies of this process's own arena */
		explicit_bzero((char *)(uintptr_t)raw->headers[i].value, strlen(raw->headers[i].value));
	fd_close(&f->request.file_fd);
	fd_close(&f->request.answer_fd);
	mapped_done(&f->fields);
	arena_done(&f->arena);
}

static enum status hear(struct upload_server *sv, int *ret_fd, struct diag *d)
{
	enum channel_outcome o = channel_receive(sv->channel_fd, &sv->record, ret_fd, true);
	if (o == CHANNEL_CLOSED)
		return ERR_ABSENT;
	return o == CHANNEL_DONE ? OK : fail(d, ERR_IO, 0, "cannot hear hwb: %s", strerror(errno));
}

/* The arena's copies go with it, and the locked ones stay until the upload has ended. */
static void keep_secrets(struct upload_server *sv, struct upload_request *r)
{
	if (!r->user)
		return;
	size_t user = strlen(r->user) + 1, password = strlen(r->password) + 1;
	bytes_copy(sv->secrets, bytes_make(r->user, user));
	bytes_copy(sv->secrets + user, bytes_make(r->password, password));
	explicit_bzero((char *)(uintptr_t)r->user, user);
	explicit_bzero((char *)(uintptr_t)r->password, password);
	r->user = sv->secrets;
	r->password = sv->secrets + user;
}

/* Three records with a descriptor each. ERR_ABSENT: the channel is closed. */
static enum status hear_form(struct upload_server *sv, struct form *f, struct diag *d)
{
	CLEANUP(fd_close) int file = -1;
	CLEANUP(fd_close) int fields = -1;
	enum status s = hear(sv, &file, d);
	if (s == OK)
		s = upload_wire_get_upload(buf_bytes(&sv->record), &f->arena, &f->request, d);
	if (s)
		return s;
	f->request.file_fd = take_fd(&file);
	bool fits = !f->request.user || strlen(f->request.user) + strlen(f->request.password) <= UPLOAD_SECRET_MAX;
	if (!fits)
		return fail(d, ERR_FORMAT, 0, "a credential is longer than %d bytes", UPLOAD_SECRET_MAX);
	keep_secrets(sv, &f->request);
	explicit_bzero(sv->record.data, sv->record.size);
	s = hear(sv, &fields, d);
	if (s == OK)
		s = upload_wire_get_hand(buf_bytes(&sv->record), false, d);
	if (s == OK)
		s = mapped_open(fields, UPLOAD_RECORD_MAX, &f->fields, d);
	if (s == OK)
		s = upload_wire_get_fields(f->fields, &f->arena, &f->request, d);
	if (s == OK)
		s = hear(sv, &f->request.answer_fd, d);
	if (s == OK)
		s = upload_wire_get_hand(buf_bytes(&sv->record), true, d);
	if (s == OK && (f->request.file_fd < 0 || f->request.answer_fd < 0))
		s = fail(d, ERR_FORMAT, 0, "an upload without its descriptors");
	return s;
}

static enum status say(struct upload_server *sv, const struct buf *out, bool wait, struct diag *d)
{
	enum channel_outcome o = out->full ? CHANNEL_FAILED : channel_send(sv->channel_fd, buf_bytes(out), -1, wait);
	if (o == CHANNEL_LATER && !wait) /* a report of progress that nobody took */
		return OK;
	return o == CHANNEL_DONE ? OK : fail(d, ERR_IO, 0, "hwb is gone");
}

static enum status say_progress(struct upload_server *sv, uint64_t sent, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 64);
	upload_wire_put_progress(&out, sent);
	return say(sv, &out, false, d);
}

static enum status say_answered(struct upload_server *sv, const struct upload_answer *answer, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, CHANNEL_RECORD_MAX);
	upload_wire_put_answered(&out, answer);
	return say(sv, &out, true, d);
}

static const char *shown_location(const struct upload_server *sv, struct form *f, const char *location)
{
	struct url to;
	if (!location[0])
		return "";
	if (url_resolve(&sv->url, bytes_of(location), &f->arena, &to, NULL))
		return "a place that is no URL";
	return arena_string(&f->arena, url_for_log(bytes_of(url_text(&to, &f->arena)), &f->arena));
}

/* Until the exchange has ended, however: *ret_gone when hwb is not there any more. */
static enum status run_exchange(struct upload_server *sv, struct http_outcome *ret, bool *ret_gone, struct diag *d)
{
	uint64_t next_ms = clock_ms() + PROGRESS_MS;
	for (;;) {
		bool heard = false;
		enum status s = http_poll(sv->http, sv->channel_fd, PROGRESS_MS, &heard, d);
		if (s || heard) { /* while an upload is under way hwb has nothing to say: it went away */
			*ret_gone = heard;
			return s;
		}
		if (http_next(sv->http, ret))
			return OK;
		if (clock_ms() < next_ms)
			continue;
		next_ms = clock_ms() + PROGRESS_MS;
		s = say_progress(sv, http_sent(sv->http, 0), d);
		if (s)
			return s;
	}
}

/* A raw request goes to another path of the same origin, and nowhere else. */
static enum status aim(struct upload_server *sv, struct form *f, struct http_exchange *x, struct diag *d)
{
	const struct upload_raw *raw = f->request.raw;
	if (!raw)
		return OK;
	enum status s = url_parse(bytes_of(arena_printf(&f->arena, "%s%s", url_origin(&sv->url, &f->arena), raw->path)), &f->arena,
				  &f->url, d);
	if (s == OK && (!url_same_origin(&f->url, &sv->url) || f->url.query.data || f->url.fragment.data))
		s = fail(d, ERR_FORMAT, 0, "a request leaves its origin");
	x->url = &f->url;
	x->url_text = s ? NULL : url_text(&f->url, &f->arena);
	f->words.max_size = raw->answer_max;
	f->words.accept = "*/*";
	return s;
}

static enum status serve_form(struct upload_server *sv, struct form *f, bool *ret_gone, struct diag *d)
{
	struct diag why = { 0 };
	struct http_outcome o = { 0 };
	f->words = (struct fetch_request){ .url = sv->url_text,
					   .accept = accept_answer,
					   .max_size = UPLOAD_ANSWER_MAX,
					   .user = f->request.user,
					   .password = f->request.password,
					   .out_fd = f->request.answer_fd };
	struct http_exchange exchange = { .request = &f->words,
					  .url = &sv->url,
					  .url_text = sv->url_text,
					  .with_credentials = f->request.user != NULL,
					  .form = &f->request };
	enum status s = aim(sv, f, &exchange, &why);
	if (s == OK)
		s = http_start(sv->http, 0, &exchange, &why);
	struct upload_answer answer = { .status = s, .content_type = "", .location = "", .etag = "", .text = why.text };
	if (s == OK) {
		s = run_exchange(sv, &o, ret_gone, d);
		if (s || *ret_gone)
			return s;
		answer = (struct upload_answer){ .status = o.status == ERR_LIMIT ? ERR_NETWORK : o.status,
						 .may_pass = o.may_pass,
						 .http_code = o.http_code,
						 .retry_after_s = o.retry_after_s,
						 .size = o.size,
						 .content_type = o.content_type,
						 .location = shown_location(sv, f, o.location),
						 .etag = o.etag,
						 .text = o.text };
	} else
		answer.status = s == ERR_IO ? ERR_IO : ERR_NETWORK;
	explicit_bzero(sv->secrets, sizeof sv->secrets);
	return say_answered(sv, &answer, d);
}

static enum status serve_loop(struct upload_server *sv, struct diag *d)
{
	for (bool gone = false; !gone;) {
		CLEANUP(form_done) struct form f = { .request = { .file_fd = -1, .answer_fd = -1 } };
		arena_init(&f.arena);
		enum status s = hear_form(sv, &f, d);
		if (s)
			return s == ERR_ABSENT ? OK : s;
		s = serve_form(sv, &f, &gone, d);
		if (s)
			return s;
	}
	return OK;
}

static enum status set_up(struct upload_server *sv, struct diag *d)
{
	enum status s = hear(sv, NULL, d);
	if (s)
		return fail(d, ERR_IO, 0, "hwb said nothing");
	s = upload_wire_get_start(buf_bytes(&sv->record), &sv->arena, &sv->url_text, &sv->options, d);
	if (s)
		return s;
	fetch_options_fill(&sv->options);
	s = fetch_check_options(&sv->options, d);
	if (s == OK)
		s = url_parse(bytes_of(sv->url_text), &sv->arena, &sv->url, d);
	if (s == OK)
		s = fetch_check_url(&sv->options, &sv->url, d);
	if (s == OK)
		s = http_new(&sv->options, &sv->http, d);
	if (s)
		return s;
	struct url proxy;
	uint16_t ports[2] = { sv->url.port };
	size_t n_ports = 1;
	if (sv->options.proxy_url && url_parse(bytes_of(sv->options.proxy_url), &sv->arena, &proxy, NULL) == OK)
		ports[n_ports++] = proxy.port;
	struct confine_plan plan = {
		.role = CONFINE_UPLOAD, .ca_file = sv->options.ca_file, .tcp_ports = ports, .n_tcp_ports = n_ports
	};
	return confine_now(&plan, d);
}

enum status upload_serve(int channel_fd, struct diag *d)
{
	struct arena a;
	arena_init(&a);
	/* Large for a stack frame, and it lives as long as the process. */
	struct upload_server *sv = ARENA_NEW(&a, struct upload_server);
	sv->channel_fd = channel_fd;
	arena_init(&sv->arena);
	buf_init(&sv->record, CHANNEL_RECORD_MAX);
	sv->record.secret = true;
	/* A limit on locked memory may be below this; what is wiped after use is then only wiped. */
	(void)mlock(sv->secrets, sizeof sv->secrets);
	if (buf_reserve(&sv->record, CHANNEL_RECORD_MAX))
		(void)mlock(sv->record.data, CHANNEL_RECORD_MAX);
	enum status s = set_up(sv, d);
	if (s == OK)
		s = serve_loop(sv, d);
	http_free(sv->http);
	explicit_bzero(sv->secrets, sizeof sv->secrets);
	buf_done(&sv->record);
	arena_done(&sv->arena);
	arena_done(&a);
	return s;
}
