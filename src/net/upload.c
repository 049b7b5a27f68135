#include "net/upload.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "host/sealed.h"
#include "net/channel.h"
#include "net/child.h"
#include "net/fetch_policy.h"
#include "net/upload_wire.h"

/* How often a wait looks whether the run was cancelled. */
enum { WAIT_SLICE_MS = 100 };

struct uploader {
	struct arena arena, answer;
	const struct run_context *run;
	const char *program_dir;
	struct buf start, in;
	struct net_child child;
	const struct upload_request *under_way[UPLOAD_AT_ONCE];
};

enum status uploader_start(const struct run_context *run, const char *url, const struct fetch_options *options,
			   struct uploader **ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena scratch;
	CLEANUP(buf_done) struct buf start;
	struct url parsed;
	arena_init(&scratch);
	buf_init(&start, CHANNEL_RECORD_MAX);
	start.secret = true; /* the proxy's password */
	enum status s = fetch_check_options(options, d);
	if (s == OK && url_parse(bytes_of(url), &scratch, &parsed, d))
		s = recode(d, ERR_USAGE);
	if (s == OK && parsed.userinfo.data)
		s = fail(d, ERR_USAGE, 0, "the URL to upload to has a user name in it");
	if (s == OK)
		s = fetch_check_url(options, &parsed, d);
	if (s)
		return s;
	upload_wire_put_start(&start, url, options);
	if (start.full)
		return fail(d, ERR_USAGE, 0, "the network options are longer than %d bytes", CHANNEL_RECORD_MAX);
	struct arena a;
	arena_init(&a);
	struct uploader *u = ARENA_NEW(&a, struct uploader);
	*u = (struct uploader){ .run = run, .start = start, .child.channel_fd = -1 };
	if (options->program_dir)
		u->program_dir = arena_string(&a, bytes_of(options->program_dir));
	u->arena = a;
	arena_init(&u->answer);
	buf_init(&u->in, CHANNEL_RECORD_MAX);
	start = (struct buf){ 0 }; /* handed over */
	*ret = u;
	return OK;
}

static enum status send_record(struct uploader *u, const struct buf *record, int fd, struct diag *d)
{
	enum channel_outcome o = channel_send(u->child.channel_fd, buf_bytes(record), fd, true);
	if (o == CHANNEL_CLOSED)
		return net_child_lost(&u->child, ERR_IO, d);
	return o == CHANNEL_DONE ? OK : fail(d, ERR_IO, 0, "cannot hand a request to hwb-net: %s", strerror(errno));
}

static enum status start_child(struct uploader *u, struct diag *d)
{
	if (u->child.pid > 0)
		return OK;
	enum status s = net_child_start(u->program_dir, "upload", -1, &u->child, d);
	return s ? s : send_record(u, &u->start, -1, d);
}

static bool is_file_name(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (s[n] < '!' || s[n] > '~' || strchr("\"\\/", s[n]))
			return false;
	return n > 0 && n <= 255;
}

static bool is_field_name(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (!byte_is_alnum((unsigned char)s[n]) && s[n] != '_' && s[n] != ':')
			return false;
	return n > 0 && n <= 64;
}

static bool is_path(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (!byte_is_alnum((unsigned char)s[n]) && !strchr("-._~/%", s[n]))
			return false;
	return n > 0 && n <= UPLOAD_PATH_MAX && s[0] == '/';
}

static enum status check_raw(const struct upload_request *r, struct diag *d)
{
	const struct upload_raw *raw = r->raw;
	bool good = r->file_fd >= 0 && r->answer_fd >= 0 && !r->user && !r->password && !r->n_fields && raw->path &&
		    is_path(raw->path) && raw->n_headers <= UPLOAD_HEADERS_MAX && raw->answer_max <= UPLOAD_BODY_MAX;
	for (size_t i = 0; good && i < raw->n_headers; i++)
		good = upload_header_is_good(&raw->headers[i]);
	return good ? OK : fail(d, ERR_USAGE, 0, "a request to a store has a path or a header that cannot be sent");
}

static enum status check_request(const struct uploader *u, const struct upload_request *r, struct diag *d)
{
	assert(r->slot < UPLOAD_AT_ONCE && !u->under_way[r->slot]);
	if (r->raw)
		return check_raw(r, d);
	bool good = r->file_name && is_file_name(r->file_name) && r->file_fd >= 0 && r->answer_fd >= 0 && !r->user == !r->password;
	for (size_t i = 0; good && i < r->n_fields; i++)
		good = is_field_name(r->fields[i].name);
	if (!good || r->n_fields > UPLOAD_FIELDS_MAX)
		return fail(d, ERR_USAGE, 0, "an upload lacks its file, has too many fields, or names what a form cannot carry");
	if (r->user && strlen(r->user) + strlen(r->password) > UPLOAD_SECRET_MAX)
		return fail(d, ERR_USAGE, 0, "the credential is longer than %d bytes", UPLOAD_SECRET_MAX);
	return OK;
}

