#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "net/fetch_policy.h"
#include "net/wiping.h"

/* A body that nobody reads (an error page) is still taken, so that the connection can be used again, up to here. */
enum { UNREAD_MAX = 64 << 10 };
/* The words of an answer to a form, from the first: its code says already what matters, and one that never ends would keep us for ever. */
enum { FORM_ANSWER_MS = 10000 };

enum stop { STOP_NONE, STOP_TOO_LARGE, STOP_HEADERS, STOP_WRITE, STOP_UNREAD };

struct slot {
	CURL *easy;
	struct curl_slist *headers;
	curl_mime *form;
	const struct http_exchange *exchange;
	struct http_exchange kept;
	enum stop stop;
	int write_errno;
	bool only_loopback;
	uint32_t http_code;
	uint64_t written, unread, header_size, sent, answer_ms;
	char location[URL_SIZE_MAX + 1], content_type[HTTP_VALUE_MAX + 1], etag[HTTP_VALUE_MAX + 1];
	char error[CURL_ERROR_SIZE], text[CURL_ERROR_SIZE + 128];
};

struct http {
	struct arena arena;
	CURLM *multi;
	const struct fetch_options *options;
	struct slot slots[HTTP_SLOTS];
};

enum status http_new(const struct fetch_options *options, struct http **ret, struct diag *d)
{
	struct arena a;
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc, wiping_strdup, wiping_calloc) != 0)
		return fail(d, ERR_NETWORK, 0, "libcurl cannot be initialised");
	arena_init(&a);
	struct http *h = ARENA_NEW(&a, struct http);
	h->arena = a;
	h->options = options;
	h->multi = curl_multi_init();
	bool good = h->multi != NULL;
	for (unsigned i = 0; good && i < HTTP_SLOTS; i++) {
		h->slots[i].easy = curl_easy_init();
		good = h->slots[i].easy != NULL;
	}
	if (!good) {
		http_free(h);
		return fail(d, ERR_NETWORK, 0, "libcurl has no memory");
	}
	(void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	(void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 2L * HTTP_SLOTS);
	*ret = h;
	return OK;
}

static void release(struct http *h, struct slot *s)
{
	if (s->exchange)
		(void)curl_multi_remove_handle(h->multi, s->easy);
	curl_easy_reset(s->easy); /* its copy of a password goes at once */
	curl_slist_free_all(s->headers);
	curl_mime_free(s->form);
	s->headers = NULL;
	s->form = NULL;
	s->exchange = NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (unsigned i = 0; i < HTTP_SLOTS; i++) {
		release(h, &h->slots[i]);
		curl_easy_cleanup(h->slots[i].easy);
	}
	(void)curl_multi_cleanup(h->multi);
	struct arena a = h->arena;
	arena_done(&a);
}

/* The words of an answer, of which the beginning will do: all but an object that was asked for. */
static bool has_words(const struct slot *s)
{
	return s->kept.form && !(s->kept.form->raw && s->http_code == 200);
}

static uint64_t most_of_body(const struct slot *s)
{
	bool refused = s->kept.form && s->kept.form->raw && s->http_code != 200;
	return refused ? UPLOAD_ANSWER_MAX : s->kept.request->max_size;
}

static bool has_wanted_body(const struct slot *s)
{
	return s->kept.form || s->http_code == 200 || s->http_code == 206 ||
	       (s->kept.request->refusals && fetch_is_refusal(s->http_code));
}

static void keep_value(char *to, size_t room, struct bytes value)
{
	to[0] = '\0';
	if (value.size >= room || bytes_find(value, '\0') < value.size)
		return;
	bytes_copy(to, value);
	to[value.size] = '\0';
}

/* Called with one header line at a time, status lines and trailers included. */
static size_t on_header(char *data, size_t size, size_t n, void *context)
{
	struct slot *s = context;
	struct bytes value = bytes_make(data, size * n);
	const struct {
		struct bytes name;
		char *to;
		size_t room;
	} kept[] = {
		{ BYTES("location"), s->location, sizeof s->location },
		{ BYTES("content-type"), s->content_type, sizeof s->content_type },
		{ BYTES("etag"), s->etag, sizeof s->etag },
	};
	s->header_size += value.size;
	if (s->header_size > HTTP_HEADERS_MAX) {
		s->stop = STOP_HEADERS;
		return 0;
	}
	if (bytes_starts(value, BYTES("HTTP/"))) { /* the next block: a 100 or 103 came before */
		long code = 0;
		(void)curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &code);
		s->http_code = code > 0 && code < 1000 ? (uint32_t)code : 0;
		for (size_t i = 0; i < COUNT(kept); i++)
			kept[i].to[0] = '\0';
		return size * n;
	}
	struct bytes name = bytes_cut(&value, ':');
	for (size_t i = 0; i < COUNT(kept); i++)
		if (bytes_equal_nocase(name, kept[i].name))
			keep_value(kept[i].to, kept[i].room, bytes_trim(value));
	return size * n;
}

