#include "index/index.h"

#include <assert.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/wire.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/reply.h"
#include "index/page.h"
#include "index/state.h"
#include "net/url.h"

/* JSON first; HTML for indexes that know nothing else (PEP 691, "Content negotiation"). */
static const char accept_page[] = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

enum { PAGE_LIFETIME_S = 600, RECORD_MAX = 256 << 20, METADATA_RECORD_MAX = 32 << 20 };

/* ---- the cache ---- */

static const char cache_variable[] = "HWB_CACHE_DIR or --cache-dir";

/* Each index has its own folder: what one says of a name is not what another says. */
static enum status open_pages(struct index *i, struct diag *d)
{
	enum status s = OK;
	for (size_t k = 0; s == OK && k < i->options.n_places; k++) {
		char text[SHA256_TEXT_SIZE];
		const char *url = i->options.places[k].url;
		struct sha256 key = sha256_of(bytes_of(url ? url : ""));
		sha256_text(&key, text);
		s = directory_make(i->cache_dir, arena_printf(&i->arena, "index/%s", text), true, &i->page_dirs[k], d);
	}
	return s;
}

static enum status open_cache(struct index *i, struct diag *d)
{
	const char *path = i->options.cache_path;
	enum status s = directory_make(AT_FDCWD, path, true, &i->cache_dir, d);
	if (s == OK)
		s = directory_check_ours(i->cache_dir, path, cache_variable, d);
	if (s == OK)
		s = cache_id_check(i->cache_dir, &i->foreign, d);
	if (s == OK)
		s = directory_make(i->cache_dir, "blob", true, &i->blob_dir, d);
	if (s == OK)
		s = open_pages(i, d);
	if (s == OK)
		s = directory_make(i->cache_dir, "metadata", true, &i->metadata_dir, d);
	if (s && d && !d->help[0])
		(void)remedy(d, "set %s to a path you can write", cache_variable);
	return s ? explain(d, "the cache") : OK;
}

enum status index_open(const struct run_context *run, const struct index_options *options, struct index **ret, struct diag *d)
{
	struct arena home;
	arena_init(&home);
	struct index *i = ARENA_NEW(&home, struct index);
	*i = (struct index){ .arena = home, .run = run, .options = *options, .cache_dir = -1, .blob_dir = -1, .metadata_dir = -1 };
	assert(options->n_places > 0);
	i->page_dirs = ARENA_ARRAY(&i->arena, int, options->n_places);
	for (size_t k = 0; k < options->n_places; k++)
		i->page_dirs[k] = -1;
	enum status s = open_cache(i, d);
	if (s) {
		index_free(i);
		return s;
	}
	*ret = i;
	return OK;
}

void index_free(struct index *i)
{
	if (!i)
		return;
	fetcher_free(i->fetcher);
	for (size_t k = 0; k < i->n_transfers; k++)
		fd_close(&i->transfers[k].fd);
	for (size_t k = 0; k < i->options.n_places; k++)
		fd_close(&i->page_dirs[k]);
	int *const fds[] = { &i->metadata_dir, &i->blob_dir, &i->cache_dir };
	for (size_t k = 0; k < COUNT(fds); k++)
		fd_close(fds[k]);
	struct arena home = i->arena;
	arena_done(&home);
}

bool index_cache_is_foreign(const struct index *i)
{
	return i->foreign;
}

int index_cache_dir(const struct index *i)
{
	return i->cache_dir;
}

void index_fingerprint(struct index *i, struct buf *out)
{
	const struct index_options *o = &i->options;
	for (size_t k = 0; k < o->n_places; k++)
		buf_printf(out, "index %s\n", o->places[k].url ? o->places[k].url : "");
	for (size_t k = 0; k < o->n_rules; k++)
		buf_printf(out, "names %s %zu\n", o->rules[k].pattern, o->rules[k].place);
	buf_printf(out, "no-index %d\nexclude-newer %lld\n", o->no_index, (long long)o->exclude_newer);
	local_describe(i, out);
}

/* ---- pages ---- */

