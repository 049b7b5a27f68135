#include "publish/registry.h"

#include "base/cleanup.h"

enum { MIB = 1 << 20 };

static const struct registry_kind kinds[] = {
	{ "PyPI", "pypi", "https://upload.pypi.org/legacy/", "https://pypi.org/simple/", "https://pypi.org", "upload.pypi.org", "",
	  "__token__", true, UINT64_C(100) * MIB, "200 for the same bytes, else 400" },
	{ "TestPyPI", "testpypi", "https://test.pypi.org/legacy/", "https://test.pypi.org/simple/", "https://test.pypi.org",
	  "test.pypi.org", "/legacy/", "__token__", true, UINT64_C(100) * MIB, "200 for the same bytes, else 400" },
	{ "AWS CodeArtifact", NULL, NULL, "simple/", NULL, ".amazonaws.com", "/pypi/", "aws", false, 0, "409" },
	{ "Google Artifact Registry", NULL, NULL, "simple/", NULL, "-python.pkg.dev", "", "oauth2accesstoken", false, 0,
	  "400, \"requested entity already exists\"" },
	{ "GitLab", NULL, NULL, "simple/", NULL, "", "/packages/pypi", "gitlab-ci-token", false, 0,
	  "400, \"has already been taken\"" },
	{ "Artifactory", NULL, NULL, "simple/", NULL, "", "/api/pypi/", NULL, false, 0, "403, \"delete/overwrite\"" },
	{ "Nexus", NULL, NULL, "simple/", NULL, "", "/repository/", NULL, false, 0, "400, \"cannot be updated\"" },
	{ "devpi", NULL, NULL, "+simple/", NULL, "", NULL, NULL, false, 0, "409, or it is overwritten in a volatile index" },
	{ "pypiserver", NULL, NULL, "simple/", NULL, "", NULL, NULL, false, 0, "409" },
};

const struct registry_kind *registry_kinds(size_t *ret_n)
{
	*ret_n = COUNT(kinds);
	return kinds;
}

static bool is_kind(const struct registry_kind *k, const struct url *u)
{
	struct bytes host = bytes_of(u->host);
	if (!k->path)
		return false;
	bool host_fits = k->word ? bytes_equal(host, bytes_of(k->host)) : bytes_ends(host, bytes_of(k->host));
	return host_fits && bytes_search(u->path, bytes_of(k->path)) < u->path.size;
}

static const struct registry_kind *find_kind(const struct url *u)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (is_kind(&kinds[i], u))
			return &kinds[i];
	return NULL;
}

const struct registry_kind *registry_kind_of(struct bytes upload_url)
{
	CLEANUP(arena_done) struct arena a;
	struct url url;
	arena_init(&a);
	return url_parse(upload_url, &a, &url, NULL) == OK ? find_kind(&url) : NULL;
}

static const char *with_slash(const char *url, struct arena *a)
{
	size_t n = strlen(url);
	return n && url[n - 1] == '/' ? url : arena_printf(a, "%s/", url);
}

static void take_kind(struct registry *r, const struct registry_kind *k, struct arena *a)
{
	r->kind = k;
	r->takes_attestations = k->takes_attestations;
	r->user = k->user;
	r->file_max = k->file_max;
	if (r->check_url)
		return;
	r->check_is_guess = !k->word;
	r->check_url = k->word ? k->check_url : arena_printf(a, "%s%s", with_slash(r->upload_url, a), k->check_url);
}

enum status registry_find(const char *word, struct arena *a, struct registry *ret)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!kinds[i].word || strcmp(kinds[i].word, word) != 0)
			continue;
		*ret = (struct registry){ .name = kinds[i].word, .upload_url = kinds[i].upload_url };
		take_kind(ret, &kinds[i], a);
		return OK;
	}
	return ERR_ABSENT;
}

static enum status parse(const char *text, const char *what, struct arena *a, struct url *ret, struct diag *d)
{
	if (url_parse(bytes_of(text), a, ret, d)) {
		(void)explain(d, "%s", what);
		return recode(d, ERR_USAGE);
	}
	if (ret->userinfo.data) {
		(void)fail(d, ERR_USAGE, 0, "%s has a user name or a password in it", what);
		(void)remedy(d, "a URL ends up in logs: use --username, and HWB_PUBLISH_TOKEN or --password-stdin");
		return ERR_USAGE;
	}
	if (ret->query.data) {
		(void)fail(d, ERR_USAGE, 0, "%s has a query ('?...'), where credentials are often kept", what);
		(void)remedy(d, "a URL ends up in logs: use HWB_PUBLISH_TOKEN or --password-stdin, and leave the query away");
		return ERR_USAGE;
	}
	if (ret->scheme == URL_FILE || ret->fragment.data)
		return fail(d, ERR_USAGE, 0, "%s is not an https URL without a fragment", what);
	return OK;
}

enum status registry_at(const char *upload_url, const char *name, const char *check_url, struct arena *a, struct registry *ret,
			struct diag *d)
{
	struct url upload, check;
	enum status s = parse(upload_url, "the URL of the registry", a, &upload, d);
	if (s == OK && check_url)
		s = parse(check_url, "the URL of the registry's index", a, &check, d);
	if (s)
		return s;
	struct registry r = { .name = name ? name : upload.host, .upload_url = url_text(&upload, a) };
	if (check_url)
		r.check_url = with_slash(url_text(&check, a), a);
	const struct registry_kind *k = find_kind(&upload);
	if (k)
		take_kind(&r, k, a);
	*ret = r;
	return OK;
}
