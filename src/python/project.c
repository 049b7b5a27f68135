#include "python/project.h"

#include "format/toml.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/scan.h"

static const struct bytes default_requires[] = { LIT("setuptools >= 40.8.0") };
static const struct bytes default_backend = LIT("setuptools.build_meta:__legacy__");

/* The rest of a setting must fit in one record between programs. */
enum { VALUES_MAX = 4096, KEY_DEPTH_MAX = 16 };

struct reading {
	struct arena *arena;
	struct project *project;
	struct bytes *warnings;
	struct project_setting *settings;
};

/* Adds the place of v to an error. */
static enum status at(struct diag *d, const struct toml_value *v, enum status s)
{
	locate(d, v->line, v->column);
	return s;
}

static void warn(struct reading *r, const struct toml_value *v, const char *before, struct bytes what, const char *after)
{
	struct project *p = r->project;
	if (p->n_warnings == PROJECT_WARNINGS_MAX)
		return;
	r->warnings = arena_grow(r->arena, r->warnings, p->n_warnings, sizeof *r->warnings);
	r->warnings[p->n_warnings++] = bytes_of(
		arena_printf(r->arena, "pyproject.toml:%u: %s'%.*s'%s", (unsigned)v->line, before, SHOWN(what), after));
	p->warnings = r->warnings;
}

static bool are_identifiers(struct bytes dotted)
{
	struct bytes rest = dotted;
	if (dotted.size == 0)
		return false;
	while (rest.data) {
		struct bytes part = bytes_cut(&rest, '.');
		if (part.size == 0 || byte_is_digit(part.data[0]))
			return false;
		for (size_t i = 0; i < part.size; i++)
			if (!byte_is_alnum(part.data[i]) && part.data[i] != '_')
				return false;
	}
	return true;
}

bool project_backend_is_valid(struct bytes backend)
{
	struct bytes rest = backend, module = bytes_cut(&rest, ':');
	if (backend.size > VERSION_SIZE_MAX || !are_identifiers(module))
		return false;
	return !rest.data || are_identifiers(rest);
}

bool project_path_is_valid(struct bytes path)
{
	if (path.size == 0 || path.size > 4096 || path.data[0] == '/' || !bytes_is_utf8(path))
		return false;
	for (size_t i = 0; i < path.size; i++)
		if (path.data[i] < ' ' || path.data[i] == 0x7f || path.data[i] == '\\')
			return false;
	struct bytes rest = path;
	while (rest.data)
		if (bytes_equal(bytes_cut(&rest, '/'), BYTES("..")))
			return false;
	return true;
}

/* An array of strings under key, or nothing when it is absent. */
static enum status read_list(const struct toml_value *table, struct bytes key, size_t max, struct arena *a,
			     const struct bytes **ret, size_t *ret_n, struct diag *d)
{
	const struct toml_value *list = toml_find(table, key);
	if (!list)
		return OK;
	if (list->type != TOML_ARRAY)
		return at(d, list,
			  fail(d, ERR_FORMAT, 0, "'%.*s' must be an array of strings, not %s", BYTES_ARG(key),
			       toml_type_name(list->type)));
	if (list->n_items > max)
		return at(d, list, fail(d, ERR_LIMIT, 0, "'%.*s' has more than %zu items", BYTES_ARG(key), max));
	struct bytes *items = ARENA_ARRAY(a, struct bytes, list->n_items);
	size_t n = 0;
	for (TOML_EACH(item, list)) {
		if (item->type != TOML_STRING)
			return at(d, item,
				  fail(d, ERR_FORMAT, 0, "'%.*s' must hold strings only, not %s", BYTES_ARG(key),
				       toml_type_name(item->type)));
		items[n++] = item->string;
	}
	*ret = items;
	*ret_n = n;
	return OK;
}

static enum status read_requires(const struct toml_value *table, struct reading *r, struct diag *d)
{
	struct project *p = r->project;
	const struct toml_value *list = toml_find(table, BYTES("requires"));
	if (!list)
		return at(d, table, fail(d, ERR_FORMAT, 0, "[build-system] has no 'requires' (PEP 518)"));
	enum status s = read_list(table, BYTES("requires"), PROJECT_REQUIRES_MAX, r->arena, &p->requires, &p->n_requires, d);
	if (s != OK)
		return s;
	for (TOML_EACH(item, list)) {
		struct requirement requirement;
		s = requirement_parse(item->string, r->arena, &requirement, d);
		if (s != OK) {
			(void)explain(d, "[build-system] requires");
			return at(d, item, s);
		}
	}
	return OK;
}

