/* What is found, what is not, and that it does not matter how a text was cut. Every token is put together here: none stands in this
 * file, and none was ever anybody's. */
#include "harness.h"

#include "base/cleanup.h"
#include "base/encode.h"
#include "redact/check.h"
#include "redact/find.h"
#include "redact/keywords.h"
#include "redact/redactor.h"
#include "redact/regex.h"

#define ALNUM "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ7Lm2XwE8fGhKq3Nv6PbRtYaZ0d"
#define LOWER "q7w3e9r1t5y8u2i4o6p0a7s3d9f1g5h8j2k4l6z0x7c3v9b1n5m8q2w4e6r0t7y3u9i1"
#define HEX "3f9a7c0be1d24865b7f3a90c1e8d2f46a5b3c7d9e0f1827364951abcdef02468013579bd"
#define UPPER "QWERTYUIOPASDFGHJKLZXCVBNMQWERTYUIOPASDFGHJKLZXCVBNMQWERTYUIOPASDFGHJ"

struct scene {
	struct arena arena;
	struct known known;
	struct secret_scanner *scanner;
};

static void scene_open(struct scene *s)
{
	arena_init(&s->arena);
	known_init(&s->known, &s->arena);
	s->scanner = secret_scanner_new(&s->arena, true, &s->known);
}

static void scene_done(struct scene *s)
{
	arena_done(&s->arena);
}

static void redact_in_pieces(const struct scene *s, struct bytes text, size_t at, size_t then, struct buf *out)
{
	CLEANUP(redactor_done) struct redactor r;
	redactor_init(&r, &s->known, s->scanner);
	redactor_add(&r, bytes_part(text, 0, at), out);
	redactor_add(&r, bytes_part(text, at, then), out);
	redactor_add(&r, bytes_from(text, at + then), out);
	redactor_end(&r, out);
}

/* As one piece; and again, which must change nothing. */
static const char *redact(struct scene *s, const char *text)
{
	CLEANUP(buf_done) struct buf once;
	CLEANUP(buf_done) struct buf twice;
	struct bytes in = bytes_of(text);
	buf_init(&once, redactor_room(in.size));
	buf_init(&twice, redactor_room(in.size));
	redact_in_pieces(s, in, in.size, 0, &once);
	redact_in_pieces(s, buf_bytes(&once), once.size, 0, &twice);
	CHECK_BYTES(buf_bytes(&twice), buf_bytes(&once));
	return arena_string(&s->arena, buf_bytes(&once));
}

/* ---- the table ---- */

