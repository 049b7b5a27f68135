#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "format/toml.h"
#include "host/file.h"

const char *env_get(char **env, const char *name)
{
	size_t size = strlen(name);
	for (; env && *env; env++)
		if (strncmp(*env, name, size) == 0 && (*env)[size] == '=')
			return *env + size + 1;
	return NULL;
}

void settings_warn(struct settings *s, struct arena *a, const char *format, ...)
{
	char text[2048];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	strings_add(&s->warnings, a, bytes_of(text));
}

struct settings_places settings_places_default(void)
{
	return (struct settings_places){ .system_file = "/etc/hwb/hwb.toml",
					 .pip_files = { "/etc/xdg/pip/pip.conf", "/etc/pip.conf" } };
}

/* ---- who and where ---- */

static void find_user(struct settings *s, struct arena *a)
{
	char room[4096];
	struct passwd entry, *found = NULL;
	const char *home = env_get(s->environment, "HOME");
	if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found))
		found = NULL;
	s->user = found ? arena_string(a, bytes_of(entry.pw_name)) : arena_printf(a, "uid %u", (unsigned)geteuid());
	if (home && home[0] == '/')
		s->user_home = home;
	else
		s->user_home = found ? arena_string(a, bytes_of(entry.pw_dir)) : "/";
}

