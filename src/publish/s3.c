#include "publish/s3.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/sealed.h"
#include "net/url.h"
#include "publish/s3_bucket.h"
#include "publish/try.h"

/* ---- files ---- */

static enum status note(const struct bucket *s, const struct publish_file *f, const char *event, const struct diag *why,
			bool durable, struct diag *d)
{
	static const struct publish_credential key = { .kind = "aws" };
	return publish_note(s->run, s->request, f, event, &key, why, durable, d);
}

static struct s3_file describe(const struct bucket *s, const struct publish_file *f)
{
	char now[CLOCK_TEXT_SIZE];
	clock_text(clock_unix(), now);
	struct s3_file file = {
		.name = f->name,
		.url = bytes_of(s3_escape(f->name, s->arena)), /* beside the page */
		.has_digest = true,
		.digest = f->digest,
		.upload_time = arena_copy(s->arena, bytes_of(now)),
		.size = f->size,
	};
	for (size_t i = 0; i < f->form.n_fields; i++)
		if (strcmp(f->form.fields[i].name, "requires_python") == 0)
			file.requires_python = f->form.fields[i].value;
	return file;
}

/* 412: these very bytes, or others. */
static enum status compare_object(struct bucket *s, const struct put *put, struct diag *d)
{
	char ours[SHA256_TEXT_SIZE], theirs[SHA256_TEXT_SIZE];
	CLEANUP(fd_close) int fd = -1;
	struct object object;
	struct sha256 digest = { { 0 } };
	enum bucket_result result;
	uint64_t size;
	enum status status = bucket_get(s, put->path, s->request->file_max, &result, &object, d);
	if (status == OK && result == BUCKET_DONE) {
		fd = object.fd;
		status = sha256_of_fd(fd, s->request->file_max, &digest, &size, d);
	}
	if (status)
		return explain(d, "what '%s' has there", s->place->name);
	if (result == BUCKET_ABSENT)
		return fail(d, ERR_PUBLISH, 0, "'%s' says that '%s' is there, and that it is not: another run may be at work",
			    s->place->name, put->path);
	if (sha256_equal(&digest, &put->digest))
		return OK;
	sha256_text(&digest, theirs);
	sha256_text(&put->digest, ours);
	(void)fail(d, ERR_PUBLISH, 0, "'%s' has other bytes at '%s': their sha256 is %s, that of ours is %s", s->place->name,
		   put->path, theirs, ours);
	return remedy(d, "a version is published once: publish these bytes as another version");
}

static enum status put_once(struct bucket *s, const struct put *put, struct diag *d)
{
	enum bucket_result result;
	enum status status = bucket_put(s, put, &result, d);
	return status == OK && result == BUCKET_CONFLICT ? compare_object(s, put, d) : status;
}

static const char *path_of(const struct bucket *s, const struct publish_file *f, const char *suffix)
{
	return arena_printf(s->arena, "simple/%.*s/%.*s%s", BYTES_ARG(f->project), BYTES_ARG(f->name), suffix);
}

/* Before the wheel: who sees the wheel listed finds its metadata. */
static enum status put_metadata(struct bucket *s, const struct publish_file *f, int fd, struct s3_file *file, struct diag *d)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(fd_close) int text_fd = -1;
	if (f->kind != FORM_WHEEL)
		return OK;
	enum status status = s3_metadata_ask(s->run, fd, f->name, &text, d);
	if (status == OK)
		status = sealed_make("hwb-metadata", buf_bytes(&text), &text_fd, d);
	if (status)
		return explain(d, "the metadata of '%.*s'", BYTES_ARG(f->name));
	struct put put = {
		.path = path_of(s, f, ".metadata"),
		.type = "text/plain; charset=utf-8",
		.fd = text_fd,
		.size = text.size,
		.digest = sha256_of(buf_bytes(&text)),
	};
	file->has_metadata = true;
	file->metadata = put.digest;
	return put_once(s, &put, d);
}

static enum status put_file(struct bucket *s, struct publish_file *f, struct s3_file *file, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	enum status status = publish_copy_open(s->run, f, s->request->file_max, &fd, d);
	if (status == OK)
		status = note(s, f, "publish.started", NULL, true, d);
	if (status == OK)
		status = put_metadata(s, f, fd, file, d);
	struct put put = {
		.path = path_of(s, f, ""), .type = "application/octet-stream", .fd = fd, .size = f->size, .digest = f->digest, .file = f
	};
	return status ? status : put_once(s, &put, d);
}

/* ---- a project ---- */

struct project {
	const char *name;
	struct s3_index news; /* what arrived, and is not listed yet */
};

