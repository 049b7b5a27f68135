#include "net/serve.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/locked.h"
#include "host/mapped.h"
#include "net/channel.h"
#include "net/confine.h"
#include "net/fetch_policy.h"
#include "net/http.h"
#include "net/upload_wire.h"

static const char accept_answer[] = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7";

/* How often the sender hears how far it is. */
enum { PROGRESS_MS = 100 };

/* One upload: what of it is ours to end. */
struct form {
	bool is_busy;
	struct arena arena;
	struct upload_request request;
	struct bytes fields;
	struct fetch_request words;
	struct url url; /* of a raw request */
	uint64_t told; /* the last report of progress */
	char secrets[UPLOAD_SECRET_MAX + 2]; /* user and password */
};

struct upload_server {
	int channel_fd;
	struct arena arena; /* of the process */
	struct fetch_options options;
	struct url url;
	const char *url_text;
	struct http *http;
	struct buf record; /* the password comes through it */
	struct form forms[UPLOAD_AT_ONCE];
	struct buf answers[UPLOAD_AT_ONCE]; /* of ended forms, which hwb has not taken yet: it is busy, and the others go on */
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
	explicit_bzero(f->secrets, sizeof f->secrets);
	f->is_busy = false;
}

static enum status hear(struct upload_server *sv, int *ret_fd, struct diag *d)
{
	enum channel_outcome o = channel_receive(sv->channel_fd, &sv->record, ret_fd, true);
	if (o == CHANNEL_CLOSED)
		return ERR_ABSENT;
	return o == CHANNEL_DONE ? OK : fail(d, ERR_IO, 0, "cannot hear hwb: %s", strerror(errno));
}

/* The arena's copies go with it, and the locked ones stay until the upload has ended. */
static enum status keep_secrets(struct form *f, struct upload_request *r, struct diag *d)
{
	if (!r->user)
		return OK;
	size_t user = strlen(r->user) + 1, password = strlen(r->password) + 1;
	bool fits = user + password <= sizeof f->secrets;
	if (fits) {
		bytes_copy(f->secrets, bytes_make(r->user, user));
		bytes_copy(f->secrets + user, bytes_make(r->password, password));
	}
	explicit_bzero((char *)(uintptr_t)r->user, user);
	explicit_bzero((char *)(uintptr_t)r->password, password);
	r->user = f->secrets;
	r->password = f->secrets + user;
	return fits ? OK : fail(d, ERR_FORMAT, 0, "a credential is longer than %d bytes", UPLOAD_SECRET_MAX);
}

static enum status take_request(struct upload_server *sv, int file_fd, struct form **ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(fd_close) int file = file_fd;
	struct upload_request r;
	arena_init(&a);
	enum status s = upload_wire_get_upload(buf_bytes(&sv->record), &a, &r, d);
	if (s)
		return s;
	struct form *f = &sv->forms[r.slot];
	if (f->is_busy || sv->answers[r.slot].size)
		return fail(d, ERR_FORMAT, 0, "two uploads in one slot");
	memset(f, 0, sizeof *f);
	s = keep_secrets(f, &r, d);
	f->is_busy = true;
	f->arena = a;
	a = (struct arena){ 0 }; /* handed over */
	f->request = r;
	f->request.file_fd = take_fd(&file);
	explicit_bzero(sv->record.data, sv->record.size);
	*ret = f;
	return s;
}

/* Three records with a descriptor each, of which the first has been heard. */
static enum status hear_form(struct upload_server *sv, int file_fd, struct form **ret, struct diag *d)
{
	CLEANUP(fd_close) int fields = -1;
	struct form *f;
	enum status s = take_request(sv, file_fd, &f, d);
	if (s == OK)
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
	if (s == OK)
		*ret = f;
	return s;
}

/* *ret_taken: false when there is no room now. */
static enum status say(struct upload_server *sv, const struct buf *out, bool *ret_taken, struct diag *d)
{
	enum channel_outcome o = out->full ? CHANNEL_FAILED : channel_send(sv->channel_fd, buf_bytes(out), -1, false);
	*ret_taken = o == CHANNEL_DONE;
	return *ret_taken || o == CHANNEL_LATER ? OK : fail(d, ERR_IO, 0, "hwb is gone");
}

static enum status say_progress(struct upload_server *sv, unsigned slot, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	uint64_t sent = http_sent(sv->http, slot);
	bool is_taken;
	if (sent == sv->forms[slot].told)
		return OK;
	buf_init(&out, 64);
	upload_wire_put_progress(&out, slot, sent);
	enum status s = say(sv, &out, &is_taken, d);
	if (is_taken)
		sv->forms[slot].told = sent;
	return s;
}

/* What there is no room for stays. */
static enum status say_answers(struct upload_server *sv, struct diag *d)
{
	enum status s = OK;
	bool is_taken = true;
	for (size_t i = 0; s == OK && is_taken && i < UPLOAD_AT_ONCE; i++) {
		if (!sv->answers[i].size)
			continue;
		s = say(sv, &sv->answers[i], &is_taken, d);
		if (is_taken)
			buf_done(&sv->answers[i]);
	}
	return s;
}

