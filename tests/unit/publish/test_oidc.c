#include "publish/oidc.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "harness.h"
#include "host/locked.h"
#include "publish/oidc_json.h"
#include "publish/oidc_parts.h"

#define HEAD "eyJhbGciOiJub25lIn0"
/* Put together here, so that no file has what looks like one. */
#define JWT HEAD ".e30.c2ln"

/* A JWT with this payload, in a. */
static struct bytes jwt_of(const char *payload, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 2 * OIDC_TOKEN_MAX);
	buf_add_string(&out, HEAD ".");
	base64_write(bytes_of(payload), BASE64_URL_NO_PAD, &out);
	buf_add_string(&out, ".c2ln");
	return arena_copy(a, buf_bytes(&out));
}

static void a_token_has_the_form_of_its_kind(void)
{
	static char long_one[OIDC_TOKEN_MAX + 2];
	static const struct {
		const char *text;
		bool is_jwt, is_token;
	} rows[] = {
		{ "a.b.c", true, true },     { "a-_9.B.c", true, true },  { "", false, false },
		{ "a.b", false, true },      { "a.b.c.d", false, true },  { ".b.c", false, true },
		{ "a..c", false, true },     { "a.b.", false, true },     { "a.b.c=", false, true },
		{ "a.b.c\n", false, false }, { "a b.c.d", false, false }, { "a.b.\xc3\xa9", false, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_ROW(oidc_is_jwt(bytes_of(rows[i].text)) == rows[i].is_jwt, rows[i].text);
		CHECK_ROW(oidc_is_token(bytes_of(rows[i].text)) == rows[i].is_token, rows[i].text);
	}
	memset(long_one, 'a', OIDC_TOKEN_MAX + 1);
	long_one[1] = long_one[3] = '.';
	CHECK(oidc_is_jwt(bytes_make(long_one, OIDC_TOKEN_MAX)) && !oidc_is_jwt(bytes_make(long_one, OIDC_TOKEN_MAX + 1)));
	CHECK(oidc_is_token(bytes_make(long_one, OIDC_TOKEN_MAX)) && !oidc_is_token(bytes_make(long_one, OIDC_TOKEN_MAX + 1)));
	CHECK(oidc_is_audience(BYTES("https://x.example:8/a_b-c")) && !oidc_is_audience(BYTES("a\"b")) &&
	      !oidc_is_audience(BYTES("")));
	CHECK(oidc_is_audience(bytes_make(long_one, OIDC_AUDIENCE_MAX)) &&
	      !oidc_is_audience(bytes_make(long_one, OIDC_AUDIENCE_MAX + 1)));
}

static void an_audience_is_a_plain_word(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{\"audience\":\"pypi\"}", "pypi" },
		{ "{\"audience\":\"a\",\"x\":[1]}", "a" },
		{ "{}", NULL },
		{ "{\"audience\":\"\"}", NULL },
		{ "{\"audience\":\"a&b\"}", NULL },
		{ "{\"audience\":[\"pypi\"]}", NULL },
		{ "[\"audience\"]", NULL },
		{ "pypi", NULL },
		{ "", NULL },
		{ "{\"audience\":\"a\\u0000\"}", NULL },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes got = { NULL, 0 };
		struct diag d = { 0 };
		enum status s = oidc_audience_parse(bytes_of(rows[i].text), &a, &got, &d);
		CHECK_ROW(rows[i].want ? s == OK && bytes_equal(got, bytes_of(rows[i].want)) : s == ERR_FORMAT && d.text[0],
			  rows[i].text);
	}
}

static void a_token_is_where_its_source_has_it(void)
{
	static const struct {
		const char *text;
		enum oidc_source source;
		const char *want;
	} rows[] = {
		{ "{\"count\":1,\"value\":\"" JWT "\"}", OIDC_VALUE, JWT },
		{ "{\"token\":\"" JWT "\"}", OIDC_TOKEN, JWT },
		{ "{\"access_token\":\"ya29.x\",\"expires_in\":3599}", OIDC_ACCESS, "ya29.x" },
		{ " " JWT "\r\n", OIDC_PLAIN, JWT },
		{ "{\"token\":\"" JWT "\"}", OIDC_VALUE, NULL },
		{ "{\"value\":\"no jwt\"}", OIDC_VALUE, NULL },
		{ "{\"value\":null}", OIDC_VALUE, NULL },
		{ "{\"access_token\":\"a\\r\\nX-Evil: 1\"}", OIDC_ACCESS, NULL },
		{ "<html>", OIDC_PLAIN, NULL },
		{ "", OIDC_PLAIN, NULL },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes got = { NULL, 0 };
		enum status s = oidc_token_parse(bytes_of(rows[i].text), rows[i].source, &a, &got, NULL);
		CHECK_ROW(rows[i].want ? s == OK && bytes_equal(got, bytes_of(rows[i].want)) : s == ERR_FORMAT, rows[i].text);
	}
}

