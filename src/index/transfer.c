/* Transfers: hwb-net fetches into unnamed files of the cache's file system; several run at once and are waited for by id. */
#include <errno.h>
#include <fcntl.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "index/state.h"
#include "net/url.h"

static enum status open_fetcher(struct index *i, struct diag *d)
{
	if (i->fetcher)
		return OK;
	struct fetch_options options = {
		.ca_file = i->options.ca_file,
		.proxy_url = i->options.proxy_url,
		.allow_http_loopback = true,
		.http_hosts = i->options.http_hosts,
		.n_http_hosts = i->options.n_http_hosts,
		.idle_ms = (uint32_t)(i->run->limits->http_ms < UINT32_MAX ? i->run->limits->http_ms : UINT32_MAX),
		.retries = (uint32_t)i->run->limits->http_retries,
	};
	return fetcher_start(i->run, &options, &i->fetcher, d);
}

static bool find_given(struct index *i, const char *origin, struct index_credential *ret)
{
	for (size_t k = 0; k < i->options.n_credentials; k++) {
		struct url own;
		if (url_parse(bytes_of(i->options.credentials[k].origin), &i->arena, &own, NULL) == OK &&
		    strcmp(url_origin(&own, &i->arena), origin) == 0) {
			*ret = i->options.credentials[k];
			return true;
		}
	}
	return false;
}

static enum status ask_credential(struct index *i, struct known_origin *o, struct diag *d)
{
	enum status s = i->options.find_credential(i->options.credential_context, o->origin, &o->credential, d);
	o->has_credential = o->is_found = s == OK;
	return s == ERR_ABSENT ? OK : s;
}

/* Who we are to the origin of that URL; whoever has to be asked is asked once, unless what it says is good for one time only. */
static enum status find_origin(struct index *i, const struct url *url, struct known_origin **ret, struct diag *d)
{
	struct known_origin fresh = { .origin = url_origin(url, &i->arena) };
	for (size_t k = 0; k < i->n_origins; k++)
		if (strcmp(i->origins[k].origin, fresh.origin) == 0) {
			*ret = &i->origins[k];
			return i->options.renews && (*ret)->is_found ? ask_credential(i, *ret, d) : OK;
		}
	fresh.has_credential = find_given(i, fresh.origin, &fresh.credential);
	enum status s = !fresh.has_credential && i->options.find_credential ? ask_credential(i, &fresh, d) : OK;
	if (s)
		return s;
	i->origins = arena_grow(&i->arena, i->origins, i->n_origins, sizeof fresh);
	i->origins[i->n_origins] = fresh;
	*ret = &i->origins[i->n_origins++];
	return OK;
}

/* Before a secret leaves for the first time, the log says which kind goes where. */
static enum status note_credential(struct index *i, struct known_origin *o, struct diag *d)
{
	if (!o->has_credential || o->is_noted)
		return OK;
	o->is_noted = true;
	return audit_note(i->run->audit, true, d, "credential.used", "kind", "index", "name", o->credential.origin, NULL);
}

enum status transfer_start(struct index *i, const char *url, const char *accept, uint64_t max_size, uint64_t *ret_id, struct diag *d)
{
	struct url parsed;
	if (i->options.offline) {
		(void)fail(d, ERR_NETWORK, 0, "'%.*s' is not in the cache", BYTES_ARG(url_for_log(bytes_of(url), &i->arena)));
		return remedy(d, "run once without --offline, or name a folder with --find-links");
	}
	enum status s = url_parse(bytes_of(url), &i->arena, &parsed, d);
	if (s == OK)
		s = open_fetcher(i, d);
	if (s)
		return s;
	CLEANUP(fd_close) int fd = openat(i->cache_dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "make a file in the cache: %s", strerror(errno));
	struct known_origin *origin;
	s = find_origin(i, &parsed, &origin, d);
	if (s == OK)
		s = note_credential(i, origin, d);
	if (s)
		return s;
	const struct index_credential *credential = origin->has_credential ? &origin->credential : NULL;
	struct fetch_request request = {
		.url = url,
		.accept = accept,
		.compressed = accept != NULL,
		.max_size = max_size,
		.out_fd = fd,
		.user = credential ? credential->user : NULL,
		.password = credential ? credential->password : NULL,
		.auth_origin = credential ? url_origin(&parsed, &i->arena) : NULL,
	};
	s = fetcher_submit(i->fetcher, &request, ++i->next_id, d);
	if (s)
		return s;
	i->transfers = arena_grow(&i->arena, i->transfers, i->n_transfers, sizeof *i->transfers);
	i->transfers[i->n_transfers++] = (struct transfer){ .id = i->next_id, .fd = take_fd(&fd), .url = url };
	*ret_id = i->next_id;
	return OK;
}

