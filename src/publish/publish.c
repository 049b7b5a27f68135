#include "publish/publish.h"

#include <assert.h>

#include "base/cleanup.h"
#include "publish/journal.h"
#include "publish/sending.h"
#include "publish/try.h"

enum { BACKOFF_MS = 1000 };
/* Of those under way together: they wait for the registry. What waits for the line would only keep its token longer. */
#define TOGETHER_SIZE (UINT64_C(32) << 20)

/* A file under way, in the slot of its place in sending.flights. */
struct flight {
	struct publish_file *file; /* NULL: none */
	int fd; /* its copy */
	struct journal_entry before;
	struct attempt attempt;
	bool is_late; /* its try ended and may be made again: when it is alone */
	uint32_t wait_s;
	struct diag why;
};

const char *publish_outcome_name(enum publish_outcome outcome)
{
	static const char *const names[] = {
		[PUBLISH_NOT_TRIED] = "not tried",      [PUBLISH_DONE] = "published", [PUBLISH_WAS_THERE] = "was there",
		[PUBLISH_WOULD] = "would be published", [PUBLISH_FAILED] = "failed",
	};
	return names[outcome];
}

/* ---- records ---- */

static enum status write_journal(struct sending *s, const struct publish_file *f, enum journal_state state, struct diag *d)
{
	struct journal_entry entry = {
		.state = state, .registry = s->request->registry->upload_url, .file = f->name, .digest = f->digest, .run = s->run->id
	};
	return journal_write(s->request->journal, &entry, d);
}

static enum status note(struct sending *s, const struct publish_file *f, const char *event, const struct publish_credential *c,
			const struct diag *why, bool durable, struct diag *d)
{
	return publish_note(s->run, s->request, f, event, c, why, durable, d);
}

/* ---- one file ---- */

/* Doubled each time. */
static enum status wait_before(struct sending *s, unsigned n_tries, uint32_t asked_s, struct diag *d)
{
	uint64_t first = s->request->backoff_ms ? s->request->backoff_ms : BACKOFF_MS;
	return publish_wait(s->run, first << (n_tries - 1), asked_s, d);
}

/* The registry says that the name is taken. By whom, the index says; without it, our own receipt. */
static enum status settle_exists(struct sending *s, struct publish_file *f, const struct journal_entry *before, bool *ret_there,
				 struct diag *d)
{
	struct diag answer = *d;
	enum there there;
	enum status status = there_look_again(s, f, &there, d);
	if (status)
		return status;
	bool ours = before->state == JOURNAL_RECEIPT && sha256_equal(&before->digest, &f->digest);
	*ret_there = there == THERE_SAME || ours;
	if (*ret_there)
		return OK;
	*d = answer;
	if (there == THERE_UNKNOWN)
		(void)remedy(d, "name its simple index with --check-url: then hwb sees whether it is the same file");
	else
		(void)remedy(d, "the index '%s' does not list it: it may be late, the wrong one, or the file may have been deleted",
			     s->request->registry->check_url);
	return ERR_PUBLISH;
}

/* How far the oldest is: there is one line for all. */
static void on_progress(void *context, const struct attempt *t, uint64_t sent)
{
	const struct sending *s = context;
	for (unsigned i = 0; i < UPLOAD_AT_ONCE; i++)
		if (s->flights[i].file && s->flights[i].file < t->file)
			return;
	if (s->request->progress)
		s->request->progress(s->request->context, t->file, sent);
}

/* Another try of a flight that is alone. */
static enum status try_again(struct sending *s, struct flight *f, enum verdict *ret, struct diag *d)
{
	struct upload_answer answer;
	attempt_done(&f->attempt);
	enum status status = attempt_begin(s, &f->attempt, (unsigned)(f - s->flights), f->fd, d);
	if (status == OK)
		status = attempt_wait(s, &answer, d);
	return status ? status : attempt_end(s, &f->attempt, &answer, ret, &f->wait_s, d);
}

static enum status settle(struct sending *s, struct flight *f, enum verdict verdict, struct diag *d)
{
	struct publish_file *file = f->file;
	bool is_there = false;
	if (verdict == VERDICT_DONE) {
		file->outcome = PUBLISH_DONE;
		return OK;
	}
	if (verdict != VERDICT_EXISTS)
		return ERR_PUBLISH;
	enum status status = settle_exists(s, file, &f->before, &is_there, d);
	/* A try before this one may have brought it there: then it is ours. */
	file->outcome = file->n_tries > 1 ? PUBLISH_DONE : PUBLISH_WAS_THERE;
	return status;
}