static void words_about_broken_json_repeat_nothing(void)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes got;
	struct oidc_mint m;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(oidc_token_parse(BYTES("{\"value\":\"hunter2\"hunter2}"), OIDC_VALUE, &a, &got, &d) == ERR_FORMAT &&
	      !strstr(d.text, "hunter2"));
	CHECK(oidc_token_parse(BYTES("{\"value\":\"hunter2\"}"), OIDC_VALUE, &a, &got, &d) == ERR_FORMAT &&
	      !strstr(d.text, "hunter2"));
	CHECK(oidc_mint_parse(BYTES("{\"token\":\"hunter2\",}"), false, &a, &m, &d) == ERR_FORMAT && !strstr(d.text, "hunter2"));
	CHECK(oidc_mint_parse(BYTES("{\"token\":\"hunter2 x\"}"), false, &a, &m, &d) == ERR_FORMAT && !strstr(d.text, "hunter2"));
}

static void a_minted_token_has_an_end(void)
{
	static const struct {
		const char *text;
		int64_t want; /* 0: refused */
	} rows[] = {
		{ "{\"success\":true,\"token\":\"t\",\"expires\":1795673060}", 1795673060 },
		{ "{\"token\":\"t\",\"expires\":1795673060.75}", 1795673060 },
		{ "{\"token\":\"t\"}", 0 },
		{ "{\"token\":\"t\",\"expires\":\"1795673060\"}", 0 },
		{ "{\"token\":\"t\",\"expires\":-1}", 0 },
		{ "{\"token\":\"t\",\"expires\":1e300}", 0 },
		{ "{\"token\":\"\",\"expires\":1795673060}", 0 },
		{ "{\"token\":7,\"expires\":1795673060}", 0 },
		{ "{\"expires\":1795673060}", 0 },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oidc_mint m = { .expires = 0 };
		enum status s = oidc_mint_parse(bytes_of(rows[i].text), false, &a, &m, NULL);
		CHECK_ROW(rows[i].want ? s == OK && m.expires == rows[i].want : s == ERR_FORMAT, rows[i].text);
	}
}

static void a_refusal_says_what_it_can(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf many;
	struct oidc_mint m;
	arena_init(&a);
	CHECK(oidc_mint_parse(
		      BYTES("{\"message\":\"no\\u001b[31m\",\"errors\":[{\"code\":\"invalid-publisher\",\"description\":\"a\\nb\"},7]}"),
		      true, &a, &m, NULL) == OK);
	CHECK(m.token.size == 0 && m.n_errors == 2);
	CHECK_BYTES(m.message.text, BYTES("no?[31m"));
	CHECK_BYTES(m.errors[0].code, BYTES("invalid-publisher"));
	CHECK_BYTES(m.errors[0].description.text, BYTES("a?b"));
	CHECK(m.errors[1].code.size == 0 && m.errors[1].description.text.size == 0);
	CHECK(oidc_mint_parse(BYTES("{\"errors\":{},\"token\":\"t\"}"), true, &a, &m, NULL) == OK && m.n_errors == 0 && !m.token.size);
	CHECK(oidc_mint_parse(BYTES("{\"errors\":[{\"code\":\"No Code\"}]}"), true, &a, &m, NULL) == OK && m.errors[0].code.size == 0);
	/* It may repeat the identity that it was sent. */
	const char *echo = arena_printf(&a, "{\"message\":\"got %s.%s.%s\"}", "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",
					"eyJzdWIiOiJyZXBvOm93bmVyL3JlcG8ifQ", "c2lnbmF0dXJlc2lnbmF0dXJl");
	CHECK(oidc_mint_parse(bytes_of(echo), true, &a, &m, NULL) == OK);
	CHECK(bytes_search(m.message.text, BYTES("c2lnbmF0dXJl")) == m.message.text.size &&
	      bytes_starts(m.message.text, BYTES("got ")));
	buf_init(&many, 1 << 20);
	buf_add_string(&many, "{\"errors\":[{}");
	for (size_t i = 0; i < OIDC_ERRORS_MAX; i++)
		buf_add_string(&many, ",{}");
	buf_add_string(&many, "],\"message\":\"");
	for (size_t i = 0; i <= OIDC_WORDS_MAX; i++)
		buf_add_string(&many, "x ");
	buf_add_string(&many, "\"}");
	CHECK(oidc_mint_parse(buf_bytes(&many), true, &a, &m, NULL) == OK);
	CHECK(m.n_errors == OIDC_ERRORS_MAX && m.message.text.size <= OIDC_WORDS_MAX && m.message.text.size > OIDC_WORDS_MAX - 3);
	CHECK(m.message.is_cut && !m.errors[0].description.is_cut);
}

