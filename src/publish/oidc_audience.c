/* For which host an identity may be asked for in whose name. An identity for the audience of one registry is a key to it: a URL that
 * somebody put into a configuration must not get one. DESIGN.md 3, "Credentials". */
#include "publish/oidc_parts.h"

/* Registries that are built in. Both names of one are the same service: uploads, and all else. */
static const struct {
	const char *host, *audience;
} known[] = {
	{ "upload.pypi.org", "pypi" },
	{ "pypi.org", "pypi" },
	{ "test.pypi.org", "testpypi" },
};

/* Nobody else gets these, whatever the configuration says. The last is that of signing. */
static const char *const reserved[] = { "pypi", "testpypi", "sigstore" };

static bool is_reserved(const char *audience)
{
	for (size_t i = 0; i < COUNT(reserved); i++)
		if (bytes_equal_nocase(bytes_of(audience), bytes_of(reserved[i])))
			return true;
	return false;
}

static const char *known_audience(const struct url *u)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (u->scheme == URL_HTTPS && u->port == 443 && strcmp(u->host, known[i].host) == 0)
			return known[i].audience;
	return NULL;
}

static enum status take_pinned(struct oidc *o, struct diag *d)
{
	const char *audience = o->request->audience;
	if (!audience) {
		(void)fail(d, o->request->must ? ERR_USAGE : ERR_ABSENT, 0,
			   "no audience is pinned for the registry '%s', so no identity is asked for", o->host);
		return remedy(
			d,
			"set publish.audience in your hwb.toml to the audience that this registry documents for Trusted Publishing");
	}
	if (!oidc_is_audience(bytes_of(audience)))
		return fail(d, ERR_USAGE, 0, "publish.audience is not 1 to %d letters, digits and '._:/-'", OIDC_AUDIENCE_MAX);
	if (is_reserved(audience)) {
		(void)fail(d, ERR_USAGE, 0, "publish.audience is '%s', which is not the audience of the registry '%s'", audience,
			   o->host);
		return remedy(
			d,
			"an identity for it would let that host publish in your name elsewhere: pin the audience of the host itself");
	}
	o->audience = audience;
	return OK;
}

enum status oidc_choose_audience(struct oidc *o, struct diag *d)
{
	struct url u;
	enum status s = url_parse(bytes_of(o->request->upload_url), o->arena, &u, d);
	if (s == OK && (u.scheme == URL_FILE || u.userinfo.data))
		s = fail(d, ERR_USAGE, 0, "it is no https:// URL without a password");
	if (s) {
		(void)explain(d, "the URL of the registry");
		return recode(d, ERR_USAGE);
	}
	o->origin = url_origin(&u, o->arena);
	bool is_usual = u.port == (u.scheme == URL_HTTPS ? 443 : 80);
	o->host = is_usual ? u.host : arena_printf(o->arena, u.host_is_ipv6 ? "[%s]:%u" : "%s:%u", u.host, (unsigned)u.port);
	o->audience = known_audience(&u);
	return o->audience ? OK : take_pinned(o, d);
}