/* What is listed with these bytes is done; with others, nothing of the run is sent. */
static enum status look(struct bucket *s, struct project *p, struct diag *d)
{
	struct s3_index index;
	const char *etag;
	enum status status = bucket_read_index(s, p->name, &index, &etag, d);
	for (size_t i = 0; status == OK && i < s->request->n_files; i++) {
		struct publish_file *f = &s->request->files[i];
		struct s3_file file = { .name = f->name, .digest = f->digest };
		bool there;
		if (!bytes_equal(f->project, bytes_of(p->name)))
			continue;
		status = bucket_compare(s, &index, &file, &there, d);
		f->outcome = status                ? PUBLISH_FAILED
			     : there               ? PUBLISH_WAS_THERE
			     : s->request->dry_run ? PUBLISH_WOULD
						   : PUBLISH_NOT_TRIED;
		if (f->outcome != PUBLISH_NOT_TRIED)
			publish_ended(s->request, f);
	}
	return status;
}

static enum status send_files(struct bucket *s, struct project *p, struct diag *d)
{
	for (size_t i = 0; i < s->request->n_files; i++) {
		struct publish_file *f = &s->request->files[i];
		if (!bytes_equal(f->project, bytes_of(p->name)) || f->outcome != PUBLISH_NOT_TRIED)
			continue;
		struct s3_file file = describe(s, f);
		enum status status = put_file(s, f, &file, d);
		if (status) {
			f->outcome = PUBLISH_FAILED;
			publish_ended(s->request, f);
			return note(s, f, "publish.failed", d, false, NULL) ? fail(d, ERR_LOG, 0, "the audit log cannot be written")
									    : status;
		}
		(void)s3_index_add_file(&p->news, &file, s->arena);
		(void)s3_index_add_name(&p->news, f->form.version, s->arena);
	}
	return OK;
}

/* Of the files that arrived: now they are listed, or it has failed. */
static enum status settle(struct bucket *s, const struct project *p, enum status listed, struct diag *d)
{
	enum status status = listed;
	for (size_t i = 0; i < s->request->n_files; i++) {
		struct publish_file *f = &s->request->files[i];
		if (!bytes_equal(f->project, bytes_of(p->name)) || f->outcome != PUBLISH_NOT_TRIED ||
		    !s3_index_find(&p->news, f->name))
			continue;
		f->outcome = listed ? PUBLISH_FAILED : PUBLISH_DONE;
		publish_ended(s->request, f);
		enum status written = note(s, f, listed ? "publish.failed" : "publish.completed", listed ? d : NULL, false, NULL);
		if (written)
			status = fail(d, ERR_LOG, 0, "the audit log cannot be written");
	}
	return status;
}

/* Also when a later file was refused: what arrived before it is whole. */
static enum status publish_project(struct bucket *s, struct project *p, struct diag *d)
{
	struct s3_index root = { .n_names = 0 };
	struct diag later = { 0 };
	enum status sent = send_files(s, p, d);
	if (sent == ERR_CANCELLED || sent == ERR_LOG) /* what arrived is not listed: the next run does that */
		return settle(s, p, sent, d);
	if (sent && !p->news.n_files)
		return sent;
	struct diag *words = sent ? &later : d;
	enum status listed = bucket_add(s, p->name, &p->news, words);
	(void)s3_index_add_name(&root, bytes_of(p->name), s->arena);
	if (listed == OK)
		listed = bucket_add(s, NULL, &root, words);
	listed = settle(s, p, listed, words);
	return sent ? sent : listed;
}

static struct project *list_projects(const struct bucket *s, size_t *ret_n)
{
	struct project *list = ARENA_ARRAY(s->arena, struct project, s->request->n_files + 1);
	size_t n = 0;
	for (size_t i = 0; i < s->request->n_files; i++) {
		size_t k = 0;
		while (k < n && !bytes_equal(bytes_of(list[k].name), s->request->files[i].project))
			k++;
		if (k == n)
			list[n++] = (struct project){ .name = arena_string(s->arena, s->request->files[i].project) };
	}
	*ret_n = n;
	return list;
}

enum status s3_run(const struct run_context *run, const struct publish_request *request, const struct s3_place *place,
		   const struct s3_key *key, struct arena *a, struct diag *d)
{
	struct bucket s = { .run = run, .request = request, .place = place, .key = key, .arena = a };
	size_t n;
	struct project *projects = list_projects(&s, &n);
	enum status status = bucket_open(&s, d);
	for (size_t i = 0; status == OK && i < n; i++)
		status = look(&s, &projects[i], d);
	for (size_t i = 0; status == OK && !request->dry_run && i < n; i++)
		status = publish_project(&s, &projects[i], d);
	bucket_done(&s);
	return status;
}
