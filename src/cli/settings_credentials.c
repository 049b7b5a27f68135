/* Who hwb is to an index: credentials come out of URLs, variables and netrc, each bound to one origin. */
#include "cli/settings_parts.h"

/* Set by the build (option default_index); empty: an index has to be named when one is needed. */
#ifndef HWB_DEFAULT_INDEX
#define HWB_DEFAULT_INDEX ""
#endif

void settings_add_credential(struct settings *s, struct arena *a, const char *origin, const char *user, const char *password,
			     bool replaces)
{
	struct index_credential fresh = { origin, user, password };
	for (size_t i = 0; i < s->n_credentials; i++)
		if (strcmp(s->credentials[i].origin, origin) == 0) {
			if (replaces)
				s->credentials[i] = fresh;
			return;
		}
	s->credentials = arena_grow(a, s->credentials, s->n_credentials, sizeof fresh);
	s->credentials[s->n_credentials++] = fresh;
}

enum status settings_url(struct settings *s, struct arena *a, struct bytes text, struct url *ret, struct diag *d)
{
	const char *user, *password;
	struct url url;
	if (url_parse(text, a, &url, d)) {
		(void)explain(d, "takes a URL");
		return recode(d, ERR_USAGE);
	}
	if (url.userinfo.data) {
		if (url_credentials(&url, a, &user, &password, d))
			return fail(d, ERR_USAGE, 0, "takes a URL whose user name and password are percent-encoded");
		settings_add_credential(s, a, url_origin(&url, a), user, password, true);
		url.userinfo = (struct bytes){ NULL, 0 };
	}
	*ret = url;
	return OK;
}

const char *settings_half_credential(const struct settings *s, const char *origin)
{
	for (size_t i = 0; i < s->making.n_halves; i++)
		if (strcmp(s->making.halves[i].origin, origin) == 0)
			return s->making.halves[i].user;
	return NULL;
}

struct named_credential {
	const char *name;
	struct index_credential credential;
};

/* HWB_INDEX_<NAME>_USERNAME and _PASSWORD; one without the other is half a credential. all: those found before. */
static enum status take_named(struct settings *s, struct arena *a, const char *name, const char *index_url,
			      struct named_credential *all, size_t *n, struct diag *d)
{
	struct url url;
	const char *upper = settings_index_variable(a, name);
	const char *user = env_get(s->environment, arena_printf(a, "HWB_INDEX_%s_USERNAME", upper));
	const char *password = env_get(s->environment, arena_printf(a, "HWB_INDEX_%s_PASSWORD", upper));
	if (!user && !password)
		return OK;
	bool is_half = user && !password && s->making.use_keyring && index_url;
	if (is_half && url_parse(bytes_of(index_url), a, &url, NULL) == OK) {
		s->making.halves = arena_grow(a, s->making.halves, s->making.n_halves, sizeof *s->making.halves);
		s->making.halves[s->making.n_halves++] = (struct index_credential){ url_origin(&url, a), user, NULL };
		return OK;
	}
	if (!user || !password)
		return fail(d, ERR_USAGE, 0, "HWB_INDEX_%s_%s is set, but HWB_INDEX_%s_%s is not", upper,
			    user ? "USERNAME" : "PASSWORD", upper, user ? "PASSWORD" : "USERNAME");
	if (!index_url || url_parse(bytes_of(index_url), a, &url, NULL))
		return OK;
	struct index_credential fresh = { url_origin(&url, a), user, password };
	for (size_t i = 0; i < *n; i++) {
		const struct index_credential *old = &all[i].credential;
		if (strcmp(old->origin, fresh.origin) != 0 || (strcmp(old->user, user) == 0 && strcmp(old->password, password) == 0))
			continue;
		(void)fail(d, ERR_USAGE, 0, "the indexes '%s' and '%s' are of one host, '%s', and have two credentials",
			   all[i].name, name, fresh.origin);
		return remedy(d, "a credential is a host's: give both the same, or set the variables of one only");
	}
	all[(*n)++] = (struct named_credential){ name, fresh };
	settings_add_credential(s, a, fresh.origin, user, password, true);
	return OK;
}

enum status settings_finish(struct settings *s, struct arena *a, struct diag *d)
{
	size_t row = setting_find(BYTES("index.url"));
	if (!s->index_url && HWB_DEFAULT_INDEX[0]) {
		enum status status = setting_put(s, a, row, BYTES(HWB_DEFAULT_INDEX), true, d);
		if (status)
			return explain(d, "the index that hwb was built with");
	}
	/* A name belongs to the index it was configured for: another URL on the command line does not get its password. */
	bool is_other = s->index_name && s->rows_by_flag[row];
	enum status status = settings_index_finish(s, a, d);
	struct named_credential *all = ARENA_ARRAY(a, struct named_credential, s->n_places + 1);
	size_t n = 0;
	for (size_t i = 0; status == OK && i < s->n_places; i++)
		status = take_named(s, a, i == 0 && is_other ? "DEFAULT" : s->places[i].name, s->places[i].url, all, &n, d);
	return status ? status : netrc_load(s, a, d);
}
