/* What pyproject.toml lets the build ask for and call: PEP 508, 517, 518, 621 and the tables of tools. */
#include "python/known_names.h"
#include "python/name.h"
#include "python/requirement.h"
#include "scan/line_spot.h"
#include "python/typosquat.h"

/* The longest real list has some hundred; each one is compared with thousands of names. */
enum { REQUIREMENTS_MAX = 1000 };

static bool is_hex(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (!byte_is_digit(b.data[i]) && !(byte_lower(b.data[i]) >= 'a' && byte_lower(b.data[i]) <= 'f'))
			return false;
	return true;
}

/* Whether what a URL gives is known before: a digest in its fragment, or a commit behind its last '@'. */
static bool is_fixed(struct bytes url)
{
	struct bytes path = bytes_part(url, 0, bytes_find(url, '#'));
	struct bytes commit = bytes_from(path, bytes_find_last(path, '@') + (bytes_find_last(path, '@') < path.size));
	struct bytes fragment = bytes_from(url, path.size);
	bool digest = bytes_search(fragment, BYTES("sha256=")) < fragment.size ||
		      bytes_search(fragment, BYTES("sha384=")) < fragment.size ||
		      bytes_search(fragment, BYTES("sha512=")) < fragment.size;
	size_t plus = bytes_find(url, '+');
	bool vcs = plus < 4 && plus < url.size; /* git, hg, svn, bzr */
	return digest || (vcs && commit.size == 40 && is_hex(commit));
}

static bool is_open(struct bytes url)
{
	return bytes_starts(url, BYTES("http://")) || bytes_starts(url, BYTES("git://")) || bytes_starts(url, BYTES("git+http://")) ||
	       bytes_starts(url, BYTES("git+git://")) || bytes_starts(url, BYTES("ftp://"));
}

static bool is_pinned(const struct specifier *s)
{
	for (size_t i = 0; i < s->n_clauses; i++)
		if (s->clauses[i].op == SPECIFIER_ARBITRARY || (s->clauses[i].op == SPECIFIER_EQUAL && !s->clauses[i].prefix))
			return true;
	return false;
}

static void scan_requirement(const struct line_spot *s, const struct toml_value *v)
{
	struct requirement r;
	struct diag d = { 0 };
	if (v->type != TOML_STRING || requirement_parse(v->string, s->scan->arena, &r, &d)) {
		toml_tell(s, "req.unparsed", BYTES(""), v);
		return;
	}
	if (r.url.data)
		toml_tell(s, is_open(r.url) || !is_fixed(r.url) ? "req.url-open" : "req.url", r.name, v);
	else if (s->zone == ZONE_BUILD && !is_pinned(&r.specifier))
		toml_tell(s, "req.unpinned", r.name, v);
	struct bytes like = typosquat_find(r.name, s->scan->arena);
	if (like.size)
		toml_tell(s, "req.typosquat",
			  bytes_of(arena_printf(s->scan->arena, "%.*s, like %.*s", BYTES_ARG(r.name), BYTES_ARG(like))), v);
}

static void scan_list(const struct line_spot *s, const struct toml_value *list)
{
	size_t n = 0;
	if (!list || list->type != TOML_ARRAY)
		return;
	for (TOML_EACH(item, list)) {
		if (n++ == REQUIREMENTS_MAX) {
			toml_tell(s, "req.too-many", BYTES(""), item);
			return;
		}
		scan_requirement(s, item);
	}
}

/* Whether a distribution of data/known-backends.txt has this module: by its name, or under one that is not its name. */
static bool is_known_backend(struct bytes backend, struct arena *a)
{
	static const struct {
		const char *module, *name;
	} others[] = {
		{ "mesonpy", "meson-python" }, { "sipbuild", "sip" }, { "skbuild", "scikit-build" }, { "poetry", "poetry-core" }
	};
	struct bytes rest = bytes_part(backend, 0, bytes_find(backend, ':')), first = bytes_cut(&rest, '.'),
		     second = bytes_cut(&rest, '.');
	for (size_t i = 0; i < COUNT(others); i++)
		if (bytes_equal(first, bytes_of(others[i].module)))
			return true;
	if (known_name_is(name_normalize(first, a)))
		return true;
	return second.size &&
	       known_name_is(name_normalize(bytes_of(arena_printf(a, "%.*s-%.*s", BYTES_ARG(first), BYTES_ARG(second))), a));
}