static void claims_are_read_from_the_middle_of_a_jwt(void)
{
	CLEANUP(arena_done) struct arena a;
	struct oidc_claims c;
	arena_init(&a);
	CHECK(oidc_claims_parse(
		      jwt_of("{\"iss\":\"https://i\",\"aud\":[\"pypi\"],\"sub\":7,\"repository\":\"o/r\\u001b\",\"ref\":true,\"environment\":null,"
			     "\"email\":{},\"exp\":1795673060.5}",
			     &a),
		      &a, &c, NULL) == OK);
	CHECK_BYTES(c.values[CLAIM_ISSUER], BYTES("https://i"));
	CHECK_BYTES(c.values[CLAIM_AUDIENCE], BYTES("pypi"));
	CHECK_BYTES(c.values[CLAIM_SUBJECT], BYTES("7"));
	CHECK_BYTES(c.values[CLAIM_REPOSITORY], BYTES("o/r?"));
	CHECK_BYTES(c.values[CLAIM_REF], BYTES("true"));
	CHECK(c.values[CLAIM_ENVIRONMENT].size == 0 && c.values[CLAIM_EMAIL].size == 0 && c.expires == 1795673060);
	static const char *const bad[] = {
		"[]", "7", "{\"aud\":[\"a\",\"b\"]}", "{\"aud\":[]}", "{\"aud\":[7]}", "{\"a\":1,\"a\":2}", "{", ""
	};
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_ROW(oidc_claims_parse(jwt_of(bad[i], &a), &a, &c, NULL) == ERR_FORMAT, bad[i]);
	CHECK(oidc_claims_parse(BYTES("a.b.c"), &a, &c, NULL) == ERR_FORMAT); /* no base64url of whole bytes */
	CHECK(oidc_claims_parse(BYTES("e30"), &a, &c, NULL) == ERR_FORMAT);
}

/* The claim of what stands behind its name in a payload; every claim of the table is read by its own name. */
static struct bytes read_claim(enum oidc_claim claim, const char *json, struct arena *a)
{
	struct oidc_claims c;
	CHECK(oidc_claims_parse(jwt_of(arena_printf(a, "{\"%s\":%s}", oidc_claim_name(claim), json), a), a, &c, NULL) == OK);
	for (size_t i = 0; i < N_CLAIMS; i++)
		CHECK_ROW(i == claim || !c.values[i].size, json);
	return c.values[claim];
}

static void each_claim_has_a_name_of_its_own(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < N_CLAIMS; i++) {
		enum oidc_claim claim = (enum oidc_claim)i;
		struct bytes want = oidc_claim_kind(claim) == OIDC_FLAG ? BYTES(OIDC_NO_FLAG) : BYTES("x");
		CHECK_BYTES(read_claim(claim, "\"x\"", &a), want);
	}
}