static void find_ci(struct settings *s)
{
	static const struct {
		const char *variable, *name, *workflow, *run;
	} providers[] = {
		{ "GITHUB_ACTIONS", "github", "GITHUB_WORKFLOW", "GITHUB_RUN_ID" },
		{ "GITLAB_CI", "gitlab", "CI_JOB_NAME", "CI_PIPELINE_ID" },
		{ "CIRCLECI", "circleci", "CIRCLE_JOB", "CIRCLE_WORKFLOW_ID" },
		{ "BUILDKITE", "buildkite", "BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_ID" },
		{ "TF_BUILD", "azure", "BUILD_DEFINITIONNAME", "BUILD_BUILDID" },
		{ "TRAVIS", "travis", "TRAVIS_JOB_NAME", "TRAVIS_BUILD_ID" },
		{ "BITBUCKET_BUILD_NUMBER", "bitbucket", "BITBUCKET_REPO_SLUG", "BITBUCKET_BUILD_NUMBER" },
		{ "JENKINS_URL", "jenkins", "JOB_NAME", "BUILD_ID" },
		{ "CI", "unknown", "CI_NAME", "CI_BUILD_ID" },
	};
	for (size_t i = 0; i < COUNT(providers); i++) {
		const char *value = env_get(s->environment, providers[i].variable);
		if (!value || !value[0] || strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
			continue;
		s->ci_provider = providers[i].name;
		s->ci_workflow = env_get(s->environment, providers[i].workflow);
		s->ci_run = env_get(s->environment, providers[i].run);
		return;
	}
}

static const char *below(const struct settings *s, struct arena *a, const char *variable, const char *fallback, const char *rest)
{
	const char *value = env_get(s->environment, variable);
	if (value && value[0] == '/') /* the XDG specification: other values are to be ignored */
		return arena_printf(a, "%s/%s", value, rest);
	return arena_printf(a, "%s/%s/%s", s->user_home, fallback, rest);
}

static void set_defaults(struct settings *s, struct arena *a, char **env)
{
	*s = (struct settings){ .environment = env,
				.exclude_newer = INT64_MAX,
				.log.since = INT64_MIN,
				.outside_id = 64000,
				.network_isolation = true,
				.audit.osv_url = SETTINGS_OSV_URL,
				.audit.max_age_days = 7 };
	limits_init(&s->limits);
	find_user(s, a);
	find_ci(s);
	s->path_variable = env_get(env, "PATH");
	s->cache_dir = below(s, a, "XDG_CACHE_HOME", ".cache", "hwb");
	s->home_dir = arena_printf(a, "%s/.hwb", s->user_home);
	const char *temporary = env_get(env, "TMPDIR");
	s->spool_path = temporary && temporary[0] == '/' ? temporary : "/var/tmp";
	const char *certificates = env_get(env, "SSL_CERT_FILE");
	if (certificates && certificates[0])
		s->ca_file = settings_path(s, a, bytes_of(certificates));
}

/* ---- hwb.toml ---- */

struct file_load {
	struct settings *settings;
	struct arena *arena;
	const char *path;
	struct diag *d;
};

static enum status at(const struct file_load *l, const struct toml_value *value, const char *key)
{
	(void)explain(l->d, "%s:%u:%u: '%s'", l->path, value->line, value->column, key);
	locate(l->d, value->line, value->column);
	return recode(l->d, ERR_USAGE);
}

/* A value's text: what the setters take, for every type that has one. */
static enum status text_of(const struct file_load *l, const struct toml_value *value, struct bytes *ret)
{
	struct bytes path, digest;
	switch (value->type) {
	case TOML_STRING:
	case TOML_DATETIME:
	case TOML_DATE_LOCAL:
		*ret = value->string;
		return OK;
	case TOML_INTEGER:
		*ret = bytes_of(arena_printf(l->arena, "%lld", (long long)value->integer));
		return OK;
	case TOML_BOOLEAN:
		*ret = value->boolean ? BYTES("true") : BYTES("false");
		return OK;
	case TOML_TABLE: /* only security.trust has tables; its setter checks the text */
		if (value->n_items == 2 && toml_get_string(value, "path", &path, NULL) == OK &&
		    toml_get_string(value, "sha256", &digest, NULL) == OK) {
			*ret = bytes_of(arena_printf(l->arena, "%.*s %.*s", BYTES_ARG(digest), BYTES_ARG(path)));
			return OK;
		}
		return fail(l->d, ERR_USAGE, 0, "cannot be a table");
	case TOML_FLOAT:
	case TOML_DATETIME_LOCAL:
	case TOML_TIME_LOCAL:
	case TOML_ARRAY:
		break;
	}
	return fail(l->d, ERR_USAGE, 0, "cannot be %s", toml_type_name(value->type));
}

/* The setters read text: a number would be a path, and a table two words. */
static bool has_type(const struct setting_row *row, enum toml_type type)
{
	struct bytes takes = bytes_of(row->takes);
	if (type == TOML_BOOLEAN)
		return bytes_equal(takes, BYTES("true or false"));
	if (type == TOML_DATETIME || type == TOML_DATE_LOCAL)
		return bytes_starts(takes, BYTES("a date"));
	if (type == TOML_INTEGER) /* 0; of another number the setter says that it has no unit */
		return bytes_equal(takes, BYTES("an age or 0")) || bytes_starts(takes, BYTES("a number"));
	if (type == TOML_TABLE)
		return bytes_starts(takes, BYTES("tables "));
	return type == TOML_STRING;
}

static enum status put_value(const struct file_load *l, size_t row, const struct toml_value *value, bool is_first)
{
	struct bytes text;
	size_t n;
	const struct setting_row *r = &setting_rows(&n)[row];
	if (!has_type(r, value->type))
		return fail(l->d, ERR_USAGE, 0, "takes %s, not %s", r->takes, toml_type_name(value->type));
	enum status s = text_of(l, value, &text);
	if (s == OK && !text.data)
		text.data = (const unsigned char *)"";
	return s ? s : setting_put(l->settings, l->arena, row, text, is_first, l->d);
}

/* A table of words as the pairs that its row takes; an empty one empties the list. */
static enum status put_pairs(const struct file_load *l, size_t row, const struct toml_value *table)
{
	enum status empty = setting_put(l->settings, l->arena, row, (struct bytes){ NULL, 0 }, true, l->d);
	if (empty)
		return empty;
	for (TOML_EACH(item, table)) {
		enum status s;
		const char *pair = arena_printf(l->arena, "%.*s=%.*s", BYTES_ARG(item->key), BYTES_ARG(item->string));
		if (item->type != TOML_STRING)
			s = fail(l->d, ERR_USAGE, 0, "is %s", toml_type_name(item->type));
		else if (strlen(pair) != item->key.size + 1 + item->string.size)
			s = fail(l->d, ERR_USAGE, 0, "has a NUL in it");
		else
			s = setting_put(l->settings, l->arena, row, bytes_of(pair), false, l->d);
		if (s)
			return explain(l->d, "line %u: '%.*s'", item->line, BYTES_ARG(bytes_part(item->key, 0, 100)));
	}
	return OK;
}

static enum status put_list(const struct file_load *l, size_t row, const struct toml_value *value)
{
	bool is_first = true;
	size_t n;
	if (value->type == TOML_TABLE && bytes_starts(bytes_of(setting_rows(&n)[row].takes), BYTES("a table, ")))
		return put_pairs(l, row, value);
	if (value->type != TOML_ARRAY)
		return put_value(l, row, value, true);
	if (!value->n_items)
		return setting_put(l->settings, l->arena, row, (struct bytes){ NULL, 0 }, true, l->d);
	for (TOML_EACH(item, value)) {
		enum status s = put_value(l, row, item, is_first);
		if (s)
			return s;
		is_first = false;
	}
	return OK;
}

/* The known key nearest to a wrong one, limits among them. */
static enum status unknown_key(const struct file_load *l, const char *key)
{
	const char *names[128];
	size_t n = 0, n_rows, n_limits;
	const struct setting_row *rows = setting_rows(&n_rows);
	const struct limit_row *limits = limit_rows(&n_limits);
	for (size_t i = 0; i < n_rows && n < COUNT(names); i++)
		names[n++] = rows[i].key;
	for (size_t i = 0; i < n_limits && n < COUNT(names); i++)
		names[n++] = arena_printf(l->arena, "limits.%s", limits[i].key);
	const char *nearest = word_nearest(bytes_of(key), names, n);
	(void)fail(l->d, ERR_USAGE, 0, "there is no such key");
	return nearest ? remedy(l->d, "did you mean '%s'?", nearest) : remedy(l->d, "hwb.toml(5) has the list");
}

static enum status put_key(const struct file_load *l, const char *table, const struct toml_value *value)
{
	struct bytes text;
	const char *key = arena_printf(l->arena, "%s.%.*s", table, BYTES_ARG(value->key));
	size_t n, row = setting_find(bytes_of(key));
	const struct setting_row *rows = setting_rows(&n);
	enum status s;
	if (strcmp(table, "limits") == 0) {
		s = text_of(l, value, &text);
		if (s == OK)
			s = setting_put_limit(l->settings, value->key, text, l->d);
	} else if (row == n) {
		s = unknown_key(l, key);
	} else {
		s = rows[row].is_list ? put_list(l, row, value) : put_value(l, row, value, true);
	}
	return s ? at(l, value, key) : OK;
}

/* ---- [[index]] ---- */

/* The patterns of an entry's own array, as its name's. */
static enum status put_patterns(const struct file_load *l, const struct toml_value *packages, struct bytes name)
{
	for (TOML_EACH(item, packages)) {
		if (item->type != TOML_STRING) {
			(void)fail(l->d, ERR_USAGE, 0, "takes names and patterns, not %s", toml_type_name(item->type));
			return at(l, item, "index.packages");
		}
		if (settings_index_map(l->settings, l->arena, item->string, name, l->d))
			return at(l, item, "index.packages");
	}
	return OK;
}

/* An entry that is not the default: only who it is, and which names are its own. */
static enum status put_other(const struct file_load *l, const struct toml_value *entry, struct bytes name)
{
	struct bytes url;
	if (toml_get_string(entry, "url", &url, NULL)) {
		(void)fail(l->d, ERR_USAGE, 0, "an [[index]] that is not the default needs a name and a url");
		return at(l, entry, "index");
	}
	for (TOML_EACH(value, entry)) {
		static const char *const own[] = { "name", "url", "default", "packages" };
		size_t i = 0;
		while (i < COUNT(own) && !bytes_equal(value->key, bytes_of(own[i])))
			i++;
		if (i < COUNT(own))
			continue;
		(void)fail(l->d, ERR_USAGE, 0, "stands in the [[index]] with default = true, and counts for all");
		return at(l, value, arena_printf(l->arena, "index.%.*s", BYTES_ARG(value->key)));
	}
	return settings_index_add(l->settings, l->arena, name, url, l->d) ? at(l, entry, "index") : OK;
}

static enum status put_entry(const struct file_load *l, const struct toml_value *entry, bool is_default)
{
	struct bytes name = { NULL, 0 };
	const struct toml_value *packages = toml_find(entry, BYTES("packages"));
	bool is_list = packages && packages->type == TOML_ARRAY;
	enum status s = toml_get_string(entry, "name", &name, l->d);
	if (s && (s != ERR_ABSENT || !is_default || is_list))
		return at(l, entry, "index");
	s = is_default ? OK : put_other(l, entry, name);
	for (TOML_EACH(value, entry)) {
		bool is_done = bytes_equal(value->key, BYTES("default")) || (value == packages && is_list);
		if (s == OK && !is_done && (is_default || value == packages))
			s = put_key(l, "index", value);
	}
	return s == OK && is_list ? put_patterns(l, packages, name) : s;
}

/* One index an entry. The other keys of [index] stand in the one that is the default. */
static enum status put_indexes(const struct file_load *l, const struct toml_value *entries)
{
	const struct toml_value *chosen = NULL;
	for (TOML_EACH(entry, entries)) {
		bool is_default = false;
		enum status s = toml_get_boolean(entry, "default", &is_default, l->d);
		if (s && s != ERR_ABSENT)
			return at(l, entry, "index.default");
		if (is_default && chosen) {
			(void)fail(l->d, ERR_USAGE, 0, "two indexes are the default: those of lines %u and %u", chosen->line,
				   entry->line);
			return at(l, entry, "index.default");
		}
		chosen = is_default ? entry : chosen;
		s = put_entry(l, entry, is_default);
		if (s)
			return s;
	}
	return OK;
}

static enum status put_root(const struct file_load *l, const struct toml_value *root)
{
	for (TOML_EACH(table, root)) {
		const char *name = arena_string(l->arena, table->key);
		if (table->type == TOML_ARRAY && strcmp(name, "index") == 0) {
			enum status s = put_indexes(l, table);
			if (s)
				return s;
			continue;
		}
		if (table->type != TOML_TABLE) {
			(void)unknown_key(l, name);
			return at(l, table, name);
		}
		for (TOML_EACH(value, table)) {
			enum status s = put_key(l, name, value);
			if (s)
				return s;
		}
	}
	return OK;
}

static enum status check_owner(const char *path, struct diag *d)
{
	struct stat st;
	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH)) {
		(void)fail(d, ERR_USAGE, 0, "the configuration '%s' can be written by everybody", path);
		return remedy(d, "chmod o-w '%s'", path);
	}
	return OK;
}

