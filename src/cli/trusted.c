#include "cli/trusted.h"

/* One that the console cannot mask is too short to be a token of anybody's, and is not used. */
static bool take_secret(void *context, struct bytes secret)
{
	return console_add_brief_secret(context, secret);
}

struct oidc_request trusted_request(const struct settings *s, struct console *c, char **env, const char *upload_url,
				    const char *audience, bool must)
{
	return (struct oidc_request){
		.upload_url = upload_url,
		.environment = env,
		.audience = audience,
		.must = must,
		.ca_file = s->ca_file,
		.proxy_url = s->proxy_url,
		.http_hosts = s->http_hosts.items,
		.n_http_hosts = s->http_hosts.n,
		.take_secret = take_secret,
		.secret_context = c,
	};
}

enum exit_code trusted_exit_code(enum status s)
{
	switch (s) {
	case ERR_ABSENT:
	case ERR_REFUSED:
	case ERR_NETWORK:
	case ERR_PUBLISH:
		return EXIT_SIGN;
	case OK:
	case ERR_USAGE:
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_IO:
	case ERR_HASH:
	case ERR_RESOLVE:
	case ERR_ISOLATION:
	case ERR_BACKEND:
	case ERR_ARTEFACT:
	case ERR_LOG:
	case ERR_UNCHECKED:
	case ERR_CANCELLED:
	case N_STATUS:
		break;
	}
	return exit_code_of(s);
}
