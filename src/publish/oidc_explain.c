/* Why an identity will not do, and what to set so that it does. The claims are what the CI says of its job: hostile text, printable. */
#include "publish/oidc_parts.h"

/* "OWNER/REPO" of "OWNER/REPO/.github/workflows/FILE@REF". */
static struct bytes workflow_repository(struct bytes ref)
{
	return bytes_part(ref, 0, bytes_search(ref, BYTES("/.github/workflows/")));
}

/* "FILE" of the same. */
static struct bytes workflow_file(struct bytes ref)
{
	static const struct bytes middle = LIT("/.github/workflows/");
	struct bytes rest = bytes_from(ref, bytes_search(ref, middle) + middle.size);
	return bytes_part(rest, 0, bytes_find(rest, '@'));
}

/* PyPI compares the callee's file with the publisher's repository, which is the caller's; attestations are held to the caller's file. */
static enum status check_reusable(struct oidc *o, const struct oidc_claims *c, const char **ret_warning, struct diag *d)
{
	struct bytes job = c->values[CLAIM_JOB_WORKFLOW_REF], caller = c->values[CLAIM_WORKFLOW_REF];
	if (!job.size || !caller.size || bytes_equal(job, caller))
		return OK;
	if (!bytes_equal_nocase(workflow_repository(job), c->values[CLAIM_REPOSITORY])) {
		(void)fail(d, ERR_REFUSED, 0,
			   "the publishing job is in a reusable workflow of another repository: job_workflow_ref is '%.*s', the run is of '%.*s'; "
			   "a registry refuses that, so it was not asked",
			   BYTES_ARG(job), BYTES_ARG(caller));
		return remedy(d, "move the publishing job into a workflow of '%.*s' itself; the others may stay reusable",
			      BYTES_ARG(c->values[CLAIM_REPOSITORY]));
	}
	*ret_warning = arena_printf(
		o->arena,
		"the publishing job is in a reusable workflow: the registry compares '%.*s' (job_workflow_ref), and attestations "
		"are held to '%.*s' (workflow_ref), so that one of them will not match; move the job into the calling workflow",
		BYTES_ARG(workflow_file(job)), BYTES_ARG(workflow_file(caller)));
	return OK;
}

enum status oidc_check_claims(struct oidc *o, const struct oidc_claims *c, const char **ret_warning, struct diag *d)
{
	if (!bytes_equal(c->values[CLAIM_AUDIENCE], bytes_of(o->audience))) {
		(void)fail(d, ERR_REFUSED, 0, "%s gave an identity for the audience '%.*s', not for '%s'; it was not sent",
			   o->ambient->name, BYTES_ARG(c->values[CLAIM_AUDIENCE]), o->audience);
		return remedy(d, "set the audience of the job's identity token to '%s'", o->audience);
	}
	if (bytes_equal(c->values[CLAIM_EVENT], BYTES("pull_request_target"))) {
		(void)fail(
			d, ERR_REFUSED, 0,
			"the run was started by 'pull_request_target': a stranger's pull request may steer it, and registries refuse it");
		return remedy(d, "publish from a run for a tag or a release");
	}
	return check_reusable(o, c, ret_warning, d);
}

/* What a registry compares, by whose identity it is. */
static void put_claims(const struct oidc_claims *c, struct buf *out)
{
	bool is_first = true;
	for (size_t i = 0; i < N_CLAIMS; i++) {
		if (!c->values[i].size || i == CLAIM_AUDIENCE)
			continue;
		buf_printf(out, "%s%s '%.*s'", is_first ? "" : ", ", oidc_claim_name((enum oidc_claim)i), BYTES_ARG(c->values[i]));
		is_first = false;
	}
}