/* Where nobody looks for what builds: hidden folders, tests, examples. */
static bool is_odd(struct file_scan *scan, struct bytes path)
{
	struct bytes rest = path;
	while (rest.data) {
		struct bytes part = bytes_cut(&rest, '/');
		if (part.size > 1 && part.data[0] == '.')
			return true;
	}
	return path_is_example(bytes_of(arena_printf(scan->arena, "%.*s/x", BYTES_ARG(path))));
}

static void scan_backend(const struct line_spot *s, const struct toml_value *section)
{
	const struct toml_value *backend = toml_find(section, BYTES("build-backend")),
				*paths = toml_find(section, BYTES("backend-path"));
	bool own = paths && paths->type == TOML_ARRAY && paths->n_items;
	if (backend && backend->type == TOML_STRING && !own && !is_known_backend(backend->string, s->scan->arena))
		toml_tell(s, "backend.unknown", backend->string, backend);
	size_t n = 0;
	for (const struct toml_value *item = own ? paths->first : NULL; item && n < PROJECT_PATHS_MAX; item = item->next, n++) {
		if (item->type != TOML_STRING)
			continue;
		struct bytes path = path_join(s->scan, BYTES(""), item->string);
		if (!path.data || (path.size && (is_odd(s->scan, path) || path_has_link(s->scan, path))))
			toml_tell(s, "backend.path", item->string, item);
	}
}

/* Code that a backend is told to run: hatch's custom hooks, pdm's and poetry's scripts, commands of setuptools. */
static void scan_hooks(const struct line_spot *s)
{
	static const char *const paths[] = {
		"tool.hatch.build.hooks.custom",
		"tool.hatch.build.targets.wheel.hooks.custom",
		"tool.hatch.build.targets.sdist.hooks.custom",
		"tool.hatch.metadata.hooks.custom",
		"tool.pdm.build.custom-hook",
		"tool.poetry.build.script",
		"tool.poetry.build",
		"tool.setuptools.cmdclass",
	};
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct toml_value *v = toml_find_path(s->scan->pyproject, paths[i]);
		if (v && (v->type == TOML_TABLE || v->type == TOML_STRING) && !toml_find(v, BYTES("script")))
			toml_tell(s, "hook.build", v->type == TOML_STRING ? v->string : bytes_of(paths[i]), v);
	}
}

/* Where tools of the developers fetch from. The build does not read it, but whoever installs by it does. */
static void scan_indexes(const struct line_spot *s)
{
	static const char *const paths[] = { "tool.uv.index",      "tool.uv.index-url",     "tool.uv.extra-index-url",
					     "tool.uv.find-links", "tool.uv.pip.index-url", "tool.poetry.source",
					     "tool.pdm.source" };
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct toml_value *v = toml_find_path(s->scan->pyproject, paths[i]);
		if (v)
			toml_tell(s, "config.index", bytes_of(paths[i]), v->type == TOML_ARRAY && v->first ? v->first : v);
	}
}

void requires_scan(struct file_scan *scan)
{
	const struct source_file *file = file_find(scan, BYTES("pyproject.toml"));
	if (!file || !scan->pyproject)
		return;
	struct line_spot build = line_spot_of(scan, file, ZONE_BUILD), import = build;
	import.zone = ZONE_IMPORT;
	const struct toml_value *section = toml_find(scan->pyproject, BYTES("build-system"));
	scan_list(&build, toml_find(section, BYTES("requires")));
	scan_backend(&build, section);
	scan_hooks(&build);
	scan_indexes(&build);
	scan_list(&import, toml_find_path(scan->pyproject, "project.dependencies"));
}