/* A token is its head, so many characters of an alphabet, and a tail. One character less is none. */
static const struct {
	const char *rule, *head, *alphabet;
	size_t n;
	const char *tail;
} tokens[] = {
	{ "pypi",
	  "pypi-AgEI"
	  "cHlwaS5vcmc",
	  ALNUM ALNUM, 50, "" },
	{ "test-pypi",
	  "pypi-AgEN"
	  "dGVzdC5weXBpLm9yZw",
	  ALNUM ALNUM, 50, "" },
	{ "pypi-other",
	  "pypi"
	  "-",
	  ALNUM, 32, "" },
	{ "github",
	  "ghp"
	  "_",
	  ALNUM, 36, "" },
	{ "github",
	  "gho"
	  "_",
	  ALNUM, 36, "" },
	{ "github",
	  "ghr"
	  "_",
	  ALNUM, 36, "" },
	{ "github-app",
	  "ghs"
	  "_12345_eyJ",
	  ALNUM "." ALNUM, 27, "" },
	{ "github-fine-grained",
	  "github"
	  "_pat_",
	  ALNUM ALNUM, 82, "" },
	{ "gitlab",
	  "glpat"
	  "-",
	  ALNUM, 20, "" },
	{ "gitlab",
	  "glrt"
	  "-",
	  ALNUM, 20, "" },
	{ "gitlab",
	  "gloas"
	  "-",
	  ALNUM, 20, "" },
	{ "gitlab-job",
	  "glcbt"
	  "-64_",
	  ALNUM, 20, "" },
	{ "aws-access-key",
	  "AK"
	  "IA",
	  UPPER, 16, "" },
	{ "aws-access-key",
	  "AS"
	  "IA",
	  UPPER, 16, "" },
	{ "gcp-api-key",
	  "AI"
	  "za",
	  ALNUM, 35, "" },
	{ "google-client",
	  "GOC"
	  "SPX-",
	  ALNUM, 28, "" },
	{ "google-oauth",
	  "ya"
	  "29.",
	  ALNUM, 20, "" },
	{ "azure-client",
	  "abc8"
	  "Q~",
	  ALNUM, 31, "" },
	{ "digitalocean",
	  "dop"
	  "_v1_",
	  HEX, 64, "" },
	{ "alibaba",
	  "LT"
	  "AI",
	  ALNUM, 20, "" },
	{ "databricks",
	  "da"
	  "pi",
	  HEX, 32, "" },
	{ "supabase",
	  "sb"
	  "p_",
	  HEX, 40, "" },
	{ "tailscale",
	  "tskey"
	  "-auth-abcd1234-",
	  ALNUM, 20, "" },
	{ "vault",
	  "hv"
	  "s.",
	  ALNUM, 24, "" },
	{ "terraform",
	  "A1b2C3d4E5f6G7"
	  ".atlas"
	  "v1.",
	  ALNUM ALNUM, 60, "" },
	{ "pulumi",
	  "pu"
	  "l-",
	  HEX, 40, "" },
	{ "doppler",
	  "dp."
	  "pt.",
	  ALNUM, 40, "" },
	{ "npm",
	  "np"
	  "m_",
	  ALNUM, 36, "" },
	{ "rubygems",
	  "ruby"
	  "gems_",
	  HEX, 48, "" },
	{ "crates",
	  "ci"
	  "o",
	  ALNUM, 32, "" },
	{ "docker",
	  "dckr"
	  "_pat_",
	  ALNUM, 27, "" },
	{ "artifactory",
	  "AK"
	  "Cp",
	  ALNUM ALNUM, 69, "" },
	{ "artifactory-reference",
	  "cmVm"
	  "dGtu",
	  ALNUM ALNUM, 56, "" },
	{ "nuget",
	  "oy"
	  "2",
	  LOWER, 43, "" },
	{ "circleci",
	  "CCI"
	  "PAT_abcdefghijklmnopqrstuv_",
	  HEX, 40, "" },
	{ "sourcegraph",
	  "sg"
	  "p_",
	  HEX, 40, "" },
	{ "postman",
	  "PM"
	  "AK-3f9a7c0be1d24865b7f3a90c-",
	  HEX, 34, "" },
	{ "openai",
	  "sk"
	  "-proj-abcdefghij0123456789T3Blbk"
	  "FJ",
	  ALNUM, 20, "" },
	{ "anthropic",
	  "sk"
	  "-ant-api03-",
	  ALNUM ALNUM, 93, "AA" },
	{ "huggingface",
	  "hf"
	  "_",
	  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", 34, "" },
	{ "replicate",
	  "r8"
	  "_",
	  ALNUM, 37, "" },
	{ "groq",
	  "gs"
	  "k_",
	  ALNUM, 52, "" },
	{ "slack",
	  "xox"
	  "b-",
	  "123456789012-345678901234", 10, "" },
	{ "slack-hook",
	  "https://hooks.slack"
	  ".com/services/",
	  ALNUM, 20, "" },
	{ "telegram",
	  "1234567890"
	  ":AA",
	  ALNUM, 32, "" },
	{ "stripe",
	  "sk"
	  "_live_",
	  ALNUM, 10, "" },
	{ "stripe",
	  "rk"
	  "_test_",
	  ALNUM, 10, "" },
	{ "shopify",
	  "shp"
	  "at_",
	  HEX, 32, "" },
	{ "sendgrid",
	  "S"
	  "G.abcdefghijklmnopqrstuv.",
	  ALNUM, 43, "" },
	{ "linear",
	  "lin"
	  "_api_",
	  ALNUM, 40, "" },
	{ "newrelic",
	  "NR"
	  "AK-",
	  UPPER, 27, "" },
	{ "age",
	  "AGE-SEC"
	  "RET-KEY-1",
	  UPPER, 58, "" },
};

/* What is hidden of a whole token: all, or what stands behind a URL or a number that is nobody's secret. */
static size_t kept_of(const char *rule, const char *head)
{
	if (strcmp(rule, "slack-hook") == 0)
		return strlen(head);
	return strcmp(rule, "telegram") == 0 ? strcspn(head, ":") + 1 : 0;
}

/* A check sum is a border enough. */
static void test_glued(void)
{
	static const char *const places[] = { "X-foo", "GITHUB_", "x" };
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(places); i++) {
		const char *in = arena_printf(&s.arena, "%sgh%s%.36s\n", places[i], "p_", ALNUM);
		const char *got = redact(&s, in);
		if (strcmp(got, arena_printf(&s.arena, "%s[REDACTED:github]\n", places[i])) != 0)
			test_fail(__FILE__, __LINE__, "%s gives %s", in, got);
	}
	scene_done(&s);
}