static bool has_answers(const struct upload_server *sv)
{
	for (size_t i = 0; i < UPLOAD_AT_ONCE; i++)
		if (sv->answers[i].size)
			return true;
	return false;
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

static enum status end_form(struct upload_server *sv, struct form *f, struct upload_answer *answer, struct diag *d)
{
	struct buf *out = &sv->answers[f->request.slot];
	answer->slot = f->request.slot;
	upload_wire_put_answered(out, answer);
	form_done(f);
	return say_answers(sv, d);
}

static enum status begin_form(struct upload_server *sv, struct form *f, struct diag *d)
{
	struct diag why = { 0 };
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
		s = http_start(sv->http, f->request.slot, &exchange, &why);
	if (s == OK)
		return OK;
	struct upload_answer answer = {
		.status = s == ERR_IO ? ERR_IO : ERR_NETWORK, .content_type = "", .location = "", .etag = "", .text = why.text
	};
	return end_form(sv, f, &answer, d);
}

static enum status say_outcome(struct upload_server *sv, const struct http_outcome *o, struct diag *d)
{
	struct form *f = &sv->forms[o->slot];
	struct upload_answer answer = { .status = o->status == ERR_LIMIT ? ERR_NETWORK : o->status,
					.may_pass = o->may_pass,
					.http_code = o->http_code,
					.retry_after_s = o->retry_after_s,
					.size = o->size,
					.content_type = o->content_type,
					.location = shown_location(sv, f, o->location),
					.etag = o->etag,
					.text = o->text };
	return end_form(sv, f, &answer, d);
}

/* hwb has something to say: another upload, or it went away. */
static enum status hear_next(struct upload_server *sv, bool *ret_gone, struct diag *d)
{
	int file = -1;
	struct form *f;
	enum status s = hear(sv, &file, d);
	if (s == ERR_ABSENT) {
		*ret_gone = true;
		return OK;
	}
	if (s == OK)
		s = hear_form(sv, file, &f, d);
	return s ? s : begin_form(sv, f, d);
}

static enum status say_all_progress(struct upload_server *sv, uint64_t *next_ms, struct diag *d)
{
	enum status s = OK;
	if (clock_ms() < *next_ms)
		return OK;
	*next_ms = clock_ms() + PROGRESS_MS;
	for (unsigned i = 0; s == OK && i < UPLOAD_AT_ONCE; i++)
		if (sv->forms[i].is_busy && !has_answers(sv))
			s = say_progress(sv, i, d);
	return s;
}

static bool is_idle(const struct upload_server *sv)
{
	for (size_t i = 0; i < UPLOAD_AT_ONCE; i++)
		if (sv->forms[i].is_busy)
			return false;
	return true;
}

static enum status serve_loop(struct upload_server *sv, struct diag *d)
{
	uint64_t next_ms = 0;
	struct http_outcome o;
	for (bool is_gone = false; !is_gone;) {
		bool heard = false;
		uint32_t patience = is_idle(sv) ? UINT32_MAX : PROGRESS_MS;
		enum status s = http_poll(sv->http, sv->channel_fd, has_answers(sv), patience, &heard, d);
		if (s == OK)
			s = say_answers(sv, d);
		while (s == OK && http_next(sv->http, &o))
			s = say_outcome(sv, &o, d);
		if (s == OK && heard)
			s = hear_next(sv, &is_gone, d);
		if (s == OK && !is_gone)
			s = say_all_progress(sv, &next_ms, d);
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
	locked_process(); /* libcurl makes copies of its own */
	arena_init(&a);
	/* Large for a stack frame, and it lives as long as the process. */
	struct upload_server *sv = ARENA_NEW(&a, struct upload_server);
	sv->channel_fd = channel_fd;
	arena_init(&sv->arena);
	buf_init(&sv->record, CHANNEL_RECORD_MAX);
	sv->record.secret = true;
	for (size_t i = 0; i < UPLOAD_AT_ONCE; i++)
		buf_init(&sv->answers[i], CHANNEL_RECORD_MAX);
	/* A limit on locked memory may be below this; what is wiped after use is then only wiped. */
	for (size_t i = 0; i < UPLOAD_AT_ONCE; i++)
		(void)mlock(sv->forms[i].secrets, sizeof sv->forms[i].secrets);
	if (buf_reserve(&sv->record, CHANNEL_RECORD_MAX))
		(void)mlock(sv->record.data, CHANNEL_RECORD_MAX);
	enum status s = set_up(sv, d);
	if (s == OK)
		s = serve_loop(sv, d);
	http_free(sv->http);
	for (size_t i = 0; i < UPLOAD_AT_ONCE; i++) {
		buf_done(&sv->answers[i]);
		if (sv->forms[i].is_busy)
			form_done(&sv->forms[i]);
	}
	buf_done(&sv->record);
	arena_done(&sv->arena);
	arena_done(&a);
	return s;
}
