#include "cli/credentials.h"

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "cli/vault.h"

/* The index of that origin which the operator named, or NULL. */
static const struct index_place *find_place(const struct credentials *c, const char *origin)
{
	for (size_t i = 0; i < c->settings->n_places; i++) {
		struct url url;
		const char *text = c->settings->places[i].url;
		if (text && url_parse(bytes_of(text), c->arena, &url, NULL) == OK && strcmp(url_origin(&url, c->arena), origin) == 0)
			return &c->settings->places[i];
	}
	return NULL;
}

static void take(const struct credentials *c, const char *origin, const char *user, const char *password, struct index_credential *ret)
{
	if (!console_add_secret(c->console, bytes_of(password)))
		console_warning(c->console, "a password is too short or too common to be hidden in what hwb prints");
	/* What HTTP basic authentication sends. */
	(void)console_add_secret(c->console, bytes_of(arena_printf(c->arena, "%s:%s", user, password)));
	*ret = (struct index_credential){ origin, user, password };
}

enum status credentials_from_store(struct credentials *c, const char *origin, struct index_credential *ret, struct diag *d)
{
	CLEANUP(vault_done)
	struct vault v = { .run = c->run, .settings = c->settings, .console = c->console, .arena = c->arena, .home = -1 };
	CLEANUP(buf_done) struct buf passphrase;
	buf_init(&passphrase, 0);
	enum status s = vault_load(&v, false, d);
	if (s)
		return explain(d, "the credential store");
	size_t at = credential_store_find(&v.store, origin, NULL);
	if (at == v.store.n)
		return ERR_ABSENT;
	s = vault_open(&v, &passphrase, d);
	if (s)
		return explain(d, "the credential of the index '%s'", v.store.items[at].name);
	take(c, origin, v.store.items[at].user, v.store.items[at].password, ret);
	return OK;
}

/* The user has to be known: keyrings are asked by service and user. First by the index's URL, then by its host, as uv does. */
static enum status ask_keyring(struct credentials *c, const struct index_place *place, const char *origin,
			       struct index_credential *ret, struct diag *d)
{
	const char *user = settings_half_credential(c->settings, origin);
	struct url url;
	if (!user || url_parse(bytes_of(place->url), c->arena, &url, NULL))
		return ERR_ABSENT;
	const char *const services[] = { place->url, url.host };
	for (size_t i = 0; i < COUNT(services); i++) {
		CLEANUP(buf_done) struct buf password;
		enum status s = keyring_get(c, services[i], user, &password, d);
		if (s == OK)
			take(c, origin, user, arena_string(c->arena, buf_bytes(&password)), ret);
		if (s != ERR_ABSENT)
			return s ? explain(d, "the credential of the index '%s'", place->name) : OK;
	}
	const char *variable = settings_index_variable(c->arena, place->name);
	(void)fail(d, ERR_USAGE, 0,
		   "HWB_INDEX_%s_USERNAME is set, and neither HWB_INDEX_%s_PASSWORD nor the keyring has its password", variable,
		   variable);
	return remedy(d, "keyring set '%s' '%s'", place->url, user);
}

enum status credentials_find(void *context, const char *origin, struct index_credential *ret, struct diag *d)
{
	struct credentials *c = context;
	struct diag now = { 0 };
	const struct index_place *place = find_place(c, origin);
	if (!place)
		return ERR_ABSENT;
	enum status s = c->failed.text[0] ? c->failed.code : credentials_from_store(c, origin, ret, &now);
	if (s == ERR_ABSENT && c->settings->making.use_keyring)
		s = ask_keyring(c, place, origin, ret, &now);
	if (s == OK || s == ERR_ABSENT)
		return s;
	if (!c->failed.text[0])
		c->failed = now;
	if (d)
		*d = c->failed;
	return s;
}