static void a_flag_is_a_boolean_or_none(void)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{ "true", "true" },           { "false", "false" },          { "null", "" },
		{ "\"true\"", OIDC_NO_FLAG }, { "\"false\"", OIDC_NO_FLAG }, { "0", OIDC_NO_FLAG },
		{ "1", OIDC_NO_FLAG },        { "0.5", OIDC_NO_FLAG },       { "\"\"", OIDC_NO_FLAG },
		{ "[false]", OIDC_NO_FLAG },  { "{}", OIDC_NO_FLAG },
	};
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct oidc_claims c = { .expires = 0 }, again;
	arena_init(&a);
	buf_init(&record, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		c.values[CLAIM_CIRCLE_SSH] = read_claim(CLAIM_CIRCLE_SSH, rows[i].json, &a);
		CHECK_ROW(bytes_equal(c.values[CLAIM_CIRCLE_SSH], bytes_of(rows[i].want)), rows[i].json);
		buf_clear(&record);
		oidc_claims_write(&c, &record);
		CHECK_ROW(oidc_claims_read(buf_bytes(&record), &again, NULL) == OK, rows[i].json);
	}
	/* What hwb-parse would never write. */
	c.values[CLAIM_CIRCLE_SSH] = BYTES("no");
	buf_clear(&record);
	oidc_claims_write(&c, &record);
	CHECK(oidc_claims_read(buf_bytes(&record), &again, NULL) == ERR_FORMAT);
}

/* count strings of that many bytes, as JSON. */
static const char *list_of(size_t count, size_t size, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, OIDC_TOKEN_MAX);
	for (size_t i = 0; i < count; i++) {
		buf_add_string(&out, i ? ",\"" : "[\"");
		for (size_t k = 0; k < size; k++)
			buf_add_byte(&out, 'c');
		buf_add_byte(&out, '"');
	}
	buf_add_byte(&out, ']');
	return arena_string(a, buf_bytes(&out));
}

static void a_list_keeps_its_strings(void)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{ "[\"a\"]", "a" },
		{ "[\"a\",\"b\"]", "a, b" },
		{ "[]", "" },
		{ "null", "" },
		{ "{\"a\":1}", "" },
		{ "\"a\"", "a" },
		{ "[7,null,true,[\"x\"],{},\"\",\"a\"]", "a" },
		{ "[\"a\\u001b\\n\"]", "a??" },
	};
	enum { UUID = 36, ROOM = 512 - 2 - 5 }; /* what OIDC_WORDS_MAX leaves beside a comma before and ", ..." behind */
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(bytes_equal(read_claim(CLAIM_CIRCLE_CONTEXTS, rows[i].json, &a), bytes_of(rows[i].want)), rows[i].json);
	CHECK(read_claim(CLAIM_CIRCLE_CONTEXTS, list_of(1, ROOM, &a), &a).size == ROOM);
	CHECK_BYTES(read_claim(CLAIM_CIRCLE_CONTEXTS, list_of(1, ROOM + 1, &a), &a), BYTES("..."));
	/* Thirteen whole ones, and a word that there are more. */
	struct bytes many = read_claim(CLAIM_CIRCLE_CONTEXTS, list_of(200, UUID, &a), &a);
	CHECK(many.size == 13 * (UUID + 2) + 3 && many.size <= OIDC_WORDS_MAX && bytes_ends(many, BYTES("cc, ...")));
	/* Of others a list is left away, as before. */
	CHECK(read_claim(CLAIM_REPOSITORY, "[\"a\"]", &a).size == 0 && read_claim(CLAIM_CIRCLE_ORGANIZATION, "[\"a\"]", &a).size == 0);
}

static void records_read_back_and_break_at_every_cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf claims_record;
	CLEANUP(buf_done) struct buf mint_record;
	struct oidc_claims c, c2;
	struct oidc_mint m = { .token = BYTES("t"),
			       .expires = 9,
			       .message = { BYTES("m"), false },
			       .errors = { { BYTES("c"), { BYTES("d"), true } } },
			       .n_errors = 1 },
			 m2;
	arena_init(&a);
	buf_init(&claims_record, 1 << 16);
	buf_init(&mint_record, 1 << 16);
	CHECK(oidc_claims_parse(jwt_of("{\"iss\":\"i\",\"email\":\"e\",\"exp\":5}", &a), &a, &c, NULL) == OK);
	oidc_claims_write(&c, &claims_record);
	oidc_mint_write(&m, &mint_record);
	CHECK(oidc_claims_read(buf_bytes(&claims_record), &c2, NULL) == OK && c2.expires == 5);
	CHECK_BYTES(c2.values[CLAIM_EMAIL], BYTES("e"));
	CHECK(oidc_mint_read(buf_bytes(&mint_record), &m2, NULL) == OK && m2.n_errors == 1 && m2.expires == 9);
	CHECK_BYTES(m2.errors[0].description.text, BYTES("d"));
	CHECK(m2.errors[0].description.is_cut && !m2.message.is_cut);
	for (size_t cut = 0; cut < claims_record.size; cut++)
		CHECK(oidc_claims_read(bytes_part(buf_bytes(&claims_record), 0, cut), &c2, NULL) == ERR_FORMAT);
	for (size_t cut = 0; cut < mint_record.size; cut++)
		CHECK(oidc_mint_read(bytes_part(buf_bytes(&mint_record), 0, cut), &m2, NULL) == ERR_FORMAT);
	/* What hwb-parse would never write: text that is not printable, a token that is no header, a time without a calendar. */
	claims_record.data[12] = '\x1b';
	CHECK(oidc_claims_read(buf_bytes(&claims_record), &c2, NULL) == ERR_FORMAT);
	mint_record.data[4] = '\n';
	CHECK(oidc_mint_read(buf_bytes(&mint_record), &m2, NULL) == ERR_FORMAT);
	mint_record.data[4] = 't';
	mint_record.data[12] = 0x7f;
	CHECK(oidc_mint_read(buf_bytes(&mint_record), &m2, NULL) == ERR_FORMAT);
}