static size_t find_ahead(const struct index *i, const char *url)
{
	for (size_t k = 0; k < i->n_ahead; k++)
		if (i->ahead[k].data && bytes_equal(i->ahead[k], bytes_of(url)))
			return k;
	return i->n_ahead;
}

enum status transfer_take(struct index *i, const char *url, uint64_t max_size, uint64_t *ret_id, struct diag *d)
{
	size_t k = find_ahead(i, url);
	if (k == i->n_ahead)
		return transfer_start(i, url, NULL, max_size, ret_id, d);
	*ret_id = i->ahead_ids[k];
	i->ahead[k] = (struct bytes){ NULL, 0 };
	return OK;
}

static void ask_ahead(struct index *i, const char *url, uint64_t max_size)
{
	uint64_t id;
	if (find_ahead(i, url) < i->n_ahead || transfer_start(i, url, NULL, max_size, &id, NULL))
		return;
	i->ahead = arena_grow(&i->arena, i->ahead, i->n_ahead, sizeof *i->ahead);
	i->ahead_ids = arena_grow(&i->arena, i->ahead_ids, i->n_ahead, sizeof *i->ahead_ids);
	i->ahead[i->n_ahead] = bytes_of(url);
	i->ahead_ids[i->n_ahead++] = id;
}

void index_expect(struct index *i, const struct index_file *const *files, size_t n)
{
	enum { SMALL_WHEEL = 4 << 20 };
	for (size_t k = 0; k < n; k++) {
		const struct index_file *f = files[k];
		bool is_remote = f->has_digest && !f->built_from && !bytes_starts(f->url, BYTES("file:"));
		if (!is_remote || i->options.offline || index_knows_metadata(i, f))
			continue;
		if (f->has_metadata)
			ask_ahead(i, arena_printf(&i->arena, "%.*s.metadata", BYTES_ARG(f->url)), i->run->limits->metadata_size);
		else if (f->has_size && f->size <= SMALL_WHEEL && !index_has(i, &f->digest))
			ask_ahead(i, arena_string(&i->arena, f->url), i->run->limits->download_size);
	}
}

static struct transfer *find_transfer(struct index *i, uint64_t id)
{
	for (size_t k = 0; k < i->n_transfers; k++)
		if (i->transfers[k].id == id)
			return &i->transfers[k];
	return NULL;
}

static void note_result(struct index *i, const struct fetch_result *r)
{
	struct transfer *t = find_transfer(i, r->id);
	if (!t)
		return;
	t->done = true;
	i->wants_credential |= r->http_code == 401 || r->http_code == 403;
	t->status = r->status;
	t->size = r->size;
	t->url = arena_string(&i->arena, bytes_of(r->url[0] ? r->url : t->url));
	t->content_type = arena_string(&i->arena, bytes_of(r->content_type));
	t->text = arena_string(&i->arena, bytes_of(r->text));
}

enum status transfer_wait(struct index *i, uint64_t id, struct transfer **ret, struct diag *d)
{
	struct transfer *t = find_transfer(i, id);
	while (t && !t->done) {
		struct fetch_result result;
		enum status s = fetcher_wait(i->fetcher, &result, d);
		if (s)
			return s;
		note_result(i, &result);
	}
	if (!t)
		return fail(d, ERR_IO, 0, "a download was lost");
	*ret = t;
	return OK;
}

enum status transfer_failed(const struct transfer *t, const char *what, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	enum status s = t->status == ERR_ABSENT || t->status == ERR_LIMIT ? t->status : ERR_NETWORK;
	if (t->text[0]) /* it names the URL itself */
		return fail(d, s, 0, "%s: %s", what, t->text);
	return fail(d, s, 0, "%s: '%.*s': not found", what, BYTES_ARG(url_for_log(bytes_of(t->url), &a)));
}