/* A file that is not there is no error. */
static enum status load_file(struct settings *s, struct arena *a, const char *path, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct toml_value *root;
	struct diag now = { 0 };
	buf_init(&text, TOML_MAX_SIZE + 1);
	enum status status = file_read_named(path, &text, &now);
	if (status == ERR_ABSENT)
		return OK;
	if (status == OK)
		status = toml_parse(buf_bytes(&text), a, &root, &now);
	if (status) {
		(void)fail(d, ERR_USAGE, now.offset, "%s:%u:%u: %s", path, now.line, now.column, now.text);
		locate(d, now.line, now.column);
		return ERR_USAGE;
	}
	status = check_owner(path, d);
	if (status)
		return status;
	struct file_load load = { .settings = s, .arena = a, .path = path, .d = d };
	s->base = arena_string(a, bytes_part(bytes_of(path), 0, bytes_find_last(bytes_of(path), '/')));
	s->making.layer++;
	status = put_root(&load, root);
	s->base = NULL;
	return status;
}

/* ---- HWB_* ---- */

static enum status load_variable(struct settings *s, struct arena *a, size_t row, struct bytes value, struct diag *d)
{
	size_t n;
	bool is_first = true;
	if (!setting_rows(&n)[row].is_list)
		return setting_put(s, a, row, value, true, d);
	enum status status = setting_put(s, a, row, (struct bytes){ NULL, 0 }, true, d);
	for (size_t i = 0; status == OK && i < value.size;) {
		size_t from = i;
		while (i < value.size && !byte_is_blank(value.data[i]))
			i++;
		if (i > from)
			status = setting_put(s, a, row, bytes_part(value, from, i - from), is_first, d);
		is_first = is_first && i == from;
		i++;
	}
	return status;
}

