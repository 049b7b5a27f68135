/* The members of a wheel for the model: libraries that were put into it, and documents that list some. */
#include <time.h>

#include "describe/facts.h"

#define EPOCH_MIN INT64_C(315532800) /* the first time that a zip has */
/* What hwb itself puts there (PEP 770). */
#define OWN_DOCUMENT "hwb.cdx.json"

/* ---- libraries ---- */

static bool is_library(struct bytes name)
{
	return bytes_ends(name, BYTES(".so")) || bytes_search(name, BYTES(".so.")) < name.size ||
	       bytes_ends(name, BYTES(".dylib")) || bytes_ends(name, BYTES(".dll"));
}

static bool is_folder_of_libraries(struct bytes folder)
{
	return bytes_ends(folder, BYTES(".libs")) || bytes_ends(folder, BYTES(".dylibs"));
}

/* Its last name, when one of its folders is such; else {NULL, 0}. */
static struct bytes vendored_name(struct bytes path)
{
	bool is_inside = false;
	struct bytes rest = path, part = { NULL, 0 };
	while (rest.data) {
		part = bytes_cut(&rest, '/');
		is_inside |= rest.data && is_folder_of_libraries(part);
	}
	return is_inside && is_library(part) ? part : (struct bytes){ NULL, 0 };
}

static enum status hash_piece(void *context, struct bytes piece, struct diag *d)
{
	(void)d;
	sha256_add(context, piece);
	return OK;
}

static int compare_rows(const void *a, const void *b)
{
	return bytes_compare((*(const struct record_row *const *)a)->path, (*(const struct record_row *const *)b)->path);
}

/* The rows of RECORD by their paths: a wheel may have as many libraries as members. */
static const struct record_row **sort_rows(const struct wheel *wheel, struct arena *a)
{
	const struct record_row **rows = ARENA_ARRAY(a, const struct record_row *, wheel->record.n_rows + 1);
	for (size_t i = 0; i < wheel->record.n_rows; i++)
		rows[i] = &wheel->record.rows[i];
	qsort(rows, wheel->record.n_rows, sizeof *rows, compare_rows);
	return rows;
}

static bool digest_of_record(const struct record_row **rows, size_t n, struct bytes path, struct sha256 *ret)
{
	const struct record_row key = { .path = path }, *wanted = &key;
	const struct record_row **row = bsearch(&wanted, rows, n, sizeof *rows, compare_rows);
	if (!row || (*row)->algorithm != RECORD_SHA256)
		return false;
	bytes_copy(ret->bytes, bytes_make((*row)->digest_bytes, sizeof ret->bytes));
	return true;
}

static enum status digest_of_member(const struct wheel *wheel, const struct zip_entry *e, const struct record_row **rows,
				    struct sha256 *ret, struct diag *d)
{
	struct sha256_stream stream;
	if (rows && digest_of_record(rows, wheel->record.n_rows, e->name, ret))
		return OK;
	sha256_start(&stream);
	enum status s = zip_read_stream(&wheel->zip, e, hash_piece, &stream, d);
	*ret = sha256_end(&stream);
	return s;
}

enum status facts_of_libraries(const struct wheel *wheel, bool trust_record, struct arena *a, struct sbom *s, struct diag *d)
{
	const struct record_row **rows = NULL;
	for (size_t i = 0; i < wheel->zip.n_entries; i++) {
		const struct zip_entry *e = &wheel->zip.entries[i];
		struct sbom_component c = { .role = SBOM_VENDORED, .name = vendored_name(e->name), .location = e->name };
		if (e->is_dir || !c.name.size)
			continue;
		if (!bytes_is_utf8(e->name))
			return fail(d, ERR_FORMAT, e->header_offset, "the name of a library in it is no UTF-8");
		if (trust_record && !rows)
			rows = sort_rows(wheel, a);
		enum status status = digest_of_member(wheel, e, rows, &c.digest, d);
		if (status)
			return status;
		c.has_digest = true;
		c.purl = sbom_purl_generic(c.name, (struct bytes){ NULL, 0 }, &c.digest, a);
		if (!sbom_add(s, a, &c))
			return fail(d, ERR_LIMIT, SBOM_COMPONENTS_MAX, "more than %d libraries", SBOM_COMPONENTS_MAX);
	}
	return OK;
}

/* ---- documents ---- */

