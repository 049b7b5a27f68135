#include "index/page.h"

#include "base/wire.h"

enum { HAS_DIGEST = 1, HAS_SIZE = 2, HAS_TIME = 4, YANKED = 8, HAS_METADATA = 16, HAS_METADATA_DIGEST = 32, HAS_PYTHON = 64 };

const char *index_status_name(enum index_status status)
{
	static const char *const names[N_INDEX_STATUS] = {
		[INDEX_ACTIVE] = "active",
		[INDEX_ARCHIVED] = "archived",
		[INDEX_DEPRECATED] = "deprecated",
		[INDEX_QUARANTINED] = "quarantined",
	};
	return names[status];
}

static uint32_t flags_of(const struct index_file *f)
{
	return (f->has_digest ? HAS_DIGEST : 0U) | (f->has_size ? HAS_SIZE : 0U) | (f->has_upload_time ? HAS_TIME : 0U) |
	       (f->yanked ? YANKED : 0U) | (f->has_metadata ? HAS_METADATA : 0U) |
	       (f->has_metadata_digest ? HAS_METADATA_DIGEST : 0U) | (f->requires_python.size ? HAS_PYTHON : 0U);
}

void page_write(const struct index_project *p, struct buf *out)
{
	wire_put_u32(out, p->status);
	wire_put_bytes(out, bytes_part(p->status_reason, 0, PAGE_REASON_MAX));
	wire_put_bytes(out, p->index);
	wire_put_u32(out, (uint32_t)p->n_files);
	for (size_t i = 0; i < p->n_files; i++) {
		const struct index_file *f = &p->files[i];
		wire_put_u32(out, flags_of(f));
		wire_put_bytes(out, f->filename);
		wire_put_bytes(out, f->url);
		wire_put_bytes(out, bytes_make(f->digest.bytes, f->has_digest ? SHA256_SIZE : 0));
		wire_put_bytes(out, bytes_make(f->metadata_digest.bytes, f->has_metadata_digest ? SHA256_SIZE : 0));
		wire_put_u64(out, f->size);
		wire_put_u64(out, (uint64_t)f->upload_time);
		wire_put_bytes(out, f->upload_time_text);
		wire_put_bytes(out, f->requires_python);
		wire_put_bytes(out, f->yanked_reason);
	}
}

bool page_file_name(struct index_file *f, struct bytes project, struct arena *a)
{
	if (bytes_ends(f->filename, BYTES(".whl"))) {
		if (wheel_name_parse(f->filename, a, &f->wheel, NULL) || !bytes_equal(f->wheel.name, project))
			return false;
		f->kind = INDEX_WHEEL;
		f->version = f->wheel.version;
		return true;
	}
	struct sdist_name sdist;
	if (sdist_name_parse(f->filename, project, a, &sdist, NULL))
		return false;
	f->kind = INDEX_SDIST;
	f->version = sdist.version;
	return true;
}

static int compare_files(const void *a, const void *b)
{
	const struct index_file *x = a, *y = b;
	int c = version_compare(&x->version, &y->version);
	return c ? c : bytes_compare(x->filename, y->filename);
}

void page_sort(struct index_project *p)
{
	if (p->n_files)
		qsort(p->files, p->n_files, sizeof *p->files, compare_files);
}

static bool read_digest(struct wire *w, bool wanted, struct sha256 *ret)
{
	struct bytes b = wire_get_bytes(w);
	if (b.size != (wanted ? SHA256_SIZE : 0)) {
		w->bad = true;
		return false;
	}
	bytes_copy(ret->bytes, b);
	return wanted;
}

/* An index may not point at files of this machine; a folder that the operator named may. */
static bool url_is_usable(struct bytes url, const char *hash_source)
{
	if (bytes_starts(url, BYTES("file:///")))
		return strcmp(hash_source, "local") == 0;
	return bytes_starts(url, BYTES("https://")) || bytes_starts(url, BYTES("http://"));
}

static struct index_file read_file(struct wire *w, struct arena *a)
{
	uint32_t flags = wire_get_u32(w);
	struct index_file f = {
		.yanked = flags & YANKED,
		.has_size = flags & HAS_SIZE,
		.has_upload_time = flags & HAS_TIME,
		.has_metadata = flags & HAS_METADATA,
	};
	f.filename = arena_copy(a, wire_get_bytes(w));
	f.url = arena_copy(a, wire_get_bytes(w));
	f.has_digest = read_digest(w, flags & HAS_DIGEST, &f.digest);
	f.has_metadata_digest = read_digest(w, flags & HAS_METADATA_DIGEST, &f.metadata_digest);
	f.size = wire_get_u64(w);
	f.upload_time = (int64_t)wire_get_u64(w);
	f.upload_time_text = arena_copy(a, wire_get_bytes(w));
	f.requires_python = arena_copy(a, wire_get_bytes(w));
	f.yanked_reason = arena_copy(a, wire_get_bytes(w));
	return f;
}

enum status page_read(struct bytes record, struct bytes name, const char *hash_source, struct arena *a, struct index_project *ret,
		      struct diag *d)
{
	struct wire w = wire_over(record);
	struct index_project p = { .n_files = 0 };
	uint32_t status = wire_get_u32(&w);
	p.status_reason = arena_copy(a, bytes_part(wire_get_bytes(&w), 0, PAGE_REASON_MAX));
	p.index = arena_copy(a, wire_get_bytes(&w));
	uint32_t n = wire_get_count(&w, 40);
	if (w.bad || n > PAGE_FILES_MAX || status >= N_INDEX_STATUS)
		return fail(d, ERR_FORMAT, 0, "the page of '%.*s' is malformed or has too many files", BYTES_ARG(name));
	p.status = (enum index_status)status;
	p.files = ARENA_ARRAY(a, struct index_file, n);
	for (uint32_t i = 0; i < n && !w.bad; i++) {
		struct index_file f = read_file(&w, a);
		f.hash_source = hash_source;
		f.index = p.index;
		f.status = p.status;
		f.status_reason = p.status_reason;
		if (!w.bad && url_is_usable(f.url, hash_source) && page_file_name(&f, name, a))
			p.files[p.n_files++] = f;
	}
	enum status s = wire_end(&w, "page", d);
	if (s)
		return s;
	page_sort(&p);
	*ret = p;
	return OK;
}
