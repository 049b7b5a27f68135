/* Which build files run, by the backend and by who names them (reference/source-scan.md section 5.1). */
#include <stdlib.h>

#include "format/toml.h"
#include "scan/files_parts.h"

enum build_kind { BUILD_NONE, BUILD_RUST, BUILD_CARGO, BUILD_MESON, BUILD_CMAKE, BUILD_SHELL, BUILD_WRAP };

static const struct {
	const char *name;
	bool suffix;
	enum build_kind kind;
} names[] = {
	{ "meson.build", false, BUILD_MESON },
	{ "meson.options", false, BUILD_MESON },
	{ "CMakeLists.txt", false, BUILD_CMAKE },
	{ ".cmake", true, BUILD_CMAKE },
	{ "build.rs", false, BUILD_RUST },
	{ "Cargo.toml", false, BUILD_CARGO },
	{ ".wrap", true, BUILD_WRAP },
	{ "configure", false, BUILD_SHELL },
	{ "Makefile", false, BUILD_SHELL },
	{ "makefile", false, BUILD_SHELL },
	{ "GNUmakefile", false, BUILD_SHELL },
	{ "autogen", false, BUILD_SHELL },
	{ "bootstrap", false, BUILD_SHELL },
	{ ".mk", true, BUILD_SHELL },
	{ ".mak", true, BUILD_SHELL },
	{ ".sh", true, BUILD_SHELL },
	{ ".bash", true, BUILD_SHELL },
};

static enum build_kind kind_of(const struct source_file *file)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].suffix ? bytes_ends(file->name, bytes_of(names[i].name))
				    : bytes_equal(file->name, bytes_of(names[i].name)))
			return names[i].kind;
	return file->queued && bytes_ends(file->name, BYTES(".rs")) ? BUILD_RUST : BUILD_NONE;
}

static void scan_one(struct file_scan *scan, struct source_file *file, enum scan_zone zone)
{
	static void (*const scanners[])(struct file_scan *, const struct source_file *, enum scan_zone) = {
		[BUILD_RUST] = rust_file_scan,   [BUILD_CARGO] = cargo_file_scan, [BUILD_MESON] = meson_file_scan,
		[BUILD_CMAKE] = cmake_file_scan, [BUILD_SHELL] = shell_file_scan, [BUILD_WRAP] = wrap_file_scan,
	};
	enum build_kind kind = kind_of(file);
	if (kind == BUILD_NONE || file->scanned)
		return;
	file->scanned = true;
	if (file->content.size > SCAN_BUILD_FILE_MAX)
		file_tell(scan, file, zone, "build.too-large", BYTES(""));
	else
		scanners[kind](scan, file, zone);
}

