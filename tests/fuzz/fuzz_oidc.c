/* What registries and CI systems answer: the first byte says how it is read, 'A' audience, 'T' and a digit token, 'M' mint, 'R' refusal, 'J' the
 * payload of a JWT; or the records of them, 'c' and 'm'. What is taken is printable, in its limits, and reads back. Needs oidc, its verbs. */
#include "base/cleanup.h"
#include "base/encode.h"
#include "publish/oidc_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void expect_words(struct bytes text)
{
	expect(text.size <= OIDC_WORDS_MAX);
	for (size_t i = 0; i < text.size; i++)
		expect(text.data[i] >= ' ' && text.data[i] <= '~');
}

static void check_mint(enum status s, const struct oidc_mint *m)
{
	CLEANUP(buf_done) struct buf record;
	struct oidc_mint again;
	if (s)
		return;
	expect(!m->token.size || oidc_is_token(m->token));
	expect(m->n_errors <= OIDC_ERRORS_MAX && m->expires >= 0);
	expect_words(m->message.text);
	for (size_t i = 0; i < m->n_errors; i++)
		expect_words(m->errors[i].description.text);
	buf_init(&record, 1 << 20);
	oidc_mint_write(m, &record);
	expect(oidc_mint_read(buf_bytes(&record), &again, NULL) == OK && again.n_errors == m->n_errors);
}

static void check_claims(enum status s, const struct oidc_claims *c)
{
	CLEANUP(buf_done) struct buf record;
	struct oidc_claims again;
	if (s)
		return;
	for (size_t i = 0; i < N_CLAIMS; i++)
		expect_words(c->values[i]);
	struct bytes flag = c->values[CLAIM_CIRCLE_SSH];
	expect(!flag.size || bytes_equal(flag, BYTES("true")) || bytes_equal(flag, BYTES("false")) ||
	       bytes_equal(flag, BYTES(OIDC_NO_FLAG)));
	buf_init(&record, 1 << 20);
	oidc_claims_write(c, &record);
	expect(oidc_claims_read(buf_bytes(&record), &again, NULL) == OK && again.expires == c->expires);
	for (size_t i = 0; i < N_CLAIMS; i++)
		expect(bytes_equal(again.values[i], c->values[i]));
}

/* As a JWT with that payload. */
static enum status read_payload(struct bytes payload, struct arena *a, struct oidc_claims *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf jwt;
	buf_init(&jwt, 1 << 20);
	buf_add_string(&jwt, "e30.");
	base64_write(payload, BASE64_URL_NO_PAD, &jwt);
	buf_add_string(&jwt, ".e30");
	return oidc_claims_parse(buf_bytes(&jwt), a, ret, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	struct oidc_mint m;
	struct oidc_claims c;
	struct bytes text = { NULL, 0 };
	enum status s = OK;
	arena_init(&a);
	if (size < 2 || size > OIDC_ANSWER_MAX)
		return 0;
	struct bytes rest = bytes_make(data + 1, size - 1);
	switch (data[0]) {
	case 'A':
		s = oidc_audience_parse(rest, &a, &text, &d);
		expect(s || oidc_is_audience(text));
		break;
	case 'T':
		s = oidc_token_parse(bytes_from(rest, 1), (enum oidc_source)(data[1] % N_OIDC_SOURCES), &a, &text, &d);
		expect(s || oidc_is_token(text));
		break;
	case 'M':
	case 'R':
		s = oidc_mint_parse(rest, data[0] == 'R', &a, &m, &d);
		check_mint(s, &m);
		break;
	case 'J':
		s = read_payload(rest, &a, &c, &d);
		check_claims(s, &c);
		break;
	case 'm':
		s = oidc_mint_read(rest, &m, &d);
		check_mint(s, &m);
		break;
	default:
		s = oidc_claims_read(rest, &c, &d);
		check_claims(s, &c);
	}
	expect(s == OK || ((s == ERR_FORMAT || s == ERR_LIMIT) && d.code == s && d.text[0]));
	return 0;
}
