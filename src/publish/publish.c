#include "publish/publish.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "host/sealed.h"
#include "net/upload.h"
#include "publish/answer.h"
#include "publish/journal.h"
#include "publish/try.h"

enum { BACKOFF_MS = 1000 };

/* Runs of one upload: what is known of it, and what it needs. */
struct sending {
	const struct run_context *run;
	const struct publish_request *request;
	struct arena *arena;
	struct uploader *uploader;
	struct index *index; /* the one that is asked; NULL: none */
	const char *noted; /* the credential of the last credential.used */
};

const char *publish_outcome_name(enum publish_outcome outcome)
{
	static const char *const names[] = {
		[PUBLISH_NOT_TRIED] = "not tried",      [PUBLISH_DONE] = "published", [PUBLISH_WAS_THERE] = "was there",
		[PUBLISH_WOULD] = "would be published", [PUBLISH_FAILED] = "failed",
	};
	return names[outcome];
}

/* ---- what is there ---- */

enum there { THERE_UNKNOWN, THERE_NOT, THERE_SAME };

static enum status compare(const struct sending *s, const struct publish_file *f, const struct index_file *there, struct diag *d)
{
	char ours[SHA256_TEXT_SIZE], theirs[SHA256_TEXT_SIZE];
	if (!there->has_digest) {
		(void)fail(d, ERR_UNCHECKED, 0, "'%s' has a file '%.*s', and its index does not say of which sha256",
			   s->request->registry->name, BYTES_ARG(f->name));
		return remedy(d, "whether it is the same nobody can tell: publish another version, or look at it yourself");
	}
	if (sha256_equal(&there->digest, &f->digest))
		return OK;
	sha256_text(&f->digest, ours);
	sha256_text(&there->digest, theirs);
	(void)fail(d, ERR_PUBLISH, 0, "'%s' has another file '%.*s': its sha256 is %s, that of '%s' is %s",
		   s->request->registry->name, BYTES_ARG(f->name), theirs, f->path, ours);
	return remedy(d, "a file that is published does not change: build it under a new version");
}

/* Asks the index anew. ERR_PUBLISH: another file has the name. */
static enum status look(struct sending *s, const struct publish_file *f, enum there *ret, struct diag *d)
{
	const struct index_project *project;
	*ret = THERE_UNKNOWN;
	if (!s->index)
		return OK;
	enum status status = index_project(s->index, f->project, &project, d);
	if (status == ERR_NETWORK && s->index != s->request->own_index && s->request->own_index && index_wants_credential(s->index)) {
		s->index = s->request->own_index;
		status = index_project(s->index, f->project, &project, d);
	}
	if (status == ERR_ABSENT) {
		*ret = THERE_NOT;
		return OK;
	}
	if (status == ERR_CANCELLED)
		return status;
	if (status) {
		(void)explain(d, "what '%s' has of '%.*s'", s->request->registry->name, BYTES_ARG(f->project));
		return recode(d, ERR_UNCHECKED);
	}
	*ret = THERE_NOT;
	for (size_t i = 0; i < project->n_files; i++) {
		if (!bytes_equal(project->files[i].filename, f->name))
			continue;
		status = compare(s, f, &project->files[i], d);
		if (status)
			return status;
		*ret = THERE_SAME;
	}
	return OK;
}

static enum status look_again(struct sending *s, const struct publish_file *f, enum there *ret, struct diag *d)
{
	if (s->index)
		index_forget(s->index, f->project);
	return look(s, f, ret, d);
}

/* ---- records ---- */