static enum status try_rest(struct sending *s, struct flight *f, struct diag *d)
{
	struct publish_file *file = f->file;
	enum verdict verdict = VERDICT_AGAIN;
	*d = f->why;
	while (verdict == VERDICT_AGAIN && file->n_tries < PUBLISH_TRIES) {
		enum there there = THERE_UNKNOWN;
		if (s->request->say)
			s->request->say(s->request->context, file, d->text);
		enum status status = wait_before(s, file->n_tries, f->wait_s, d);
		if (status == OK)
			status = there_look_again(s, file, &there, d);
		if (status == OK && there == THERE_SAME)
			verdict = VERDICT_DONE;
		else if (status == OK)
			status = try_again(s, f, &verdict, d);
		if (status)
			return status;
	}
	return settle(s, f, verdict, d);
}

/* The last record of a flight, however it ended. */
static enum status end_flight(struct sending *s, struct flight *f, enum status status, struct diag *d)
{
	struct publish_file *file = f->file;
	const struct publish_credential *c = f->attempt.credential;
	bool arrived = status == OK;
	if (!arrived)
		file->outcome = PUBLISH_FAILED;
	else if (write_journal(s, file, JOURNAL_RECEIPT, d)) /* it is there all the same, and the log says so */
		status = recode(d, ERR_PUBLISH);
	if (note(s, file, arrived ? "publish.completed" : "publish.failed", c, arrived ? NULL : d, false, NULL))
		status = fail(d, ERR_LOG, 0, "the audit log cannot be written");
	attempt_done(&f->attempt);
	fd_close(&f->fd);
	f->file = NULL;
	publish_ended(s->request, file);
	return status;
}

/* ---- those under way ---- */

static size_t n_under_way(const struct sending *s)
{
	size_t n = 0;
	for (unsigned i = 0; i < UPLOAD_AT_ONCE; i++)
		n += s->flights[i].file && !s->flights[i].is_late;
	return n;
}

static bool is_of_release(const struct publish_file *x, const struct publish_file *y)
{
	return bytes_equal(x->project, y->project) && version_compare(&x->version, &y->version) == 0;
}

/* The first file of a release makes it, and nobody knows what a registry does with two that would. */
static bool is_release_there(const struct sending *s, const struct publish_file *f)
{
	for (const struct publish_file *p = s->request->files; p < f; p++)
		if ((p->outcome == PUBLISH_DONE || p->outcome == PUBLISH_WAS_THERE) && is_of_release(p, f))
			return true;
	for (unsigned i = 0; i < UPLOAD_AT_ONCE; i++)
		if (s->flights[i].file && is_of_release(s->flights[i].file, f))
			return false;
	return true;
}

/* Waits for one answer, and settles it unless another try may help. A registry that stumbles gets one at a time from then on. */
static enum status land_one(struct sending *s, struct diag *d)
{
	struct upload_answer answer;
	enum verdict verdict = VERDICT_NO;
	enum status status = attempt_wait(s, &answer, d);
	if (status)
		return status;
	struct flight *f = &s->flights[answer.slot];
	status = attempt_end(s, &f->attempt, &answer, &verdict, &f->wait_s, d);
	if (status == OK && verdict == VERDICT_AGAIN) {
		f->is_late = true;
		f->why = *d;
		s->at_once = 1;
		return OK;
	}
	return end_flight(s, f, status ? status : settle(s, f, verdict, d), d);
}

static bool may_join(const struct sending *s, const struct publish_file *f)
{
	uint64_t size = 0;
	for (unsigned i = 0; i < UPLOAD_AT_ONCE; i++)
		size += s->flights[i].file ? s->flights[i].file->size : 0;
	return n_under_way(s) < s->at_once && size <= TOGETHER_SIZE && f->size <= TOGETHER_SIZE - size && is_release_there(s, f);
}

/* Until that file may join those under way; NULL: until there are none. Those that were late are tried again when they are alone. */
static enum status make_room(struct sending *s, const struct publish_file *f, struct diag *d)
{
	enum status status = OK;
	while (status == OK && n_under_way(s) && !(f && may_join(s, f)))
		status = land_one(s, d);
	for (unsigned i = 0; status == OK && s->at_once == 1 && i < UPLOAD_AT_ONCE; i++)
		if (s->flights[i].file)
			status = end_flight(s, &s->flights[i], try_rest(s, &s->flights[i], d), d);
	return status;
}