static void an_audience_belongs_to_its_host(void)
{
	static const struct {
		const char *url, *pinned;
		bool must;
		enum status want;
		const char *audience;
	} rows[] = {
		{ "https://upload.pypi.org/legacy/", NULL, true, OK, "pypi" },
		{ "https://UPLOAD.pypi.org:443/legacy/", "mine", true, OK, "pypi" },
		{ "https://test.pypi.org/legacy/", NULL, true, OK, "testpypi" },
		{ "https://registry.example/up/", "mine", true, OK, "mine" },
		{ "https://registry.example/up/", NULL, true, ERR_USAGE, NULL },
		{ "https://registry.example/up/", NULL, false, ERR_ABSENT, NULL },
		{ "https://registry.example/up/", "pypi", true, ERR_USAGE, NULL },
		{ "https://registry.example/up/", "PyPI", false, ERR_USAGE, NULL },
		{ "https://registry.example/up/", "testpypi", true, ERR_USAGE, NULL },
		{ "https://registry.example/up/", "sigstore", true, ERR_USAGE, NULL },
		{ "https://registry.example/up/", "a b", true, ERR_USAGE, NULL },
		{ "http://upload.pypi.org/legacy/", NULL, true, ERR_USAGE, NULL },
		{ "https://upload.pypi.org:8443/legacy/", NULL, true, ERR_USAGE, NULL },
		{ "https://upload.pypi.org.evil.example/legacy/", NULL, true, ERR_USAGE, NULL },
		{ "https://evil.example/upload.pypi.org/", NULL, true, ERR_USAGE, NULL },
		{ "https://upload.pypi.org@evil.example/", NULL, true, ERR_USAGE, NULL },
		{ "https://upload.pypi.org./legacy/", NULL, true, ERR_USAGE, NULL },
		{ "https://upload.pypi.org\\@evil.example/", NULL, true, ERR_USAGE, NULL },
		{ "file:///upload.pypi.org", "mine", true, ERR_USAGE, NULL },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oidc_request r = { .upload_url = rows[i].url, .audience = rows[i].pinned, .must = rows[i].must };
		struct oidc o = { .request = &r, .arena = &a };
		struct diag d = { 0 };
		CHECK_ROW(oidc_choose_audience(&o, &d) == rows[i].want, rows[i].url);
		CHECK_ROW(rows[i].audience ? strcmp(o.audience, rows[i].audience) == 0 : d.text[0] != '\0', rows[i].url);
	}
}

