#include "python/wheel.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "crypto/digest.h"
#include "python/metadata.h"
#include "python/version.h"

static struct bytes top_folder(struct bytes path)
{
	size_t slash = bytes_find(path, '/');
	return slash < path.size ? bytes_part(path, 0, slash) : (struct bytes){ NULL, 0 };
}

/* "name-version" of a folder against the file's: compared normalised, because older tools write other spellings. */
static bool folder_matches(struct bytes stem, const struct wheel_name *name, struct arena *a)
{
	size_t dash = bytes_find(stem, '-');
	struct version version;
	if (dash == stem.size || !name_equal(bytes_part(stem, 0, dash), name->name))
		return false;
	return version_parse(bytes_from(stem, dash + 1), a, &version, NULL) == OK && version_compare(&version, &name->version) == 0;
}

enum status wheel_find_folders(struct wheel *w, struct arena *a, struct diag *d)
{
	static const struct {
		struct bytes suffix;
		bool needed;
	} kinds[] = { { LIT(".dist-info"), true }, { LIT(".data"), false } };
	struct bytes *const places[] = { &w->dist_info, &w->data };
	for (size_t i = 0; i < w->zip.n_entries; i++) {
		struct bytes top = top_folder(w->zip.entries[i].name);
		for (size_t k = 0; k < COUNT(kinds); k++) {
			if (!bytes_ends(top, kinds[k].suffix) || bytes_equal(top, *places[k]))
				continue;
			if (places[k]->size)
				return fail_rule(d, "I02", ERR_FORMAT, 0, "two folders '%.*s' and '%.*s'", BYTES_ARG(*places[k]),
						 BYTES_ARG(top));
			if (!folder_matches(bytes_part(top, 0, top.size - kinds[k].suffix.size), &w->name, a))
				return fail_rule(d, "I02", ERR_FORMAT, 0,
						 "the folder '%.*s' is not that of the wheel's name and version", BYTES_ARG(top));
			*places[k] = top;
		}
	}
	if (!w->dist_info.size)
		return fail_rule(d, "I02", ERR_FORMAT, 0, "no .dist-info folder");
	return OK;
}

static struct bytes info_path(const struct wheel *w, const char *name, char *room, size_t size)
{
	int n = snprintf(room, size, "%.*s/%s", BYTES_ARG(w->dist_info), name);
	return bytes_make(room, n > 0 && (size_t)n < size ? (size_t)n : 0);
}

enum status wheel_read_info(const struct wheel *w, const char *name, struct buf *out, struct diag *d)
{
	char room[1024];
	const struct zip_entry *entry = zip_find(&w->zip, info_path(w, name, room, sizeof room));
	return entry ? zip_read(&w->zip, entry, out, d) : ERR_ABSENT;
}

enum status wheel_metadata(struct bytes file, struct bytes file_name, const struct zip_limits *limits, struct arena *a,
			   struct bytes *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct wheel w;
	buf_init(&text, METADATA_SIZE_MAX);
	enum status s = wheel_open(file, file_name, limits, a, &w, d);
	if (s == OK)
		s = wheel_read_info(&w, "METADATA", &text, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_FORMAT, 0, "the wheel has no METADATA");
	if (s == OK)
		*ret = arena_copy(a, buf_bytes(&text));
	return s;
}

enum status wheel_read_record(struct wheel *w, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, RECORD_SIZE_MAX);
	enum status s = wheel_read_info(w, "RECORD", &text, d);
	if (s == ERR_ABSENT)
		return fail_rule(d, "R01", ERR_FORMAT, 0, "no RECORD in '%.*s'", BYTES_ARG(w->dist_info));
	if (s == OK)
		s = record_parse(arena_copy(a, buf_bytes(&text)), a, &w->record, d);
	if (s && d && !d->rule)
		(void)blame(d, "R01");
	w->has_record = s == OK;
	return s;
}

enum status wheel_open(struct bytes file, struct bytes file_name, const struct zip_limits *limits, struct arena *a,
		       struct wheel *ret, struct diag *d)
{
	struct wheel w = { .name = { .n_python = 0 } };
	enum status s = wheel_name_parse(file_name, a, &w.name, d);
	if (s) {
		(void)blame(d, "I01");
		return s;
	}
	s = zip_open(file, limits, a, &w.zip, d);
	if (s == OK)
		s = wheel_find_folders(&w, a, d);
	if (s == OK)
		s = wheel_read_record(&w, a, d);
	if (s == OK)
		*ret = w;
	return s;
}

