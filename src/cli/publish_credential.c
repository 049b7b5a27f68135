#include "cli/publish_credential.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/credentials.h"
#include "cli/secret_input.h"
#include "cli/settings_parts.h"
#include "cli/trusted.h"
#include "host/locked.h"

/* The first that is set counts. user: the variable with the user name; NULL: it is a token, whose user the registry knows. family: N_FAMILIES
 * for ours. */
static const struct variable {
	const char *password, *user;
	enum publish_family family;
} variables[PUBLISH_VARIABLES] = {
	{ "HWB_PUBLISH_TOKEN", NULL, N_FAMILIES },
	{ "HWB_PUBLISH_PASSWORD", "HWB_PUBLISH_USERNAME", N_FAMILIES },
	{ "UV_PUBLISH_TOKEN", NULL, FAMILY_UV },
	{ "UV_PUBLISH_PASSWORD", "UV_PUBLISH_USERNAME", FAMILY_UV },
	{ "TWINE_PASSWORD", "TWINE_USERNAME", FAMILY_TWINE },
};

static const char *const aws_variables[PUBLISH_AWS_VARIABLES] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN" };

/* Whoever publishes elsewhere needs them as little as a child does. */
static enum status take_variable(struct publish_credentials *c, const char *name, char **ret, struct diag *d)
{
	char *value = (char *)(uintptr_t)env_get(c->settings->environment, name);
	if (!value || !value[0])
		return OK;
	enum status s = locked_copy(bytes_of(value), ret, d);
	if (s)
		return explain(d, "%s", name);
	explicit_bzero(value, strlen(value));
	return OK;
}

enum status publish_credentials_take(struct publish_credentials *c, struct diag *d)
{
	enum status s = OK;
	for (size_t i = 0; s == OK && i < COUNT(variables); i++)
		s = take_variable(c, variables[i].password, &c->variables[i], d);
	for (size_t i = 0; s == OK && i < COUNT(aws_variables); i++)
		s = take_variable(c, aws_variables[i], &c->aws[i], d);
	return s;
}

/* Printable without blanks, and of a length that goes through a header. */
static bool is_aws_word(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (s[n] <= ' ' || s[n] > '~')
			return false;
	return n > 0 && n <= UPLOAD_VALUE_MAX / 2;
}

enum status publish_credential_aws(struct publish_credentials *c, struct s3_key *ret, struct diag *d)
{
	if (!c->aws[0] || !c->aws[1]) {
		(void)fail(d, ERR_PUBLISH, 0, "there is no key for '%s': %s is not set; nothing was sent", c->target->registry.name,
			   aws_variables[c->aws[0] ? 1 : 0]);
		return remedy(d, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, with a key for an hour); "
				 "hwb reads no ~/.aws");
	}
	for (size_t i = 0; i < COUNT(aws_variables); i++)
		if (c->aws[i] && (!is_aws_word(c->aws[i]) || (i == 0 && strpbrk(c->aws[i], "/,="))))
			return fail(d, ERR_USAGE, 0, "%s has a blank, a character that no key has, or is too long", aws_variables[i]);
	for (size_t i = 1; i < COUNT(aws_variables); i++)
		if (c->aws[i] && !console_add_secret(c->console, bytes_of(c->aws[i])))
			console_warning(c->console, "%s is too short or too common to be hidden in what hwb prints",
					aws_variables[i]);
	c->found = (struct publish_credential){ .kind = "aws", .name = aws_variables[0] };
	c->is_found = true;
	*ret = (struct s3_key){ c->aws[0], c->aws[1], c->aws[2] };
	return OK;
}

/* What HTTP basic authentication sends is hidden as well. */
static void hide(struct publish_credentials *c, const char *user)
{
	CLEANUP(buf_done) struct buf both;
	buf_init(&both, UPLOAD_SECRET_MAX + 2);
	both.secret = true;
	if (!console_add_secret(c->console, bytes_of(c->password)))
		console_warning(c->console, "the password is too short or too common to be hidden in what hwb prints");
	buf_printf(&both, "%s:%s", user, c->password);
	(void)console_add_secret(c->console, buf_bytes(&both));
}