enum status page_parse(struct index *i, int fd, struct bytes name, const char *url, const char *content_type, struct buf *record,
		       struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 65536);
	wire_put_bytes(&ask, name);
	wire_put_string(&ask, url);
	wire_put_string(&ask, content_type);
	enum status s = helper_call(i->run, "hwb-parse", "page", buf_bytes(&ask), &fd, 1, record, d);
	/* What an index says that makes no sense is the index's failure, not the user's. */
	if (s == ERR_FORMAT || s == ERR_LIMIT)
		s = recode(d, ERR_NETWORK);
	return s ? explain(d, "the index page of '%.*s'", BYTES_ARG(name)) : OK;
}

static const struct index_place *place_of(const struct index *i, const struct known_project *k)
{
	return &i->options.places[k->place];
}

/* What hwb-parse made of a page. Whose it is says hwb: the index that was asked, whatever the page or a redirect named. */
static enum status read_page(struct index *i, struct known_project *k, struct bytes record, struct diag *d)
{
	enum status s = page_read(record, k->name, "index", &i->arena, &k->project, d);
	if (s)
		return s;
	k->project.index = bytes_of(place_of(i, k)->url);
	for (size_t n = 0; n < k->project.n_files; n++)
		k->project.files[n].index = k->project.index;
	return OK;
}

/* A kept page: u64 when it was fetched, u32 whether the project exists, then the record. */
static bool read_kept(struct index *i, struct known_project *k)
{
	CLEANUP(buf_done) struct buf file;
	if (i->options.fresh)
		return false;
	buf_init(&file, RECORD_MAX);
	if (file_read(i->page_dirs[k->place], arena_string(&i->arena, k->name), &file, NULL))
		return false;
	struct wire w = wire_over(buf_bytes(&file));
	int64_t age = clock_unix() - (int64_t)wire_get_u64(&w);
	bool exists = wire_get_u32(&w) == 1;
	if (w.bad || (!i->options.offline && (age < 0 || age > PAGE_LIFETIME_S)))
		return false;
	k->status = exists ? OK : ERR_ABSENT;
	return !exists || read_page(i, k, w.rest, NULL) == OK;
}

static void keep(struct index *i, const struct known_project *k, bool exists, struct bytes record)
{
	CLEANUP(buf_done) struct buf file;
	buf_init(&file, RECORD_MAX);
	wire_put_u64(&file, (uint64_t)clock_unix());
	wire_put_u32(&file, exists);
	buf_add(&file, record);
	/* A page that could not be kept is fetched again: not worth a failure. */
	if (!file.full)
		(void)!file_replace(i->page_dirs[k->place], arena_string(&i->arena, k->name), buf_bytes(&file), 0600, false, NULL);
}

static struct known_project *find_project(struct index *i, struct bytes name)
{
	for (size_t k = 0; k < i->n_projects; k++)
		if (bytes_equal(i->projects[k]->name, name))
			return i->projects[k];
	struct known_project *fresh = ARENA_NEW(&i->arena, struct known_project);
	const struct index_rule *rule = index_rule_find(i->options.rules, i->options.n_rules, name);
	fresh->name = arena_copy(&i->arena, name);
	fresh->place = rule ? rule->place : 0;
	fresh->is_mapped = rule != NULL;
	i->projects = arena_grow(&i->arena, i->projects, i->n_projects, sizeof(struct known_project *));
	i->projects[i->n_projects++] = fresh;
	return fresh;
}

static enum status ask_page(struct index *i, struct known_project *k, struct diag *d)
{
	const char *index_url = place_of(i, k)->url;
	if (!index_url || !index_url[0])
		return fail(d, ERR_USAGE, 0,
			    "no index is configured; name one with --index-url, or use --no-index with --find-links");
	const char *url = arena_printf(&i->arena, "%s%.*s/", index_url, BYTES_ARG(k->name));
	return transfer_start(i, url, accept_page, i->run->limits->page_size, &k->transfer, d);
}

/* A name that one index alone may answer for: that the others were not asked is no oversight. */
static enum status explain_index(const struct index *i, const struct known_project *k, enum status s, struct diag *d)
{
	if (!k->is_mapped || !d)
		return s;
	(void)explain(d, "the index '%s', which has '%.*s' by index.packages", place_of(i, k)->name, BYTES_ARG(k->name));
	if (!d->help[0])
		(void)remedy(d, "no other index was asked for it, and none is");
	return s;
}