static enum status read_backend(const struct toml_value *table, struct reading *r, struct diag *d)
{
	struct project *p = r->project;
	const struct toml_value *backend = toml_find(table, BYTES("build-backend"));
	if (!backend)
		return OK;
	if (backend->type != TOML_STRING || !project_backend_is_valid(backend->string))
		return at(d, backend,
			  fail(d, ERR_FORMAT, 0, "build-backend '%.*s' is not 'module' or 'module:object' (PEP 517)",
			       SHOWN(backend->string)));
	p->backend = backend->string;
	p->has_backend = true;
	return OK;
}

static enum status read_backend_path(const struct toml_value *table, struct reading *r, struct diag *d)
{
	struct project *p = r->project;
	enum status s = read_list(table, BYTES("backend-path"), PROJECT_PATHS_MAX, r->arena, &p->backend_path, &p->n_backend_path, d);
	const struct toml_value *list = toml_find(table, BYTES("backend-path"));
	if (s != OK || !list)
		return s;
	for (TOML_EACH(item, list))
		if (!project_path_is_valid(item->string))
			return at(d, item,
				  fail(d, ERR_FORMAT, 0, "backend-path '%.*s' is not a path inside the project", SHOWN(item->string)));
	if (!p->has_backend)
		warn(r, list, "", BYTES("backend-path"), " is there, but no 'build-backend'");
	return OK;
}

static enum status read_build_system(const struct toml_value *root, struct reading *r, struct diag *d)
{
	static const struct bytes known[] = { LIT("requires"), LIT("build-backend"), LIT("backend-path") };
	const struct toml_value *table = toml_find(root, BYTES("build-system"));
	if (!table)
		return OK;
	if (table->type != TOML_TABLE)
		return at(d, table, fail(d, ERR_FORMAT, 0, "'build-system' must be a table, not %s", toml_type_name(table->type)));
	r->project->has_build_system = true;
	enum status s = read_requires(table, r, d);
	if (s == OK)
		s = read_backend(table, r, d);
	if (s == OK)
		s = read_backend_path(table, r, d);
	for (TOML_EACH(item, table)) {
		size_t i = 0;
		while (i < COUNT(known) && !bytes_equal(known[i], item->key))
			i++;
		if (i == COUNT(known))
			warn(r, item, "unknown key ", item->key, " in [build-system] is ignored");
	}
	return s;
}

static enum status read_text(const struct toml_value *table, struct bytes key, struct bytes *ret, struct diag *d)
{
	const struct toml_value *v = toml_find(table, key);
	if (v && v->type != TOML_STRING)
		return at(d, v,
			  fail(d, ERR_FORMAT, 0, "'%.*s' of [project] must be a string, not %s", BYTES_ARG(key),
			       toml_type_name(v->type)));
	if (v)
		*ret = v->string;
	return OK;
}

static enum status read_project(const struct toml_value *root, struct reading *r, struct diag *d)
{
	struct project *p = r->project;
	const struct toml_value *table = toml_find(root, BYTES("project"));
	if (!table)
		return OK;
	if (table->type != TOML_TABLE)
		return at(d, table, fail(d, ERR_FORMAT, 0, "'project' must be a table, not %s", toml_type_name(table->type)));
	p->has_project = true;
	enum status s = read_text(table, BYTES("name"), &p->name, d);
	if (s == OK)
		s = read_text(table, BYTES("version"), &p->version, d);
	if (s == OK)
		s = read_list(table, BYTES("dynamic"), PROJECT_REQUIRES_MAX, r->arena, &p->dynamic, &p->n_dynamic, d);
	if (s != OK)
		return s;
	const struct toml_value *name = toml_find(table, BYTES("name")), *version = toml_find(table, BYTES("version"));
	if (name && !name_is_valid(p->name))
		return at(d, name, fail(d, ERR_FORMAT, 0, "project name '%.*s' is not valid (PEP 508)", SHOWN(p->name)));
	struct version parsed;
	s = version ? version_parse(p->version, r->arena, &parsed, d) : OK;
	if (s != OK) {
		(void)explain(d, "[project] version");
		return at(d, version, s);
	}
	if (!name)
		warn(r, table, "[project] has no ", BYTES("name"), "; the standard (PEP 621) wants one");
	return OK;
}