static bool write_out(struct slot *s, struct bytes b)
{
	while (b.size) {
		ssize_t n = pwrite(s->kept.request->out_fd, b.data, b.size, (off_t)s->written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->write_errno = n < 0 ? errno : ENOSPC;
			s->stop = STOP_WRITE;
			return false;
		}
		s->written += (uint64_t)n;
		b = bytes_from(b, (size_t)n);
	}
	return true;
}

/* Called with decoded bytes; what it does not count ends the exchange. */
static size_t on_body(char *data, size_t size, size_t n, void *context)
{
	struct slot *s = context;
	struct bytes b = bytes_make(data, size * n);
	if (!has_wanted_body(s)) {
		s->unread += b.size;
		if (s->unread <= UNREAD_MAX)
			return b.size;
		s->stop = STOP_UNREAD;
		return 0;
	}
	if (has_words(s)) {
		struct bytes kept = bytes_part(b, 0, most_of_body(s) - s->written);
		s->unread += b.size - kept.size;
		s->answer_ms = s->answer_ms ? s->answer_ms : clock_ms();
		if (s->unread <= UNREAD_MAX && clock_ms() - s->answer_ms <= FORM_ANSWER_MS)
			return write_out(s, kept) ? b.size : 0;
		s->stop = STOP_UNREAD;
		return 0;
	}
	if (b.size > s->kept.request->max_size - s->written) {
		s->stop = STOP_TOO_LARGE;
		return 0;
	}
	if (s->written == 0) { /* a length that is too much already: do not begin */
		curl_off_t length = -1;
		(void)curl_easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
		if (length > 0 && (uint64_t)length > s->kept.request->max_size) {
			s->stop = STOP_TOO_LARGE;
			return 0;
		}
	}
	return write_out(s, b) ? b.size : 0;
}

/* "localhost" and the like were allowed http for being loopback: hold the resolver to it. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct slot *s = context;
	bool loopback = false;
	(void)purpose;
	if (to->family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, &to->addr, sizeof v4);
		loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	} else if (to->family == AF_INET6) {
		struct sockaddr_in6 v6 = { 0 };
		memcpy(&v6, &to->addr, to->addrlen < sizeof v6 ? to->addrlen : sizeof v6);
		loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	}
	if (s->only_loopback && !loopback)
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Sticky: setopt fails only for want of memory or for an option that this libcurl was built without. */
#define SET(option, value) \
	do { \
		if (!e) \
			e = curl_easy_setopt(easy, option, value); \
	} while (0)

static CURLcode set_where(struct http *h, struct slot *s)
{
	const struct fetch_options *o = h->options;
	const struct http_exchange *x = s->exchange;
	bool http = x->url->scheme == URL_HTTP, direct = !o->proxy_url || url_is_loopback(x->url);
	CURL *easy = s->easy;
	CURLcode e = CURLE_OK;
	s->only_loopback = http && url_is_loopback(x->url);
	SET(CURLOPT_URL, x->url_text);
	SET(CURLOPT_PROTOCOLS_STR, http ? "http" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PROXY, direct ? "" : o->proxy_url);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_PIPEWAIT, x->form ? 0L : 1L); /* what is sent does not wait until the first answer says which HTTP it is */
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->ca_file) {
		SET(CURLOPT_CAINFO, o->ca_file);
		SET(CURLOPT_CAPATH, NULL);
		SET(CURLOPT_PROXY_CAINFO, o->ca_file);
		SET(CURLOPT_PROXY_CAPATH, NULL);
	}
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, s);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)o->low_speed);
	SET(CURLOPT_LOW_SPEED_TIME, (long)(o->idle_ms / 1000 + (o->idle_ms % 1000 != 0)));
	SET(CURLOPT_NOSIGNAL, 1L);
	return e;
}

