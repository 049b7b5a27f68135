#include "lock/direct.h"

#include "index/page.h"
#include "net/url.h"

static enum status refuse(struct diag *d, const char *why, const char *help)
{
	(void)fail_rule(d, "D03", ERR_RESOLVE, 0, "%s", why);
	if (d)
		(void)remedy(d, "%s", help);
	return ERR_RESOLVE;
}

/* "git+https://...": what pip hands to a version control system. */
static bool is_repository(struct bytes url)
{
	return bytes_find(url, '+') < bytes_find(url, ':');
}

static const struct bytes *find_allowed(const struct lock_request *request, struct bytes url)
{
	for (size_t i = 0; i < request->n_allow_urls; i++)
		if (bytes_starts(url, request->allow_urls[i]))
			return &request->allow_urls[i];
	return NULL;
}

static enum status take_name(const struct requirement *r, const struct url *url, struct arena *a, struct index_file *f,
			     struct diag *d)
{
	static const char help[] = "name a wheel of that project: hwb runs no build to get a build requirement";
	struct diag why = { 0 };
	if (url_file_name(url, a, &f->filename, NULL) || !bytes_ends(f->filename, BYTES(".whl")))
		return refuse(d, "its URL is not that of a wheel", help);
	if (wheel_name_parse(f->filename, a, &f->wheel, &why))
		return refuse(d, arena_printf(a, "its URL is not that of a wheel: %s", why.text), help);
	if (!bytes_equal(f->wheel.name, r->name))
		return refuse(d, arena_printf(a, "its URL is that of a wheel of '%.*s'", BYTES_ARG(f->wheel.name)), help);
	f->version = f->wheel.version;
	return OK;
}

enum status direct_file(const struct lock_request *request, const struct requirement *r, struct arena *a, struct index_file *ret,
			struct diag *d)
{
	static const char by_release[] = "require a release of an index, or put a wheel into a --find-links folder";
	struct index_file f = { .kind = INDEX_WHEEL, .has_digest = true, .hash_source = "url" };
	struct diag why = { 0 };
	struct bytes hex;
	struct url url;
	if (is_repository(r->url))
		return refuse(d, "a repository is always refused: it has no sha256, and a build would be needed to get a wheel",
			      by_release);
	if (url_parse(r->url, a, &url, &why))
		return refuse(d, arena_printf(a, "its URL is refused: %s", why.text), by_release);
	if (url.userinfo.data || url.scheme == URL_FILE)
		return refuse(d, url.scheme == URL_FILE ? "its URL is a file of this machine" : "its URL has a user name",
			      by_release);
	f.url = bytes_of(url_text(&url, a));
	const struct bytes *allowed = find_allowed(request, f.url);
	if (!allowed)
		return refuse(
			d, "a direct URL is refused unless index.allow-urls has its host",
			arena_printf(a, "%s; the operator can allow the host: --allow-url %s/", by_release, url_origin(&url, a)));
	if (url_fragment_find(&url, "sha256", a, &hex, NULL) || sha256_parse(hex, &f.digest))
		return refuse(d, "a direct URL needs the sha256 of its file", "add it to the URL: #sha256=...");
	f.index = *allowed;
	enum status s = take_name(r, &url, a, &f, d);
	if (s == OK)
		*ret = f;
	return s;
}

struct index_file direct_copy(const struct index_file *f, struct bytes name, struct arena *a)
{
	struct index_file copy = *f;
	copy.filename = arena_copy(a, f->filename);
	copy.url = arena_copy(a, f->url);
	copy.index = arena_copy(a, f->index);
	if (!page_file_name(&copy, name, a)) /* it was parsed before */
		copy.has_digest = false;
	return copy;
}
