/* index.json of a bucket, as a stranger may have written it. For hwb-parse only. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "publish/s3_index.h"

/* A string, or nothing when the key is not there or null. */
static enum status get_optional(const struct json *object, const char *key, struct bytes *ret, struct diag *d)
{
	const struct json *value = json_find(object, key);
	if (!value || value->type == JSON_TYPE_NULL)
		return OK;
	return json_get_string(object, key, ret, d);
}

static enum status get_hash(const struct json *object, const char *key, bool *ret_has, struct sha256 *ret, struct diag *d)
{
	const struct json *hashes = json_find(object, key);
	struct bytes text = { NULL, 0 };
	if (!hashes || hashes->type != JSON_TYPE_OBJECT || json_get_string(hashes, "sha256", &text, NULL))
		return OK; /* others are not what we compare by, and "true" has none */
	if (sha256_parse(text, ret))
		return fail(d, ERR_FORMAT, 0, "a 'sha256' of '%s' is none", key);
	*ret_has = true;
	return OK;
}

static enum status take_file(const struct json *item, struct s3_file *ret, struct diag *d)
{
	struct s3_file f = { .size = 0 };
	const struct json *yanked = json_find(item, "yanked"), *size = json_find(item, "size");
	enum status s = json_get_string(item, "filename", &f.name, d);
	if (s == OK)
		s = json_get_string(item, "url", &f.url, d);
	if (s == OK)
		s = get_hash(item, "hashes", &f.has_digest, &f.digest, d);
	if (s == OK)
		s = get_hash(item, "core-metadata", &f.has_metadata, &f.metadata, d);
	if (s == OK)
		s = get_optional(item, "requires-python", &f.requires_python, d);
	if (s == OK)
		s = get_optional(item, "upload-time", &f.upload_time, d);
	if (s)
		return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
	if (yanked && yanked->type == JSON_TYPE_STRING)
		f.yanked_why = yanked->string;
	f.yanked = yanked && (yanked->type == JSON_TYPE_STRING || (yanked->type == JSON_TYPE_BOOLEAN && yanked->boolean));
	f.size = size && size->type == JSON_TYPE_INTEGER && size->integer > 0 ? (uint64_t)size->integer : 0;
	*ret = f;
	return OK;
}

/* Sorted at the end: one by one, a list in reverse order would take minutes. */
static int compare_files(const void *a, const void *b)
{
	return bytes_compare(((const struct s3_file *)a)->name, ((const struct s3_file *)b)->name);
}

static int compare_names(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static enum status take_files(const struct json *root, struct arena *a, struct s3_index *index, struct diag *d)
{
	const struct json *list;
	enum status s = json_get_array(root, "files", &list, d);
	if (s)
		return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
	if (list->n_items > S3_FILES_MAX)
		return fail(d, ERR_LIMIT, 0, "the index has more than %d files", S3_FILES_MAX);
	index->files = ARENA_ARRAY(a, struct s3_file, list->n_items + 1);
	for (JSON_EACH(item, list)) {
		s = take_file(item, &index->files[index->n_files++], d);
		if (s)
			return s;
	}
	qsort(index->files, index->n_files, sizeof *index->files, compare_files);
	for (size_t i = 1; i < index->n_files; i++)
		if (bytes_equal(index->files[i - 1].name, index->files[i].name))
			return fail(d, ERR_FORMAT, 0, "the index has a file twice");
	return OK;
}

/* Versions may be missing (PEP 691 before PEP 700): they are what people look at, no tool goes by them. */
static enum status take_names(const struct json *root, bool is_root, struct arena *a, struct s3_index *index, struct diag *d)
{
	const struct json *list;
	enum status s = json_get_array(root, is_root ? "projects" : "versions", &list, d);
	if (s == ERR_ABSENT)
		return is_root ? recode(d, ERR_FORMAT) : OK;
	if (s)
		return s;
	if (list->n_items > S3_NAMES_MAX)
		return fail(d, ERR_LIMIT, 0, "the index has more than %d names", S3_NAMES_MAX);
	struct bytes *names = ARENA_ARRAY(a, struct bytes, list->n_items + 1);
	size_t n = 0;
	for (JSON_EACH(item, list)) {
		struct bytes name = item->type == JSON_TYPE_STRING ? item->string : (struct bytes){ NULL, 0 };
		if (is_root && json_get_string(item, "name", &name, d))
			return recode(d, ERR_FORMAT);
		names[n++] = name;
	}
	qsort(names, n, sizeof *names, compare_names);
	index->names = names;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !bytes_equal(names[i], names[index->n_names - 1]))
			names[index->n_names++] = names[i];
	return OK;
}

enum status s3_index_parse(struct bytes text, bool is_root, struct arena *a, struct s3_index *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf record;
	const struct json *root;
	struct s3_index index = { .n_files = 0 };
	enum status s = json_parse(text, a, &root, d);
	if (s == OK && root->type != JSON_TYPE_OBJECT)
		s = fail(d, ERR_FORMAT, 0, "it is %s, not an object", json_type_name(root->type));
	if (s == OK && !is_root)
		s = json_get_string(root, "name", &index.name, d);
	if (s == OK)
		s = take_names(root, is_root, a, &index, d);
	if (s == OK && !is_root)
		s = take_files(root, a, &index, d);
	if (s)
		return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
	/* What may not be in a record is said here, where the words are about the index. */
	buf_init(&record, 2 * S3_INDEX_MAX);
	s3_index_write(&index, &record);
	if (record.full || s3_index_read(buf_bytes(&record), a, ret, NULL))
		return fail(d, ERR_FORMAT, 0, "the index has a name, a URL or words that no simple index has");
	return OK;
}
