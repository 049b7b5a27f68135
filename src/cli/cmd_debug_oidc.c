#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/debug.h"
#include "cli/trusted.h"
#include "crypto/digest.h"
#include "format/json_write.h"

enum { LINE_MAX_SIZE = 64 << 10 };

static void show(struct console *c, const struct publish_token *t)
{
	CLEANUP(buf_done) struct buf out;
	struct json_writer w;
	struct sha256 digest = sha256_of(bytes_of(t->value));
	char hex[SHA256_TEXT_SIZE];
	sha256_text(&digest, hex);
	buf_init(&out, LINE_MAX_SIZE);
	json_writer_init(&w, &out, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "ci", t->ci);
	json_pair_cstring(&w, "issuer", t->issuer);
	json_pair_string(&w, "claims", t->claims);
	json_pair_cstring(&w, "warning", t->warning);
	json_pair_cstring(&w, "sha256", hex);
	json_pair_integer(&w, "seconds", t->expires - clock_unix());
	json_pair_bool(&w, "fresh", publish_token_is_fresh(t, clock_unix(), OIDC_FRESH_S));
	json_object_end(&w);
	console_result(c, buf_bytes(&out));
}

int debug_oidc(struct settings *s, struct arena *a)
{
	struct console *c = console_open(s, environ, a);
	struct run_context run = { .id = "", .limits = &s->limits, .known = console_known(c) };
	CLEANUP(publish_token_done) struct publish_token token = { 0 };
	struct diag d = { 0 };
	if (s->sources.n < 2) {
		(void)fail(&d, ERR_USAGE, 0, "hwb debug oidc takes UPLOAD-URL [AUDIENCE [GOOGLE-IAM-URL]]");
		console_error(c, &d);
		return EXIT_USAGE;
	}
	const char *audience = s->sources.n > 2 ? s->sources.items[2] : NULL;
	struct oidc_request request = trusted_request(s, c, environ, s->sources.items[1], audience, true);
	request.google_iam_url = s->sources.n > 3 ? s->sources.items[3] : NULL;
	enum status status = oidc_token(&run, &request, a, &token, &d);
	if (status == OK)
		show(c, &token);
	else
		console_error(c, &d);
	return (int)trusted_exit_code(status);
}