static enum status make_fields(const struct upload_request *r, int *ret_fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf fields;
	buf_init(&fields, UPLOAD_RECORD_MAX);
	upload_wire_put_fields(&fields, r);
	if (fields.full)
		return fail(d, ERR_USAGE, 0, "the fields of '%s' are longer than %d bytes", r->file_name, UPLOAD_RECORD_MAX);
	return sealed_make("hwb-form", buf_bytes(&fields), ret_fd, d);
}

static enum status hand(struct uploader *u, bool is_answer, int fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf word;
	buf_init(&word, 16);
	upload_wire_put_hand(&word, is_answer);
	return send_record(u, &word, fd, d);
}

/* All three records or none: what is wrong with a request shows before the first. */
static enum status hand_over(struct uploader *u, const struct upload_request *r, struct diag *d)
{
	CLEANUP(buf_done) struct buf record;
	CLEANUP(fd_close) int fields = -1;
	buf_init(&record, CHANNEL_RECORD_MAX);
	record.secret = true;
	upload_wire_put_upload(&record, r);
	if (record.full)
		return fail(d, ERR_USAGE, 0, "what is to be said of '%s' is longer than %d bytes", r->file_name, CHANNEL_RECORD_MAX);
	enum status s = make_fields(r, &fields, d);
	if (s == OK)
		s = send_record(u, &record, r->file_fd, d);
	if (s == OK)
		s = hand(u, false, fields, d);
	return s ? s : hand(u, true, r->answer_fd, d);
}

static enum status hear(struct uploader *u, struct upload_answer *ret, bool *ret_ended, struct diag *d)
{
	uint64_t sent;
	enum channel_outcome o = channel_receive(u->child.channel_fd, &u->in, NULL, false);
	if (o == CHANNEL_LATER)
		return OK;
	if (o == CHANNEL_FAILED)
		return fail(d, ERR_IO, 0, "cannot hear hwb-net: %s", strerror(errno));
	if (o == CHANNEL_CLOSED)
		return net_child_lost(&u->child, ERR_IO, d);
	if (upload_wire_get_reply(buf_bytes(&u->in), &u->answer, ret_ended, &sent, ret, d) || !u->under_way[ret->slot])
		return fail(d, ERR_IO, 0, "hwb-net answered with something that is not a result");
	const struct upload_request *r = u->under_way[ret->slot];
	uint64_t most = r->raw && r->raw->answer_max > UPLOAD_ANSWER_MAX ? r->raw->answer_max : UPLOAD_ANSWER_MAX;
	if (*ret_ended && ret->size > most)
		return fail(d, ERR_IO, 0, "hwb-net says that an answer is longer than was asked for");
	if (!*ret_ended && r->progress)
		r->progress(r->progress_context, sent < r->file_size ? sent : r->file_size);
	return OK;
}

/* What they are doing is nobody's any more. */
static void give_up(struct uploader *u)
{
	net_child_stop(&u->child);
	memset(u->under_way, 0, sizeof u->under_way);
}

enum status uploader_begin(struct uploader *u, const struct upload_request *r, struct diag *d)
{
	enum status s = check_request(u, r, d);
	if (s == OK)
		s = start_child(u, d);
	if (s == OK)
		s = hand_over(u, r, d);
	if (s == OK)
		u->under_way[r->slot] = r;
	else if (s != ERR_USAGE)
		give_up(u);
	return s;
}

static enum status wait_for_end(struct uploader *u, struct upload_answer *ret, struct diag *d)
{
	for (bool ended = false; !ended;) {
		enum status s = run_check(u->run, d);
		if (s)
			return s;
		struct pollfd p = { .fd = u->child.channel_fd, .events = POLLIN };
		int n = poll(&p, 1, WAIT_SLICE_MS);
		if (n < 0 && errno != EINTR)
			return fail(d, ERR_IO, 0, "poll: %s", strerror(errno));
		if (n > 0)
			s = hear(u, ret, &ended, d);
		if (s)
			return s;
	}
	return OK;
}

enum status uploader_wait(struct uploader *u, struct upload_answer *ret, struct diag *d)
{
	struct upload_answer answer;
	arena_done(&u->answer);
	enum status s = wait_for_end(u, &answer, d);
	if (s) {
		give_up(u);
		return s;
	}
	u->under_way[answer.slot] = NULL;
	*ret = answer;
	return OK;
}

enum status uploader_send(struct uploader *u, const struct upload_request *r, struct upload_answer *ret, struct diag *d)
{
	enum status s = uploader_begin(u, r, d);
	return s ? s : uploader_wait(u, ret, d);
}

void uploader_free(struct uploader *u)
{
	if (!u)
		return;
	net_child_stop(&u->child);
	buf_done(&u->start);
	buf_done(&u->in);
	arena_done(&u->answer);
	struct arena a = u->arena;
	arena_done(&a);
}