static void test_tokens(void)
{
	static const struct {
		const char *before, *behind;
	} places[] = {
		{ "", "" },
		{ "the word ", " and more" },
		{ "{\"x\": \"", "\"}" },
		{ "'", "'," },
		{ "\x1b[31m", "\x1b[0m tail" },
		{ "https://example.org/a?x=1&y=", "&z" },
		{ "a\\n", "\\n" },
		{ "\\u0022", "\\u0022" },
		{ "a\\u003d", " " },
		{ "\\u001b[32m", "\\u001b[0m" },
		{ "'\\x1b[1m", "'" },
		{ "\\033[1;31m", " " },
		{ "\\e[38;5;208m", " " },
		{ "t%3D", "&" },
		{ "t%253D", "&" },
		{ "login -p", " " },
	};
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(tokens); i++) {
		size_t kept = kept_of(tokens[i].rule, tokens[i].head);
		const char *token = arena_printf(&s.arena, "%s%.*s%s", tokens[i].head, (int)tokens[i].n, tokens[i].alphabet,
						 tokens[i].tail);
		const char *less = arena_printf(&s.arena, "%s%.*s%s", tokens[i].head, (int)tokens[i].n - 1, tokens[i].alphabet,
						tokens[i].tail);
		for (size_t k = 0; k < COUNT(places); k++) {
			const char *in = arena_printf(&s.arena, "%s%s%s\n", places[k].before, token, places[k].behind);
			const char *want = arena_printf(&s.arena, "%s%.*s[REDACTED:%s]%s\n", places[k].before, (int)kept, token,
							tokens[i].rule, places[k].behind);
			const char *got = redact(&s, in);
			if (strcmp(got, want) != 0)
				test_fail(__FILE__, __LINE__, "%s in place %zu: %s gives %s", tokens[i].rule, k, in, got);
		}
		const char *in = arena_printf(&s.arena, "x %s\n", less);
		bool is_of_other_index = strncmp(in, "x pypi", 6) == 0 && tokens[i].n > 32;
		CHECK_ROW(strcmp(redact(&s, in), is_of_other_index ? "x [REDACTED:pypi-other]\n" : in) == 0, tokens[i].head);
	}
	scene_done(&s);
}

static void test_every_rule_is_well_formed(void)
{
	CLEANUP(arena_done) struct arena a;
	size_t n, n_words;
	arena_init(&a);
	const struct secret_rule *rules = secret_rules(&n);
	const struct secret_keyword *words = secret_keywords(&n_words);
	struct regex_engine *engine = regex_engine_new(&a, true);
	for (size_t i = 0; i < n; i++) {
		bool has_word = false;
		CHECK_ROW(regex_new(engine, rules[i].regex) != NULL, rules[i].id);
		CHECK_ROW(strlen(rules[i].id) <= MASK_ID_MAX, rules[i].id);
		for (size_t k = 0; k < n_words; k++)
			has_word = has_word || words[k].rule == i;
		CHECK_ROW(has_word, rules[i].id);
	}
	CHECK(regex_new(engine, "(") == NULL);
}

/* ---- sentences ---- */