static enum status load_limits(struct settings *s, struct diag *d)
{
	for (char **env = s->environment; env && *env; env++) {
		char key[64];
		size_t size = 0;
		struct bytes value = bytes_of(*env), name = bytes_cut(&value, '=');
		if (!bytes_starts(name, BYTES("HWB_LIMIT_")) || !value.data)
			continue;
		name = bytes_from(name, 10);
		for (; size < name.size && size < sizeof key; size++)
			key[size] = name.data[size] == '_' ? '-' : (char)byte_lower(name.data[size]);
		enum status status = setting_put_limit(s, bytes_make(key, size), value, d);
		if (status)
			return explain(d, "HWB_LIMIT_%.*s", BYTES_ARG(name));
	}
	return OK;
}

/* Known beside those of the tables. Who sets a variable of a test's knows what it does. */
static bool is_other_variable(struct bytes name)
{
	static const struct bytes prefixes[] = { LIT("HWB_LIMIT_"), LIT("HWB_TEST_") };
	for (size_t i = 0; i < COUNT(prefixes); i++)
		if (bytes_starts(name, prefixes[i]))
			return true;
	if (bytes_starts(name, BYTES("HWB_INDEX_")) && (bytes_ends(name, BYTES("_USERNAME")) || bytes_ends(name, BYTES("_PASSWORD"))))
		return true;
	/* No settings: secrets, and whose they are. */
	static const struct bytes more[] = { LIT("HWB_NO_CONFIG"), LIT("HWB_CREDENTIAL_PASSPHRASE"), LIT("HWB_PUBLISH_TOKEN"),
					     LIT("HWB_PUBLISH_USERNAME"), LIT("HWB_PUBLISH_PASSWORD") };
	for (size_t i = 0; i < COUNT(more); i++)
		if (bytes_equal(name, more[i]))
			return true;
	return false;
}

