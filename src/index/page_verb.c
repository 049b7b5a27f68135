/* One index page: PEP 691 JSON (any minor version of 1, unknown keys ignored) or PEP 503 HTML. */
#include "base/clock.h"
#include "base/wire.h"
#include "format/html_links.h"
#include "format/json.h"
#include "index/page.h"
#include "index/verbs.h"
#include "net/url.h"
#include "python/wheel.h"

/* What limit page-size can be set to at most; a METADATA has a limit of its own where it is parsed, the rest are wheels. */
#define PAGE_SIZE_MAX (UINT64_C(1) << 30)

struct paging {
	struct arena *arena;
	struct bytes project, text;
	struct url base;
	struct index_project page;
};

static void add_file(struct paging *p, struct index_file f, struct bytes href)
{
	struct url url;
	if (url_resolve(&p->base, href, p->arena, &url, NULL) || url.userinfo.data || url.scheme == URL_FILE)
		return;
	if (f.filename.size == 0 && url_file_name(&url, p->arena, &f.filename, NULL))
		return;
	struct bytes hash;
	if (!f.has_digest && url_fragment_find(&url, "sha256", p->arena, &hash, NULL) == OK)
		f.has_digest = sha256_parse(hash, &f.digest) == OK;
	if (p->project.size ? !page_file_name(&f, p->project, p->arena) : false)
		return;
	f.url = bytes_of(url_text(&url, p->arena));
	p->page.files = arena_grow(p->arena, p->page.files, p->page.n_files, sizeof f);
	p->page.files[p->page.n_files++] = f;
}

static void take_metadata_digest(struct index_file *f, struct bytes hex)
{
	f->has_metadata = true;
	f->has_metadata_digest = sha256_parse(hex, &f->metadata_digest) == OK;
}

static void take_json_metadata(struct index_file *f, const struct json *file)
{
	const struct json *m = json_find(file, "core-metadata");
	if (!m)
		m = json_find(file, "dist-info-metadata");
	if (!m)
		return;
	f->has_metadata = (m->type == JSON_TYPE_BOOLEAN && m->boolean) || m->type == JSON_TYPE_OBJECT;
	const struct json *hash = json_find(m, "sha256");
	if (hash && hash->type == JSON_TYPE_STRING)
		take_metadata_digest(f, hash->string);
}

static void take_json_file(struct paging *p, const struct json *file)
{
	struct index_file f = { .kind = INDEX_WHEEL };
	struct bytes url, text;
	if (json_get_string(file, "filename", &f.filename, NULL) || json_get_string(file, "url", &url, NULL))
		return;
	const struct json *hash = json_find(json_find(file, "hashes"), "sha256");
	if (hash && hash->type == JSON_TYPE_STRING)
		f.has_digest = sha256_parse(hash->string, &f.digest) == OK;
	int64_t size;
	if (json_get_integer(file, "size", &size, NULL) == OK && size >= 0) {
		f.has_size = true;
		f.size = (uint64_t)size;
	}
	if (json_get_string(file, "requires-python", &text, NULL) == OK)
		f.requires_python = text;
	if (json_get_string(file, "upload-time", &text, NULL) == OK && clock_parse(text, &f.upload_time) == OK) {
		f.has_upload_time = true;
		f.upload_time_text = text;
	}
	const struct json *yanked = json_find(file, "yanked");
	if (yanked && yanked->type == JSON_TYPE_STRING) {
		f.yanked = yanked->string.size > 0;
		f.yanked_reason = yanked->string;
	} else if (yanked) {
		f.yanked = yanked->type == JSON_TYPE_BOOLEAN && yanked->boolean;
	}
	take_json_metadata(&f, file);
	add_file(p, f, url);
}

/* PEP 629: a major version above ours must not be guessed at. */
static enum status check_version(struct bytes version, struct diag *d)
{
	if (version.size == 0 || bytes_equal(bytes_part(version, 0, bytes_find(version, '.')), BYTES("1")))
		return OK;
	return fail(d, ERR_FORMAT, 0, "the index speaks version %.*s of the simple API; hwb knows 1", BYTES_ARG(version));
}