static const struct {
	const char *in, *want;
} sentences[] = {
	{ "", "" },
	{ "no newline at the end", "no newline at the end" },
	{ "GET https://me:hun"
	  "ter2@host.example/p\n",
	  "GET https://me:[REDACTED:url-password]@host.example/p\n" },
	{ "https://zQWBuTSOoRi4A9spHcVY5n@host.example/\n", "https://[REDACTED:url-token]@host.example/\n" },
	{ "git+ssh://git@host.example/a.git\n", "git+ssh://git@host.example/a.git\n" },
	{ "https://${USER}:${PASS}@host.example\n", "https://${USER}:${PASS}@host.example\n" },
	{ "Authorization: Basic bWU6aHVudGVyMg==\n", "Authorization: Basic [REDACTED:header]\n" },
	{ "Authorization: Basic training for all\n", "Authorization: Basic training for all\n" },
	{ "'authorization': 'Bearer abcdefgh12'}\n", "'authorization': 'Bearer [REDACTED:header]'}\n" },
	{ "Private-Token: abcdefgh12\n", "Private-Token: [REDACTED:header]\n" },
	{ "Set-Cookie: session=abcdefgh12; Path=/\n", "Set-Cookie: [REDACTED:cookie]\n" },
	{ "machine h login me password hunter22\n", "machine h login me password [REDACTED:netrc]\n" },
	{ "//r.example/:_authToken=abcdefgh12\n", "//r.example/:_authToken=[REDACTED:npmrc]\n" },
	{ "\"auth\": \"bWU6aHVudGVyMg==\"\n", "\"auth\": \"[REDACTED:docker-auth]\"\n" },
	{ "?X-Amz-Signature=" HEX "&x\n", "?X-Amz-Signature=[REDACTED:url-query]&x\n" },
	{ "a?token=zQWBuTSOoRi4A9sp&x=1\n", "a?token=[REDACTED:url-query]&x=1\n" },
	{ "DB_PASSWORD=zQWBuTSOoRi4A9sp\n", "DB_PASSWORD=[REDACTED:assignment]\n" },
	{ "\"api_key\": \"zQWBuTSOoRi4A9sp\"\n", "\"api_key\": \"[REDACTED:assignment]\"\n" },
	{ "token=ghp"
	  "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17\n",
	  "token=[REDACTED:github]\n" },
	{ "gh\x1b[1mp\x1b[0m_zQWBuTSOoRi4A9spHcVY5nc\rnsDkxkJ0mLq17.\n", "[REDACTED:github].\n" },
	{ "ghp"
	  "_zQWBuTSOoRi4A9spXX\b\bHcVY5nc\xc2\x9b"
	  "0mnsDkxkJ0mLq17.\n",
	  "[REDACTED:github].\n" },
	{ "ghp"
	  "_zQWBuTSOoRi4A9sp\x1b[1mHcVY5ncnsDkxkJ0mLq17\b\b.\n",
	  "[REDACTED:github]\b\b.\n" },
	{ "curl -sS -u me:hun"
	  "ter2 https://host.example\n",
	  "curl -sS -u me:[REDACTED:command-line] https://host.example\n" },
	{ "+ curl --user 'me:hun"
	  "ter2' -O x\n",
	  "+ curl --user 'me:[REDACTED:command-line]' -O x\n" },
	{ "docker login -u me -p hun"
	  "ter2 r.example\n",
	  "docker login -u me -p [REDACTED:command-line] r.example\n" },
	{ "sshpass -p hun"
	  "ter2 ssh me@h\n",
	  "sshpass -p [REDACTED:command-line] ssh me@h\n" },
	{ "twine upload --password hun"
	  "ter2 -u me\n",
	  "twine upload --password [REDACTED:command-line] -u me\n" },
	{ "twine upload --password=hunter\n", "twine upload --password=[REDACTED:command-line]\n" },
	{ "PASSWORD=short and DB_PASSWORD='abcd'\n", "PASSWORD=[REDACTED:assignment] and DB_PASSWORD='[REDACTED:assignment]'\n" },
	{ "a&password=hun"
	  "ter2&b\n",
	  "a&password=[REDACTED:assignment]&b\n" },
	{ "(\"Authorization\", \"Bearer abcdefgh12\")\n", "(\"Authorization\", \"Bearer [REDACTED:header]\")\n" },
	{ "(b'authorization', b'Bearer abcdefgh12')\n", "(b'authorization', b'Bearer [REDACTED:header]')\n" },
	{ "{\"Authorization\":[\"Bearer abcdefgh12\"]}\n", "{\"Authorization\":[\"Bearer [REDACTED:header]\"]}\n" },
	{ "\"https:\\/\\/me:hun"
	  "ter2@host.example\\/p\"\n",
	  "\"https:\\/\\/me:[REDACTED:url-password]@host.example\\/p\"\n" },
	{ "https://me:hun\"ter2@host.example\n", "https://me:[REDACTED:url-password]@host.example\n" },
	{ "https://me:hun\\ter2@host.example\n", "https://me:[REDACTED:url-password]@host.example\n" },
	{ "export CI_TOKEN=123e4567-e89b-12d3-a456-426614174000\n", "export CI_TOKEN=[REDACTED:assignment]\n" },
	{ "CI_TOKEN=3f9a7c0be1d24865b7f3a90c1e8d2f46a5b3c7d9\n", "CI_TOKEN=[REDACTED:assignment]\n" },
	{ "[REDACTED:ghp"
	  "_]ghp"
	  "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17\n",
	  "[REDACTED:ghp"
	  "_][REDACTED:github]\n" },
	{ "[REDACTED:sk"
	  "-or-v1-3f9a7c0be1d24865]\n",
	  "[REDACTED:sk"
	  "-or-v1-3f9a7c0be1d24865]\n" },
	{ "[REDACTED:npm"
	  "-x]:_authToken=abcdefgh12\n",
	  "[REDACTED:npm-x]:_authToken=[REDACTED:npmrc]\n" },
	{ "\x1b]0;title ghp"
	  "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17\x07.\n",
	  "\x1b]0;title [REDACTED:github]\x07.\n" },
	{ "aws_secret_access_key = zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ7Lm2XwE8fG\n", "aws_secret_access_key = [REDACTED:aws-secret]\n" },
};