/* key with another part behind it; quoted as TOML does unless it is a bare key. */
static struct bytes join_key(struct arena *a, struct bytes before, struct bytes part)
{
	bool bare = part.size > 0;
	for (size_t i = 0; i < part.size; i++)
		bare = bare && (byte_is_alnum(part.data[i]) || part.data[i] == '_' || part.data[i] == '-');
	const char *quote = bare ? "" : "\"";
	return bytes_of(arena_printf(a, "%.*s%s%s%.*s%s", BYTES_ARG(before), before.size > 0 ? "." : "", quote, SHOWN(part), quote));
}

/* The text of a string, integer or boolean; false for anything else. */
static bool plain_value(const struct toml_value *v, struct arena *a, struct bytes *ret)
{
	if (v->type == TOML_STRING)
		*ret = v->string;
	else if (v->type == TOML_INTEGER)
		*ret = bytes_of(arena_printf(a, "%lld", (long long)v->integer));
	else if (v->type == TOML_BOOLEAN)
		*ret = v->boolean ? BYTES("true") : BYTES("false");
	else
		return false;
	return true;
}

static void set_values(const struct toml_value *v, struct arena *a, struct project_setting *s)
{
	s->is_array = v->type == TOML_ARRAY;
	size_t n = s->is_array ? v->n_items : 1;
	if (n > VALUES_MAX)
		return;
	struct bytes *values = ARENA_ARRAY(a, struct bytes, n);
	s->is_plain = true;
	s->values = values;
	for (const struct toml_value *item = s->is_array ? v->first : v; item && s->is_plain; item = s->is_array ? item->next : NULL)
		s->is_plain = plain_value(item, a, &values[s->n_values++]);
	if (!s->is_plain)
		s->n_values = 0;
}

/* Calls itself for tables inside tables, at most KEY_DEPTH_MAX deep. */
static enum status read_settings(const struct toml_value *table, struct bytes before, size_t depth, struct reading *r, struct diag *d)
{
	struct project *p = r->project;
	for (TOML_EACH(item, table)) {
		if (depth == KEY_DEPTH_MAX || p->n_settings == PROJECT_SETTINGS_MAX)
			return at(d, item, fail(d, ERR_LIMIT, 0, "[tool.hwb] has too many or too deep keys"));
		struct bytes key = join_key(r->arena, before, item->key);
		if (item->type == TOML_TABLE && item->n_items > 0) {
			enum status s = read_settings(item, key, depth + 1, r, d);
			if (s != OK)
				return s;
			continue;
		}
		r->settings = arena_grow(r->arena, r->settings, p->n_settings, sizeof *r->settings);
		struct project_setting *s = &r->settings[p->n_settings++];
		*s = (struct project_setting){ .key = key, .line = item->line, .column = item->column };
		set_values(item, r->arena, s);
		p->settings = r->settings;
	}
	return OK;
}

static enum status read_tool(const struct toml_value *root, struct reading *r, struct diag *d)
{
	const struct toml_value *table = toml_find_path(root, "tool.hwb");
	if (!table)
		return OK;
	if (table->type != TOML_TABLE)
		return at(d, table, fail(d, ERR_FORMAT, 0, "'tool.hwb' must be a table, not %s", toml_type_name(table->type)));
	return read_settings(table, (struct bytes){ NULL, 0 }, 0, r, d);
}

enum status project_parse(const struct project_files *files, struct arena *a, struct project *ret_project, struct diag *d)
{
	struct project p = { .has_pyproject = files->has_pyproject, .backend = default_backend };
	struct reading r = { .arena = a, .project = &p };
	if (!files->has_pyproject && !files->has_setup_py)
		return fail(d, ERR_ABSENT, 0, "the source has neither 'pyproject.toml' nor 'setup.py'");
	if (files->has_pyproject) {
		struct toml_value *root = NULL;
		enum status s = toml_parse(files->pyproject, a, &root, d);
		if (s == OK) {
			p.uses_toml_1_1 = root->uses_1_1;
			s = read_build_system(root, &r, d);
		}
		if (s == OK)
			s = read_project(root, &r, d);
		if (s == OK)
			s = read_tool(root, &r, d);
		if (s != OK) {
			(void)explain(d, "pyproject.toml");
			return s;
		}
	}
	if (!p.has_build_system) {
		p.requires = default_requires;
		p.n_requires = COUNT(default_requires);
	}
	*ret_project = p;
	return OK;
}