/* A digest while the bytes come by: sha256 nearly always; the long ones need the whole content at once. */
struct hashing {
	struct sha256_stream sha256;
	struct buf whole;
	bool keep_whole;
};

static enum status hash_piece(void *context, struct bytes piece, struct diag *d)
{
	struct hashing *h = context;
	if (!h->keep_whole) {
		sha256_add(&h->sha256, piece);
		return OK;
	}
	buf_add(&h->whole, piece);
	return buf_check(&h->whole, "a member with a sha384 or sha512 digest", d);
}

static void finish_hash(struct hashing *h, enum record_algorithm algorithm, unsigned char out[64])
{
	if (algorithm == RECORD_SHA384) {
		sha384_of(buf_bytes(&h->whole), out);
	} else if (algorithm == RECORD_SHA512) {
		sha512_of(buf_bytes(&h->whole), out);
	} else {
		struct sha256 digest = sha256_end(&h->sha256);
		memcpy(out, digest.bytes, sizeof digest.bytes);
	}
}

struct verification {
	const struct wheel *wheel;
	wheel_report *report;
	const struct wheel_visit *visit;
	void *context;
	const struct record_row **sorted; /* rows by path */
};

static int compare_rows(const void *a, const void *b)
{
	return bytes_compare((*(const struct record_row *const *)a)->path, (*(const struct record_row *const *)b)->path);
}

static const struct record_row *find_row(const struct verification *v, struct bytes path)
{
	struct record_row key = { .path = path };
	const struct record_row *wanted = &key;
	const struct record_row **found = v->wheel->record.n_rows ? bsearch(&wanted, v->sorted, v->wheel->record.n_rows,
									    sizeof *v->sorted, compare_rows)
								  : NULL;
	return found ? *found : NULL;
}

static bool is_record(const struct wheel *w, struct bytes name)
{
	return bytes_starts(name, w->dist_info) && bytes_equal(bytes_from(name, w->dist_info.size), BYTES("/RECORD"));
}

struct hash_job {
	struct hashing *hashing;
	struct bytes content;
};

static void *hash_beside(void *context)
{
	struct hash_job *job = context;
	sha256_add(&job->hashing->sha256, job->content);
	return NULL;
}

/* The visitor and the digest look at the same bytes and share nothing else: a second core takes one of them. A small member is done
 * before a thread has begun. */
static bool start_beside(pthread_t *ret, struct hash_job *job)
{
	enum { BESIDE_MIN = 128 << 10, STACK = 128 << 10 };
	pthread_attr_t attr;
	if (job->content.size < BESIDE_MIN || job->hashing->keep_whole || pthread_attr_init(&attr))
		return false;
	bool is_started = pthread_attr_setstacksize(&attr, STACK) == 0 && pthread_create(ret, &attr, hash_beside, job) == 0;
	(void)pthread_attr_destroy(&attr);
	return is_started;
}

static enum status hash_and_visit(const struct verification *v, const struct zip_entry *entry, struct bytes content,
				  struct hashing *h, struct diag *d)
{
	struct hash_job job = { .hashing = h, .content = content };
	pthread_t thread;
	bool is_beside = start_beside(&thread, &job);
	enum status s = is_beside ? OK : hash_piece(h, job.content, d);
	if (s == OK)
		v->visit->see(v->context, entry, job.content);
	if (is_beside)
		(void)pthread_join(thread, NULL);
	return s;
}

/* Reads a member through hash; whole when somebody wants to see it, which is faster too. */
static enum status read_member(struct verification *v, const struct zip_entry *entry, struct hashing *h, struct diag *d)
{
	if (!v->visit || entry->size > WHEEL_VISIT_MAX) {
		enum status s = zip_read_stream(&v->wheel->zip, entry, hash_piece, h, d);
		if (s == OK && v->visit)
			v->visit->see(v->context, entry, (struct bytes){ NULL, 0 });
		return s;
	}
	struct bytes content;
	enum status s = zip_read_large(&v->wheel->zip, entry, WHEEL_VISIT_MAX, v->visit->room, &content, d);
	return s ? s : hash_and_visit(v, entry, content, h, d);
}

