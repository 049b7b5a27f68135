/* Where things land when the wheel is installed: top-level names, .data, .pth files (S04 to S08, S10, S14 to S17). */
#include "base/words.h"
#include "check/checking.h"
#include "redact/hide.h"
#include "check/pth.h"

#include "stdlib_modules_table.h"

/* ---- looking into the wheel ---- */

bool check_has_info(const struct checking *c, struct bytes name)
{
	return zip_find(&c->wheel.zip, bytes_of(arena_printf(c->arena, "%.*s/%.*s", BYTES_ARG(c->wheel.dist_info), BYTES_ARG(name))));
}

/* A member that begins so, and ends in one of the suffixes; any, without suffixes. A module has a few files at most: a name with very
 * many behind it is not followed to their end. */
static bool has_member(const struct checking *c, const char *begin, const char *const *suffixes, size_t n)
{
	enum { LOOKED_AT_MAX = 256 };
	const struct zip *zip = &c->wheel.zip;
	struct bytes prefix = bytes_of(begin);
	size_t first = zip_find_from(zip, prefix);
	for (size_t i = first; i < zip->n_entries && i - first < LOOKED_AT_MAX; i++) {
		struct bytes name = zip->entries[zip->by_name[i]].name;
		if (!bytes_starts(name, prefix))
			return false;
		for (size_t k = 0; k < n; k++)
			if (bytes_ends(name, bytes_of(suffixes[k])) &&
			    bytes_find(bytes_from(name, prefix.size), '/') == name.size - prefix.size)
				return true;
		if (!n)
			return true;
	}
	return false;
}

bool check_has_module(const struct checking *c, struct bytes dotted)
{
	static const char *const suffixes[] = { "py", "so", "pyd", "pyc" };
	const char *roots[] = { "", arena_printf(c->arena, "%.*s/purelib/", BYTES_ARG(c->wheel.data)),
				arena_printf(c->arena, "%.*s/platlib/", BYTES_ARG(c->wheel.data)) };
	char *path = arena_string(c->arena, dotted);
	for (char *p = path; *p; p++)
		if (*p == '.')
			*p = '/';
	for (size_t i = 0; i < (c->wheel.data.size ? COUNT(roots) : 1); i++) {
		/* has_member wants what follows the prefix: "a/b" + ".py", "a/b" + ".cpython-312-x86_64-linux-gnu.so" */
		if (has_member(c, arena_printf(c->arena, "%s%s.", roots[i], path), suffixes, COUNT(suffixes)) ||
		    has_member(c, arena_printf(c->arena, "%s%s/", roots[i], path), NULL, 0))
			return true;
	}
	return false;
}

/* ---- top-level names ---- */

/* Modules that another project owns, and the tools of every environment import. */
static const struct {
	const char *module, *project;
} owned[] = {
	{ "pip", "pip" },
	{ "setuptools", "setuptools" },
	{ "pkg_resources", "setuptools" },
	{ "_distutils_hack", "setuptools" },
	{ "wheel", "wheel" },
};

/* Names that say nothing about whose they are: everybody's site-packages has room for one of each. */
static const char *const common_names[] = { "test",     "tests",   "testing",   "doc",        "docs",         "example",
					    "examples", "sample",  "samples",   "src",        "build",        "dist",
					    "data",     "script",  "scripts",   "tool",       "tools",        "util",
					    "utils",    "bin",     "benchmark", "benchmarks", "ci",           "config",
					    "conftest", "htmlcov", "venv",      "env",        "node_modules", "setup" };

static bool is_common(struct bytes name)
{
	for (size_t i = 0; i < COUNT(common_names); i++)
		if (bytes_equal(name, bytes_of(common_names[i])))
			return true;
	return false;
}

static void check_module(struct checking *c, struct bytes path, struct bytes module)
{
	if (bytes_equal(module, BYTES("sitecustomize")) || bytes_equal(module, BYTES("usercustomize")))
		(void)finding_add(&c->findings, "S07", path, "every Python that starts there runs it");
	for (size_t i = 0; i < COUNT(owned); i++)
		if (bytes_equal(module, bytes_of(owned[i].module)) && !bytes_equal(c->wheel.name.name, bytes_of(owned[i].project)))
			(void)finding_add(&c->findings, "S07", path, "it takes the place of the project '%s'", owned[i].project);
	if (is_common(module))
		(void)finding_add(&c->findings, "S08", path, "'%.*s' at the top lands in everybody's site-packages",
				  BYTES_ARG(module));
	else if (words_have(stdlib_modules, COUNT(stdlib_modules), module))
		(void)finding_add(&c->findings, "S07", path, "it takes the place of '%.*s' of the standard library",
				  BYTES_ARG(module));
}

