#include "publish/oidc_answer.h"

static const struct {
	const char *name;
	enum oidc_kind kind;
} table[N_CLAIMS] = {
	[CLAIM_ISSUER] = { "iss", OIDC_WORDS },
	[CLAIM_AUDIENCE] = { "aud", OIDC_WORDS },
	[CLAIM_SUBJECT] = { "sub", OIDC_WORDS },
	[CLAIM_REPOSITORY] = { "repository", OIDC_WORDS },
	[CLAIM_OWNER] = { "repository_owner", OIDC_WORDS },
	[CLAIM_OWNER_ID] = { "repository_owner_id", OIDC_WORDS },
	[CLAIM_WORKFLOW_REF] = { "workflow_ref", OIDC_WORDS },
	[CLAIM_JOB_WORKFLOW_REF] = { "job_workflow_ref", OIDC_WORDS },
	[CLAIM_REF] = { "ref", OIDC_WORDS },
	[CLAIM_ENVIRONMENT] = { "environment", OIDC_WORDS },
	[CLAIM_EVENT] = { "event_name", OIDC_WORDS },
	[CLAIM_PROJECT_PATH] = { "project_path", OIDC_WORDS },
	[CLAIM_CI_CONFIG] = { "ci_config_ref_uri", OIDC_WORDS },
	[CLAIM_EMAIL] = { "email", OIDC_WORDS },
	[CLAIM_ORGANIZATION] = { "organization_slug", OIDC_WORDS },
	[CLAIM_PIPELINE] = { "pipeline_slug", OIDC_WORDS },
	[CLAIM_BRANCH] = { "build_branch", OIDC_WORDS },
	[CLAIM_TAG] = { "build_tag", OIDC_WORDS },
	[CLAIM_STEP] = { "step_key", OIDC_WORDS },
	[CLAIM_CIRCLE_ORGANIZATION] = { "oidc.circleci.com/org-id", OIDC_WORDS },
	[CLAIM_CIRCLE_PROJECT] = { "oidc.circleci.com/project-id", OIDC_WORDS },
	[CLAIM_CIRCLE_PIPELINE] = { "oidc.circleci.com/pipeline-definition-id", OIDC_WORDS },
	[CLAIM_CIRCLE_SSH] = { "oidc.circleci.com/ssh-rerun", OIDC_FLAG },
	[CLAIM_CIRCLE_CONTEXTS] = { "oidc.circleci.com/context-ids", OIDC_LIST },
	[CLAIM_CIRCLE_REF] = { "oidc.circleci.com/vcs-ref", OIDC_WORDS },
	[CLAIM_CIRCLE_ORIGIN] = { "oidc.circleci.com/vcs-origin", OIDC_WORDS },
};

const char *oidc_claim_name(enum oidc_claim claim)
{
	return table[claim].name;
}

enum oidc_kind oidc_claim_kind(enum oidc_claim claim)
{
	return table[claim].kind;
}

bool oidc_is_jwt(struct bytes text)
{
	size_t n_parts = 1, length = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = text.data[i];
		bool is_dot = c == '.';
		if ((is_dot && !length) || (!is_dot && !byte_is_alnum(c) && c != '-' && c != '_'))
			return false;
		n_parts += is_dot;
		length = is_dot ? 0 : length + 1;
	}
	return n_parts == 3 && length && text.size <= OIDC_TOKEN_MAX;
}

bool oidc_is_token(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return text.size && text.size <= OIDC_TOKEN_MAX;
}

bool oidc_is_audience(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_alnum(text.data[i]) && !memchr("._:/-", text.data[i], 5))
			return false;
	return text.size && text.size <= OIDC_AUDIENCE_MAX;
}

static bool is_words(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return false;
	return text.size <= OIDC_WORDS_MAX;
}

static bool is_code(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_lower(text.data[i]) && text.data[i] != '-')
			return false;
	return text.size <= 64;
}

static struct bytes get_words(struct wire *w)
{
	struct bytes text = wire_get_bytes(w);
	w->bad |= !is_words(text);
	return text;
}

static void put_sentence(const struct oidc_sentence *s, struct buf *out)
{
	wire_put_bytes(out, s->text);
	wire_put_u32(out, s->is_cut);
}

static struct oidc_sentence get_sentence(struct wire *w)
{
	struct bytes text = get_words(w);
	uint32_t cut = wire_get_u32(w);
	w->bad |= cut > 1;
	return (struct oidc_sentence){ text, cut == 1 };
}

static bool is_flag(struct bytes text)
{
	static const char *const all[] = { "", "true", "false", OIDC_NO_FLAG };
	for (size_t i = 0; i < COUNT(all); i++)
		if (bytes_equal(text, bytes_of(all[i])))
			return true;
	return false;
}

/* Years that a calendar has. */
static int64_t get_time(struct wire *w)
{
	uint64_t n = wire_get_u64(w);
	w->bad |= n > UINT64_C(253402300799);
	return w->bad ? 0 : (int64_t)n;
}

void oidc_claims_write(const struct oidc_claims *claims, struct buf *out)
{
	wire_put_u64(out, (uint64_t)claims->expires);
	for (size_t i = 0; i < N_CLAIMS; i++)
		wire_put_bytes(out, claims->values[i]);
}

enum status oidc_claims_read(struct bytes record, struct oidc_claims *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct oidc_claims claims = { .expires = get_time(&w) };
	for (size_t i = 0; i < N_CLAIMS; i++) {
		claims.values[i] = get_words(&w);
		w.bad |= table[i].kind == OIDC_FLAG && !is_flag(claims.values[i]);
	}
	enum status s = wire_end(&w, "claims", d);
	if (s == OK)
		*ret = claims;
	return s;
}

void oidc_mint_write(const struct oidc_mint *mint, struct buf *out)
{
	wire_put_bytes(out, mint->token);
	wire_put_u64(out, (uint64_t)mint->expires);
	put_sentence(&mint->message, out);
	wire_put_u32(out, (uint32_t)mint->n_errors);
	for (size_t i = 0; i < mint->n_errors; i++) {
		wire_put_bytes(out, mint->errors[i].code);
		put_sentence(&mint->errors[i].description, out);
	}
}

enum status oidc_mint_read(struct bytes record, struct oidc_mint *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct oidc_mint mint = { .token = wire_get_bytes(&w) };
	w.bad |= mint.token.size && !oidc_is_token(mint.token);
	mint.expires = get_time(&w);
	mint.message = get_sentence(&w);
	uint32_t n = wire_get_count(&w, 12);
	w.bad |= n > OIDC_ERRORS_MAX;
	for (; mint.n_errors < n && !w.bad; mint.n_errors++) {
		struct oidc_error *e = &mint.errors[mint.n_errors];
		e->code = wire_get_bytes(&w);
		w.bad |= !is_code(e->code);
		e->description = get_sentence(&w);
	}
	enum status s = wire_end(&w, "mint", d);
	if (s == OK)
		*ret = mint;
	return s;
}