static bool add_header(struct slot *s, const char *name, const char *value)
{
	char line[UPLOAD_VALUE_MAX + 64]; /* the values of fetches are shorter */
	if (!value)
		return true;
	(void)snprintf(line, sizeof line, "%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(s->headers, line);
	explicit_bzero(line, sizeof line); /* a session token is one */
	if (longer)
		s->headers = longer;
	return longer != NULL;
}

/* ---- forms ---- */

static size_t read_file(char *to, size_t size, size_t n, void *context)
{
	struct slot *s = context;
	ssize_t got;
	do
		got = pread(s->kept.form->file_fd, to, size * n, (off_t)s->sent);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return CURL_READFUNC_ABORT;
	s->sent += (uint64_t)got;
	return (size_t)got;
}

/* libcurl goes back when a connection that it wanted to use again was closed meanwhile. */
static int seek_file(void *context, curl_off_t offset, int from)
{
	struct slot *s = context;
	if (from != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	s->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static CURLcode make_form(struct slot *s)
{
	const struct upload_request *f = s->exchange->form;
	s->form = curl_mime_init(s->easy);
	CURLcode e = s->form ? CURLE_OK : CURLE_OUT_OF_MEMORY;
	for (size_t i = 0; !e && i < f->n_fields; i++) {
		curl_mimepart *part = curl_mime_addpart(s->form);
		e = part ? curl_mime_name(part, f->fields[i].name) : CURLE_OUT_OF_MEMORY;
		if (!e) /* of size 0 it would look for a NUL */
			e = curl_mime_data(part, f->fields[i].value.size ? (const char *)f->fields[i].value.data : "",
					   f->fields[i].value.size);
	}
	curl_mimepart *file = e ? NULL : curl_mime_addpart(s->form);
	if (!e && !file)
		e = CURLE_OUT_OF_MEMORY;
	if (!e)
		e = curl_mime_name(file, "content");
	if (!e)
		e = curl_mime_filename(file, f->file_name);
	if (!e)
		e = curl_mime_type(file, "application/octet-stream");
	return e ? e : curl_mime_data_cb(file, (curl_off_t)f->file_size, read_file, seek_file, NULL, s);
}

/* The file as it is, under the name of the URL. */
static CURLcode set_raw(struct slot *s)
{
	const struct upload_request *f = s->exchange->form;
	CURL *easy = s->easy;
	CURLcode e = CURLE_OK;
	for (size_t i = 0; i < f->raw->n_headers; i++)
		if (!add_header(s, f->raw->headers[i].name, f->raw->headers[i].value))
			return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_HTTPHEADER, s->headers); /* the list may have got its first item here */
	if (!f->raw->put) {
		SET(CURLOPT_HTTPGET, 1L);
		return e;
	}
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)f->file_size);
	SET(CURLOPT_READFUNCTION, read_file);
	SET(CURLOPT_READDATA, s);
	SET(CURLOPT_SEEKFUNCTION, seek_file);
	SET(CURLOPT_SEEKDATA, s);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	return e;
}

static CURLcode set_body(struct slot *s)
{
	const struct fetch_request *r = s->exchange->request;
	CURL *easy = s->easy;
	if (s->exchange->form && s->exchange->form->raw)
		return set_raw(s);
	CURLcode e = s->exchange->form ? make_form(s) : CURLE_OK;
	if (s->form) {
		SET(CURLOPT_MIMEPOST, s->form);
		SET(CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	} else if (r->body.data) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, r->body.data);
		SET(CURLOPT_POSTFIELDSIZE, (long)r->body.size);
	} else
		SET(CURLOPT_HTTPGET, 1L);
	return e;
}

uint64_t http_sent(const struct http *h, unsigned slot)
{
	return h->slots[slot].sent;
}

static CURLcode set_what(struct http *h, struct slot *s)
{
	const struct fetch_request *r = s->exchange->request;
	CURL *easy = s->easy;
	CURLcode e = CURLE_OK;
	if (!add_header(s, "Accept", r->accept) || !add_header(s, "If-None-Match", r->if_none_match) ||
	    !add_header(s, "Content-Type", r->content_type) || !add_header(s, "Metadata-Flavor", r->metadata_flavor) ||
	    (s->exchange->form && !add_header(s, "Expect", "")))
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_HTTPHEADER, s->headers);
	SET(CURLOPT_USERAGENT, h->options->user_agent);
	if (!e)
		e = set_body(s);
	SET(CURLOPT_TIMEOUT_MS, (long)r->whole_ms);
	if (r->range)
		SET(CURLOPT_RANGE, r->range);
	if (r->compressed && !r->range)
		SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	if (s->exchange->with_credentials && r->bearer) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(CURLOPT_XOAUTH2_BEARER, r->bearer);
	} else if (s->exchange->with_credentials) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, r->user);
		SET(CURLOPT_PASSWORD, r->password);
	}
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, s);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, s);
	SET(CURLOPT_ERRORBUFFER, s->error);
	SET(CURLOPT_PRIVATE, s);
	/* For speed only: a handle that has used an HTTP/2 connection before refuses it, and keeps the size it has. */
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L << 10);
	return e;
}

