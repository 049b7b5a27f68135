/* The index in a bucket: index.json counts and is changed by its ETag; index.html is made of it. */
#include "base/cleanup.h"
#include "publish/s3_bucket.h"
#include "publish/try.h"

static const char json_type[] = "application/vnd.pypi.simple.v1+json", html_type[] = "text/html; charset=utf-8";

/* Another writer was faster: it has most likely gone by then. */
enum { RACE_MS = 200 };

static const char *path_of(const struct bucket *s, const char *project, const char *file)
{
	return arena_printf(s->arena, "simple/%s%s%s", project ? project : "", project ? "/" : "", file);
}

enum status bucket_read_index(struct bucket *s, const char *project, struct s3_index *ret, const char **ret_etag, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	struct object object;
	enum bucket_result result;
	struct s3_index index = { .name = bytes_of(project) };
	const char *path = path_of(s, project, "index.json");
	enum status status = bucket_get(s, path, S3_INDEX_MAX, &result, &object, d);
	if (status)
		return status;
	fd = object.fd;
	if (result == BUCKET_DONE)
		status = s3_index_ask(s->run, fd, !project, s->arena, &index, d);
	if (status == OK && result == BUCKET_DONE && !object.etag[0])
		status = fail(d, ERR_UNCHECKED, 0, "the store gives no ETag: two writers would lose each other's files");
	if (status == OK && project && !bytes_equal(index.name, bytes_of(project)))
		status = fail(d, ERR_UNCHECKED, 0, "it is the index of another project");
	if (status) {
		(void)explain(d, "'%s' of '%s'", path, s->place->name);
		return status == ERR_UNCHECKED ? remedy(d, "look at it yourself: hwb changes no index that it does not understand")
					       : status;
	}
	*ret = index;
	*ret_etag = result == BUCKET_DONE ? object.etag : "";
	return OK;
}

enum status bucket_compare(const struct bucket *s, const struct s3_index *index, const struct s3_file *file, bool *ret_there,
			   struct diag *d)
{
	char ours[SHA256_TEXT_SIZE], theirs[SHA256_TEXT_SIZE];
	const struct s3_file *there = s3_index_find(index, file->name);
	*ret_there = there != NULL;
	if (!there || (there->has_digest && sha256_equal(&there->digest, &file->digest)))
		return OK;
	if (!there->has_digest)
		return fail(d, ERR_UNCHECKED, 0, "'%s' has a file '%.*s', and its index does not say of which sha256",
			    s->place->name, BYTES_ARG(file->name));
	sha256_text(&file->digest, ours);
	sha256_text(&there->digest, theirs);
	(void)fail(d, ERR_PUBLISH, 0, "'%s' has another file '%.*s': its sha256 is %s, ours is %s", s->place->name,
		   BYTES_ARG(file->name), theirs, ours);
	return remedy(d, "a version is published once: publish these bytes as another version");
}

static enum status merge(struct bucket *s, struct s3_index *index, const struct s3_index *news, bool *ret_changed, struct diag *d)
{
	*ret_changed = false;
	for (size_t i = 0; i < news->n_files; i++) {
		bool there;
		enum status status = bucket_compare(s, index, &news->files[i], &there, d);
		if (status)
			return status;
		if (!there)
			*ret_changed |= s3_index_add_file(index, &news->files[i], s->arena);
	}
	for (size_t i = 0; i < news->n_names; i++)
		*ret_changed |= s3_index_add_name(index, news->names[i], s->arena);
	return OK;
}

/* What we write the next run must be able to read. */
static enum status check_ours(const struct bucket *s, const struct s3_index *index, const struct buf *text, struct diag *d)
{
	CLEANUP(buf_done) struct buf record;
	struct s3_index again;
	buf_init(&record, 2 * S3_INDEX_MAX);
	s3_index_write(index, &record);
	enum status status = text->full || record.full ? ERR_LIMIT : s3_index_read(buf_bytes(&record), s->arena, &again, NULL);
	return status ? fail(d, ERR_PUBLISH, 0, "the index of '%.*s' would be larger than %d bytes, or have words that no index has",
			     BYTES_ARG(index->name), S3_INDEX_MAX)
		      : OK;
}

static enum status lost(const struct bucket *s, const char *path, struct diag *d)
{
	(void)fail(d, ERR_PUBLISH, 0, "somebody else changed '%s' of '%s' %d times while hwb did", path, s->place->name, S3_RACES);
	return remedy(d, "run again: the files are there, and what is missing is only the index");
}

static enum status update_json(struct bucket *s, const char *project, const struct s3_index *news, struct diag *d)
{
	const char *path = path_of(s, project, "index.json");
	for (unsigned n = 0; n < S3_RACES; n++) {
		CLEANUP(buf_done) struct buf text;
		struct s3_index index;
		const char *etag;
		bool changed;
		enum bucket_result result;
		buf_init(&text, S3_INDEX_MAX);
		enum status status = n ? publish_wait(s->run, RACE_MS, 0, d) : OK;
		if (status == OK)
			status = bucket_read_index(s, project, &index, &etag, d);
		if (status == OK)
			status = merge(s, &index, news, &changed, d);
		if (status || !changed)
			return status;
		s3_index_json(&index, !project, &text);
		status = check_ours(s, &index, &text, d);
		if (status == OK)
			status = bucket_put_bytes(s, path, json_type, buf_bytes(&text), etag[0] ? etag : NULL, &result, d);
		if (status || result == BUCKET_DONE)
			return status;
	}
	return lost(s, path, d);
}

/* The page's ETag is read before the index it is made of: whoever puts a page on top of this one has seen at least as much. */
static enum status update_html(struct bucket *s, const char *project, struct diag *d)
{
	const char *path = path_of(s, project, "index.html");
	for (unsigned n = 0; n < S3_RACES; n++) {
		CLEANUP(buf_done) struct buf text;
		CLEANUP(fd_close) int fd = -1;
		struct object page;
		struct s3_index index;
		struct sha256 digest, ours;
		uint64_t size;
		const char *etag;
		enum bucket_result found, result;
		buf_init(&text, 2 * S3_INDEX_MAX);
		enum status status = n ? publish_wait(s->run, RACE_MS, 0, d) : OK;
		if (status == OK)
			status = bucket_get(s, path, 2 * S3_INDEX_MAX, &found, &page, d);
		if (status)
			return status;
		fd = page.fd;
		status = bucket_read_index(s, project, &index, &etag, d);
		if (status == OK)
			status = sha256_of_fd(fd, 2 * S3_INDEX_MAX, &digest, &size, d);
		if (status)
			return status;
		s3_index_html(&index, !project, &text);
		ours = sha256_of(buf_bytes(&text));
		if (found == BUCKET_DONE && sha256_equal(&ours, &digest))
			return OK;
		status = buf_check(&text, path, d);
		if (status == OK && found == BUCKET_DONE && !page.etag[0])
			status = fail(d, ERR_UNCHECKED, 0, "'%s' has no ETag", path);
		if (status == OK)
			status = bucket_put_bytes(s, path, html_type, buf_bytes(&text), found == BUCKET_DONE ? page.etag : NULL,
						  &result, d);
		if (status || result == BUCKET_DONE)
			return status;
	}
	return lost(s, path, d);
}

enum status bucket_add(struct bucket *s, const char *project, const struct s3_index *news, struct diag *d)
{
	enum status status = update_json(s, project, news, d);
	return status ? status : update_html(s, project, d);
}
