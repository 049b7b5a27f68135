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

static bool digest_of_record(const struct wheel *wheel, struct bytes path, struct sha256 *ret)
{
	for (size_t i = 0; i < wheel->record.n_rows; i++) {
		const struct record_row *row = &wheel->record.rows[i];
		if (row->algorithm != RECORD_SHA256 || !bytes_equal(row->path, path))
			continue;
		bytes_copy(ret->bytes, bytes_make(row->digest_bytes, sizeof ret->bytes));
		return true;
	}
	return false;
}

static enum status digest_of_member(const struct wheel *wheel, const struct zip_entry *e, bool trust_record, struct sha256 *ret,
				    struct diag *d)
{
	struct sha256_stream stream;
	if (trust_record && digest_of_record(wheel, e->name, ret))
		return OK;
	sha256_start(&stream);
	enum status s = zip_read_stream(&wheel->zip, e, hash_piece, &stream, d);
	*ret = sha256_end(&stream);
	return s;
}

enum status facts_of_libraries(const struct wheel *wheel, bool trust_record, struct arena *a, struct sbom *s, struct diag *d)
{
	for (size_t i = 0; i < wheel->zip.n_entries; i++) {
		const struct zip_entry *e = &wheel->zip.entries[i];
		struct sbom_component c = { .role = SBOM_VENDORED, .name = vendored_name(e->name), .location = e->name };
		if (e->is_dir || !c.name.size)
			continue;
		if (!bytes_is_utf8(e->name))
			return fail(d, ERR_FORMAT, e->header_offset, "the name of a library in it is no UTF-8");
		enum status status = digest_of_member(wheel, e, trust_record, &c.digest, d);
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
static void merge_own(struct sbom *s, const struct sbom *more)
{
	s->source_url = more->source_url;
	s->source_commit = more->source_commit;
	s->source_archive = more->source_archive;
	s->has_tree = more->has_tree;
	s->tree = more->tree;
	s->has_archive = more->has_archive;
	s->archive = more->archive;
}

static enum status merge(struct sbom *s, const struct sbom *more, struct bytes name, struct arena *a, struct diag *d)
{
	bool is_own = bytes_equal(name, BYTES(OWN_DOCUMENT));
	for (size_t i = 0; i < more->n_components; i++) {
		struct sbom_component c = more->components[i];
		if (!is_own || !c.stated_by.size)
			c.stated_by = name;
		if (!sbom_add(s, a, &c))
			return fail(d, ERR_LIMIT, SBOM_COMPONENTS_MAX, "more than %d components in its documents",
				    SBOM_COMPONENTS_MAX);
	}
	if (is_own)
		merge_own(s, more);
	return OK;
}

static enum status read_document(const struct wheel *wheel, const struct zip_entry *e, struct bytes name, struct arena *a,
				 struct sbom *s, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct sbom more;
	buf_init(&text, SBOM_FILE_MAX);
	if (!bytes_is_utf8(name) || zip_read(&wheel->zip, e, &text, NULL) || sbom_read_cyclonedx(buf_bytes(&text), a, &more, NULL))
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