enum status http_start(struct http *h, unsigned slot, const struct http_exchange *exchange, struct diag *d)
{
	struct slot *s = &h->slots[slot];
	CURL *easy = s->easy;
	*s = (struct slot){ .easy = easy, .kept = *exchange };
	if (ftruncate(exchange->request->out_fd, 0) != 0)
		return fail(d, ERR_IO, 0, "cannot empty the output file: %s", strerror(errno));
	s->exchange = &s->kept;
	CURLcode e = set_where(h, s);
	if (!e)
		e = set_what(h, s);
	if (e || curl_multi_add_handle(h->multi, easy) != CURLM_OK) {
		release(h, s);
		return fail(d, ERR_NETWORK, 0, "cannot prepare the request: %s", curl_easy_strerror(e));
	}
	return OK;
}

enum status http_poll(struct http *h, int extra_fd, bool wants_room, uint32_t timeout_ms, bool *ret_extra, struct diag *d)
{
	struct curl_waitfd extra = { .fd = extra_fd, .events = CURL_WAIT_POLLIN };
	if (wants_room)
		extra.events |= CURL_WAIT_POLLOUT;
	int running = 0, n = 0;
	if (timeout_ms > INT32_MAX)
		timeout_ms = INT32_MAX;
	CURLMcode e = curl_multi_perform(h->multi, &running);
	int finished = 0;
	for (unsigned i = 0; i < HTTP_SLOTS; i++)
		finished += h->slots[i].exchange != NULL;
	/* When one has ended already, only look. */
	if (!e)
		e = curl_multi_poll(h->multi, &extra, 1, finished > running ? 0 : (int)timeout_ms, &n);
	if (!e)
		e = curl_multi_perform(h->multi, &running);
	if (e)
		return fail(d, ERR_NETWORK, 0, "libcurl: %s", curl_multi_strerror(e));
	*ret_extra = (extra.revents & CURL_WAIT_POLLIN) != 0;
	return OK;
}

static bool error_may_pass(CURLcode e)
{
	static const CURLcode passing[] = {
		CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_COULDNT_CONNECT,      CURLE_OPERATION_TIMEDOUT,
		CURLE_SSL_CONNECT_ERROR,    CURLE_SEND_ERROR,
		CURLE_RECV_ERROR,           CURLE_GOT_NOTHING,
		CURLE_PARTIAL_FILE,         CURLE_HTTP2,
		CURLE_HTTP2_STREAM,
	};
	for (size_t i = 0; i < COUNT(passing); i++)
		if (passing[i] == e)
			return true;
	return false;
}

static void explain_stop(struct slot *s, CURLcode e, struct http_outcome *o)
{
	static const enum status statuses[] = {
		[STOP_NONE] = ERR_NETWORK, [STOP_TOO_LARGE] = ERR_LIMIT, [STOP_HEADERS] = ERR_LIMIT,
		[STOP_WRITE] = ERR_IO,     [STOP_UNREAD] = OK,
	};
	o->status = statuses[s->stop];
	long proxy_code = 0; /* a proxy that says no means it */
	(void)curl_easy_getinfo(s->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_code);
	o->may_pass = s->stop == STOP_NONE && error_may_pass(e) && (proxy_code < 400 || proxy_code > 499);
	switch (s->stop) {
	case STOP_TOO_LARGE:
		(void)snprintf(s->text, sizeof s->text, "the answer is larger than %llu bytes",
			       (unsigned long long)s->kept.request->max_size);
		break;
	case STOP_HEADERS:
		(void)snprintf(s->text, sizeof s->text, "the headers of the answer are larger than %d bytes", HTTP_HEADERS_MAX);
		break;
	case STOP_WRITE:
		(void)snprintf(s->text, sizeof s->text, "cannot write what was downloaded: %s", strerror(s->write_errno));
		break;
	case STOP_NONE:
		(void)snprintf(s->text, sizeof s->text, "%s", s->error[0] ? s->error : curl_easy_strerror(e));
		break;
	case STOP_UNREAD:
		break;
	}
}

bool http_next(struct http *h, struct http_outcome *ret)
{
	int left;
	CURLMsg *message;
	do
		message = curl_multi_info_read(h->multi, &left);
	while (message && message->msg != CURLMSG_DONE);
	if (!message)
		return false;
	CURLcode e = message->data.result;
	struct slot *s = NULL;
	curl_off_t retry_after = 0;
	for (unsigned i = 0; i < HTTP_SLOTS; i++)
		if (h->slots[i].easy == message->easy_handle)
			s = &h->slots[i];
	if (!s)
		return false;
	(void)curl_easy_getinfo(s->easy, CURLINFO_RETRY_AFTER, &retry_after);
	struct http_outcome o = {
		.slot = (unsigned)(s - h->slots),
		.http_code = s->http_code,
		.size = s->written,
		.retry_after_s = retry_after > 0 && retry_after < INT32_MAX ? (uint32_t)retry_after : 0,
		.location = s->location,
		.content_type = s->content_type,
		.etag = s->etag,
		.text = s->text,
	};
	if (e)
		explain_stop(s, e, &o);
	release(h, s);
	*ret = o;
	return true;
}