/* One has failed, d says why. What is under way may arrive all the same, and then there has to be a receipt; nothing is tried again. */
static void land_after_failure(struct sending *s, enum status why, const struct diag *d)
{
	while (why != ERR_LOG && !s->is_lost && n_under_way(s)) {
		struct diag other = { 0 };
		(void)!land_one(s, &other); /* how it ended is in the file and in the log */
	}
	for (unsigned i = 0; i < UPLOAD_AT_ONCE; i++) {
		struct flight *f = &s->flights[i];
		struct diag words = f->is_late ? f->why : *d;
		if (f->file)
			(void)!end_flight(s, f, f->is_late ? ERR_PUBLISH : why, &words);
	}
}

static struct flight *free_flight(struct sending *s)
{
	struct flight *f = s->flights;
	while (f->file)
		f++;
	return f;
}

static enum status send_file(struct sending *s, struct publish_file *file, struct diag *d)
{
	const struct publish_request *r = s->request;
	const struct publish_credential *c = NULL;
	struct flight *f = free_flight(s);
	memset(f, 0, sizeof *f);
	f->fd = -1;
	f->attempt = (struct attempt){ .file = file, .answer_fd = -1, .progress = on_progress, .context = s };
	enum status status = publish_copy_open(s->run, file, r->file_max, &f->fd, d);
	if (status == OK)
		status = journal_read(r->journal, r->registry->upload_url, file->name, s->arena, &f->before, d);
	if (status == OK)
		status = r->credential(r->credential_context, &c, d);
	if (status == OK) /* a receipt for these bytes knows more than an intent */
		status = f->before.state == JOURNAL_RECEIPT && sha256_equal(&f->before.digest, &file->digest)
				 ? OK
				 : write_journal(s, file, JOURNAL_INTENT, d);
	if (status == OK)
		status = note(s, file, "publish.started", c, NULL, true, d);
	if (status) {
		fd_close(&f->fd);
		return status;
	}
	f->file = file;
	status = attempt_begin(s, &f->attempt, (unsigned)(f - s->flights), f->fd, d);
	return status ? end_flight(s, f, status, d) : OK;
}

/* ---- all ---- */

static enum status publish_one(struct sending *s, struct publish_file *f, struct diag *d)
{
	enum there there;
	enum status status = there_look(s, f, &there, d);
	if (status)
		return status;
	if (there != THERE_SAME && !s->request->dry_run)
		return send_file(s, f, d);
	f->outcome = there == THERE_SAME ? PUBLISH_WAS_THERE : PUBLISH_WOULD;
	publish_ended(s->request, f);
	return s->request->dry_run ? OK : write_journal(s, f, JOURNAL_RECEIPT, d);
}

/* Before the first byte: whether there is a credential, and all that the index has, at once. */
static enum status preflight(struct sending *s, struct diag *d)
{
	const struct publish_request *r = s->request;
	const struct publish_credential *c;
	struct bytes *names = ARENA_ARRAY(s->arena, struct bytes, r->n_files + 1);
	for (size_t i = 0; i < r->n_files; i++)
		names[i] = r->files[i].project;
	if (r->index)
		index_prefetch(r->index, names, r->n_files);
	return r->credential(r->credential_context, &c, d);
}

static enum status publish_all(struct sending *s, struct diag *d)
{
	const struct publish_request *r = s->request;
	enum status status = preflight(s, d);
	for (size_t i = 0; status == OK && i < r->n_files; i++) {
		status = run_check(s->run, d);
		if (status == OK)
			status = make_room(s, &r->files[i], d);
		if (status)
			break;
		status = publish_one(s, &r->files[i], d);
		if (status && r->files[i].outcome == PUBLISH_NOT_TRIED)
			r->files[i].outcome = PUBLISH_FAILED;
	}
	return status ? status : make_room(s, NULL, d);
}

enum status publish_run(const struct run_context *run, const struct publish_request *request, struct arena *a, struct diag *d)
{
	struct sending s = { .run = run,
			     .request = request,
			     .arena = a,
			     .index = request->index,
			     .flights = ARENA_ARRAY(a, struct flight, UPLOAD_AT_ONCE),
			     .at_once = request->at_once ? request->at_once : 1 };
	assert(s.at_once <= UPLOAD_AT_ONCE);
	enum status status = uploader_start(run, request->registry->upload_url, request->net, &s.uploader, d);
	if (status)
		return explain(d, "the registry '%s'", request->registry->name);
	status = publish_all(&s, d);
	if (status)
		land_after_failure(&s, status, d);
	uploader_free(s.uploader);
	return status;
}