static enum status take_page(struct index *i, struct known_project *k, struct diag *d)
{
	struct transfer *t;
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, RECORD_MAX);
	enum status s = transfer_wait(i, k->transfer, &t, d);
	if (s)
		return s;
	if (t->status == ERR_ABSENT) {
		k->status = ERR_ABSENT;
		keep(i, k, false, (struct bytes){ NULL, 0 });
		return OK;
	}
	if (t->status)
		return explain_index(i, k, transfer_failed(t, "fetch the index page", d), d);
	s = page_parse(i, t->fd, k->name, t->url, t->content_type, &record, d);
	fd_close(&t->fd);
	if (s == OK)
		s = reply_check(read_page(i, k, buf_bytes(&record), d), d);
	if (s)
		return explain_index(i, k, s, d);
	keep(i, k, true, buf_bytes(&record));
	return OK;
}

void index_prefetch(struct index *i, const struct bytes *names, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct known_project *p = find_project(i, names[k]);
		if (p->loaded || p->transfer || i->options.no_index || i->options.offline)
			continue;
		if (read_kept(i, p))
			continue; /* index_project reads it again, from the page cache of the kernel */
		(void)!ask_page(i, p, NULL);
	}
}

static enum status not_there(struct index *i, const struct known_project *k, struct diag *d)
{
	if (k->unasked) {
		(void)fail(d, ERR_ABSENT, 0, "'%.*s' is neither in the --find-links folders nor in the cache", BYTES_ARG(k->name));
		(void)remedy(d, "run once without --offline, or add it to a folder of --find-links");
		return ERR_ABSENT;
	}
	if (k->is_mapped && !i->options.no_index) {
		(void)fail(d, ERR_ABSENT, 0,
			   "there is no project '%.*s' in the index '%s' ('%.*s'), which has that name by index.packages",
			   BYTES_ARG(k->name), place_of(i, k)->name,
			   BYTES_ARG(url_for_log(bytes_of(place_of(i, k)->url), &i->arena)));
		(void)remedy(d, "no other index was asked for it: publish it there, or change index.packages in hwb.toml");
		return ERR_ABSENT;
	}
	return fail(d, ERR_ABSENT, 0, "there is no project '%.*s' in the %s", BYTES_ARG(k->name),
		    i->options.no_index ? "--find-links folders" : "index");
}

enum status index_project(struct index *i, struct bytes name, const struct index_project **ret, struct diag *d)
{
	struct known_project *k = find_project(i, name);
	if (!k->loaded) {
		enum status s = OK;
		k->status = ERR_ABSENT;
		if (!i->options.no_index && !read_kept(i, k)) {
			k->status = OK;
			s = k->transfer ? OK : ask_page(i, k, d);
			if (s == OK)
				s = take_page(i, k, d);
			/* Offline, folders may still know it. */
			if (s == ERR_NETWORK && i->options.offline && i->options.n_find_links) {
				k->status = ERR_ABSENT;
				k->unasked = true;
				s = OK;
			}
		}
		if (s == OK)
			s = local_add(i, k->name, k->is_mapped && !i->options.no_index, &k->project, d);
		if (s)
			return s;
		k->loaded = true;
	}
	if (k->status == ERR_ABSENT && k->project.n_files == 0)
		return not_there(i, k, d);
	*ret = &k->project;
	return OK;
}

void index_forget(struct index *i, struct bytes name)
{
	struct known_project *k = find_project(i, name);
	k->loaded = false;
	k->transfer = 0;
	k->project = (struct index_project){ 0 };
}

bool index_wants_credential(const struct index *i)
{
	return i->wants_credential;
}

/* ---- metadata ---- */

/* Known by file, index and promised digest together: before the download a digest is only the word of one index, and must
 * not speak for another's file. */
