#include "base/cleanup.h"
#include "harness.h"
#include "publish/oidc_parts.h"
#include "redact/known.h"

enum { ROW_CLAIMS = 8 };

/* A claim and its value, as oidc_json.c gives it. */
struct said {
	enum oidc_claim claim;
	const char *value;
};

static void fill(struct oidc_claims *c, const struct said *said)
{
	*c = (struct oidc_claims){ .expires = 0 };
	for (size_t i = 0; i < ROW_CLAIMS && said[i].value; i++)
		c->values[said[i].claim] = bytes_of(said[i].value);
}

static const struct ambient somewhere = { .name = "a CI", .sign = "X", .is_renewable = true };

static struct oidc over(const struct oidc_request *request, struct arena *a)
{
	static const struct run_context run = { .id = "" };
	return (struct oidc){
		.run = &run, .request = request, .arena = a, .host = "registry.example", .audience = "mine", .ambient = &somewhere
	};
}

static void what_a_publisher_must_say_depends_on_the_ci(void)
{
	static const struct {
		const char *sentence;
		struct said said[ROW_CLAIMS];
		const char *want; /* of the help, all of it */
	} rows[] = {
		{ "GitHub",
		  { { CLAIM_REPOSITORY, "o/r" },
		    { CLAIM_JOB_WORKFLOW_REF, "o/r/.github/workflows/f.yml@refs/heads/m" },
		    { CLAIM_ENVIRONMENT, "e" } },
		  "the project's publisher at 'registry.example' must say: owner 'o', repository 'r', workflow 'f.yml', environment 'e' or none" },
		{ "GitHub without an environment",
		  { { CLAIM_REPOSITORY, "o/r" }, { CLAIM_JOB_WORKFLOW_REF, "o/r/.github/workflows/f.yml@x" } },
		  "the project's publisher at 'registry.example' must say: owner 'o', repository 'r', workflow 'f.yml', environment none (the job has none)" },
		{ "a repository without an owner, a workflow without a file",
		  { { CLAIM_REPOSITORY, "o" }, { CLAIM_JOB_WORKFLOW_REF, "x" } },
		  "the project's publisher at 'registry.example' must say: owner 'o', repository (the job has none, so that nothing matches), workflow "
		  "(the job has none, so that nothing matches), environment none (the job has none)" },
		{ "GitLab",
		  { { CLAIM_PROJECT_PATH, "g/p" }, { CLAIM_CI_CONFIG, "gitlab.com/g/p//.gitlab-ci.yml@x" }, { CLAIM_ENVIRONMENT, "e" } },
		  "the project's publisher at 'registry.example' must say: project 'g/p', top-level pipeline file as in "
		  "'gitlab.com/g/p//.gitlab-ci.yml@x', environment 'e' or none" },
		{ "Google",
		  { { CLAIM_EMAIL, "r@x" }, { CLAIM_SUBJECT, "7" } },
		  "the project's publisher at 'registry.example' must say: e-mail 'r@x', subject '7' or none" },
		{ "Buildkite",
		  { { CLAIM_ORGANIZATION, "o" },
		    { CLAIM_PIPELINE, "p" },
		    { CLAIM_BRANCH, "main" },
		    { CLAIM_TAG, "v1" },
		    { CLAIM_STEP, "s" } },
		  "the project's publisher at 'registry.example' must say: organization 'o', pipeline 'p', branch 'main' or none, tag 'v1' or none, step key "
		  "'s' or none" },
		{ "CircleCI",
		  { { CLAIM_CIRCLE_ORGANIZATION, "o" },
		    { CLAIM_CIRCLE_PROJECT, "p" },
		    { CLAIM_CIRCLE_PIPELINE, "d" },
		    { CLAIM_CIRCLE_SSH, "false" },
		    { CLAIM_CIRCLE_CONTEXTS, "a, b" },
		    { CLAIM_CIRCLE_REF, "refs/heads/m" },
		    { CLAIM_CIRCLE_ORIGIN, "github.com/o/r" } },
		  "the project's publisher at 'registry.example' must say: organization ID 'o', project ID 'p', pipeline definition ID 'd', context ID one of "
		  "'a, b' or none, VCS ref 'refs/heads/m' or none, VCS origin 'github.com/o/r' or none" },
		{ "CircleCI with the project alone",
		  { { CLAIM_CIRCLE_ORGANIZATION, "o" }, { CLAIM_CIRCLE_PROJECT, "p" } },
		  "the project's publisher at 'registry.example' must say: organization ID 'o', project ID 'p', pipeline definition ID (the job has none, so "
		  "that nothing matches), context ID none (the job has none), VCS ref none (the job has none), VCS origin none (the job has none)" },
		{ "nobody that is known",
		  { { CLAIM_ISSUER, "https://i" } },
		  "add a publisher with these claims to the project at 'registry.example'" },
	};
	static const struct oidc_mint mint = { .errors = { { LIT("invalid-publisher"), { LIT("no"), false } } }, .n_errors = 1 };
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oidc_request r = { .must = true };
		struct oidc o = over(&r, &a);
		struct oidc_claims c;
		struct diag d = { 0 };
		fill(&c, rows[i].said);
		CHECK_ROW(oidc_explain_refusal(&o, 422, &mint, &c, &d) == ERR_REFUSED, rows[i].sentence);
		CHECK_ROW(strcmp(d.help, rows[i].want) == 0, d.help);
		for (size_t k = 0; k < ROW_CLAIMS && rows[i].said[k].value; k++)
			CHECK_ROW(strstr(d.text,
					 arena_printf(&a, "%s '%s'", oidc_claim_name(rows[i].said[k].claim), rows[i].said[k].value)),
				  d.text);
	}
}