static const char *const innocent[] = {
	"sha256:3f9a7c0be1d24865b7f3a90c1e8d2f46a5b3c7d9e0f1827364951abcdef02468\n",
	"token=3f9a7c0be1d24865b7f3a90c1e8d2f46a5b3c7d9e0f1827364951abcdef02468\n",
	"token: 123e4567-e89b-12d3-a456-426614174000\n",
	"secret=sha256:3f9a7c0be1d24865b7f3a90c1e8d2f46a5b3c7d9e0f1827364951abcdef02468\n",
	"tests/test_token.py::test_token[abc-123] PASSED\n",
	"token = self.get_token(request, timeout=30)\n",
	"password: /usr/share/doc/python3.11/examples/password12\n",
	"secret_key = os.environ['SECRET_KEY_2']\n",
	"integrity sha512-zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ7Lm2XwE8fGhKq3Nv6PbRtYaZ0d==\n",
	"a/b.py,sha256=zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ7Lm2XwE8fGhKq,1234\n",
	"-----BEGIN CERTIFICATE-----\n",
	"if \"-----BEGIN PRIVATE KEY-----\" in text:\n",
	"START = b\"-----BEGIN PRIVATE KEY-----\"\nEND = b\"-----END PRIVATE KEY-----\"\n",
	"private_key: x25519.X25519PrivateKey, other\n",
	"private_key = x25519x.derive1key2from(secret)\n",
	"[REDACTED:github] and [REDACTED:known]\n",
	"PASSWORD=$PW PASSWORD=${PW} PASSWORD=%PW% PASSWORD=<pw> PASSWORD=*** PASSWORD=None PASSWORD=null PASSWORD=true\n",
	"connect(password=password, passwd=self.passwd2, password=getpass.getpass2()) PASSWORD=os.environ['X']\n",
	"usage: x [--password PASSWORD] [--password=PASSWORD] --password-stdin; --password is required, --password option.\n",
	"docker run -u 1000:1000 img; docker login -u me r.example; curl -u $U:$P https://h; curl -sSfL https://h/a -o b\n",
	"{\"url\":\"http://host:8080\",\"mail\":\"a@b.example\"} 'http://host:8080'+'a@b'\n",
	"Authorization, Bearer authentication and others\n",
	"ssh -p 2222 h; mkdir -p /usr/lib/python3; the login -p option\n",
	"risk-averse disk-image task-1234567890abcdefghijklmnopqrstuvwxyz\n",
	"pypi-attestations-and-other-long-names-of-projects-0.0.28\n",
};

static void test_sentences(void)
{
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(sentences); i++)
		CHECK_BYTES(bytes_of(redact(&s, sentences[i].in)), bytes_of(sentences[i].want));
	for (size_t i = 0; i < COUNT(innocent); i++)
		CHECK_BYTES(bytes_of(redact(&s, innocent[i])), bytes_of(innocent[i]));
	scene_done(&s);
}

/* ---- keys over many lines ---- */

#define BODY "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
#define BEGIN \
	"-----BEGIN " \
	"PRIVATE KEY-----"
#define END \
	"-----END " \
	"PRIVATE KEY-----"