static void take_status(struct paging *p, struct bytes word, struct bytes reason)
{
	for (size_t i = 0; i < N_INDEX_STATUS; i++)
		if (bytes_equal(word, bytes_of(index_status_name((enum index_status)i))))
			p->page.status = (enum index_status)i;
	p->page.status_reason = reason;
}

/* PEP 792: an object. Some indexes have the bare word. */
static void take_json_status(struct paging *p, const struct json *state)
{
	struct bytes word = { NULL, 0 }, reason = { NULL, 0 };
	if (state && state->type == JSON_TYPE_STRING)
		word = state->string;
	if (state && state->type == JSON_TYPE_OBJECT) {
		(void)!json_get_string(state, "status", &word, NULL);
		(void)!json_get_string(state, "reason", &reason, NULL);
	}
	take_status(p, word, reason);
}

static enum status take_json(struct paging *p, struct diag *d)
{
	const struct json *root, *files;
	struct bytes version = { NULL, 0 };
	enum status s = json_parse(p->text, p->arena, &root, d);
	if (s)
		return s;
	(void)!json_get_string(json_find(root, "meta"), "api-version", &version, NULL);
	s = check_version(version, d);
	if (s == OK)
		s = json_get_array(root, "files", &files, d);
	if (s)
		return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "the page has no 'files'") : s;
	take_json_status(p, json_find(root, "project-status"));
	for (JSON_EACH(file, files))
		if (p->page.n_files < PAGE_FILES_MAX)
			take_json_file(p, file);
	return OK;
}

static enum status take_html(struct paging *p, struct diag *d)
{
	struct html_page page;
	enum status s = html_links_parse(p->text, p->arena, &page, d);
	if (s == OK)
		s = check_version(page.repository_version, d);
	if (s)
		return s;
	take_status(p, page.project_status, page.project_status_reason);
	if (page.base_href.data) {
		struct url base;
		if (url_resolve(&p->base, page.base_href, p->arena, &base, NULL) == OK)
			p->base = base;
	}
	for (size_t i = 0; i < page.n_links; i++) {
		const struct html_link *link = &page.links[i];
		struct index_file f = {
			.requires_python = link->requires_python,
			.yanked = link->yanked.data != NULL,
			.yanked_reason = link->yanked,
			.has_metadata = link->core_metadata.data != NULL,
		};
		if (bytes_starts(link->core_metadata, BYTES("sha256=")))
			take_metadata_digest(&f, bytes_from(link->core_metadata, 7));
		add_file(p, f, link->href);
	}
	return OK;
}

enum status page_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct paging p = { .arena = call->arena };
	p.project = wire_get_bytes(&w);
	struct bytes base = wire_get_bytes(&w), type = wire_get_bytes(&w);
	p.page.index = base;
	enum status s = wire_end(&w, "page", d);
	if (s == OK)
		s = url_parse(base, p.arena, &p.base, d);
	if (s == OK)
		s = verb_map(call, 0, PAGE_SIZE_MAX, &p.text, d);
	if (s)
		return s;
	s = bytes_search(type, BYTES("json")) < type.size ? take_json(&p, d) : take_html(&p, d);
	if (s == OK)
		page_write(&p.page, reply);
	return s;
}

static enum status write_metadata(struct bytes text, struct arena *a, struct buf *reply, struct diag *d)
{
	struct metadata m;
	enum status s = metadata_parse(text, a, &m, d);
	if (s == OK)
		metadata_write(&m, reply);
	return s;
}

enum status metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct bytes text;
	enum status s = verb_map(call, 0, METADATA_SIZE_MAX, &text, d);
	return s ? s : write_metadata(text, call->arena, reply, d);
}

enum status wheel_metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct zip_limits limits = zip_limits_default();
	struct bytes file, text, name = wire_get_bytes(&w);
	enum status s = wire_end(&w, "wheel-metadata", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = wheel_metadata(file, name, &limits, call->arena, &text, d);
	return s ? s : write_metadata(text, call->arena, reply, d);
}
