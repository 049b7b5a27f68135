/* One try: the form, the answer, and what it means. */
#include "publish/sending.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "host/sealed.h"
#include "publish/answer.h"

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
		(void)remedy(d, "'%s' is probably not the URL that takes uploads; an index's own (.../simple/) is another",
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

/* Before a secret leaves for the first time, the log says which kind goes where. */
static enum status note_credential(struct sending *s, const struct publish_credential *c, struct diag *d)
{
	if (s->noted && strcmp(s->noted, c->name) == 0)
		return OK;
	s->noted = arena_string(s->arena, bytes_of(c->name));
	return audit_note(s->run->audit, true, d, "credential.used", "kind", c->kind, "name", c->name, "registry",
			  s->request->registry->upload_url, NULL);
}

static void on_progress(void *context, uint64_t sent)
{
	struct attempt *t = context;
	t->progress(t->context, t, sent);
}

/* Of an uploader's answer: whatever is no mistake of ours ends all that is under way. */
static enum status lost(struct sending *s, enum status status, struct diag *d)
{
	s->is_lost |= status != OK && status != ERR_USAGE;
	return status == ERR_IO ? recode(d, ERR_PUBLISH) : status;
}

enum status attempt_begin(struct sending *s, struct attempt *t, unsigned slot, int fd, struct diag *d)
{
	struct publish_file *f = t->file;
	t->answer_fd = -1;
	enum status status = s->request->credential(s->request->credential_context, &t->credential, d);
	if (status == OK)
		status = note_credential(s, t->credential, d);
	f->n_tries++;
	if (status == OK)
		status = sealed_open("hwb-answer", &t->answer_fd, d);
	if (status)
		return status;
	t->upload = (struct upload_request){
		.slot = slot,
		.file_name = arena_string(s->arena, f->name),
		.file_fd = fd,
		.file_size = f->size,
		.user = t->credential->user,
		.password = t->credential->password,
		.answer_fd = t->answer_fd,
		.progress = on_progress,
		.progress_context = t,
	};
	t->upload.fields = make_fields(s, f, &t->upload.n_fields);
	return lost(s, uploader_begin(s->uploader, &t->upload, d), d);
}

enum status attempt_wait(struct sending *s, struct upload_answer *ret, struct diag *d)
{
	return lost(s, uploader_wait(s->uploader, ret, d), d);
}

enum status attempt_end(struct sending *s, struct attempt *t, const struct upload_answer *r, enum verdict *ret,
			uint32_t *ret_wait_s, struct diag *d)
{
	struct answer words = { .text = "" };
	enum status status = OK;
	if (r->status == OK && (r->http_code < 200 || r->http_code >= 400) && r->size)
		status = answer_ask(s->run, t->answer_fd, r->content_type, s->arena, &words, d);
	if (status == ERR_UNCHECKED) /* that it said no is known all the same */
		words = (struct answer){ .text = "its words could not be read" };
	else if (status)
		return status == ERR_IO ? recode(d, ERR_PUBLISH) : status;
	*ret = judge(s, t->file, r, &words, t->credential, d);
	*ret_wait_s = r->status ? 0 : r->retry_after_s; /* of an answer that was cut nothing counts */
	return OK;
}

void attempt_done(struct attempt *t)
{
	fd_close(&t->answer_fd);
}