/* secret: is wiped by its owner. */
static enum status keep(struct publish_credentials *c, const char *user, struct bytes secret, const char *kind, const char *name,
			struct diag *d)
{
	if (!secret.size || secret.size > UPLOAD_SECRET_MAX / 2)
		return fail(d, ERR_USAGE, 0, "%s is empty or too long for a credential", name);
	for (size_t i = 0; i < secret.size; i++)
		if (secret.data[i] < ' ' || secret.data[i] == 0x7f)
			return fail(d, ERR_USAGE, 0, "%s has a line end or a control character in it", name);
	if (!user || !user[0] || strchr(user, ':') || strlen(user) > 255) {
		(void)fail(d, ERR_USAGE, 0, "%s: nobody says whose password it is", name);
		return remedy(d, "name the user with --username; that of a token is mostly __token__");
	}
	enum status s = locked_copy(secret, &c->password, d);
	if (s)
		return s;
	hide(c, user);
	c->found = (struct publish_credential){ .user = user, .password = c->password, .kind = kind, .name = name };
	c->is_found = true;
	return OK;
}

/* Named outright, else what its kind of registry expects. */
static const char *user_of(const struct publish_credentials *c)
{
	const struct publish_target *t = c->target;
	const char *variable = env_get(c->settings->environment, "HWB_PUBLISH_USERNAME");
	return c->settings->publish.user ? c->settings->publish.user
	       : variable && variable[0] ? variable
	       : t->user                 ? t->user
					 : t->registry.user;
}

static const char *or_token(const char *user)
{
	return user ? user : "__token__";
}

/* A secret that another tool was given for another place does not go here. */
static enum status check_place(const struct publish_credentials *c, const struct variable *v, struct diag *d)
{
	const char *variable, *place, *ours = c->target->registry.upload_url;
	if (v->family == N_FAMILIES)
		return OK;
	place = publish_target_foreign(c->settings, v->family, c->arena, &variable);
	if (!place || publish_target_same(place, ours, c->arena))
		return OK;
	(void)fail(d, ERR_USAGE, 0, "%s is for '%.*s', as %s says, and this publishes to '%s'", v->password,
		   BYTES_ARG(url_for_log(bytes_of(place), c->arena)), variable, ours);
	return remedy(d, "unset %s if the secret is for both, or put that of '%s' into HWB_PUBLISH_TOKEN", variable,
		      c->target->registry.name);
}

static enum status from_variables(struct publish_credentials *c, struct diag *d)
{
	for (size_t i = 0; i < COUNT(variables); i++) {
		const struct variable *v = &variables[i];
		if (!c->variables[i])
			continue;
		const char *named = v->user ? env_get(c->settings->environment, v->user) : NULL;
		if (check_place(c, v, d))
			return ERR_USAGE;
		const char *user = c->settings->publish.user ? c->settings->publish.user : named && named[0] ? named : user_of(c);
		return keep(c, v->user && strcmp(v->user, "HWB_PUBLISH_USERNAME") == 0 ? user : or_token(user),
			    bytes_of(c->variables[i]), "token", v->password, d);
	}
	return ERR_ABSENT;
}

static enum status from_input(struct publish_credentials *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf password;
	enum status s = secret_from_input(c->run, "password: ", &password, d);
	return s ? explain(d, "--password-stdin")
		 : keep(c, or_token(user_of(c)), buf_bytes(&password), "token", "--password-stdin", d);
}

static enum status from_store(struct publish_credentials *c, struct credentials *old, const char *origin, struct diag *d)
{
	struct index_credential stored;
	enum status s = credentials_from_store(old, origin, &stored, d);
	if (s)
		return s;
	const char *named = c->settings->publish.user;
	if (named && strcmp(named, stored.user) != 0) {
		s = fail(d, ERR_USAGE, 0, "the credential store has the password of '%s' for '%s', and --username names '%s'",
			 stored.user, c->target->registry.name, named);
		(void)remedy(d, "leave --username away, or keep the other's: hwb credential add");
	} else
		s = keep(c, stored.user, bytes_of(stored.password), "store", "the credential store", d);
	explicit_bzero((char *)(uintptr_t)stored.password, strlen(stored.password));
	return s;
}

/* First by the URL, then by the host, as uv does. */
static enum status from_keyring(struct publish_credentials *c, struct credentials *old, const struct url *url, struct diag *d)
{
	const char *const services[] = { c->target->registry.upload_url, url->host };
	const char *user = or_token(user_of(c));
	for (size_t i = 0; i < COUNT(services); i++) {
		CLEANUP(buf_done) struct buf password;
		enum status s = keyring_get(old, services[i], user, &password, d);
		if (s != ERR_ABSENT)
			return s ? s : keep(c, user, buf_bytes(&password), "keyring", "the program keyring", d);
	}
	return ERR_ABSENT;
}

