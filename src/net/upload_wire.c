#include "net/upload_wire.h"

#include "base/wire.h"
#include "net/fetch_wire.h"

/* First word of each record, so that one is never taken for another. */
enum kind {
	KIND_BEGIN = 0x62656769,
	KIND_UPLOAD = 0x75706c64,
	KIND_FIELDS = 0x66696c64,
	KIND_ANSWER = 0x616e7377,
	KIND_FORM = 0x666f726d,
	KIND_PROGRESS = 0x70726f67,
	KIND_ANSWERED = 0x656e6465
};

/* What a store is told, and nothing that steers the connection: both sides hold to it. */
bool upload_header_is_good(const struct upload_header *h)
{
	static const char *const names[] = { "authorization", "content-type",         "if-match",   "if-none-match",
					     "range",         "x-amz-content-sha256", "x-amz-date", "x-amz-security-token" };
	bool known = false;
	size_t n = h->value ? strlen(h->value) : 0;
	for (size_t i = 0; h->name && i < COUNT(names); i++)
		known |= strcmp(names[i], h->name) == 0;
	if (!known || n == 0 || n > UPLOAD_VALUE_MAX || h->value[0] == ' ' || h->value[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (h->value[i] < ' ' || h->value[i] > '~')
			return false;
	return true;
}

static void expect(struct wire *w, enum kind kind)
{
	if (wire_get_u32(w) != (uint32_t)kind)
		w->bad = true;
}

static unsigned get_slot(struct wire *w)
{
	uint32_t slot = wire_get_u32(w);
	w->bad |= slot >= UPLOAD_AT_ONCE;
	return slot;
}

void upload_wire_put_start(struct buf *out, const char *url, const struct fetch_options *options)
{
	wire_put_u32(out, KIND_BEGIN);
	wire_put_string(out, url);
	fetch_wire_put_start(out, options);
}

enum status upload_wire_get_start(struct bytes record, struct arena *a, const char **ret_url, struct fetch_options *ret,
				  struct diag *d)
{
	struct wire w = wire_over(record);
	expect(&w, KIND_BEGIN);
	const char *url = wire_get_string(&w, a);
	if (w.bad)
		return fail(d, ERR_FORMAT, 0, "the start record of an upload makes no sense");
	enum status s = fetch_wire_get_start(w.rest, a, ret, d);
	if (s == OK)
		*ret_url = url;
	return s;
}

void upload_wire_put_upload(struct buf *out, const struct upload_request *r)
{
	wire_put_u32(out, KIND_UPLOAD);
	wire_put_u32(out, r->slot);
	wire_put_string(out, r->file_name);
	wire_put_u64(out, r->file_size);
	wire_put_u32(out, r->user != NULL);
	wire_put_string(out, r->user);
	wire_put_string(out, r->password);
	wire_put_u32(out, r->raw ? r->raw->put ? 2 : 1 : 0);
	if (!r->raw)
		return;
	wire_put_string(out, r->raw->path);
	wire_put_u64(out, r->raw->answer_max);
	wire_put_u32(out, (uint32_t)r->raw->n_headers);
	for (size_t i = 0; i < r->raw->n_headers; i++) {
		wire_put_string(out, r->raw->headers[i].name);
		wire_put_string(out, r->raw->headers[i].value);
	}
}

static void get_raw(struct wire *w, struct arena *a, struct upload_request *r)
{
	uint32_t method = wire_get_u32(w), n;
	w->bad |= method > 2;
	if (w->bad || method == 0)
		return;
	struct upload_raw *raw = ARENA_NEW(a, struct upload_raw);
	raw->put = method == 2;
	raw->path = wire_get_string(w, a);
	raw->answer_max = wire_get_u64(w);
	n = wire_get_count(w, 8);
	w->bad |= raw->path[0] != '/' || raw->answer_max > UPLOAD_BODY_MAX || n > UPLOAD_HEADERS_MAX;
	struct upload_header *headers = ARENA_ARRAY(a, struct upload_header, UPLOAD_HEADERS_MAX);
	for (size_t i = 0; !w->bad && i < n; i++) {
		headers[i].name = wire_get_string(w, a);
		headers[i].value = wire_get_string(w, a);
		w->bad |= !upload_header_is_good(&headers[i]);
	}
	raw->headers = headers;
	raw->n_headers = n;
	r->raw = raw;
}

enum status upload_wire_get_upload(struct bytes record, struct arena *a, struct upload_request *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct upload_request r = { .file_fd = -1, .answer_fd = -1 };
	expect(&w, KIND_UPLOAD);
	r.slot = get_slot(&w);
	r.file_name = wire_get_string(&w, a);
	r.file_size = wire_get_u64(&w);
	bool has_user = wire_get_u32(&w) == 1;
	char *user = wire_get_string(&w, a), *password = wire_get_string(&w, a);
	get_raw(&w, a, &r);
	enum status s = wire_end(&w, "upload", d);
	if (s)
		return s;
	r.user = has_user ? user : NULL;
	r.password = has_user ? password : NULL;
	*ret = r;
	return OK;
}

void upload_wire_put_hand(struct buf *out, bool is_answer)
{
	wire_put_u32(out, is_answer ? KIND_ANSWER : KIND_FIELDS);
}

enum status upload_wire_get_hand(struct bytes record, bool is_answer, struct diag *d)
{
	struct wire w = wire_over(record);
	expect(&w, is_answer ? KIND_ANSWER : KIND_FIELDS);
	return wire_end(&w, "upload", d);
}

void upload_wire_put_fields(struct buf *out, const struct upload_request *r)
{
	wire_put_u32(out, KIND_FORM);
	wire_put_u32(out, (uint32_t)r->n_fields);
	for (size_t i = 0; i < r->n_fields; i++) {
		wire_put_string(out, r->fields[i].name);
		wire_put_bytes(out, r->fields[i].value);
	}
}

enum status upload_wire_get_fields(struct bytes record, struct arena *a, struct upload_request *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	expect(&w, KIND_FORM);
	uint32_t n = wire_get_count(&w, 8);
	if (n > UPLOAD_FIELDS_MAX)
		w.bad = true;
	struct upload_field *fields = ARENA_ARRAY(a, struct upload_field, w.bad ? 1 : n + 1);
	for (size_t i = 0; !w.bad && i < n; i++) {
		fields[i].name = wire_get_string(&w, a);
		fields[i].value = wire_get_bytes(&w);
	}
	enum status s = wire_end(&w, "form", d);
	if (s)
		return s;
	ret->fields = fields;
	ret->n_fields = n;
	return OK;
}

void upload_wire_put_progress(struct buf *out, unsigned slot, uint64_t sent)
{
	wire_put_u32(out, KIND_PROGRESS);
	wire_put_u32(out, slot);
	wire_put_u64(out, sent);
}

void upload_wire_put_answered(struct buf *out, const struct upload_answer *r)
{
	wire_put_u32(out, KIND_ANSWERED);
	wire_put_u32(out, r->slot);
	wire_put_u32(out, r->status);
	wire_put_u32(out, r->may_pass);
	wire_put_u32(out, r->http_code);
	wire_put_u32(out, r->retry_after_s);
	wire_put_u64(out, r->size);
	const char *const strings[] = { r->content_type, r->location, r->etag, r->text };
	for (size_t i = 0; i < COUNT(strings); i++)
		wire_put_string(out, strings[i]);
}

static bool is_outcome(uint32_t status)
{
	return status == OK || status == ERR_USAGE || status == ERR_IO || status == ERR_NETWORK;
}

enum status upload_wire_get_reply(struct bytes record, struct arena *a, bool *ret_ended, uint64_t *ret_sent,
				  struct upload_answer *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct upload_answer r = { 0 };
	uint64_t sent = 0;
	uint32_t kind = wire_get_u32(&w);
	r.slot = get_slot(&w);
	if (kind == KIND_PROGRESS)
		sent = wire_get_u64(&w);
	else if (kind == KIND_ANSWERED) {
		uint32_t status = wire_get_u32(&w);
		r.may_pass = wire_get_u32(&w) == 1;
		r.http_code = wire_get_u32(&w);
		r.retry_after_s = wire_get_u32(&w);
		r.size = wire_get_u64(&w);
		const char **const strings[] = { &r.content_type, &r.location, &r.etag, &r.text };
		for (size_t i = 0; i < COUNT(strings); i++)
			*strings[i] = wire_get_printable(&w, a);
		r.status = is_outcome(status) ? (enum status)status : OK;
		w.bad |= !is_outcome(status) || r.http_code > 999 || r.size > UPLOAD_BODY_MAX || (status == OK && !r.http_code);
	} else
		w.bad = true;
	enum status s = wire_end(&w, "upload reply", d);
	if (s)
		return s;
	*ret_ended = kind == KIND_ANSWERED;
	*ret_sent = sent;
	*ret = r;
	return OK;
}