static enum status note(struct sending *s, const struct publish_file *f, const char *event, const struct publish_credential *c,
			const struct diag *why, bool durable, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->digest, digest);
	struct json_writer *w = audit_begin(s->run->audit, event);
	json_pair_string(w, "package", f->project);
	json_pair_string(w, "version", f->form.version);
	json_pair_string(w, "file", f->name);
	json_pair_cstring(w, "sha256", digest);
	json_pair_unsigned(w, "size", f->size);
	json_pair_cstring(w, "registry", s->request->registry->upload_url);
	json_pair_cstring(w, "authentication", c ? c->kind : NULL);
	json_pair_cstring(w, "oidc_issuer", c ? c->oidc_issuer : NULL);
	if (c && c->claims_json.size)
		json_pair_string(w, "claims", c->claims_json);
	if (why)
		json_pair_cstring(w, "error", status_name(why->code));
	if (f->n_tries)
		json_pair_unsigned(w, "tries", f->n_tries);
	return audit_end(s->run->audit, durable, d);
}

/* Before a secret leaves for the first time, the log says which kind goes where. */
static enum status note_credential(struct sending *s, const struct publish_credential *c, struct diag *d)
{
	if (s->noted && strcmp(s->noted, c->name) == 0)
		return OK;
	s->noted = arena_string(s->arena, bytes_of(c->name));
	return audit_note(s->run->audit, true, d, "credential.used", "kind", c->kind, "name", c->name, "registry",
			  s->request->registry->upload_url, NULL);
}

static enum status write_journal(struct sending *s, const struct publish_file *f, enum journal_state state, struct diag *d)
{
	struct journal_entry entry = {
		.state = state, .registry = s->request->registry->upload_url, .file = f->name, .digest = f->digest, .run = s->run->id
	};
	return journal_write(s->request->journal, &entry, d);
}

/* ---- one try ---- */

enum verdict { VERDICT_DONE, VERDICT_AGAIN, VERDICT_EXISTS, VERDICT_NO };

/* Before and behind what the metadata says. */
static struct upload_field *make_fields(const struct sending *s, const struct publish_file *f, size_t *ret_n)
{
	char *digest = ARENA_ARRAY(s->arena, char, SHA256_TEXT_SIZE);
	size_t n = 0;
	struct upload_field *fields = ARENA_ARRAY(s->arena, struct upload_field, f->form.n_fields + 4);
	sha256_text(&f->digest, digest);
	fields[n++] = (struct upload_field){ ":action", BYTES("file_upload") };
	fields[n++] = (struct upload_field){ "protocol_version", BYTES("1") };
	for (size_t i = 0; i < f->form.n_fields; i++)
		fields[n++] = f->form.fields[i];
	fields[n++] = (struct upload_field){ "sha256_digest", bytes_of(digest) };
	if (f->attestations)
		fields[n++] = (struct upload_field){ "attestations", bytes_of(f->attestations) };
	*ret_n = n;
	return fields;
}

struct progress {
	const struct publish_request *request;
	const struct publish_file *file;
};

static void on_progress(void *context, uint64_t sent)
{
	struct progress *p = context;
	if (p->request->progress)
		p->request->progress(p->request->context, p->file, sent);
}

static const char *credential_words(const struct publish_credential *c, struct arena *a)
{
	return c->oidc_issuer ? arena_printf(a, "a trusted publisher's token (%s)", c->oidc_issuer)
			      : arena_printf(a, "%s, as user '%s'", c->name, c->user);
}

/* The sentence of an answer that is no success, and what to do about it. */
static void explain_answer(const struct sending *s, const struct publish_file *f, const struct upload_answer *r,
			   const struct answer *words, const struct publish_credential *c, struct diag *d)
{
	const char *name = s->request->registry->name, *text = words->text;
	(void)fail(d, ERR_PUBLISH, 0, "'%s' does not take '%.*s' (%u)%s%s", name, BYTES_ARG(f->name), (unsigned)r->http_code,
		   text[0] ? ": " : "", text);
	if (r->http_code == 401 || r->http_code == 403)
		(void)remedy(d, "the credential was %s: is it for this registry, and for this project?",
			     credential_words(c, s->arena));
	else if (r->http_code == 404 || r->http_code == 405 || r->http_code == 410)
		(void)remedy(d, "it is probably the wrong URL: uploads go to '%s'; an index's own URL takes none",
			     s->request->registry->upload_url);
	else if (r->http_code == 413)
		(void)remedy(d, "the file has %llu bytes, and that is more than the registry or a proxy before it takes",
			     (unsigned long long)f->size);
}