void build_by_name(struct file_scan *scan, struct bytes name)
{
	size_t low = 0, high = scan->n_by_name;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (bytes_compare(scan->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == scan->n_by_name || scan->by_name[low]->named)
		return;
	scan->by_name[low]->named = true;
	for (; low < scan->n_by_name && bytes_equal(scan->by_name[low]->name, name); low++)
		file_enqueue(scan, scan->by_name[low]);
}

static bool is_path_byte(unsigned char c)
{
	return byte_is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '+';
}

/* A word without a dot is a name only where a text or a path says so: "make", './configure', not "to make sure". */
void build_mentions(struct file_scan *scan, struct bytes text)
{
	for (size_t at = 0; at < text.size;) {
		size_t from = at;
		while (at < text.size && is_path_byte(text.data[at]))
			at++;
		struct bytes word = bytes_part(text, from, at - from);
		bool quoted = from > 0 && (text.data[from - 1] == '\'' || text.data[from - 1] == '"');
		size_t slash = bytes_find_last(word, '/');
		if (at == from)
			at++;
		else if (quoted && bytes_equal(word, BYTES("make"))) {
			build_by_name(scan, BYTES("Makefile"));
			build_by_name(scan, BYTES("makefile"));
			build_by_name(scan, BYTES("GNUmakefile"));
		} else if (quoted || slash < word.size || bytes_find(word, '.') < word.size) {
			build_by_name(scan, slash < word.size ? bytes_from(word, slash + 1) : word);
		}
	}
}

/* Whether the backend or something it requires has a name that begins so; names as in a requirement or a module. */
static bool is_backend(const struct file_scan *scan, const char *module, const char *requirement)
{
	const struct project *p = scan->request->project;
	if (!p)
		return false;
	if (bytes_starts(p->backend, bytes_of(module)))
		return true;
	for (size_t i = 0; i < p->n_requires; i++)
		if (bytes_equal_nocase(bytes_part(p->requires[i], 0, strlen(requirement)), bytes_of(requirement)))
			return true;
	return false;
}

/* Every text that runs as Python at build by its place alone; what they import is the other scan's to know. */
static bool is_python_root(const struct file_scan *scan, const struct source_file *file)
{
	static const char *const files[] = { "setup.py", "hatch_build.py", "pdm_build.py", "build_hooks.py" };
	const struct project *p = scan->request->project;
	for (size_t i = 0; i < COUNT(files); i++)
		if (bytes_equal(file->path, bytes_of(files[i])))
			return true;
	for (size_t i = 0; p && i < p->n_backend_path; i++) {
		bool root = bytes_equal(p->backend_path[i], BYTES("."));
		if (bytes_ends(file->name, BYTES(".py")) && bytes_equal(folder_of(file->path), root ? BYTES("") : p->backend_path[i]))
			return true;
	}
	return false;
}

static bool says(struct bytes text, const char *word)
{
	return bytes_search(text, bytes_of(word)) < text.size;
}

/* Cargo reads every manifest of a workspace and of path dependencies: those of an sdist are there to be used. */
static void enqueue_cargo(struct file_scan *scan)
{
	for (size_t i = 0; i < scan->n_files; i++) {
		struct source_file *file = &scan->files[i];
		if (bytes_equal(file->name, BYTES("Cargo.toml")) && !path_is_example(file->path))
			file_enqueue(scan, file);
	}
}

static void enqueue_cmake(struct file_scan *scan)
{
	const struct toml_value *folder = toml_find_path(scan->pyproject, "tool.scikit-build.cmake.source-dir");
	struct source_file *root = file_find(scan, BYTES("CMakeLists.txt"));
	if (folder && folder->type == TOML_STRING)
		root = file_find(scan, path_join(scan, folder->string, BYTES("CMakeLists.txt")));
	file_enqueue(scan, root);
	for (size_t i = 0; !root && i < scan->n_files; i++)
		if (bytes_equal(scan->files[i].name, BYTES("CMakeLists.txt")) && !path_is_example(scan->files[i].path))
			file_enqueue(scan, &scan->files[i]);
}

static void enqueue_roots(struct file_scan *scan)
{
	bool cargo = is_backend(scan, "maturin", "maturin") || is_backend(scan, "maturin", "setuptools-rust") ||
		     is_backend(scan, "maturin", "setuptools_rust");
	bool cmake = is_backend(scan, "scikit_build_core", "cmake") || is_backend(scan, "py_build_cmake", "scikit-build") ||
		     is_backend(scan, "skbuild", "scikit_build");
	for (size_t i = 0; i < scan->n_files; i++) {
		if (!is_python_root(scan, &scan->files[i]))
			continue;
		struct bytes text = bytes_part(scan->files[i].content, 0, SCAN_BUILD_FILE_MAX);
		build_mentions(scan, text);
		cargo = cargo || says(text, "setuptools_rust") || says(text, "\"cargo\"") || says(text, "'cargo'");
		cmake = cmake || says(text, "\"cmake\"") || says(text, "'cmake'") || says(text, "skbuild") || says(text, "\"cmake ");
	}
	if (is_backend(scan, "mesonpy", "meson-python")) {
		file_enqueue(scan, file_find(scan, BYTES("meson.build")));
		file_enqueue(scan, file_find(scan, BYTES("meson.options")));
	}
	if (cargo)
		enqueue_cargo(scan);
	if (cmake)
		enqueue_cmake(scan);
}

void build_files_scan(struct file_scan *scan)
{
	enqueue_roots(scan);
	for (size_t i = 0; i < scan->n_queue; i++)
		scan_one(scan, scan->queue[i], ZONE_BUILD);
	for (size_t i = 0; i < scan->n_files; i++)
		scan_one(scan, &scan->files[i], ZONE_REST);
}

bool is_fetch_program(struct bytes program)
{
	static const char *const fetchers[] = { "curl", "wget", "aria2c", "nc", "ncat", "socat" };
	size_t slash = bytes_find_last(program, '/');
	struct bytes name = slash < program.size ? bytes_from(program, slash + 1) : program;
	if (bytes_ends(name, BYTES(".exe")))
		name = bytes_part(name, 0, name.size - 4);
	for (size_t i = 0; i < COUNT(fetchers); i++)
		if (bytes_equal(name, bytes_of(fetchers[i])))
			return true;
	return false;
}

void build_text_scan(struct spot *s, struct bytes text)
{
	static const struct {
		unsigned bit;
		const char *id;
	} ids[] = {
		{ TEXT_CRED, "build.cred-path" },
		{ TEXT_EXFIL, "build.exfil-host" },
		{ TEXT_MINER, "build.exfil-host" },
		{ TEXT_PERSISTENCE, "build.persistence" },
	};
	enum { PART = 32 << 10 };
	for (size_t at = 0; at < text.size;) {
		struct bytes line = bytes_part(text, at, PART);
		line = bytes_part(line, 0, bytes_find(line, '\n'));
		unsigned bits = line.size ? text_match(&s->scan->texts, line) : 0;
		for (size_t i = 0; bits && i < COUNT(ids); i++)
			if (bits & ids[i].bit)
				spot_tell(s, ids[i].id, BYTES(""), at + code_skip(line, 0));
		at += line.size + 1;
	}
}

void build_command_scan(struct spot *s, struct bytes text, size_t at)
{
	unsigned bits = text_match(&s->scan->texts, text);
	if (bits & TEXT_SHELL_FETCH)
		spot_tell(s, "build.shell-fetch", BYTES(""), at);
	if (bits & TEXT_REVERSE_SHELL)
		spot_tell(s, "build.reverse-shell", BYTES(""), at);
	if (bits & TEXT_ENCODED_COMMAND)
		spot_tell(s, "build.encoded-command", BYTES(""), at);
}