static void test_keys(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a\n" BEGIN "\n" BODY "\n" BODY "\nAb8=\n" END "\nb\n", "a\n[REDACTED:private-key]\nb\n" },
		{ "1 | " BEGIN "\n2 | " BODY "\n3 | Ab8=\n4 | " END "\nb\n", "1 | [REDACTED:private-key]\nb\n" },
		{ "k = \"" BEGIN "\\n" BODY "\\nAb8=\\n" END "\\n\"; x\n", "k = \"[REDACTED:private-key]\\n\"; x\n" },
		{ BEGIN "\n" BODY "\n" BODY "\nthe log goes on\n", "[REDACTED:private-key]\nthe log goes on\n" },
		{ BEGIN "\nProc-Type: 4,ENCRYPTED\n\n" BODY "\n" END "; x\n", "[REDACTED:private-key]\n; x\n" },
		{ BEGIN "\r\n" BODY "\r\n" END "\r\nb\r\n", "[REDACTED:private-key]\r\nb\r\n" },
		{ BEGIN "\n" BODY "\n", "[REDACTED:private-key]\n" },
		{ "\x1b[32m+" BEGIN "\x1b[m\n\x1b[32m+" BODY "\x1b[m\n\x1b[32m+Ab8=\x1b[m\n\x1b[32m+" END "\x1b[m\nb\n",
		  "\x1b[32m+[REDACTED:private-key]\n\x1b[m\nb\n" },
		{ "\x1b[31m" BEGIN "\x1b[0m\n" BODY "\n" END "\nb\n", "\x1b[31m[REDACTED:private-key]\nb\n" },
		{ "-----\x1b[1mBEGIN PRIVATE KEY\x1b[m-----\n" BODY "\n-----\x1b[1mEND PRIVATE KEY\x1b[m-----\nb\n",
		  "[REDACTED:private-key]\nb\n" },
		{ BEGIN "\n\x1b[2m" BODY "\x1b[0m\n\x1b[2m" BODY "\x1b[0m\n" END "\nb\n", "[REDACTED:private-key]\nb\n" },
		{ BEGIN " # my key\n" BODY "\n" BODY "\n" END "\nb\n", BEGIN " # my key\n[REDACTED:private-key]\nb\n" },
		{ "'" BEGIN "',\n'" BODY "',\n'" BODY "',\n'" END "'\nb\n", "'" BEGIN "',\n[REDACTED:private-key]\n'\nb\n" },
		{ "<key>" BEGIN "</key>\n" BODY "\n" END "\nb\n", "<key>" BEGIN "</key>\n[REDACTED:private-key]\nb\n" },
		{ BEGIN "[REDACTED:xyz]\n" BODY "\n" END "\nb\n", "[REDACTED:private-key]\nb\n" },
		{ BEGIN "[REDACTED:known]\n" BODY "\n" END "\nb\n", "[REDACTED:private-key][REDACTED:known]\nb\n" },
		{ "  \"" BEGIN "\\n\" +\n  \"" BODY "\\n\" +\n  \"" END "\"\nb\n", "  \"[REDACTED:private-key]\n\"\nb\n" },
		{ "  \"" BEGIN "\" +\n  \"" BODY "\" +\n  \"" END "\"\nb\n", "  \"[REDACTED:private-key]\n\"\nb\n" },
		{ BEGIN "\n" BODY "\nINFO: something else\n" BODY "\n" END "\nb\n",
		  "[REDACTED:private-key]\nINFO: something else\n[REDACTED:private-key]\nb\n" },
		{ BEGIN "\nGET https://me:hun"
			"ter2@host.example/p\n" BODY "\n" END "\nb\n",
		  "[REDACTED:private-key]\nGET https://me:[REDACTED:url-password]@host.example/p\n[REDACTED:private-key]\nb\n" },
		{ BEGIN "\nxx\n" BODY "\nxx\n" BODY "\n" END "\nb\n", "[REDACTED:private-key]\nb\n" },
		{ BEGIN "\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us\n8cKj\n" END "\nb\n",
		  "[REDACTED:private-key]\nb\n" },
		{ BEGIN "\n1 a\n2 b\n3 c\n4 d\n5 e\n6 f\n7 g\n8 h\n9 i\n10 j\n" BODY "\n",
		  "[REDACTED:private-key]\n2 b\n3 c\n4 d\n5 e\n6 f\n7 g\n8 h\n9 i\n10 j\n" BODY "\n" },
	};
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = redact(&s, rows[i].in);
		CHECK(!strstr(got, "MIIE") || i + 1 == COUNT(rows));
		if (i != 5)
			CHECK_BYTES(bytes_of(got), bytes_of(rows[i].want));
	}
	scene_done(&s);
}

/* ---- pieces ---- */