static enum verdict judge(const struct sending *s, const struct publish_file *f, const struct upload_answer *r,
			  const struct answer *words, const struct publish_credential *c, struct diag *d)
{
	const char *name = s->request->registry->name;
	if (r->status) {
		(void)fail(d, ERR_PUBLISH, 0, "'%s' cannot be reached for '%.*s': %s", name, BYTES_ARG(f->name), r->text);
		return r->may_pass ? VERDICT_AGAIN : VERDICT_NO;
	}
	if (r->http_code >= 200 && r->http_code < 300)
		return VERDICT_DONE;
	if (r->http_code >= 300 && r->http_code < 400) {
		(void)fail(d, ERR_PUBLISH, 0, "'%s' answers with a redirect (%u) to '%s', which is not followed", name,
			   (unsigned)r->http_code, r->location[0] ? r->location : "nowhere");
		(void)remedy(d, "the credential is for '%s' alone; if the other place is right, name it with --repository-url",
			     s->request->registry->upload_url);
		return VERDICT_NO;
	}
	explain_answer(s, f, r, words, c, d);
	if (r->http_code == 409 || ((r->http_code == 400 || r->http_code == 403) && words->says_exists))
		return VERDICT_EXISTS;
	bool passes = r->http_code >= 500 || r->http_code == 429 || r->http_code == 408;
	return passes && r->retry_after_s <= PUBLISH_WAIT_MAX_S ? VERDICT_AGAIN : VERDICT_NO;
}

static enum status send_once(struct sending *s, const struct publish_file *f, int fd, const struct publish_credential *c,
			     enum verdict *ret, uint32_t *ret_wait_s, struct diag *d)
{
	CLEANUP(fd_close) int answer_fd = -1;
	struct progress progress = { s->request, f };
	struct upload_answer answer;
	struct answer words = { .text = "" };
	enum status status = sealed_open("hwb-answer", &answer_fd, d);
	if (status)
		return status;
	struct upload_request request = {
		.file_name = arena_string(s->arena, f->name),
		.file_fd = fd,
		.file_size = f->size,
		.user = c->user,
		.password = c->password,
		.answer_fd = answer_fd,
		.progress = on_progress,
		.progress_context = &progress,
	};
	request.fields = make_fields(s, f, &request.n_fields);
	status = uploader_send(s->uploader, &request, &answer, d);
	if (status == OK && answer.status == OK && (answer.http_code < 200 || answer.http_code >= 400) && answer.size)
		status = answer_ask(s->run, answer_fd, answer.content_type, s->arena, &words, d);
	if (status == ERR_UNCHECKED) /* that it said no is known all the same */
		words = (struct answer){ .text = "its words could not be read" };
	else if (status)
		return status == ERR_IO ? recode(d, ERR_PUBLISH) : status;
	*ret = judge(s, f, &answer, &words, c, d);
	*ret_wait_s = answer.retry_after_s;
	return OK;
}

/* ---- one file ---- */

/* Doubled each time. */
static enum status wait_before(struct sending *s, unsigned n_tries, uint32_t asked_s, struct diag *d)
{
	uint64_t first = s->request->backoff_ms ? s->request->backoff_ms : BACKOFF_MS;
	return publish_wait(s->run, first << (n_tries - 1), asked_s, d);
}