static struct sha256 metadata_key(const struct index_file *file)
{
	struct sha256_stream s;
	sha256_start(&s);
	sha256_add(&s, bytes_make(file->digest.bytes, sizeof file->digest.bytes));
	sha256_add(&s, file->filename);
	sha256_add(&s, bytes_make("", 1));
	sha256_add(&s, file->index);
	return sha256_end(&s);
}

static const struct metadata *find_metadata(const struct index *i, const struct sha256 *digest)
{
	for (size_t k = 0; k < i->n_metadata; k++)
		if (sha256_equal(&i->metadata[k].digest, digest))
			return i->metadata[k].metadata;
	return NULL;
}

static enum status remember_metadata(struct index *i, const struct sha256 *digest, struct bytes record, const struct metadata **ret,
				     struct diag *d)
{
	struct metadata *m = ARENA_NEW(&i->arena, struct metadata);
	enum status s = metadata_read(record, &i->arena, m, d);
	if (s)
		return s;
	i->metadata = arena_grow(&i->arena, i->metadata, i->n_metadata, sizeof *i->metadata);
	i->metadata[i->n_metadata++] = (struct known_metadata){ *digest, m };
	*ret = m;
	return OK;
}

/* PEP 658: the sidecar is covered by its own hash only; the wheel's METADATA is compared with it after the download. */
static enum status fetch_sidecar(struct index *i, const struct index_file *file, struct buf *record, struct diag *d)
{
	struct transfer *t;
	uint64_t id, size;
	struct sha256 got;
	const char *url = arena_printf(&i->arena, "%.*s.metadata", BYTES_ARG(file->url));
	enum status s = transfer_take(i, url, i->run->limits->metadata_size, &id, d);
	if (s == OK)
		s = transfer_wait(i, id, &t, d);
	if (s)
		return s;
	if (t->status)
		return transfer_failed(t, "fetch metadata", d);
	s = sha256_of_fd(t->fd, i->run->limits->metadata_size, &got, &size, d);
	if (s == OK && file->has_metadata_digest && !sha256_equal(&got, &file->metadata_digest)) {
		char want[SHA256_TEXT_SIZE], found[SHA256_TEXT_SIZE];
		sha256_text(&file->metadata_digest, want);
		sha256_text(&got, found);
		s = fail(d, ERR_HASH, 0, "the metadata of '%.*s' does not have the promised sha256: expected %s, got %s",
			 BYTES_ARG(file->filename), want, found);
	}
	if (s == OK)
		s = helper_call(i->run, "hwb-parse", "metadata", (struct bytes){ NULL, 0 }, &t->fd, 1, record, d);
	fd_close(&t->fd);
	return s;
}

static enum status read_wheel_metadata(struct index *i, const struct index_file *file, struct buf *record, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 4096);
	wire_put_bytes(&ask, file->filename);
	enum status s = index_download(i, file, &fd, d);
	return s ? s : helper_call(i->run, "hwb-parse", "wheel-metadata", buf_bytes(&ask), &fd, 1, record, d);
}

