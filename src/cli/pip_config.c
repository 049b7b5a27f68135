/* pip's own configuration, so that a machine set up for pip works with hwb: weaker than every setting of ours.
 * pip.pypa.io/en/stable/topics/configuration: files, then PIP_*; within the files the command's section beats [global]. */
#include <fcntl.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "format/ini.h"
#include "host/file.h"

enum { PIP_FILES_MAX = 5 };

/* What hwb takes over, and which row it becomes. */
static const struct pip_key {
	const char *key, *variable, *row;
} keys[] = {
	{ "index-url", "PIP_INDEX_URL", "index.url" },
	{ "extra-index-url", "PIP_EXTRA_INDEX_URL", NULL },
	{ "find-links", "PIP_FIND_LINKS", "index.find-links" },
	{ "no-index", "PIP_NO_INDEX", "index.no-index" },
	{ "cert", "PIP_CERT", "index.ca-file" },
	{ "proxy", "PIP_PROXY", "index.proxy" },
	{ "build-constraint", "PIP_BUILD_CONSTRAINT", "build.constraints" },
};

struct pip_file {
	const char *path;
	struct ini ini;
};

struct pip_load {
	struct settings *settings;
	struct arena *arena;
	struct pip_file files[PIP_FILES_MAX]; /* weakest first */
	size_t n_files;
};

static bool next_word(struct bytes *rest, struct bytes *ret)
{
	size_t from = 0, to;
	while (from < rest->size && byte_is_blank(rest->data[from]))
		from++;
	for (to = from; to < rest->size && !byte_is_blank(rest->data[to]);)
		to++;
	*ret = bytes_part(*rest, from, to - from);
	*rest = bytes_from(*rest, to);
	return ret->size > 0;
}

/* Two indexes for one name are how dependency confusion works: the second is left out, by its host alone. */
static void warn_of_extra(const struct pip_load *l, struct bytes value)
{
	struct bytes word;
	while (next_word(&value, &word)) {
		struct url url;
		bool known = url_parse(word, l->arena, &url, NULL) == OK && url.host[0];
		settings_warn(
			l->settings, l->arena,
			"pip's extra-index-url '%s' is ignored: hwb takes each name from one index only. "
			"Say which names are its own: --index NAME=URL with --index-package 'acme-*=NAME', or [[index]] in hwb.toml(5)",
			known ? url.host : "(not a URL)");
	}
}

static enum status put(const struct pip_load *l, const struct pip_key *key, struct bytes value, struct diag *d)
{
	size_t n, row = key->row ? setting_find(bytes_of(key->row)) : 0;
	struct bytes word;
	bool is_first = true;
	if (!value.size)
		return OK;
	if (!key->row) {
		warn_of_extra(l, value);
		return OK;
	}
	if (!setting_rows(&n)[row].is_list)
		return setting_put(l->settings, l->arena, row, value, true, d);
	while (next_word(&value, &word)) {
		enum status s = setting_put(l->settings, l->arena, row, word, is_first, d);
		if (s)
			return s;
		is_first = false;
	}
	return OK;
}

static enum status open_file(struct pip_load *l, const char *path, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct diag now = { 0 };
	struct pip_file *file = &l->files[l->n_files];
	buf_init(&text, INI_MAX_SIZE + 1);
	enum status s = file_read_named(path, &text, &now);
	if (s == ERR_ABSENT)
		return OK;
	if (s == OK)
		s = ini_parse(arena_copy(l->arena, buf_bytes(&text)), INI_EQUALS_AND_COLON, l->arena, &file->ini, &now);
	if (s) {
		(void)fail(d, ERR_USAGE, 0, "pip's configuration %s:%u: %s", path, now.line, now.text);
		return remedy(d, "mend it, or go without it by PIP_CONFIG_FILE=/dev/null or --no-config");
	}
	file->path = path;
	l->n_files++;
	return OK;
}

/* As pip's _normalize_name: "--Index_URL" is "index-url". */
static bool same_key(struct bytes written, const char *key)
{
	struct bytes want = bytes_of(key);
	if (bytes_starts(written, BYTES("--")))
		written = bytes_from(written, 2);
	if (written.size != want.size)
		return false;
	for (size_t i = 0; i < want.size; i++)
		if ((written.data[i] == '_' ? '-' : byte_lower(written.data[i])) != want.data[i])
			return false;
	return true;
}

static enum status put_file(const struct pip_load *l, const struct pip_file *file, const char *section, struct diag *d)
{
	for (size_t i = 0; i < file->ini.n_items; i++) {
		const struct ini_item *item = &file->ini.items[i];
		if (!bytes_equal(item->section, bytes_of(section)))
			continue;
		for (size_t k = 0; k < COUNT(keys); k++) {
			enum status s = same_key(item->key, keys[k].key) ? put(l, &keys[k], item->value, d) : OK;
			if (s)
				return explain(d, "pip's configuration %s:%u: '%s'", file->path, item->line, keys[k].key);
		}
	}
	return OK;
}

/* pip leaves the user's files out when PIP_CONFIG_FILE names one that exists, and all of them when it names /dev/null. */
static enum status open_files(struct pip_load *l, const struct settings_places *places, struct diag *d)
{
	const struct settings *s = l->settings;
	const char *named = env_get(s->environment, "PIP_CONFIG_FILE"), *xdg = env_get(s->environment, "XDG_CONFIG_HOME");
	if (places->no_files || (named && strcmp(named, "/dev/null") == 0))
		return OK;
	bool has_named = named && access(named, F_OK) == 0;
	const char *const paths[PIP_FILES_MAX] = {
		places->pip_files[0],
		places->pip_files[1],
		has_named ? NULL : arena_printf(l->arena, "%s/.pip/pip.conf", s->user_home),
		has_named              ? NULL
		: xdg && xdg[0] == '/' ? arena_printf(l->arena, "%s/pip/pip.conf", xdg)
				       : arena_printf(l->arena, "%s/.config/pip/pip.conf", s->user_home),
		has_named ? named : NULL,
	};
	for (size_t i = 0; i < COUNT(paths); i++) {
		enum status status = paths[i] ? open_file(l, paths[i], d) : OK;
		if (status)
			return status;
	}
	return OK;
}

enum status pip_config_load(struct settings *s, const struct settings_places *places, struct arena *a, struct diag *d)
{
	static const char *const sections[] = { "global", "install", "download", "wheel" };
	struct pip_load l = { .settings = s, .arena = a };
	enum status status = open_files(&l, places, d);
	for (size_t section = 0; section < COUNT(sections); section++)
		for (size_t i = 0; status == OK && i < l.n_files; i++)
			status = put_file(&l, &l.files[i], sections[section], d);
	for (size_t i = 0; status == OK && i < COUNT(keys); i++) {
		const char *value = env_get(s->environment, keys[i].variable);
		status = value ? put(&l, &keys[i], bytes_of(value), d) : OK;
		if (status)
			(void)explain(d, "%s", keys[i].variable);
	}
	return status;
}
