#include "net/serve.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "net/channel.h"
#include "net/confine.h"
#include "net/fetch_policy.h"
#include "net/fetch_wire.h"
#include "net/http.h"

/* One request on its way: through redirects and tries to its result. */
struct transfer {
	enum { TRANSFER_FREE, TRANSFER_WAITING, TRANSFER_RUNNING } state;
	struct arena arena; /* all its strings */
	struct fetch_request request;
	struct url first, now;
	struct http_exchange exchange;
	uint64_t id, due_ms;
	uint32_t n_tries, n_redirects, retry_after_s;
};

struct server {
	int channel_fd;
	struct arena arena;
	struct fetch_options options;
	struct http *http;
	struct buf record;
	struct transfer transfers[HTTP_SLOTS];
	bool over;
};

/* Arenas give back what they have as it is. */
static void wipe(const struct fetch_request *r)
{
	const struct bytes secrets[] = { bytes_of(r->password), bytes_of(r->bearer), r->body };
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (secrets[i].size)
			explicit_bzero((void *)(uintptr_t)secrets[i].data, secrets[i].size);
}

static void say_done(struct server *sv, struct transfer *t, struct fetch_result *r)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, CHANNEL_RECORD_MAX);
	r->id = t->id;
	r->n_tries = t->n_tries;
	r->retry_after_s = t->retry_after_s;
	r->url = t->exchange.url_text ? t->exchange.url_text : "";
	fetch_wire_put_done(&out, r);
	if (out.full || channel_send(sv->channel_fd, buf_bytes(&out), -1, true) != CHANNEL_DONE)
		sv->over = true;
	fd_close(&t->request.out_fd);
	wipe(&t->request);
	arena_done(&t->arena);
	t->state = TRANSFER_FREE;
}

/* "GET https://host/path: what went wrong", with the URL made fit for logs. */
static void say_failed(struct server *sv, struct transfer *t, enum status status, uint32_t http_code, uint64_t size, const char *text)
{
	const char *url = t->exchange.url_text ? t->exchange.url_text : t->request.url;
	struct bytes shown = url_for_log(bytes_of(url), &t->arena);
	struct fetch_result r = { .status = status, .http_code = http_code, .size = size };
	r.text = arena_printf(&t->arena, "'%.*s': %s", BYTES_ARG(shown), text);
	say_done(sv, t, &r);
}

static void start_exchange(struct server *sv, struct transfer *t, const struct url *u)
{
	struct diag d = { 0 };
	t->now = *u;
	t->exchange = (struct http_exchange){
		.request = &t->request,
		.url = &t->now,
		.url_text = url_text(u, &t->arena),
		.with_credentials = fetch_wants_credentials(&t->request, u, &t->arena),
	};
	t->state = TRANSFER_RUNNING;
	enum status s = http_start(sv->http, (unsigned)(t - sv->transfers), &t->exchange, &d);
	if (s)
		say_failed(sv, t, s, 0, 0, d.text);
}

static void start_try(struct server *sv, struct transfer *t)
{
	t->n_tries++;
	t->n_redirects = 0;
	struct url first = t->first;
	start_exchange(sv, t, &first);
}

static void follow(struct server *sv, struct transfer *t, const struct http_outcome *o)
{
	struct diag d = { 0 };
	struct url to;
	enum status s = OK;
	if (t->request.body.data)
		s = fail(&d, ERR_NETWORK, 0, "refused a redirect (%u) of what was sent", (unsigned)o->http_code);
	else if (!o->location[0])
		s = fail(&d, ERR_NETWORK, 0, "a redirect (%u) without a place to go", (unsigned)o->http_code);
	else if (++t->n_redirects > FETCH_REDIRECTS_MAX)
		s = fail(&d, ERR_NETWORK, 0, "more than %d redirects", FETCH_REDIRECTS_MAX);
	if (!s) {
		s = url_resolve(&t->now, bytes_of(o->location), &t->arena, &to, &d);
		if (s)
			(void)explain(&d, "a redirect (%u)", (unsigned)o->http_code);
	}
	if (!s)
		s = fetch_check_redirect(&sv->options, &t->request, &t->first, &t->now, &to, &d);
	if (s)
		say_failed(sv, t, ERR_NETWORK, o->http_code, 0, d.text);
	else
		start_exchange(sv, t, &to);
}

static uint32_t random_u32(void)
{
	uint32_t n = 0;
	if (getrandom(&n, sizeof n, 0) != sizeof n)
		n = (uint32_t)clock_ms(); /* jitter only spreads load: any number will do */
	return n;
}

static void try_again(struct server *sv, struct transfer *t, const struct http_outcome *o, const char *text)
{
	const char *tries = t->n_tries == 1 ? "" : arena_printf(&t->arena, " (%u tries)", (unsigned)t->n_tries);
	if (o->retry_after_s > FETCH_RETRY_AFTER_MAX_S)
		tries = arena_printf(&t->arena, "; the server asks to come back in %u seconds", (unsigned)o->retry_after_s);
	else if (t->n_tries <= sv->options.retries) {
		t->due_ms = clock_ms() + fetch_retry_delay(&sv->options, t->n_tries, random_u32(), o->retry_after_s);
		t->state = TRANSFER_WAITING;
		return;
	}
	say_failed(sv, t, ERR_NETWORK, o->http_code, o->size, arena_printf(&t->arena, "%s%s", text, tries));
}

