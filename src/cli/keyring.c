#include <sys/wait.h>

#include "cli/credentials.h"
#include "cli/secret_input.h"
#include "cli/settings_parts.h"
#include "host/asked.h"

/* A person may have to unlock it. */
enum { PATIENCE_MS = 120000 };

/* What its backends need to find the session and their files: no token, no credential of ours. */
static const char *const variables[] = { "PATH",
					 "HOME",
					 "USER",
					 "LANG",
					 "LC_ALL",
					 "DISPLAY",
					 "WAYLAND_DISPLAY",
					 "XAUTHORITY",
					 "DBUS_SESSION_BUS_ADDRESS",
					 "XDG_RUNTIME_DIR",
					 "XDG_CONFIG_HOME",
					 "XDG_DATA_HOME",
					 "PYTHON_KEYRING_BACKEND",
					 NULL };
_Static_assert(COUNT(variables) <= ASKED_VARIABLES_MAX + 1, "it gets all of them");

static enum status check_password(struct buf *b, struct diag *d)
{
	while (b->size && (b->data[b->size - 1] == '\n' || b->data[b->size - 1] == '\r'))
		b->size--;
	for (size_t i = 0; i < b->size; i++)
		if (b->data[i] < ' ' || b->data[i] == 0x7f)
			return fail(d, ERR_USAGE, 0, "what the program 'keyring' prints is more than one line, or no text");
	return b->size ? OK : ERR_ABSENT;
}

enum status keyring_get(const struct credentials *c, const char *service, const char *user, struct buf *ret, struct diag *d)
{
	const char *const argv[] = { "keyring", "get", service, user, NULL };
	const struct asked keyring = {
		.argv = argv, .environment = c->settings->environment, .variables = variables, .patience_ms = PATIENCE_MS
	};
	int status;
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	enum status s = asked_run(c->run, &keyring, ret, &status, d);
	if (s == ERR_ABSENT) {
		(void)fail(d, ERR_USAGE, 0, "index.keyring-provider is subprocess, and there is no program 'keyring' on PATH");
		return remedy(d, "install it (the distribution keyring), or set index.keyring-provider to disabled");
	}
	if (s == ERR_LIMIT || s == ERR_NETWORK)
		return recode(d, ERR_USAGE);
	if (s)
		return s;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) /* 1: it has none */
		return ERR_ABSENT;
	return check_password(ret, d);
}
