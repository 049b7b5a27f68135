/* An export of OSV, a zip with one ID.json for each advisory, becomes a store (store.h). What is read is written and forgotten: only
 * names and places stay in memory. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisory/osv.h"
#include "advisory/store.h"
#include "advisory/verbs.h"
#include "format/zip.h"

/* The central directory of so many takes 200 MiB. Inflated: an advisory has some 5 KB. */
enum { EXPORT_MEMBERS_MAX = 500000, WRITE_AT = 1 << 20 };
#define EXPORT_SIZE_MAX (UINT64_C(4) << 30)
#define INFLATED_SIZE_MAX (UINT64_C(16) << 30)
/* JSON packs well; the rule of format/zip.h that looks at each member needs 64 MiB, more than a record may have. */
enum { EXPORT_RATIO_MAX = 200 };

struct row {
	struct bytes name;
	uint64_t name_at, record_at;
	uint32_t record_size;
};

struct importing {
	int fd;
	uint64_t written; /* what pending comes behind */
	struct buf pending, text, record;
	struct arena *names;
	struct row *rows;
	size_t n_rows;
	uint64_t n_advisories, n_others;
	int64_t newest_unix;
};

static enum status write_pending(struct importing *im, struct diag *d)
{
	struct bytes b = buf_bytes(&im->pending);
	while (b.size) {
		ssize_t n = pwrite(im->fd, b.data, b.size, (off_t)im->written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(d, ERR_IO, 0, "write the advisories: %s", n < 0 ? strerror(errno) : "no room");
		im->written += (uint64_t)n;
		b = bytes_from(b, (size_t)n);
	}
	buf_clear(&im->pending);
	return OK;
}

static uint64_t put(struct importing *im, struct bytes b)
{
	uint64_t at = im->written + im->pending.size;
	buf_add(&im->pending, b);
	return at;
}

static bool is_named_before(const struct advisory *v, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (bytes_equal(v->packages[i].name, v->packages[at].name))
			return true;
	return false;
}

static enum status add_advisory(struct importing *im, const struct advisory *v, struct diag *d)
{
	if (!v->n_packages) {
		im->n_others++;
		return OK;
	}
	buf_clear(&im->record);
	advisory_write(v, &im->record);
	enum status s = buf_check(&im->record, "the record of an advisory", d);
	if (s)
		return s;
	uint64_t at = put(im, buf_bytes(&im->record));
	for (size_t i = 0; i < v->n_packages; i++) {
		if (is_named_before(v, i))
			continue;
		im->rows = arena_grow(im->names, im->rows, im->n_rows, sizeof *im->rows);
		im->rows[im->n_rows++] = (struct row){ .name = arena_copy(im->names, v->packages[i].name),
						       .record_at = at,
						       .record_size = (uint32_t)im->record.size };
	}
	im->n_advisories++;
	if (v->modified_unix > im->newest_unix)
		im->newest_unix = v->modified_unix;
	return im->pending.size >= WRITE_AT ? write_pending(im, d) : OK;
}

static enum status add_member(struct importing *im, const struct zip *zip, const struct zip_entry *entry, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct advisory v;
	arena_init(&a);
	if (entry->is_dir || !bytes_ends(entry->name, BYTES(".json")))
		return OK; /* a folder, a note for people */
	if (entry->size > OSV_RECORD_MAX)
		return fail(d, ERR_LIMIT, 0, "an advisory of more than %llu bytes", (unsigned long long)OSV_RECORD_MAX);
	buf_clear(&im->text);
	enum status s = zip_read(zip, entry, &im->text, d);
	if (s == OK)
		s = osv_advisory_parse(buf_bytes(&im->text), false, &a, &v, d);
	return s ? s : add_advisory(im, &v, d);
}

static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	int c = bytes_compare(a->name, b->name);
	return c ? c : (a->record_at > b->record_at) - (a->record_at < b->record_at);
}

static enum status write_rows(struct importing *im, struct diag *d)
{
	enum status s = OK;
	if (im->n_rows)
		qsort(im->rows, im->n_rows, sizeof *im->rows, compare_rows);
	for (size_t i = 0; s == OK && i < im->n_rows; i++) {
		bool same = i && bytes_equal(im->rows[i].name, im->rows[i - 1].name);
		im->rows[i].name_at = same ? im->rows[i - 1].name_at : put(im, im->rows[i].name);
		s = im->pending.size >= WRITE_AT ? write_pending(im, d) : OK;
	}
	if (s == OK)
		s = write_pending(im, d);
	uint64_t rows_at = im->written;
	for (size_t i = 0; s == OK && i < im->n_rows; i++) {
		wire_put_u64(&im->pending, im->rows[i].name_at);
		wire_put_u64(&im->pending, im->rows[i].record_at);
		wire_put_u32(&im->pending, (uint32_t)im->rows[i].name.size);
		wire_put_u32(&im->pending, im->rows[i].record_size);
		s = im->pending.size >= WRITE_AT ? write_pending(im, d) : OK;
	}
	if (s == OK)
		s = write_pending(im, d);
	if (s)
		return s;
	im->written = 0;
	(void)put(im, STORE_MAGIC);
	wire_put_u64(&im->pending, (uint64_t)im->newest_unix);
	wire_put_u64(&im->pending, im->n_advisories);
	wire_put_u64(&im->pending, im->n_rows);
	wire_put_u64(&im->pending, rows_at);
	return write_pending(im, d);
}

static enum status import_all(struct importing *im, struct bytes file, struct arena *a, struct diag *d)
{
	struct zip_limits limits = zip_limits_default();
	struct zip zip;
	limits.n_members = EXPORT_MEMBERS_MAX;
	limits.total_size = INFLATED_SIZE_MAX;
	limits.ratio = EXPORT_RATIO_MAX;
	enum status s = zip_open(file, &limits, a, &zip, d);
	for (size_t i = 0; s == OK && i < zip.n_entries; i++) {
		s = add_member(im, &zip, &zip.entries[i], d);
		if (s)
			(void)explain(d, "'%.*s'", BYTES_ARG(bytes_part(zip.entries[i].name, 0, 200)));
	}
	if (s == OK && !im->n_advisories)
		s = fail(d, ERR_FORMAT, 0, "it holds no advisory about a package of PyPI");
	return s ? s : write_rows(im, d);
}

enum status osv_import_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct bytes file;
	struct importing im = { .fd = call->fds[1], .written = STORE_HEADER_SIZE, .names = call->arena };
	buf_init(&im.pending, WRITE_AT + 2 * OSV_RECORD_MAX); /* one record goes beyond where it is written */
	buf_init(&im.text, OSV_RECORD_MAX);
	buf_init(&im.record, 2 * OSV_RECORD_MAX);
	enum status s = verb_map(call, 0, EXPORT_SIZE_MAX, &file, d);
	if (s == OK)
		s = import_all(&im, file, call->arena, d);
	buf_done(&im.pending);
	buf_done(&im.text);
	buf_done(&im.record);
	wire_put_u64(reply, im.n_others);
	return s;
}