/* A slip in a name would leave the default in force, and nobody would know. */
static enum status check_variable(struct bytes name, struct diag *d)
{
	const char *names[SETTING_ROWS_MAX + 1] = { "HWB_NO_CONFIG" };
	size_t n_rows, n = 1;
	const struct setting_row *rows = setting_rows(&n_rows);
	for (size_t i = 0; i < n_rows; i++) {
		if (!rows[i].env)
			continue;
		if (bytes_equal(name, bytes_of(rows[i].env)))
			return OK;
		names[n++] = rows[i].env;
	}
	if (is_other_variable(name))
		return OK;
	const char *nearest = word_nearest(name, names, n);
	(void)fail(d, ERR_USAGE, 0, "hwb knows no variable '%.*s'", BYTES_ARG(bytes_part(name, 0, 100)));
	return nearest ? remedy(d, "did you mean '%s'?", nearest) : remedy(d, "hwb.toml(5) has the list; unset it");
}

static enum status check_names(const struct settings *s, struct diag *d)
{
	for (char **env = s->environment; env && *env; env++) {
		struct bytes value = bytes_of(*env), name = bytes_cut(&value, '=');
		enum status status = bytes_starts(name, BYTES("HWB_")) ? check_variable(name, d) : OK;
		if (status)
			return status;
	}
	return OK;
}

static enum status load_variables(struct settings *s, struct arena *a, struct diag *d)
{
	size_t n;
	const struct setting_row *rows = setting_rows(&n);
	s->making.layer++;
	enum status named = check_names(s, d);
	if (named)
		return named;
	for (size_t i = 0; i < n; i++) {
		const char *value = rows[i].env ? env_get(s->environment, rows[i].env) : NULL;
		if (!value || !value[0]) /* an empty variable is how CI systems spell "not set" */
			continue;
		enum status status = load_variable(s, a, i, bytes_of(value), d);
		if (status)
			return explain(d, "%s", rows[i].env);
	}
	return load_limits(s, d);
}

/* ---- all of it ---- */

enum status settings_load_from(char **env, const struct settings_places *places, struct arena *a, struct settings *ret,
			       struct diag *d)
{
	struct settings s;
	struct diag scratch = { 0 };
	if (!d)
		d = &scratch;
	set_defaults(&s, a, env);
	enum status status = pip_config_load(&s, places, a, d);
	if (status == OK && !places->no_files)
		status = load_file(&s, a, places->system_file, d);
	if (status == OK && !places->no_files)
		status = load_file(&s, a, below(&s, a, "XDG_CONFIG_HOME", ".config", "hwb/hwb.toml"), d);
	if (status == OK)
		status = load_variables(&s, a, d);
	if (status == OK)
		*ret = s;
	return status;
}

enum status settings_load(char **env, struct arena *a, struct settings *ret, struct diag *d)
{
	struct settings_places places = settings_places_default();
	const char *no_config = env_get(env, "HWB_NO_CONFIG");
	places.no_files = no_config && no_config[0] && strcmp(no_config, "0") != 0;
	return settings_load_from(env, &places, a, ret, d);
}
