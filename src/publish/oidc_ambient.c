/* The CI systems that give identities to their jobs, and how each is asked. */
#include "publish/oidc_parts.h"

#include "base/cleanup.h"
#include "host/locked.h"

const char *oidc_variable(const struct oidc *o, const char *name)
{
	size_t n = strlen(name);
	for (char **v = o->request->environment; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return (*v)[n + 1] ? *v + n + 1 : NULL;
	return NULL;
}

/* ---- GitHub Actions ---- */

static bool github_is_here(const struct oidc *o)
{
	const char *value = oidc_variable(o, "GITHUB_ACTIONS");
	return value && strcmp(value, "true") == 0;
}

static enum status github_check(struct oidc *o, struct diag *d)
{
	static const char *const names[] = { "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN" };
	for (size_t i = 0; i < COUNT(names); i++) {
		if (oidc_variable(o, names[i]))
			continue;
		(void)fail(d, ERR_ABSENT, 0,
			   "this job of GitHub Actions may ask for no identity: %s is not set, so 'id-token: write' is missing",
			   names[i]);
		return remedy(
			d,
			"give the publishing job 'permissions:' with 'id-token: write'; a run for a pull request from a fork never has it");
	}
	return OK;
}

static enum status github_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	const char *url = oidc_variable(o, "ACTIONS_ID_TOKEN_REQUEST_URL"),
		   *token = oidc_variable(o, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	enum status s = oidc_report_secret(o, "GitHub Actions", token, d);
	if (s)
		return s;
	struct oidc_question q = {
		.url = arena_printf(o->arena, "%s%saudience=%s", url, strchr(url, '?') ? "&" : "?", oidc_escape(o, o->audience)),
		.who = "GitHub Actions",
		.bearer = token,
	};
	return oidc_ask_token(o, &q, OIDC_VALUE, ret_jwt, d);
}

/* ---- GitLab ---- */

static bool gitlab_is_here(const struct oidc *o)
{
	return oidc_variable(o, "GITLAB_CI") != NULL;
}

/* "PYPI_ID_TOKEN": the audience in upper case, with '_' for what a name may not have. */
static const char *gitlab_name(struct oidc *o)
{
	char *name = arena_printf(o->arena, "%s_ID_TOKEN", o->audience);
	for (char *p = name; *p; p++) {
		if (byte_is_lower((unsigned char)*p))
			*p = (char)(*p - 32);
		bool is_letter = byte_is_upper((unsigned char)*p) || *p == '_';
		if (!is_letter && (p == name || !byte_is_digit((unsigned char)*p)))
			*p = '_';
	}
	return name;
}

static enum status gitlab_check(struct oidc *o, struct diag *d)
{
	const char *name = gitlab_name(o);
	if (oidc_variable(o, name))
		return OK;
	(void)fail(d, ERR_ABSENT, 0, "this job of GitLab has no identity for '%s': the variable %s is not set", o->audience, name);
	return remedy(d, "give the publishing job in .gitlab-ci.yml 'id_tokens:' with '%s:' and in it 'aud: %s'", name, o->audience);
}

static enum status gitlab_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	const char *name = gitlab_name(o), *value = oidc_variable(o, name);
	if (!oidc_is_jwt(bytes_of(value)))
		return fail(d, ERR_REFUSED, 0, "the variable %s is no identity token (a JWT of at most %d bytes)", name,
			    OIDC_TOKEN_MAX);
	return oidc_keep(o, "GitLab", bytes_of(value), ret_jwt, d);
}

/* ---- the table ---- */

static bool buildkite_is_here(const struct oidc *o)
{
	return oidc_variable(o, "BUILDKITE") != NULL;
}

static bool circleci_is_here(const struct oidc *o)
{
	return oidc_variable(o, "CIRCLECI") != NULL;
}

/* In this order: a runner of one of the first may be a machine of the last. ActiveState is not among them: PyPI wants the claim "builder" to be
 * "pypi-publisher" (warehouse/oidc/models/activestate.py), the one builder of its Platform that uploads, and no job of a user's is that. */
static const struct ambient table[] = {
	{ "GitHub Actions", "GITHUB_ACTIONS", true, github_is_here, github_check, github_get },
	{ "GitLab", "GITLAB_CI", false, gitlab_is_here, gitlab_check, gitlab_get },
	{ "Buildkite", "BUILDKITE", true, buildkite_is_here, buildkite_check, buildkite_get },
	{ "CircleCI", "CIRCLECI", true, circleci_is_here, circleci_check, circleci_get },
	{ "Google Cloud", "GCE_METADATA_HOST, or a machine of Google's", true, google_is_here, NULL, google_get },
};

enum status ambient_find(struct oidc *o, struct diag *d)
{
	CLEANUP(buf_done) struct buf signs;
	buf_init(&signs, 1024);
	for (size_t i = 0; i < COUNT(table); i++) {
		if (table[i].is_here(o)) {
			o->ambient = &table[i];
			return table[i].check ? table[i].check(o, d) : OK;
		}
		buf_printf(&signs, "%s%s (%s)", i ? ", " : "", table[i].name, table[i].sign);
	}
	(void)fail(d, ERR_ABSENT, 0, "nothing here gives an identity; looked for: %s", buf_string(&signs));
	return remedy(d, "Trusted Publishing works in a job of one of these; see TRUSTED PUBLISHERS in hwb-publish(1)");
}