static enum status help_publisher(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	const struct bytes *v = c->values;
	struct bytes slash = v[CLAIM_REPOSITORY], owner = bytes_cut(&slash, '/');
	const char *environment = v[CLAIM_ENVIRONMENT].size
					  ? arena_printf(o->arena, "'%.*s' or none", BYTES_ARG(v[CLAIM_ENVIRONMENT]))
					  : "none (the job names none)";
	if (v[CLAIM_JOB_WORKFLOW_REF].size)
		return remedy(
			d,
			"the project's publisher at '%s' must say: owner '%.*s', repository '%.*s', workflow '%.*s', environment %s",
			o->host, BYTES_ARG(owner), BYTES_ARG(slash), BYTES_ARG(workflow_file(v[CLAIM_JOB_WORKFLOW_REF])),
			environment);
	if (v[CLAIM_PROJECT_PATH].size)
		return remedy(
			d,
			"the project's publisher at '%s' must say: project '%.*s', top-level pipeline file as in '%.*s', environment %s",
			o->host, BYTES_ARG(v[CLAIM_PROJECT_PATH]), BYTES_ARG(v[CLAIM_CI_CONFIG]), environment);
	if (v[CLAIM_EMAIL].size)
		return remedy(d, "the project's publisher at '%s' must say: e-mail '%.*s', subject '%.*s' or none", o->host,
			      BYTES_ARG(v[CLAIM_EMAIL]), BYTES_ARG(v[CLAIM_SUBJECT]));
	return remedy(d, "add a publisher with these claims to the project at '%s'", o->host);
}

static enum status help_issuer(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	return remedy(d, "'%s' knows no publishers of '%.*s' (%s), or takes the identity for malformed", o->host,
		      BYTES_ARG(c->values[CLAIM_ISSUER]), o->ambient->name);
}

static enum status help_token(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	(void)c;
	return remedy(d,
		      "the identity must be for the audience '%s', signed by its issuer and not expired: look at the clock of this machine, and "
		      "at how long the job has had it",
		      o->audience);
}

static enum status help_reuse(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	(void)c;
	return remedy(d, "an identity counts once%s",
		      o->ambient->is_renewable ? ": try again" : ", and this CI gives one to a job: run the job again");
}

static enum status help_pending(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	(void)c;
	return remedy(
		d,
		"the pending publisher is for a project that exists already, or is older than 30 days: add the publisher to the project at '%s'",
		o->host);
}

static enum status help_disabled(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	(void)c;
	return remedy(d, "Trusted Publishing by %s is switched off at '%s' for now", o->ambient->name, o->host);
}

static const struct {
	const char *code;
	enum status (*help)(struct oidc *o, const struct oidc_claims *c, struct diag *d);
} helps[] = {
	{ "invalid-publisher", help_publisher }, { "invalid-pending-publisher", help_pending }, { "invalid-payload", help_issuer },
	{ "invalid-token", help_token },         { "invalid-reuse-token", help_reuse },         { "not-enabled", help_disabled },
};

enum status oidc_explain_refusal(struct oidc *o, uint32_t code, const struct oidc_mint *mint, const struct oidc_claims *claims,
				 struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	CLEANUP(buf_done) struct buf said;
	buf_init(&words, OIDC_ANSWER_MAX);
	buf_init(&said, OIDC_ANSWER_MAX);
	put_claims(claims, &said);
	for (size_t i = 0; i < mint->n_errors; i++)
		buf_printf(&words, "%s%.*s%s%.*s", i ? "; " : "", BYTES_ARG(mint->errors[i].code),
			   mint->errors[i].code.size ? ": " : "", BYTES_ARG(mint->errors[i].description));
	if (!words.size)
		buf_printf(&words, "%.*s", BYTES_ARG(mint->message));
	/* The registry's words leave room for the claims. */
	(void)fail(d, ERR_REFUSED, 0, "'%s' refuses the identity of %s (%u): %.700s; it says %s", o->host, o->ambient->name,
		   (unsigned)code, words.size ? buf_string(&words) : "no reason given", buf_string(&said));
	for (size_t i = 0; i < mint->n_errors; i++)
		for (size_t k = 0; k < COUNT(helps); k++)
			if (bytes_equal(mint->errors[i].code, bytes_of(helps[k].code)))
				return helps[k].help(o, claims, d);
	return ERR_REFUSED;
}
