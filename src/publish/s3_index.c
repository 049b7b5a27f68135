#include "publish/s3_index.h"

#include "base/wire.h"
#include "format/json_write.h"

/* ---- what is in it ---- */

static bool is_token(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~' || strchr("\"'<>&\\`", text.data[i]))
			return false;
	return text.size > 0 && text.size <= S3_WORDS_MAX;
}

static bool is_words(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return false;
	return text.size <= S3_WORDS_MAX && bytes_is_utf8(text);
}

/* The page is HTML that a browser may show: a reference with a scheme of its own ("javascript:") is none of ours. */
static bool is_reference(struct bytes url)
{
	return is_token(url) &&
	       (bytes_starts(url, BYTES("https://")) || bytes_starts(url, BYTES("http://")) || bytes_find(url, ':') == url.size);
}

static bool is_good_file(const struct s3_file *f)
{
	return is_token(f->name) && bytes_find(f->name, '/') == f->name.size && is_reference(f->url) &&
	       is_words(f->requires_python) && is_words(f->yanked_why) && is_words(f->upload_time) &&
	       (f->yanked || !f->yanked_why.size);
}

static size_t place_of_file(const struct s3_index *index, struct bytes name)
{
	size_t low = 0, high = index->n_files;
	while (low < high) {
		size_t at = low + (high - low) / 2;
		if (bytes_compare(index->files[at].name, name) < 0)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

const struct s3_file *s3_index_find(const struct s3_index *index, struct bytes name)
{
	size_t at = place_of_file(index, name);
	return at < index->n_files && bytes_equal(index->files[at].name, name) ? &index->files[at] : NULL;
}

bool s3_index_add_file(struct s3_index *index, const struct s3_file *file, struct arena *a)
{
	if (s3_index_find(index, file->name))
		return false;
	size_t at = place_of_file(index, file->name);
	index->files = arena_grow(a, index->files, index->n_files, sizeof *file);
	memmove(index->files + at + 1, index->files + at, (index->n_files - at) * sizeof *file);
	index->files[at] = *file;
	index->n_files++;
	return true;
}

bool s3_index_add_name(struct s3_index *index, struct bytes name, struct arena *a)
{
	size_t at = 0;
	while (at < index->n_names && bytes_compare(index->names[at], name) < 0)
		at++;
	if (at < index->n_names && bytes_equal(index->names[at], name))
		return false;
	index->names = arena_grow(a, index->names, index->n_names, sizeof name);
	memmove(index->names + at + 1, index->names + at, (index->n_names - at) * sizeof name);
	index->names[at] = name;
	index->n_names++;
	return true;
}

/* ---- pages ---- */

static void put_hash(struct json_writer *w, const char *key, const struct sha256 *h)
{
	char text[SHA256_TEXT_SIZE];
	sha256_text(h, text);
	json_key(w, key);
	json_object_begin(w);
	json_pair_cstring(w, "sha256", text);
	json_object_end(w);
}

static void put_file(struct json_writer *w, const struct s3_file *f)
{
	json_object_begin(w);
	json_pair_string(w, "filename", f->name);
	json_pair_string(w, "url", f->url);
	if (f->has_digest)
		put_hash(w, "hashes", &f->digest);
	else {
		json_key(w, "hashes");
		json_object_begin(w);
		json_object_end(w);
	}
	if (f->requires_python.size)
		json_pair_string(w, "requires-python", f->requires_python);
	if (f->has_metadata)
		put_hash(w, "core-metadata", &f->metadata);
	if (f->yanked && f->yanked_why.size)
		json_pair_string(w, "yanked", f->yanked_why);
	else if (f->yanked)
		json_pair_bool(w, "yanked", true);
	json_pair_unsigned(w, "size", f->size);
	if (f->upload_time.size)
		json_pair_string(w, "upload-time", f->upload_time);
	json_object_end(w);
}

void s3_index_json(const struct s3_index *index, bool is_root, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_key(&w, "meta");
	json_object_begin(&w);
	json_pair_cstring(&w, "api-version", "1.1");
	json_object_end(&w);
	if (!is_root)
		json_pair_string(&w, "name", index->name);
	json_key(&w, is_root ? "projects" : "versions");
	json_array_begin(&w);
	for (size_t i = 0; i < index->n_names; i++) {
		if (!is_root) {
			json_put_string(&w, index->names[i]);
			continue;
		}
		json_object_begin(&w);
		json_pair_string(&w, "name", index->names[i]);
		json_object_end(&w);
	}
	json_array_end(&w);
	if (!is_root) {
		json_key(&w, "files");
		json_array_begin(&w);
		for (size_t i = 0; i < index->n_files; i++)
			put_file(&w, &index->files[i]);
		json_array_end(&w);
	}
	json_object_end(&w);
	buf_add_byte(out, '\n');
}

static void put_escaped(struct buf *out, struct bytes text)
{
	static const char *const names[] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;" };
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < COUNT(names) && names[text.data[i]])
			buf_add_string(out, names[text.data[i]]);
		else
			buf_add_byte(out, text.data[i]);
}

static void put_attribute(struct buf *out, const char *name, struct bytes value)
{
	buf_printf(out, " %s=\"", name);
	put_escaped(out, value);
	buf_add_string(out, "\"");
}

static void put_link(struct buf *out, const struct s3_file *f)
{
	char text[SHA256_TEXT_SIZE];
	buf_add_string(out, "<a href=\"");
	put_escaped(out, f->url);
	if (f->has_digest) {
		sha256_text(&f->digest, text);
		buf_printf(out, "#sha256=%s", text);
	}
	buf_add_string(out, "\"");
	if (f->requires_python.size)
		put_attribute(out, "data-requires-python", f->requires_python);
	if (f->has_metadata) { /* the older name is what pip before 23.3 knows (PEP 714) */
		sha256_text(&f->metadata, text);
		buf_printf(out, " data-core-metadata=\"sha256=%s\" data-dist-info-metadata=\"sha256=%s\"", text, text);
	}
	if (f->yanked)
		put_attribute(out, "data-yanked", f->yanked_why);
	buf_add_string(out, ">");
	put_escaped(out, f->name);
	buf_add_string(out, "</a><br/>\n");
}

void s3_index_html(const struct s3_index *index, bool is_root, struct buf *out)
{
	buf_add_string(
		out,
		"<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><meta name=\"pypi:repository-version\" content=\"1.1\"><title>");
	put_escaped(out, is_root ? BYTES("Simple index") : index->name);
	buf_add_string(out, "</title></head><body>\n");
	for (size_t i = 0; is_root && i < index->n_names; i++) {
		buf_add_string(out, "<a href=\"");
		put_escaped(out, index->names[i]);
		buf_add_string(out, "/\">");
		put_escaped(out, index->names[i]);
		buf_add_string(out, "</a><br/>\n");
	}
	for (size_t i = 0; !is_root && i < index->n_files; i++)
		put_link(out, &index->files[i]);
	buf_add_string(out, "</body></html>\n");
}

/* ---- the record ---- */

enum { HAS_DIGEST = 1, HAS_METADATA = 2, IS_YANKED = 4, FLAGS = 7 };

static void put_digest(struct buf *out, const struct sha256 *h)
{
	wire_put_bytes(out, bytes_make(h->bytes, sizeof h->bytes));
}

void s3_index_write(const struct s3_index *index, struct buf *out)
{
	wire_put_bytes(out, index->name);
	wire_put_u32(out, (uint32_t)index->n_names);
	for (size_t i = 0; i < index->n_names; i++)
		wire_put_bytes(out, index->names[i]);
	wire_put_u32(out, (uint32_t)index->n_files);
	for (size_t i = 0; i < index->n_files; i++) {
		const struct s3_file *f = &index->files[i];
		const struct bytes words[] = { f->name, f->url, f->requires_python, f->yanked_why, f->upload_time };
		for (size_t k = 0; k < COUNT(words); k++)
			wire_put_bytes(out, words[k]);
		wire_put_u32(out,
			     (f->has_digest ? HAS_DIGEST : 0) | (f->has_metadata ? HAS_METADATA : 0) | (f->yanked ? IS_YANKED : 0));
		put_digest(out, &f->digest);
		put_digest(out, &f->metadata);
		wire_put_u64(out, f->size);
	}
}

static void get_digest(struct wire *w, struct sha256 *ret)
{
	struct bytes b = wire_get_bytes(w);
	w->bad |= b.size != sizeof ret->bytes;
	if (!w->bad)
		bytes_copy(ret->bytes, b);
}

static struct s3_file get_file(struct wire *w, struct arena *a)
{
	struct s3_file f = { .size = 0 };
	struct bytes *const words[] = { &f.name, &f.url, &f.requires_python, &f.yanked_why, &f.upload_time };
	for (size_t k = 0; k < COUNT(words); k++)
		*words[k] = arena_copy(a, wire_get_bytes(w));
	uint32_t flags = wire_get_u32(w);
	f.has_digest = flags & HAS_DIGEST;
	f.has_metadata = flags & HAS_METADATA;
	f.yanked = flags & IS_YANKED;
	get_digest(w, &f.digest);
	get_digest(w, &f.metadata);
	f.size = wire_get_u64(w);
	w->bad |= flags & ~(uint32_t)FLAGS || !is_good_file(&f);
	return f;
}

enum status s3_index_read(struct bytes record, struct arena *a, struct s3_index *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct s3_index index = { .name = arena_copy(a, wire_get_bytes(&w)) };
	uint32_t n = wire_get_count(&w, 4);
	w.bad |= n > S3_NAMES_MAX || (index.name.size && !is_token(index.name));
	for (uint32_t i = 0; !w.bad && i < n; i++) {
		struct bytes name = arena_copy(a, wire_get_bytes(&w));
		w.bad |= !is_token(name) || (i && bytes_compare(index.names[i - 1], name) >= 0);
		index.names = arena_grow(a, index.names, index.n_names, sizeof name);
		index.names[index.n_names++] = name;
	}
	n = w.bad ? 0 : wire_get_count(&w, 32);
	w.bad |= n > S3_FILES_MAX;
	for (uint32_t i = 0; !w.bad && i < n; i++) {
		struct s3_file f = get_file(&w, a);
		w.bad |= i && bytes_compare(index.files[i - 1].name, f.name) >= 0;
		index.files = arena_grow(a, index.files, index.n_files, sizeof f);
		index.files[index.n_files++] = f;
	}
	enum status s = wire_end(&w, "index of a store", d);
	if (s == OK)
		*ret = index;
	return s;
}
