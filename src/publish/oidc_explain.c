/* Why an identity will not do, and what to set so that it does. The claims are what the CI says of its job: hostile text, printable. */
#include "publish/oidc_parts.h"
#include "redact/words.h"

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

static struct bytes before_slash(struct bytes value)
{
	return bytes_part(value, 0, bytes_find(value, '/'));
}

static struct bytes behind_slash(struct bytes value)
{
	return bytes_from(value, bytes_find(value, '/') + 1);
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
	struct bytes rerun = c->values[CLAIM_CIRCLE_SSH];
	if (rerun.size && !bytes_equal(rerun, BYTES("false"))) {
		(void)fail(d, ERR_REFUSED, 0,
			   "the claim '%s' is '%.*s', so somebody may have been in the job by SSH; registries refuse that, and were not asked",
			   oidc_claim_name(CLAIM_CIRCLE_SSH), BYTES_ARG(rerun));
		return remedy(d, "start the job again without SSH");
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

/* A field of a publisher's form, and the claim that it is compared with. */
struct form_field {
	const char *label;
	enum oidc_claim claim;
	bool is_optional; /* the form may leave it empty */
	struct bytes (*part)(struct bytes value); /* which part of the claim; NULL: all of it */
};

enum { FIELDS_MAX = 6 };

/* By the claim that only identities of one CI have. PyPI's models/github.py, gitlab.py, google.py, buildkite.py, circleci.py in warehouse/oidc. */
static const struct {
	enum oidc_claim sign;
	struct form_field fields[FIELDS_MAX]; /* in the order of the form; ends without a label */
} forms[] = {
	{ CLAIM_JOB_WORKFLOW_REF,
	  { { "owner", CLAIM_REPOSITORY, false, before_slash },
	    { "repository", CLAIM_REPOSITORY, false, behind_slash },
	    { "workflow", CLAIM_JOB_WORKFLOW_REF, false, workflow_file },
	    { "environment", CLAIM_ENVIRONMENT, true, NULL } } },
	{ CLAIM_PROJECT_PATH,
	  { { "project", CLAIM_PROJECT_PATH, false, NULL },
	    { "top-level pipeline file as in", CLAIM_CI_CONFIG, false, NULL },
	    { "environment", CLAIM_ENVIRONMENT, true, NULL } } },
	{ CLAIM_ORGANIZATION,
	  { { "organization", CLAIM_ORGANIZATION, false, NULL },
	    { "pipeline", CLAIM_PIPELINE, false, NULL },
	    { "branch", CLAIM_BRANCH, true, NULL },
	    { "tag", CLAIM_TAG, true, NULL },
	    { "step key", CLAIM_STEP, true, NULL } } },
	{ CLAIM_CIRCLE_ORGANIZATION,
	  { { "organization ID", CLAIM_CIRCLE_ORGANIZATION, false, NULL },
	    { "project ID", CLAIM_CIRCLE_PROJECT, false, NULL },
	    { "pipeline definition ID", CLAIM_CIRCLE_PIPELINE, false, NULL },
	    { "context ID", CLAIM_CIRCLE_CONTEXTS, true, NULL },
	    { "VCS ref", CLAIM_CIRCLE_REF, true, NULL },
	    { "VCS origin", CLAIM_CIRCLE_ORIGIN, true, NULL } } },
	{ CLAIM_EMAIL, { { "e-mail", CLAIM_EMAIL, false, NULL }, { "subject", CLAIM_SUBJECT, true, NULL } } },
};

static void put_field(const struct form_field *f, const struct oidc_claims *c, struct buf *out)
{
	struct bytes value = c->values[f->claim];
	value = f->part ? f->part(value) : value;
	buf_printf(out, "%s%s ", out->size ? ", " : "", f->label);
	if (value.size)
		buf_printf(out, "%s'%.*s'%s", oidc_claim_kind(f->claim) == OIDC_LIST ? "one of " : "", BYTES_ARG(value),
			   f->is_optional ? " or none" : "");
	else
		buf_add_string(out, f->is_optional ? "none (the job has none)" : "(the job has none, so that nothing matches)");
}

static enum status help_publisher(struct oidc *o, const struct oidc_claims *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	size_t i = 0;
	while (i < COUNT(forms) && !c->values[forms[i].sign].size)
		i++;
	if (i == COUNT(forms))
		return remedy(d, "add a publisher with these claims to the project at '%s'", o->host);
	buf_init(&out, OIDC_ANSWER_MAX);
	for (const struct form_field *f = forms[i].fields; f < forms[i].fields + FIELDS_MAX && f->label; f++)
		put_field(f, c, &out);
	return remedy(d, "the project's publisher at '%s' must say: %s", o->host, buf_string(&out));
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

static void put_sentence(struct oidc *o, const struct oidc_sentence *s, struct buf *out)
{
	buf_add(out, words_hide(o->run, s->text, s->is_cut, o->arena));
}

enum status oidc_explain_refusal(struct oidc *o, uint32_t code, const struct oidc_mint *mint, const struct oidc_claims *claims,
				 struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	CLEANUP(buf_done) struct buf said;
	buf_init(&words, OIDC_ANSWER_MAX);
	buf_init(&said, OIDC_ANSWER_MAX);
	put_claims(claims, &said);
	for (size_t i = 0; i < mint->n_errors; i++) {
		buf_printf(&words, "%s%.*s%s", i ? "; " : "", BYTES_ARG(mint->errors[i].code), mint->errors[i].code.size ? ": " : "");
		put_sentence(o, &mint->errors[i].description, &words);
	}
	if (!words.size)
		put_sentence(o, &mint->message, &words);
	/* The registry's words leave room for the claims. */
	(void)fail(d, ERR_REFUSED, 0, "'%s' refuses the identity of %s (%u): %.700s; it says %s", o->host, o->ambient->name,
		   (unsigned)code, words.size ? buf_string(&words) : "no reason given", buf_string(&said));
	for (size_t i = 0; i < mint->n_errors; i++)
		for (size_t k = 0; k < COUNT(helps); k++)
			if (bytes_equal(mint->errors[i].code, bytes_of(helps[k].code)))
				return helps[k].help(o, claims, d);
	return ERR_REFUSED;
}
