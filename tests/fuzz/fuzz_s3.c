/* The index of a bucket: 'P' index.json of a project, 'R' of the root, else the record of one. What is taken is written, shown and read again as it
 * was; the page holds no tag but its own. Needs publish, its verbs. */
#include "base/cleanup.h"
#include "publish/s3_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static size_t count(struct bytes text, unsigned char c)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		n += text.data[i] == c;
	return n;
}

static void check(const struct s3_index *index, bool is_root, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	CLEANUP(buf_done) struct buf json;
	CLEANUP(buf_done) struct buf html;
	struct s3_index again;
	buf_init(&record, 4 * S3_INDEX_MAX);
	buf_init(&json, 4 * S3_INDEX_MAX);
	buf_init(&html, 8 * S3_INDEX_MAX);
	s3_index_write(index, &record);
	expect(s3_index_read(buf_bytes(&record), a, &again, NULL) == OK && again.n_files == index->n_files);
	s3_index_json(index, is_root, &json);
	expect(s3_index_parse(buf_bytes(&json), is_root, a, &again, NULL) == OK);
	expect(again.n_names == index->n_names && (is_root || again.n_files == index->n_files));
	s3_index_html(index, is_root, &html);
	size_t links = is_root ? index->n_names : index->n_files;
	expect(count(buf_bytes(&html), '<') == 12 - 1 + 3 * links);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	struct s3_index index;
	arena_init(&a);
	if (size < 1 || size > 1 << 20)
		return 0;
	struct bytes rest = bytes_make(data + 1, size - 1);
	bool is_json = data[0] == 'P' || data[0] == 'R', is_root = data[0] == 'R';
	enum status s = is_json ? s3_index_parse(rest, is_root, &a, &index, &d) : s3_index_read(rest, &a, &index, &d);
	expect(s == OK || ((s == ERR_FORMAT || s == ERR_LIMIT) && d.text[0]));
	if (s == OK)
		check(&index, is_root, &a);
	return 0;
}
