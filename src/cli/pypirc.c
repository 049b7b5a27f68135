#include "cli/pypirc.h"

#include <fcntl.h>

#include "format/ini.h"
#include "host/file.h"

enum { PYPIRC_MAX = 64 << 10 };

static const char *find(const struct ini *ini, const char *section, const char *key, struct arena *a)
{
	const struct ini_item *item = ini_find(ini, section, key);
	return item && item->value.size ? arena_string(a, item->value) : NULL;
}

static bool has_section(const struct ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->n_sections; i++)
		if (bytes_equal(ini->sections[i].name, bytes_of(name)))
			return true;
	return false;
}

enum status pypirc_find(struct bytes text, const char *name, struct arena *a, struct pypirc_section *ret, struct diag *d)
{
	struct ini ini;
	enum status s = ini_parse(text, INI_EQUALS_AND_COLON, a, &ini, d);
	if (s)
		return s;
	if (!has_section(&ini, name))
		return ERR_ABSENT;
	const struct ini_item *password = ini_find(&ini, name, "password");
	*ret = (struct pypirc_section){ find(&ini, name, "repository", a), find(&ini, name, "username", a),
					password && password->value.size ? password->line : 0 };
	return OK;
}

enum status pypirc_check(const struct pypirc_section *section, const char *name, struct diag *d)
{
	if (!section->password_line)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "'~/.pypirc': there is a password for '%s', which every program of yours can read", name);
	locate(d, section->password_line, 0);
	(void)remedy(d,
		     "revoke it and remove the line; publish from a CI with --trusted-publisher, or keep a new token in "
		     "HWB_PUBLISH_TOKEN, in 'hwb credential add %s', or in a keyring",
		     name);
	return ERR_USAGE;
}

enum status pypirc_load(const char *home, const char *name, struct arena *a, struct pypirc_section *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	if (!home)
		return ERR_ABSENT;
	const char *path = arena_printf(a, "%s/.pypirc", home);
	buf_init(&text, PYPIRC_MAX);
	text.secret = true; /* there may be a password in it */
	enum status s = file_read(AT_FDCWD, path, &text, d);
	if (s == OK)
		s = pypirc_find(buf_bytes(&text), name, a, ret, d);
	if (s == OK || s == ERR_ABSENT)
		return s;
	(void)explain(d, "'%s'", path);
	return recode(d, ERR_USAGE);
}