static enum status from_identity(struct publish_credentials *c, struct diag *d)
{
	struct publish_token token = { 0 };
	const struct publish_target *t = c->target;
	bool must = c->settings->publish.trusted == TRUSTED_ALWAYS;
	struct oidc_request request = trusted_request(c->settings, c->console, c->settings->environment, t->registry.upload_url,
						      c->settings->publish.audience, must);
	request.http_hosts = t->http_hosts.items;
	request.n_http_hosts = t->http_hosts.n;
	enum status s = oidc_token(c->run, &request, c->arena, &token, d);
	if (s)
		return s;
	publish_token_done(&c->token); /* one that is about to expire */
	c->token = token;
	if (token.warning)
		console_warning(c->console, "%s", token.warning);
	c->found = (struct publish_credential){ .user = "__token__",
						.password = token.value,
						.kind = "trusted_publisher",
						.name = token.ci,
						.oidc_issuer = token.issuer,
						.claims_json = token.claims };
	c->is_found = true;
	return OK;
}

/* why: there is no trusted publisher; "" when nobody was asked. */
static enum status none(const struct publish_credentials *c, const char *why, struct diag *d)
{
	const char *name = c->target->registry.name;
	(void)fail(d, ERR_PUBLISH, 0,
		   "there is no credential for '%s': HWB_PUBLISH_TOKEN, HWB_PUBLISH_PASSWORD, UV_PUBLISH_TOKEN, UV_PUBLISH_PASSWORD and TWINE_PASSWORD are not set, the "
		   "credential store has none, the keyring %s, Trusted Publishing %s%s; nothing was sent",
		   name, c->settings->making.use_keyring ? "has none" : "was not asked (index.keyring-provider)",
		   why[0] ? "gives none: " : "was not wanted", why);
	return remedy(d, "best without any: publish from a CI that the registry trusts (Trusted Publishing; see hwb-publish(1)); else put a "
			 "token for this project alone into HWB_PUBLISH_TOKEN, or into the store (hwb credential add)");
}

/* A refusal, and a host that does not answer, is a publish that failed; what the operator would have to say first is not. */
static enum status last_resort(struct publish_credentials *c, struct diag *d)
{
	bool must = c->settings->publish.trusted == TRUSTED_ALWAYS;
	if (c->settings->publish.trusted == TRUSTED_NEVER)
		return none(c, "", d);
	enum status s = from_identity(c, d);
	if (!must && (s == ERR_ABSENT || s == ERR_USAGE))
		return none(c, arena_string(c->arena, bytes_of(d->text)), d);
	if (s == ERR_ABSENT || s == ERR_REFUSED || s == ERR_NETWORK)
		s = recode(d, ERR_PUBLISH);
	return s ? explain(d, "Trusted Publishing") : OK;
}

static enum status find(struct publish_credentials *c, struct diag *d)
{
	struct url url;
	struct credentials old = { .run = c->run, .settings = c->settings, .console = c->console, .arena = c->arena };
	if (c->settings->publish.trusted == TRUSTED_ALWAYS)
		return last_resort(c, d);
	if (c->settings->publish.password_stdin)
		return from_input(c, d);
	enum status s = from_variables(c, d);
	if (s == ERR_ABSENT && url_parse(bytes_of(c->target->registry.upload_url), c->arena, &url, d) == OK) {
		s = from_store(c, &old, url_origin(&url, c->arena), d);
		if (s == ERR_ABSENT && c->settings->making.use_keyring)
			s = from_keyring(c, &old, &url, d);
	}
	return s == ERR_ABSENT ? last_resort(c, d) : s;
}

static bool is_usable(const struct publish_credentials *c)
{
	return c->is_found && (!c->token.value || publish_token_is_fresh(&c->token, clock_unix(), OIDC_FRESH_S));
}

enum status publish_credential_get(void *context, const struct publish_credential **ret, struct diag *d)
{
	struct publish_credentials *c = context;
	enum status s = is_usable(c) ? OK : c->token.value ? last_resort(c, d) : find(c, d);
	if (s == OK)
		*ret = &c->found;
	return s;
}

void publish_credentials_done(struct publish_credentials *c)
{
	for (size_t i = 0; i < COUNT(variables); i++)
		locked_free(&c->variables[i]);
	for (size_t i = 0; i < COUNT(aws_variables); i++)
		locked_free(&c->aws[i]);
	locked_free(&c->password);
	publish_token_done(&c->token);
	c->is_found = false;
}