static enum status add_unread(struct sbom *s, struct bytes name, struct arena *a, struct diag *d)
{
	if (s->n_unread == SBOM_LIST_MAX)
		return fail(d, ERR_LIMIT, SBOM_LIST_MAX, "more than %d documents in sboms that make no sense", SBOM_LIST_MAX);
	s->unread = arena_grow(a, s->unread, s->n_unread, sizeof name);
	s->unread[s->n_unread++] = bytes_is_utf8(name) ? name : BYTES("(no UTF-8)");
	return OK;
}

/* What hwb said when it put the document there: of the source too. */
static void merge_own(struct sbom *s, const struct sbom *more, struct arena *a)
{
	s->source_url = arena_copy(a, more->source_url);
	s->source_commit = arena_copy(a, more->source_commit);
	s->source_archive = arena_copy(a, more->source_archive);
	s->has_tree = more->has_tree;
	s->tree = more->tree;
	s->has_archive = more->has_archive;
	s->archive = more->archive;
}

static void copy_texts(struct sbom_component *c, struct arena *a)
{
	struct bytes *const texts[] = { &c->name, &c->version,   &c->purl,    &c->location,
					&c->url,  &c->stated_by, &c->licence, &c->licence_expression };
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i]->size)
			*texts[i] = arena_copy(a, *texts[i]);
}

static enum status merge(struct sbom *s, const struct sbom *more, struct bytes name, struct arena *a, struct diag *d)
{
	bool is_own = bytes_equal(name, BYTES(OWN_DOCUMENT));
	for (size_t i = 0; i < more->n_components; i++) {
		struct sbom_component c = more->components[i];
		if (!is_own || !c.stated_by.size)
			c.stated_by = name;
		copy_texts(&c, a);
		if (!sbom_add(s, a, &c))
			return fail(d, ERR_LIMIT, SBOM_COMPONENTS_MAX, "more than %d components in its documents",
				    SBOM_COMPONENTS_MAX);
	}
	if (is_own)
		merge_own(s, more, a);
	return OK;
}

/* The tree of a document is many times its size, and there may be many of them: each has an arena of its own. */
static enum status read_document(const struct wheel *wheel, const struct zip_entry *e, struct bytes name, struct arena *a,
				 struct sbom *s, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(arena_done) struct arena own;
	struct sbom more;
	buf_init(&text, SBOM_FILE_MAX);
	arena_init(&own);
	if (!bytes_is_utf8(name) || zip_read(&wheel->zip, e, &text, NULL) || sbom_read_cyclonedx(buf_bytes(&text), &own, &more, NULL))
		return add_unread(s, name, a, d);
	return merge(s, &more, name, a, d);
}

enum status facts_of_documents(const struct wheel *wheel, struct arena *a, struct sbom *s, struct diag *d)
{
	struct bytes folder = bytes_of(arena_printf(a, "%.*s/sboms/", BYTES_ARG(wheel->dist_info)));
	enum status status = OK;
	for (size_t i = zip_find_from(&wheel->zip, folder); status == OK && i < wheel->zip.n_entries; i++) {
		const struct zip_entry *e = &wheel->zip.entries[wheel->zip.by_name[i]];
		if (!bytes_starts(e->name, folder))
			break;
		if (!e->is_dir)
			status = read_document(wheel, e, bytes_from(e->name, folder.size), a, s, d);
	}
	return status;
}

/* ---- time ---- */

/* APPNOTE 4.4.6; years from 1980, two seconds a step. What is no date is the next one that is, as mktime has it. */
static int64_t unix_of_dos(uint32_t dos)
{
	struct tm tm = { .tm_year = (int)(dos >> 25) + 80,
			 .tm_mon = (int)(dos >> 21 & 15) - 1,
			 .tm_mday = (int)(dos >> 16 & 31),
			 .tm_hour = (int)(dos >> 11 & 31),
			 .tm_min = (int)(dos >> 5 & 63),
			 .tm_sec = (int)(dos & 31) * 2 };
	return (int64_t)timegm(&tm);
}

int64_t facts_newest_time(const struct zip *zip)
{
	int64_t newest = EPOCH_MIN;
	for (size_t i = 0; i < zip->n_entries; i++) {
		int64_t time = unix_of_dos(zip->entries[i].dos_time);
		if (time > newest)
			newest = time;
	}
	return newest;
}