static void take_answer(struct server *sv, struct transfer *t, const struct http_outcome *o)
{
	struct fetch_result r = { .http_code = o->http_code, .size = o->size, .content_type = o->content_type, .etag = o->etag };
	const char *text = arena_printf(&t->arena, "the server answers %u", (unsigned)o->http_code);
	switch (fetch_judge(&t->request, o->http_code)) {
	case FETCH_GOOD:
		say_done(sv, t, &r);
		break;
	case FETCH_REDIRECT:
		follow(sv, t, o);
		break;
	case FETCH_ABSENT:
		say_failed(sv, t, ERR_ABSENT, o->http_code, 0, text);
		break;
	case FETCH_BAD:
		say_failed(sv, t, ERR_NETWORK, o->http_code, 0, text);
		break;
	case FETCH_AGAIN:
		try_again(sv, t, o, text);
		break;
	}
}

static void take_outcome(struct server *sv, const struct http_outcome *o)
{
	struct transfer *t = &sv->transfers[o->slot];
	t->retry_after_s = o->retry_after_s;
	if (o->status == OK)
		take_answer(sv, t, o);
	else if (o->status == ERR_NETWORK && o->may_pass)
		try_again(sv, t, o, o->text);
	else
		say_failed(sv, t, o->status, o->http_code, o->size, o->text);
}

static enum status check_request(struct server *sv, struct transfer *t, struct diag *d)
{
	const struct fetch_request *r = &t->request;
	if (!fetch_is_header_value(r->accept) || !fetch_is_header_value(r->if_none_match) || !fetch_is_header_value(r->range) ||
	    !fetch_is_header_value(r->content_type) || !fetch_is_header_value(r->metadata_flavor) || !fetch_is_bearer(r->bearer))
		return fail(d, ERR_USAGE, 0, "a header is too long or not printable");
	enum status s = url_parse(bytes_of(r->url), &t->arena, &t->first, d);
	return s ? ERR_USAGE : fetch_check_url(&sv->options, &t->first, d);
}

static enum status take_request(struct server *sv, struct bytes record, int fd, struct diag *d)
{
	CLEANUP(fd_close) int owned = fd;
	struct transfer *t = NULL;
	for (size_t i = 0; i < HTTP_SLOTS; i++)
		if (sv->transfers[i].state == TRANSFER_FREE)
			t = &sv->transfers[i];
	if (!t || owned < 0)
		return fail(d, ERR_FORMAT, 0, "a request without output, or one too many");
	*t = (struct transfer){ .state = TRANSFER_WAITING };
	arena_init(&t->arena);
	enum status s = fetch_wire_get_get(record, &t->arena, &t->request, &t->id, d);
	if (s)
		return s;
	t->request.out_fd = take_fd(&owned);
	struct diag why = { 0 };
	s = check_request(sv, t, &why);
	if (s)
		say_failed(sv, t, s, 0, 0, why.text);
	else
		start_try(sv, t);
	return OK;
}

static enum status hear(struct server *sv, struct diag *d)
{
	int fd = -1;
	switch (channel_receive(sv->channel_fd, &sv->record, &fd, false)) {
	case CHANNEL_DONE:
		return take_request(sv, buf_bytes(&sv->record), fd, d);
	case CHANNEL_LATER:
		return OK;
	case CHANNEL_CLOSED:
		sv->over = true;
		return OK;
	case CHANNEL_FAILED:
		break;
	}
	return fail(d, ERR_IO, 0, "cannot hear hwb: %s", strerror(errno));
}

/* Starts what is due; returns the time until the next one is. */
static uint32_t start_due(struct server *sv)
{
	uint64_t now = clock_ms(), wait = 60000;
	for (size_t i = 0; i < HTTP_SLOTS; i++) {
		struct transfer *t = &sv->transfers[i];
		if (t->state != TRANSFER_WAITING)
			continue;
		if (t->due_ms <= now)
			start_try(sv, t);
		else if (t->due_ms - now < wait)
			wait = t->due_ms - now;
	}
	return (uint32_t)wait;
}

static enum status serve_loop(struct server *sv, struct diag *d)
{
	while (!sv->over) {
		bool heard = false;
		struct http_outcome o;
		enum status s = http_poll(sv->http, sv->channel_fd, false, start_due(sv), &heard, d);
		if (!s && heard)
			s = hear(sv, d);
		if (s)
			return s;
		while (!sv->over && http_next(sv->http, &o))
			take_outcome(sv, &o);
	}
	return OK;
}

static enum status set_up(struct server *sv, struct diag *d)
{
	if (channel_receive(sv->channel_fd, &sv->record, NULL, true) != CHANNEL_DONE)
		return fail(d, ERR_IO, 0, "hwb said nothing");
	enum status s = fetch_wire_get_start(buf_bytes(&sv->record), &sv->arena, &sv->options, d);
	if (s)
		return s;
	fetch_options_fill(&sv->options);
	s = fetch_check_options(&sv->options, d);
	if (!s)
		s = http_new(&sv->options, &sv->http, d);
	if (s)
		return s;
	struct confine_plan plan = { .role = CONFINE_FETCH, .ca_file = sv->options.ca_file };
	return confine_now(&plan, d);
}

enum status fetch_serve(int channel_fd, struct diag *d)
{
	struct arena a;
	arena_init(&a);
	/* Large for a stack frame, and it lives as long as the process. */
	struct server *sv = ARENA_NEW(&a, struct server);
	sv->channel_fd = channel_fd;
	arena_init(&sv->arena);
	buf_init(&sv->record, CHANNEL_RECORD_MAX);
	sv->record.secret = true;
	enum status s = set_up(sv, d);
	if (!s)
		s = serve_loop(sv, d);
	http_free(sv->http);
	for (size_t i = 0; i < HTTP_SLOTS; i++)
		if (sv->transfers[i].state != TRANSFER_FREE)
			arena_done(&sv->transfers[i].arena);
	buf_done(&sv->record);
	arena_done(&sv->arena);
	arena_done(&a);
	return s;
}
