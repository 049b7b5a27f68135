/* Google Cloud: the machine's own metadata server, and service accounts that it may act for. */
#include "publish/oidc_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "format/json_write.h"
#include "host/locked.h"

#define IAM_URL "https://iamcredentials.googleapis.com"
#define FLAVOR "Google"
/* Link-local: no router passes it on. */
#define METADATA_ADDRESS "169.254.169.254"

enum { NAME_MAX_SIZE = 64 };

/* What the firmware says of the machine. */
static bool is_google_machine(void)
{
	char name[NAME_MAX_SIZE];
	CLEANUP(fd_close) int fd = open("/sys/class/dmi/id/product_name", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, name, sizeof name);
	struct bytes text = bytes_trim(bytes_make(name, n > 0 ? (size_t)n : 0));
	return bytes_equal(text, BYTES("Google")) || bytes_equal(text, BYTES("Google Compute Engine"));
}

bool google_is_here(const struct oidc *o)
{
	return oidc_variable(o, "GCE_METADATA_HOST") || is_google_machine();
}

/* The variable is that of Google's own libraries, for emulators. */
const char *google_metadata_host(const struct oidc *o)
{
	const char *host = oidc_variable(o, "GCE_METADATA_HOST");
	return host ? host : METADATA_ADDRESS;
}

/* Plain http, as everybody reaches it: it is the machine's hypervisor. By address, so that no name server has a say. */
static const char *metadata_url(struct oidc *o, const char *rest)
{
	return arena_printf(o->arena, "http://%s/computeMetadata/v1/instance/service-accounts/default/%s", google_metadata_host(o),
			    rest);
}

static bool is_account_name(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++)
		if (!byte_is_alnum((unsigned char)name[i]) && !strchr("@._-", name[i]))
			return false;
	return n > 0 && n <= 256;
}

/* IAM Credentials API, generateIdToken. */
static enum status impersonate(struct oidc *o, const char *account, char **ret_jwt, struct diag *d)
{
	CLEANUP(locked_free) char *access = NULL;
	CLEANUP(buf_done) struct buf body;
	struct json_writer w;
	if (!is_account_name(account))
		return fail(d, ERR_REFUSED, 0, "GOOGLE_SERVICE_ACCOUNT_NAME is not the name of a service account");
	struct oidc_question first = { .url = metadata_url(o, "token"), .who = "Google's metadata server", .metadata_flavor = FLAVOR };
	enum status s = oidc_ask_token(o, &first, OIDC_ACCESS, &access, d);
	if (s)
		return s;
	buf_init(&body, OIDC_AUDIENCE_MAX + 100);
	json_writer_init(&w, &body, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "audience", o->audience);
	json_pair_bool(&w, "includeEmail", true);
	json_object_end(&w);
	const char *base = o->request->google_iam_url ? o->request->google_iam_url : IAM_URL;
	struct oidc_question second = {
		.url = arena_printf(o->arena, "%s/v1/projects/-/serviceAccounts/%s:generateIdToken", base, account),
		.who = "Google's IAM",
		.body = buf_bytes(&body),
		.bearer = access,
	};
	s = oidc_ask_token(o, &second, OIDC_TOKEN, ret_jwt, d);
	if (s == ERR_REFUSED)
		(void)remedy(d, "the machine's account needs the role 'Service Account OpenID Connect Identity Token Creator' on it");
	return s;
}

enum status google_get(struct oidc *o, char **ret_jwt, struct diag *d)
{
	const char *account = oidc_variable(o, "GOOGLE_SERVICE_ACCOUNT_NAME");
	if (account)
		return impersonate(o, account, ret_jwt, d);
	struct oidc_question q = {
		.url = metadata_url(o, arena_printf(o->arena, "identity?audience=%s&format=full", oidc_escape(o, o->audience))),
		.who = "Google's metadata server",
		.metadata_flavor = FLAVOR,
	};
	return oidc_ask_token(o, &q, OIDC_PLAIN, ret_jwt, d);
}