bool index_knows_metadata(struct index *i, const struct index_file *file)
{
	char name[SHA256_TEXT_SIZE];
	struct sha256 key = metadata_key(file);
	sha256_text(&key, name);
	return find_metadata(i, &key) || faccessat(i->metadata_dir, name, R_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum status index_metadata(struct index *i, const struct index_file *file, const struct metadata **ret, struct diag *d)
{
	char name[SHA256_TEXT_SIZE];
	CLEANUP(buf_done) struct buf record;
	struct sha256 key = metadata_key(file);
	const struct metadata *known = file->has_digest ? find_metadata(i, &key) : NULL;
	if (known) {
		*ret = known;
		return OK;
	}
	if (!file->has_digest)
		return fail(d, ERR_HASH, 0, "the index gives no sha256 for '%.*s'", BYTES_ARG(file->filename));
	buf_init(&record, METADATA_RECORD_MAX);
	sha256_text(&key, name);
	if (file_read(i->metadata_dir, name, &record, NULL) == OK && remember_metadata(i, &key, buf_bytes(&record), ret, NULL) == OK)
		return OK;
	buf_clear(&record);
	bool local = bytes_starts(file->url, BYTES("file:"));
	enum status s = ERR_ABSENT;
	if (file->has_metadata && !local)
		s = fetch_sidecar(i, file, &record, d);
	if (s == ERR_ABSENT) /* promised but not there: the wheel has it too */
		s = read_wheel_metadata(i, file, &record, d);
	if (s == OK)
		s = reply_check(remember_metadata(i, &key, buf_bytes(&record), ret, d), d);
	if (s)
		return explain(d, "the metadata of '%.*s'", BYTES_ARG(file->filename));
	(void)!file_replace(i->metadata_dir, name, buf_bytes(&record), 0600, false, NULL);
	return OK;
}

/* ---- files ---- */

static enum status take_file(struct index *i, uint64_t id, const struct sha256 *digest, const uint64_t *size, struct bytes url,
			     struct diag *d)
{
	struct transfer *t;
	enum status s = transfer_wait(i, id, &t, d);
	if (s)
		return s;
	if (t->status) {
		s = transfer_failed(t, "download", d);
		return s == ERR_ABSENT ? recode(d, ERR_NETWORK) : s;
	}
	s = blob_store(i, t->fd, digest, size, url, d);
	if (i->options.progress)
		i->options.progress(i->options.progress_context, t->url, t->size, t->size);
	fd_close(&t->fd);
	return s;
}

static enum status check_listed(const struct index_file *f, struct diag *d)
{
	if (f->has_digest)
		return OK;
	(void)fail(d, ERR_HASH, 0, "the index gives no sha256 for '%.*s'", BYTES_ARG(f->filename));
	return remedy(d, "hwb installs nothing without a hash; give one in a constraints file (-b) or use another index");
}

/* What has just been stored. */
static enum status open_stored(struct index *i, const struct sha256 *digest, struct bytes url, int *ret_fd, struct diag *d)
{
	enum status s = blob_open(i, digest, ret_fd, d);
	if (s != ERR_ABSENT)
		return s;
	struct bytes shown = url_for_log(url, &i->arena);
	return fail(d, ERR_HASH, 0, "'%.*s' was stored in the cache and is not there any more as it was", BYTES_ARG(shown));
}

enum status index_download(struct index *i, const struct index_file *file, int *ret_fd, struct diag *d)
{
	enum status s = check_listed(file, d);
	if (s)
		return s;
	if (bytes_starts(file->url, BYTES("file:")))
		return blob_open_local(i->run, file->url, &file->digest, ret_fd, d);
	s = blob_open(i, &file->digest, ret_fd, d);
	if (s != ERR_ABSENT)
		return s;
	s = index_download_all(i, &file, 1, d);
	return s ? s : open_stored(i, &file->digest, file->url, ret_fd, d);
}

enum status index_download_all(struct index *i, const struct index_file *const *files, size_t n, struct diag *d)
{
	uint64_t *ids = ARENA_ARRAY(&i->arena, uint64_t, n + 1);
	enum status s = OK;
	for (size_t k = 0; s == OK && k < n; k++) {
		CLEANUP(fd_close) int fd = -1;
		s = check_listed(files[k], d);
		if (s || bytes_starts(files[k]->url, BYTES("file:")))
			continue;
		s = blob_open(i, &files[k]->digest, &fd, d);
		if (s == ERR_ABSENT)
			s = transfer_take(i, arena_string(&i->arena, files[k]->url), i->run->limits->download_size, &ids[k], d);
	}
	for (size_t k = 0; s == OK && k < n; k++)
		if (ids[k])
			s = take_file(i, ids[k], &files[k]->digest, files[k]->has_size ? &files[k]->size : NULL, files[k]->url, d);
	return s;
}

enum status index_download_url(struct index *i, const char *url, const struct sha256 *digest, int *ret_fd, struct diag *d)
{
	uint64_t id;
	enum status s = blob_open(i, digest, ret_fd, d);
	if (s != ERR_ABSENT)
		return s;
	s = transfer_start(i, url, NULL, i->run->limits->download_size, &id, d);
	if (s == OK)
		s = take_file(i, id, digest, NULL, bytes_of(url), d);
	return s ? s : open_stored(i, digest, bytes_of(url), ret_fd, d);
}