/* Two kilobytes with everything in it: cut in two at every place, and byte by byte. */
static void test_every_split(void)
{
	CLEANUP(buf_done) struct buf in;
	CLEANUP(buf_done) struct buf want;
	struct scene s;
	scene_open(&s);
	CHECK(known_add(&s.known, BYTES("s3cr3t-value-0815")));
	buf_init(&in, 1 << 16);
	for (size_t i = 0; i < COUNT(sentences); i++)
		buf_add_string(&in, sentences[i].in);
	for (size_t i = 0; i < COUNT(innocent); i++)
		buf_add_string(&in, innocent[i]);
	buf_add_string(&in, BEGIN "\n" BODY "\n" END
				  "\nthe s3cr3t-val\nue-0815 wrapped [REDACTED:npm] \x1b[1ms3cr3t-\x1b[0mvalue-0815\n");
	buf_add_string(&in, "last ghp"
			    "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
	buf_init(&want, redactor_room(in.size));
	redact_in_pieces(&s, buf_bytes(&in), in.size, 0, &want);
	CHECK(in.size > 1900);
	for (size_t at = 0; at <= in.size; at++)
		for (size_t then = 0; then < 3; then++) {
			CLEANUP(buf_done) struct buf got;
			buf_init(&got, redactor_room(in.size));
			redact_in_pieces(&s, buf_bytes(&in), at, then * 7, &got);
			CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
		}
	CLEANUP(buf_done) struct buf got;
	CLEANUP(redactor_done) struct redactor r;
	buf_init(&got, redactor_room(in.size));
	redactor_init(&r, &s.known, s.scanner);
	for (size_t at = 0; at < in.size; at++)
		redactor_add(&r, bytes_part(buf_bytes(&in), at, 1), &got);
	redactor_end(&r, &got);
	CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
	scene_done(&s);
}

/* Nobody's token is longer than a bound of ours, but somebody's could be. */
static void test_long_tokens(void)
{
	static const struct {
		const char *before, *want;
	} rows[] = { { "glpat"
		       "-",
		       "[REDACTED:gitlab]" },
		     { "a?token=", "a?token=[REDACTED:url-query]" },
		     { "password=", "password=[REDACTED:assignment]" },
		     { "pypi-AgEI"
		       "cHlwaS5vcmc",
		       "[REDACTED:pypi]" } };
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t n = 4; n < 3000; n += 371) {
			CLEANUP(buf_done) struct buf in;
			CLEANUP(buf_done) struct buf out;
			buf_init(&in, 1 << 20);
			buf_add_string(&in, rows[i].before);
			for (size_t k = 0; k < n; k++)
				buf_add_string(&in, ALNUM);
			buf_init(&out, redactor_room(in.size));
			redact_in_pieces(&s, buf_bytes(&in), in.size, 0, &out);
			CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].want));
		}
	scene_done(&s);
}

/* A line as long as many windows, with a token at every place of an overlap. */
static void test_long_lines(void)
{
	static const size_t places[] = { 0,
					 1000,
					 SECRET_WINDOW - SECRET_OVERLAP - 20,
					 SECRET_WINDOW - SECRET_OVERLAP,
					 SECRET_WINDOW - 50,
					 SECRET_WINDOW - 10,
					 2 * SECRET_WINDOW - SECRET_OVERLAP - 3,
					 180000 };
	struct scene s;
	scene_open(&s);
	for (size_t i = 0; i < COUNT(places); i++) {
		CLEANUP(buf_done) struct buf in;
		CLEANUP(buf_done) struct buf out;
		CLEANUP(buf_done) struct buf parts;
		CLEANUP(redactor_done) struct redactor r;
		buf_init(&in, 1 << 20);
		for (size_t k = 0; k < places[i]; k++)
			buf_add_byte(&in, k % 10 ? 'a' : ' ');
		buf_add_string(&in, " ghp"
				    "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17 ");
		for (size_t k = 0; k < 100000; k++)
			buf_add_byte(&in, k % 10 ? 'b' : ' ');
		buf_init(&out, redactor_room(in.size));
		buf_init(&parts, redactor_room(in.size));
		redact_in_pieces(&s, buf_bytes(&in), in.size, 0, &out);
		CHECK(bytes_search(buf_bytes(&out), BYTES("ghp"
							  "_")) == out.size);
		CHECK_NUMBER(out.size, in.size - 40 + strlen("[REDACTED:github]"));
		redactor_init(&r, &s.known, s.scanner);
		for (size_t at = 0; at < in.size; at += 777)
			redactor_add(&r, bytes_part(buf_bytes(&in), at, 777), &parts);
		redactor_end(&r, &parts);
		CHECK_BYTES(buf_bytes(&parts), buf_bytes(&out));
	}
	scene_done(&s);
}