static void a_secret_that_was_cut_is_hidden(void)
{
	static const struct oidc_mint mint = {
		.message = { LIT("no: a pass phr"), true },
		.errors = { { LIT("invalid-publisher"), { LIT("got a pass phrase of words, a pass"), true } } },
	};
	static const struct oidc_request r = { .must = true };
	for (size_t n = 0; n < 2; n++) {
		CLEANUP(arena_done) struct arena a;
		struct known known;
		struct oidc_claims c = { .expires = 0 };
		struct oidc_mint m = mint;
		struct diag d = { 0 };
		arena_init(&a);
		known_init(&known, &a);
		CHECK(known_add(&known, BYTES("a pass phrase of words")));
		struct run_context run = { .known = &known };
		struct oidc o = over(&r, &a);
		o.run = &run;
		m.n_errors = n;
		CHECK(oidc_explain_refusal(&o, 422, &m, &c, &d) == ERR_REFUSED);
		CHECK(!strstr(d.text, "a pass") && strstr(d.text, n ? "got " MASK_KNOWN ", " MASK_KNOWN : "no: " MASK_KNOWN));
	}
}

static void the_longest_claims_are_explained(void)
{
	static char most[OIDC_WORDS_MAX];
	static const struct oidc_mint mint = { .errors = { { LIT("invalid-publisher"), { LIT("no"), false } } }, .n_errors = 1 };
	static const enum oidc_claim signs[] = { CLAIM_JOB_WORKFLOW_REF, CLAIM_PROJECT_PATH, CLAIM_ORGANIZATION,
						 CLAIM_CIRCLE_ORGANIZATION, CLAIM_EMAIL };
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	memset(most, 'x', sizeof most);
	for (size_t i = 0; i < COUNT(signs); i++) {
		struct oidc_request r = { .must = true };
		struct oidc o = over(&r, &a);
		struct oidc_claims c;
		struct diag d = { 0 };
		for (size_t k = 0; k < N_CLAIMS; k++)
			c.values[k] = bytes_make(most, sizeof most);
		for (size_t k = 0; k < i; k++)
			c.values[signs[k]] = BYTES("");
		CHECK(oidc_explain_refusal(&o, 422, &mint, &c, &d) == ERR_REFUSED);
		CHECK(strlen(d.text) == DIAG_TEXT_SIZE - 1 && strstr(d.help, "must say: "));
	}
}

static void what_a_registry_would_refuse_is_not_sent(void)
{
	static const struct {
		const char *sentence;
		struct said said[ROW_CLAIMS];
		enum status want;
		const char *words, *help; /* of a refusal */
	} rows[] = {
		{ "the audience that was asked for", { { CLAIM_AUDIENCE, "mine" } }, OK, NULL, NULL },
		{ "another audience", { { CLAIM_AUDIENCE, "theirs" } }, ERR_REFUSED, "'theirs'", "'mine'" },
		{ "none", { { CLAIM_ISSUER, "i" } }, ERR_REFUSED, "''", "'mine'" },
		{ "a stranger's pull request",
		  { { CLAIM_AUDIENCE, "mine" }, { CLAIM_EVENT, "pull_request_target" } },
		  ERR_REFUSED,
		  "pull_request_target",
		  "a tag" },
		{ "nobody was in by SSH", { { CLAIM_AUDIENCE, "mine" }, { CLAIM_CIRCLE_SSH, "false" } }, OK, NULL, NULL },
		{ "somebody was in by SSH",
		  { { CLAIM_AUDIENCE, "mine" }, { CLAIM_CIRCLE_SSH, "true" } },
		  ERR_REFUSED,
		  "'oidc.circleci.com/ssh-rerun' is 'true'",
		  "start the job again without SSH" },
		{ "nobody knows whether somebody was",
		  { { CLAIM_AUDIENCE, "mine" }, { CLAIM_CIRCLE_SSH, OIDC_NO_FLAG } },
		  ERR_REFUSED,
		  "'oidc.circleci.com/ssh-rerun' is '" OIDC_NO_FLAG "'",
		  "start the job again without SSH" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oidc_request r = { .must = true };
		struct oidc o = over(&r, &a);
		struct oidc_claims c;
		struct diag d = { 0 };
		const char *warning = NULL;
		fill(&c, rows[i].said);
		CHECK_ROW(oidc_check_claims(&o, &c, &warning, &d) == rows[i].want && !warning, rows[i].sentence);
		CHECK_ROW(!rows[i].words || (strstr(d.text, rows[i].words) && strstr(d.help, rows[i].help)), d.text);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "what a publisher must say depends on the CI", what_a_publisher_must_say_depends_on_the_ci },
		{ "of a secret at whose middle the registry's words were cut nothing is shown", a_secret_that_was_cut_is_hidden },
		{ "the longest claims are explained", the_longest_claims_are_explained },
		{ "what a registry would refuse is not sent", what_a_registry_would_refuse_is_not_sent },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