/* "name.py", "name.cpython-312-x86_64-linux-gnu.so": the module; {NULL, 0} for what is none. */
static struct bytes module_of_file(struct bytes file)
{
	static const struct bytes suffixes[] = { LIT(".py"), LIT(".pyi"), LIT(".so"), LIT(".pyd"), LIT(".pyc") };
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (bytes_ends(file, suffixes[i]))
			return bytes_part(file, 0, bytes_find(file, '.'));
	return (struct bytes){ NULL, 0 };
}

/* A name that lands at the top of site-packages, once each. is_dir: something is below it. */
static void check_top(struct checking *c, struct bytes path, struct bytes name, bool is_dir)
{
	struct bytes module = is_dir ? name : module_of_file(name);
	if (is_dir && bytes_equal(name, BYTES("__pycache__")))
		(void)finding_add(&c->findings, "S07", path, "compiled files at the top take the place of modules of any project");
	else if (bytes_equal(name, BYTES("__init__.py")))
		(void)finding_add(&c->findings, "S08", path, "__init__.py at the top makes site-packages a package");
	else if (bytes_ends(name, BYTES(".pth")) || bytes_ends(name, BYTES(".start")))
		(void)finding_add(&c->findings, "S06", path, "it takes effect in every Python that starts there");
	else if (module.size)
		check_module(c, path, module);
	else if (!is_dir)
		(void)finding_add(&c->findings, "S08", path, "it lands in site-packages and is no module");
}

/* ---- .data ---- */

enum scheme { SCHEME_LIB, SCHEME_HEADERS, SCHEME_SCRIPTS, SCHEME_DATA, SCHEME_NONE };

static enum scheme scheme_of(struct bytes key)
{
	static const struct {
		struct bytes key;
		enum scheme scheme;
	} schemes[] = { { LIT("purelib"), SCHEME_LIB },     { LIT("platlib"), SCHEME_LIB },     { LIT("headers"), SCHEME_HEADERS },
			{ LIT("include"), SCHEME_HEADERS }, { LIT("scripts"), SCHEME_SCRIPTS }, { LIT("data"), SCHEME_DATA } };
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (bytes_equal(key, schemes[i].key))
			return schemes[i].scheme;
	return SCHEME_NONE;
}

/* Below the root of an environment, or of the system. */
static bool is_of_system(struct bytes path)
{
	static const char *const folders[] = { "bin/", "sbin/", "Scripts/", "etc/", "usr/", "root/", "home/", "var/" };
	for (size_t i = 0; i < COUNT(folders); i++)
		if (bytes_starts(path, bytes_of(folders[i])))
			return true;
	return bytes_starts(path, BYTES("Lib/"));
}

/* rest: behind "name.data/". */
static void check_data(struct checking *c, const struct zip_entry *e, struct bytes rest, struct bytes *ret_lib)
{
	struct bytes key = bytes_cut(&rest, '/');
	enum scheme scheme = scheme_of(key);
	if (!key.size) /* the folder itself */
		return;
	if (scheme == SCHEME_NONE)
		(void)finding_add(&c->findings, "S04", e->name, "installers know no scheme '%.*s'", BYTES_ARG(hide_cut(key, 100)));
	else if (!rest.size && !e->is_dir)
		(void)finding_add(&c->findings, "S04", e->name, "it is a file where a folder must be");
	else if (scheme == SCHEME_DATA && is_of_system(rest))
		(void)finding_add(&c->findings, "S14", e->name, "it lands in '%.*s' of the environment",
				  BYTES_ARG(hide_cut(rest, 100)));
	else if (scheme == SCHEME_SCRIPTS)
		check_script_name(c, e->name, rest);
	else if (scheme == SCHEME_LIB)
		*ret_lib = rest;
}

/* ---- what is there by accident ---- */