static void the_environment_says_where_we_are(void)
{
	static const struct {
		const char *variables[4], *audience;
		enum status want;
		const char *words; /* the CI's name, or what is said */
	} rows[] = {
		{ { "GITHUB_ACTIONS=true", "ACTIONS_ID_TOKEN_REQUEST_URL=https://x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=t" },
		  "pypi",
		  OK,
		  "GitHub Actions" },
		{ { "GITHUB_ACTIONS=true", "ACTIONS_ID_TOKEN_REQUEST_URL=https://x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=" },
		  "pypi",
		  ERR_ABSENT,
		  "id-token: write" },
		{ { "GITHUB_ACTIONS=true" }, "pypi", ERR_ABSENT, "ACTIONS_ID_TOKEN_REQUEST_URL" },
		{ { "GITLAB_CI=true", "PYPI_ID_TOKEN=a.b.c" }, "pypi", OK, "GitLab" },
		{ { "GITLAB_CI=true", "_HTTPS___9_X_ID_TOKEN=a.b.c" }, "-https://9.x", OK, "GitLab" },
		{ { "GITLAB_CI=true", "_X_ID_TOKEN=a.b.c" }, "8x", OK, "GitLab" },
		{ { "GITLAB_CI=true", "TESTPYPI_ID_TOKEN=a.b.c" }, "pypi", ERR_ABSENT, "PYPI_ID_TOKEN" },
		{ { "BUILDKITE=true", "PATH=/nowhere" }, "pypi", ERR_ABSENT, "buildkite-agent" },
		{ { "CIRCLECI=true" }, "pypi", ERR_ABSENT, "circleci" },
		{ { "GCE_METADATA_HOST=127.0.0.1:1" }, "pypi", OK, "Google Cloud" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *env[5] = { NULL };
		for (size_t k = 0; k < 4 && rows[i].variables[k]; k++)
			env[k] = arena_string(&a, bytes_of(rows[i].variables[k]));
		struct oidc_request r = { .environment = env };
		struct oidc o = { .request = &r, .arena = &a, .audience = rows[i].audience };
		struct diag d = { 0 };
		CHECK_ROW(ambient_find(&o, &d) == rows[i].want, rows[i].variables[0]);
		CHECK_ROW(strstr(rows[i].want ? d.text : o.ambient->name, rows[i].words), rows[i].want ? d.text : o.ambient->name);
	}
}

static void a_token_is_fresh_until_shortly_before_its_end(void)
{
	char value[] = "t";
	struct publish_token t = { .value = value, .expires = 1000, .lifetime = 900 };
	CHECK(publish_token_is_fresh(&t, 700, 300) && !publish_token_is_fresh(&t, 701, 300) && !publish_token_is_fresh(&t, 1000, 0));
	t.lifetime = 200;
	CHECK(publish_token_is_fresh(&t, 900, 300) && !publish_token_is_fresh(&t, 901, 300));
	t.value = NULL;
	CHECK(!publish_token_is_fresh(&t, 0, 300));
}

static void a_secret_is_locked_and_no_child_has_it(void)
{
	static char large[LOCKED_MAX + 1];
	char *p = NULL;
	CHECK(locked_copy(BYTES("hunter2"), &p, NULL) == OK && strcmp(p, "hunter2") == 0);
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0)
		_exit(p[0] == '\0' ? 7 : 1);
	int status;
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
	char *kept = p;
	unsigned char there;
	locked_free(&p);
	CHECK(!p && mincore((void *)((uintptr_t)kept & ~(uintptr_t)4095), 4096, &there) != 0); /* no page any more */
	locked_free(&p);
	CHECK(locked_copy(bytes_make(large, LOCKED_MAX), &p, NULL) == OK);
	locked_free(&p);
	CHECK(locked_copy(bytes_make(large, sizeof large), &p, NULL) == ERR_LIMIT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a token has the form of its kind", a_token_has_the_form_of_its_kind },
		{ "an audience is a plain word", an_audience_is_a_plain_word },
		{ "a token is where its source has it", a_token_is_where_its_source_has_it },
		{ "words about broken JSON repeat nothing", words_about_broken_json_repeat_nothing },
		{ "a minted token has an end", a_minted_token_has_an_end },
		{ "a refusal says what it can", a_refusal_says_what_it_can },
		{ "claims are read from the middle of a JWT", claims_are_read_from_the_middle_of_a_jwt },
		{ "each claim has a name of its own", each_claim_has_a_name_of_its_own },
		{ "a flag is a boolean, or none", a_flag_is_a_boolean_or_none },
		{ "a list keeps its strings", a_list_keeps_its_strings },
		{ "records read back, and break at every cut", records_read_back_and_break_at_every_cut },
		{ "an audience belongs to its host", an_audience_belongs_to_its_host },
		{ "the environment says where we are", the_environment_says_where_we_are },
		{ "a token is fresh until shortly before its end", a_token_is_fresh_until_shortly_before_its_end },
		{ "a secret is locked, and no child has it", a_secret_is_locked_and_no_child_has_it },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
