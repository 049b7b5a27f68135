/* `hwb credential`: passwords of indexes in a sealed file, so that they stand in no configuration and no variable. */
#include "base/cleanup.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/options_build.h"
#include "cli/publish_target.h"
#include "cli/secret_input.h"
#include "cli/session.h"
#include "cli/settings_parts.h"
#include "cli/vault.h"

struct credential_command {
	struct settings *settings;
	struct vault *vault;
	const char *name; /* NULL: none was given */
};

static const struct index_place *find_place(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_places; i++)
		if (settings_index_same(s->places[i].name, name))
			return &s->places[i];
	return NULL;
}

static enum status find_origin(const struct credential_command *c, const char **ret, struct diag *d)
{
	const struct index_place *place = find_place(c->settings, c->name);
	const char *text = place && place->url && place->url[0] ? place->url : NULL;
	struct url url;
	if (!text)
		text = publish_target_url(c->settings, c->name, c->vault->arena);
	if (!text) {
		(void)fail(d, ERR_USAGE, 0, "there is no index or registry '%s' whose host could get a credential", c->name);
		return remedy(d, "name it with --index %s=URL, or in hwb.toml", c->name);
	}
	if (s3_is_url(text)) {
		(void)fail(d, ERR_USAGE, 0, "'%s' is a bucket (s3://), which takes a key and no password", c->name);
		return remedy(d, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where 'hwb publish' runs; hwb keeps no such key");
	}
	enum status s = url_parse(bytes_of(text), c->vault->arena, &url, d);
	if (s == OK)
		*ret = url_origin(&url, c->vault->arena);
	return s;
}

static enum status note(const struct credential_command *c, const char *event, const char *origin, struct diag *d)
{
	return audit_note(c->vault->run->audit, true, d, event, "name", c->name, "origin", origin, NULL);
}

static enum status credential_add(struct credential_command *c, struct diag *d)
{
	struct vault *v = c->vault;
	const char *origin;
	CLEANUP(buf_done) struct buf passphrase;
	CLEANUP(buf_done) struct buf password;
	buf_init(&passphrase, 0);
	buf_init(&password, 0);
	if (!c->settings->credential_user)
		return fail(d, ERR_USAGE, 0, "hwb credential add takes the user with --username");
	enum status s = find_origin(c, &origin, d);
	if (s == OK)
		s = vault_load(v, true, d);
	if (s == OK)
		s = secret_from_input(v->run, "password: ", &password, d);
	if (s == OK && !console_add_secret(v->console, buf_bytes(&password)))
		console_warning(v->console, "the password is too short or too common to be hidden in what hwb prints");
	if (s == OK)
		s = vault_open(v, &passphrase, d);
	if (s)
		return s;
	struct credential_store *store = &v->store;
	size_t at = credential_store_find(store, NULL, c->name);
	size_t other = credential_store_find(store, origin, NULL);
	if (other < store->n && other != at)
		return fail(d, ERR_USAGE, 0, "'%s' has a credential for the same host, '%s'", store->items[other].name, origin);
	if (!store->items)
		store->items = ARENA_ARRAY(v->arena, struct stored_credential, 1);
	if (at == store->n && store->n++ == STORE_ITEMS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d credentials", STORE_ITEMS_MAX);
	store->items[at] = (struct stored_credential){ c->name, origin, c->settings->credential_user,
						       arena_string(v->arena, buf_bytes(&password)) };
	s = note(c, "credential.stored", origin, d);
	if (s == OK)
		s = vault_save(v, buf_bytes(&passphrase), d);
	if (s == OK)
		console_note(v->console, "the password of '%s' for '%s' is in the store", c->settings->credential_user, origin);
	return s;
}

static enum status credential_remove(struct credential_command *c, struct diag *d)
{
	struct vault *v = c->vault;
	CLEANUP(buf_done) struct buf passphrase;
	buf_init(&passphrase, 0);
	enum status s = vault_load(v, true, d);
	if (s)
		return s;
	struct credential_store *store = &v->store;
	size_t at = credential_store_find(store, NULL, c->name);
	if (at == store->n)
		return fail(d, ERR_USAGE, 0, "the store has no credential '%s'", c->name);
	if (store->n > 1) /* the others are sealed anew */
		s = vault_open(v, &passphrase, d);
	if (s == OK)
		s = note(c, "credential.removed", store->items[at].origin, d);
	if (s)
		return s;
	memmove(store->items + at, store->items + at + 1, (store->n - at - 1) * sizeof *store->items);
	store->n--;
	return vault_save(v, buf_bytes(&passphrase), d);
}

static enum status credential_list(struct credential_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	enum status s = vault_load(c->vault, false, d);
	buf_init(&out, STORE_SIZE_MAX);
	for (size_t i = 0; s == OK && i < c->vault->store.n; i++) {
		const struct stored_credential *item = &c->vault->store.items[i];
		buf_clear(&out);
		buf_printf(&out, "%s %s %s", item->name, item->origin, item->user);
		console_result(c->vault->console, buf_bytes(&out));
	}
	return s;
}

static const struct verb {
	const char *name;
	size_t n_words;
	enum status (*run)(struct credential_command *c, struct diag *d);
} verbs[] = {
	{ "add", 2, credential_add },
	{ "list", 1, credential_list },
	{ "remove", 2, credential_remove },
};

static enum status run_verb(struct credential_command *c, struct diag *d)
{
	const struct strings *words = &c->settings->sources;
	for (size_t i = 0; i < COUNT(verbs) && words->n; i++) {
		if (strcmp(words->items[0], verbs[i].name) != 0)
			continue;
		if (words->n != verbs[i].n_words)
			return fail(d, ERR_USAGE, 0, "hwb credential %s takes %s", verbs[i].name,
				    verbs[i].n_words == 2 ? "the name of one index" : "no name");
		c->name = words->n > 1 ? words->items[1] : NULL;
		enum status s = c->name ? settings_index_name(bytes_of(c->name), d) : OK;
		return s ? explain(d, "hwb credential %s", verbs[i].name) : verbs[i].run(c, d);
	}
	return fail(d, ERR_USAGE, 0, "hwb credential takes one of: add NAME, list, remove NAME");
}

static enum status take_username(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	bool valid = value[0] && strlen(value) <= STORE_WORD_MAX;
	for (const char *c = value; *c; c++)
		valid = valid && (unsigned char)*c >= ' ' && *c != 0x7f;
	if (!valid)
		return fail(d, ERR_USAGE, 0, "takes the name of a user");
	s->credential_user = arena_string(a, bytes_of(value));
	return OK;
}

static const struct option options[] = {
	{ "--username", 'u', { 0 }, "USER", "add: the user whose password it is, such as __token__.", take_username },
	{ 0 },
};

static const char *const borrowed[] = { "--index", "--index-url", NULL };

static int run_credential(struct settings *s, struct arena *a)
{
	struct session session;
	struct diag d = { 0 };
	enum status status = session_open(s, "credential", environ, a, &session, &d);
	CLEANUP(vault_done)
	struct vault vault = { .run = &session.run, .settings = s, .console = session.console, .arena = a, .home = -1 };
	struct credential_command c = { .settings = s, .vault = &vault };
	if (status == OK)
		status = run_verb(&c, &d);
	int code = (int)session_close(&session, s, status, &d);
	audit_free(session.run.audit);
	return code;
}

const struct command command_credential = {
	.name = "credential",
	.arguments = "add NAME|list|remove NAME",
	.what = "keep passwords of indexes in a sealed file",
	.options = options,
	.borrowed = options_build,
	.names = borrowed,
	.run = run_credential,
};