static bool is_accident(struct bytes path)
{
	static const char *const names[] = { ".DS_Store", "Thumbs.db", ".git",    ".gitignore", ".hg",
					     ".svn",      ".idea",     ".vscode", ".coverage",  ".tox" };
	static const char *const suffixes[] = { "~", ".orig", ".rej", ".swp", ".log", ".bak", ".tmp" };
	for (struct bytes rest = path; rest.data;) {
		struct bytes part = bytes_cut(&rest, '/');
		for (size_t i = 0; i < COUNT(names); i++)
			if (bytes_equal(part, bytes_of(names[i])))
				return true;
	}
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (bytes_ends(path, bytes_of(suffixes[i])))
			return true;
	return false;
}

static void check_accidents(struct checking *c, const struct zip_entry *e)
{
	static const uint64_t large = 50 << 20;
	if (is_accident(e->name))
		(void)finding_add(&c->findings, "S10", e->name, "it is there by accident");
	if (e->size > large)
		(void)finding_add(&c->findings, "S10", e->name, "it has %llu MiB", (unsigned long long)(e->size >> 20));
	if (bytes_ends(e->name, BYTES(".pyc")) || bytes_ends(e->name, BYTES(".pyo")))
		(void)finding_add(&c->findings, "S08", e->name, "compiled files are made when a wheel is installed");
}

/* ---- all of them ---- */

/* Entries come in the order of zip_find: what is in one folder stands together. */
struct tops {
	struct bytes last;
	size_t n; /* that are modules or packages */
	size_t n_files;
};

static void take_lib(struct checking *c, const struct zip_entry *e, struct bytes path, struct tops *tops)
{
	struct bytes rest = path, top = bytes_cut(&rest, '/');
	bool is_dir = rest.data != NULL;
	tops->n_files += !e->is_dir;
	if (!top.size || (bytes_equal(top, tops->last) && is_dir))
		return;
	tops->last = top;
	tops->n += is_dir || module_of_file(top).size;
	check_top(c, is_dir ? top : e->name, top, is_dir);
}

void check_install(struct checking *c)
{
	const struct zip *zip = &c->wheel.zip;
	struct tops tops = { .n = 0 };
	for (size_t i = 0; i < zip->n_entries; i++) {
		const struct zip_entry *e = &zip->entries[zip->by_name[i]];
		struct bytes rest = e->name, top = bytes_cut(&rest, '/'), lib = { NULL, 0 };
		check_accidents(c, e);
		if (bytes_equal(top, c->wheel.dist_info))
			continue;
		if (c->wheel.data.size && bytes_equal(top, c->wheel.data))
			check_data(c, e, rest, &lib);
		else
			lib = e->name;
		if (lib.size)
			take_lib(c, e, lib, &tops);
	}
	if (tops.n_files == 0 && !c->wheel.data.size)
		(void)finding_add(&c->findings, "S08", c->file_name, "the wheel installs nothing");
	if (tops.n > 1)
		(void)finding_add(&c->findings, "S17", c->file_name, "%zu names at the top", tops.n);
}

/* ---- what needs the content ---- */

static struct bytes first_line(struct bytes content)
{
	return bytes_part(content, 0, bytes_find(content, '\n'));
}

static void check_shebang(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	struct bytes line = bytes_trim(first_line(content));
	if (!bytes_starts(line, BYTES("#!")) || bytes_search(line, BYTES("python")) == line.size)
		return;
	struct bytes program = bytes_from(line, 2);
	program.size = bytes_find(program, ' ');
	if (!bytes_equal(program, BYTES("python")) && !bytes_equal(program, BYTES("pythonw")))
		(void)finding_add(&c->findings, "S05", e->name, "it begins with '%.*s'", BYTES_ARG(hide_cut(line, 200)));
}

void check_install_content(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	struct bytes rest = e->name, top = bytes_cut(&rest, '/');
	bool in_data = c->wheel.data.size && bytes_equal(top, c->wheel.data);
	struct bytes key = in_data ? bytes_cut(&rest, '/') : (struct bytes){ NULL, 0 };
	if (in_data && scheme_of(key) == SCHEME_SCRIPTS)
		check_shebang(c, e, content);
	bool at_top = in_data ? scheme_of(key) == SCHEME_LIB && bytes_find(rest, '/') == rest.size : !rest.data;
	uint32_t line;
	if (at_top && bytes_ends(e->name, BYTES(".pth")) && pth_runs_code(content, c->wheel.name.name, &line)) {
		struct finding *f = finding_add(&c->findings, "S15", e->name, "every Python that starts there runs its line %u",
						line);
		if (f)
			f->line = line;
	}
}