/* The registry says that the name is taken. By whom, the index says; without it, our own receipt. */
static enum status settle_exists(struct sending *s, const struct publish_file *f, const struct journal_entry *before,
				 bool *ret_there, struct diag *d)
{
	struct diag answer = *d;
	enum there there;
	enum status status = look_again(s, f, &there, d);
	if (status)
		return status;
	bool ours = before->state == JOURNAL_RECEIPT && sha256_equal(&before->digest, &f->digest);
	*ret_there = there == THERE_SAME || (there != THERE_SAME && ours);
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

static enum status try_all(struct sending *s, struct publish_file *f, int fd, const struct journal_entry *before,
			   const struct publish_credential **ret_credential, struct diag *d)
{
	for (;;) {
		enum verdict verdict = VERDICT_NO;
		uint32_t wait_s = 0;
		bool is_there = false;
		enum status status = s->request->credential(s->request->credential_context, ret_credential, d);
		if (status == OK)
			status = note_credential(s, *ret_credential, d);
		f->n_tries++;
		if (status == OK)
			status = send_once(s, f, fd, *ret_credential, &verdict, &wait_s, d);
		if (status)
			return status;
		if (verdict == VERDICT_DONE) {
			f->outcome = PUBLISH_DONE;
			return OK;
		}
		if (verdict == VERDICT_EXISTS) {
			status = settle_exists(s, f, before, &is_there, d);
			/* A try before this one may have brought it there: then it is ours. */
			f->outcome = f->n_tries > 1 ? PUBLISH_DONE : PUBLISH_WAS_THERE;
			return status;
		}
		if (verdict == VERDICT_NO || f->n_tries == PUBLISH_TRIES)
			return ERR_PUBLISH;
		if (s->request->say)
			s->request->say(s->request->context, f, d->text);
		status = wait_before(s, f->n_tries, wait_s, d);
		enum there there = THERE_UNKNOWN;
		if (status == OK)
			status = look_again(s, f, &there, d);
		if (status)
			return status;
		if (there == THERE_SAME) {
			f->outcome = PUBLISH_DONE;
			return OK;
		}
	}
}

static enum status send_file(struct sending *s, struct publish_file *f, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct journal_entry before;
	const struct publish_credential *c = NULL;
	enum status status = publish_copy_open(f, s->request->file_max, &fd, d);
	if (status == OK)
		status = journal_read(s->request->journal, s->request->registry->upload_url, f->name, s->arena, &before, d);
	if (status == OK)
		status = s->request->credential(s->request->credential_context, &c, d);
	if (status == OK) /* a receipt for these bytes knows more than an intent */
		status = before.state == JOURNAL_RECEIPT && sha256_equal(&before.digest, &f->digest)
				 ? OK
				 : write_journal(s, f, JOURNAL_INTENT, d);
	if (status == OK)
		status = note(s, f, "publish.started", c, NULL, true, d);
	if (status)
		return status;
	status = try_all(s, f, fd, &before, &c, d);
	if (status) {
		f->outcome = PUBLISH_FAILED;
		enum status written = note(s, f, "publish.failed", c, d, false, NULL);
		return written ? fail(d, ERR_LOG, 0, "the audit log cannot be written") : status;
	}
	status = write_journal(s, f, JOURNAL_RECEIPT, d);
	return status ? status : note(s, f, "publish.completed", c, NULL, false, d);
}

static enum status publish_one(struct sending *s, struct publish_file *f, struct diag *d)
{
	enum there there;
	enum status status = look(s, f, &there, d);
	if (status)
		return status;
	if (there == THERE_SAME) {
		f->outcome = PUBLISH_WAS_THERE;
		return s->request->dry_run ? OK : write_journal(s, f, JOURNAL_RECEIPT, d);
	}
	if (s->request->dry_run) {
		f->outcome = PUBLISH_WOULD;
		return OK;
	}
	return send_file(s, f, d);
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

enum status publish_run(const struct run_context *run, const struct publish_request *request, struct arena *a, struct diag *d)
{
	struct sending s = { .run = run, .request = request, .arena = a, .index = request->index };
	enum status status = uploader_start(run, request->registry->upload_url, request->net, &s.uploader, d);
	if (status)
		return explain(d, "the registry '%s'", request->registry->name);
	status = preflight(&s, d);
	for (size_t i = 0; status == OK && i < request->n_files; i++) {
		status = run_check(run, d);
		if (status == OK)
			status = publish_one(&s, &request->files[i], d);
		if (status && request->files[i].outcome == PUBLISH_NOT_TRIED)
			request->files[i].outcome = PUBLISH_FAILED;
	}
	uploader_free(s.uploader);
	return status;
}