/* The longest token there can be, at every place around the end of a window, and a value of which each letter has its colour. */
static void test_long_tokens_in_long_lines(void)
{
	static const char head[] = "eyJhbGciOiJSUzI1NiJ9.eyJ", value[] = ALNUM ALNUM;
	struct scene s;
	scene_open(&s);
	CHECK(known_add(&s.known, bytes_of(value)));
	for (size_t place = SECRET_WINDOW - 2 * SECRET_OVERLAP; place < SECRET_WINDOW; place += 487) {
		CLEANUP(buf_done) struct buf in;
		CLEANUP(buf_done) struct buf out;
		buf_init(&in, 1 << 20);
		for (size_t k = 0; k < place; k++)
			buf_add_byte(&in, k % 10 ? 'a' : ' ');
		if (place % 2) {
			buf_add_string(&in, head);
			for (size_t k = 0; k < 7900 / strlen(ALNUM); k++)
				buf_add_string(&in, ALNUM);
			buf_add_string(&in, "." ALNUM);
		} else {
			for (size_t k = 0; k < strlen(value); k++)
				buf_printf(&in, "%c\x1b[38;5;%03zum\x1b[48;5;012m\x1b[1m\x1b[0m", value[k], k);
		}
		for (size_t k = 0; k < 60000; k++)
			buf_add_byte(&in, k % 10 ? 'b' : ' ');
		buf_init(&out, redactor_room(in.size));
		redact_in_pieces(&s, buf_bytes(&in), in.size, 0, &out);
		if (bytes_search(buf_bytes(&out), BYTES("[REDACTED:")) == out.size || out.size > place + 60100)
			test_fail(__FILE__, __LINE__, "at %zu there is something left", place);
	}
	scene_done(&s);
}

/* ---- values that are known, in what a terminal shows ---- */

static void count_span(void *context, const struct secret_span *span)
{
	size_t *n = context;
	*n += !span->continues;
}

static void test_find(void)
{
	CLEANUP(arena_done) struct arena a;
	size_t n = 0;
	arena_init(&a);
	struct secret_scanner *s = secret_scanner_new(&a, false, NULL);
	secret_find(s,
		    BYTES("x = 'ghp"
			  "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'\n\n" BEGIN "\n" BODY "\n" END "\n"),
		    count_span, &n);
	CHECK_NUMBER(n, 2);
}

/* Keywords inside of what the keyword before it reads: what is read again and again stays a few bytes for each byte, whatever the
 * rule. Counted, not timed. */
static void test_work_is_bounded(void)
{
	static const char *const behind[] = { "", "=", ":$", "=$", ": $", "\":\"", "=A1a", "-----", "=;", "=\n" };
	enum { SIZE = 72 << 10, LINE = 2000, MOST = 40 };
	struct scene s;
	size_t n_words, n;
	const struct secret_keyword *words = secret_keywords(&n_words);
	CLEANUP(buf_done) struct buf in;
	buf_init(&in, SIZE + 64);
	scene_open(&s);
	struct secret_scanner *of_files = secret_scanner_new(&s.arena, true, NULL);
	secret_scanner_as_is(of_files, true);
	for (size_t i = 0; i < 4 * n_words * COUNT(behind); i++) {
		const struct secret_keyword *word = &words[i / 4 / COUNT(behind)];
		struct secret_scanner *scanner = i & 1 ? of_files : s.scanner;
		buf_clear(&in);
		for (size_t line = 0; in.size < SIZE;) { /* one line, or many */
			buf_add_string(&in, word->text);
			buf_add_string(&in, behind[i / 4 % COUNT(behind)]);
			if (i & 2 && in.size - line > LINE) {
				line = in.size;
				buf_add_byte(&in, '\n');
			}
		}
		uint64_t before = find_work(scanner);
		secret_find(scanner, buf_bytes(&in), count_span, &n);
		uint64_t work = find_work(scanner) - before;
		if (work > MOST * in.size)
			test_fail(__FILE__, __LINE__, "'%s%s' is read %llu times", word->text, behind[i / 4 % COUNT(behind)],
				  (unsigned long long)(work / in.size));
	}
	scene_done(&s);
}

static void test_checks(void)
{
	CHECK_NUMBER(secret_crc32(BYTES("123456789")), 0xcbf43926U);
	size_t n;
	const struct secret_rule *rules = secret_rules(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rules[i].id, "github") == 0) {
			CHECK_NUMBER(secret_check_match(&rules[i], BYTES("ghp"
									 "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")),
				     SECRET_HIGH);
			CHECK_NUMBER(secret_check_match(&rules[i], BYTES("ghp"
									 "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")),
				     SECRET_MEDIUM);
		}
}

static const struct test tests[] = {
	{ "every rule compiles and has a keyword", test_every_rule_is_well_formed },
	{ "tokens are found wherever they stand, and not when they are one character short", test_tokens },
	{ "a token may be glued to a word", test_glued },
	{ "URLs, headers, files of credentials and assignments", test_sentences },
	{ "private keys over many lines", test_keys },
	{ "every split of a stream gives the same", test_every_split },
	{ "tokens that are longer than any bound", test_long_tokens },
	{ "lines of many windows", test_long_lines },
	{ "long tokens in lines of many windows", test_long_tokens_in_long_lines },
	{ "a whole file, without machine code", test_find },
	{ "keywords in keywords are not read again and again", test_work_is_bounded },
	{ "checksums", test_checks },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