static void compare_with_row(const struct verification *v, const struct zip_entry *entry, const struct record_row *row,
			     struct hashing *h)
{
	unsigned char digest[64];
	if (!row || row->algorithm == RECORD_NO_DIGEST || is_record(v->wheel, entry->name)) /* its own row is check_own_rows' */
		return;
	finish_hash(h, row->algorithm, digest);
	if (memcmp(digest, row->digest_bytes, record_digest_size(row->algorithm)) != 0)
		v->report(v->context, "R03", entry->name, "its content does not have the digest that RECORD names");
	if (row->has_size && row->size != entry->size)
		v->report(v->context, "R04", entry->name, "its size is not the one that RECORD names");
	if (!row->has_size)
		v->report(v->context, "R04", entry->name, "RECORD names no size");
}

static enum status verify_content(struct verification *v, const struct zip_entry *entry, const struct record_row *row, struct diag *d)
{
	struct hashing h = { .keep_whole = row && (row->algorithm == RECORD_SHA384 || row->algorithm == RECORD_SHA512) };
	buf_init(&h.whole, h.keep_whole ? entry->size + 1 : 0);
	sha256_start(&h.sha256);
	enum status s = read_member(v, entry, &h, d);
	if (s)
		v->report(v->context, "Z13", entry->name, d ? d->text : "cannot be inflated");
	else
		compare_with_row(v, entry, row, &h);
	buf_done(&h.whole);
	return s;
}

static bool is_unlisted_by_rule(const struct wheel *w, struct bytes name)
{
	if (!bytes_starts(name, w->dist_info))
		return false;
	struct bytes rest = bytes_from(name, w->dist_info.size);
	return bytes_equal(rest, BYTES("/RECORD.jws")) || bytes_equal(rest, BYTES("/RECORD.p7s"));
}

static bool has_control(struct bytes name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return true;
	return false;
}

static enum status verify_entry(struct verification *v, const struct zip_entry *entry, struct diag *d)
{
	if (has_control(entry->name) || !bytes_is_utf8(entry->name))
		v->report(v->context, "Z15", entry->name, "it has a control character in its name, or is not UTF-8");
	if (entry->is_symlink)
		v->report(v->context, "Z18", entry->name, "it is a symbolic link");
	else if (entry->is_special)
		v->report(v->context, "Z18", entry->name, "it is neither a file nor a directory");
	if (entry->is_setid)
		v->report(v->context, "Z19", entry->name, "it has a setuid, setgid or sticky bit");
	if (entry->is_dir)
		return OK;
	const struct record_row *row = find_row(v, entry->name);
	if (!row && v->wheel->has_record && !is_unlisted_by_rule(v->wheel, entry->name))
		v->report(v->context, "R02", entry->name, "it is not in RECORD");
	return verify_content(v, entry, row, d);
}

/* RECORD cannot hold its own digest, and a signature over it is not in it (PEP 427). */
static void check_own_rows(const struct verification *v)
{
	for (size_t i = 0; i < v->wheel->record.n_rows; i++) {
		const struct record_row *row = &v->wheel->record.rows[i];
		if (is_unlisted_by_rule(v->wheel, row->path))
			v->report(v->context, "R02", row->path, "a signature of RECORD cannot be in RECORD");
		else if (row->algorithm != RECORD_NO_DIGEST && is_record(v->wheel, row->path))
			v->report(v->context, "R02", row->path, "RECORD cannot hold its own digest");
	}
}

enum status wheel_verify(const struct wheel *w, struct arena *a, wheel_report *report, const struct wheel_visit *visit,
			 void *context, struct diag *d)
{
	struct verification v = { .wheel = w, .report = report, .visit = visit, .context = context };
	v.sorted = ARENA_ARRAY(a, const struct record_row *, w->record.n_rows + 1);
	for (size_t i = 0; i < w->record.n_rows; i++)
		v.sorted[i] = &w->record.rows[i];
	if (w->record.n_rows)
		qsort(v.sorted, w->record.n_rows, sizeof *v.sorted, compare_rows);
	enum status worst = OK;
	for (size_t i = 0; i < w->zip.n_entries; i++) {
		enum status s = verify_entry(&v, &w->zip.entries[i], d);
		if (s)
			worst = s;
	}
	for (size_t i = 0; i < w->record.n_rows; i++)
		if (!zip_find(&w->zip, w->record.rows[i].path))
			report(context, "R02", w->record.rows[i].path, "it is in RECORD but not in the wheel");
	check_own_rows(&v);
	return worst;
}
