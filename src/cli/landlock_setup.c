#include "cli/landlock_setup.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "net/proxy.h"

/* Whether everybody may pass through it and all that is above. */
static bool is_open(const char *path, struct arena *a)
{
	struct bytes whole = bytes_of(path);
	for (size_t i = 1; i <= whole.size; i++) {
		struct stat st;
		if (i < whole.size && whole.data[i] != '/')
			continue;
		if (stat(arena_string(a, bytes_part(whole, 0, i)), &st) || !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

/* The user of a root's build passes through no folder of root's own, the cache above all; an ordinary user is the build's user
 * himself, and keeps it all in one place. */
void landlock_place(const struct settings *s, struct run_context *run, struct arena *a)
{
	char real[PATH_MAX];
	if (run->mode != MODE_LANDLOCK)
		return;
	const char *wanted = env_get(s->environment, "TMPDIR");
	if (geteuid() != 0)
		run->run_path = arena_printf(a, "%s/run", s->cache_dir);
	else if (wanted && wanted[0] == '/' && realpath(wanted, real) && is_open(real, a))
		run->run_path = arena_string(a, bytes_of(real));
	else
		run->run_path = "/tmp";
}

enum status landlock_check(const struct settings *s, struct diag *d)
{
	struct proxy_options options;
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	if (s->isolation != MODE_LANDLOCK || !settings_egress(s, &a, &options))
		return OK;
	(void)fail(d, ERR_USAGE, 0,
		   "isolation 'landlock' has no way out to the network: without a namespace nothing but hwb's own hosts could "
		   "be kept from a build");
	return remedy(d, "use --isolation sandbox or container with --allow-host");
}
