/* Settings of package tools that lie in a tree: where they would fetch from, and what cargo would run. */
#include "format/ini.h"
#include "scan/line_spot.h"

static void scan_pip(struct file_scan *scan, const struct source_file *file)
{
	static const char *const keys[] = { "index-url", "extra-index-url", "trusted-host", "find-links", "no-index", "cert",
					    "proxy" };
	struct ini ini;
	struct diag d = { 0 };
	if (ini_parse(file->content, INI_EQUALS_AND_COLON, scan->arena, &ini, &d)) {
		file_tell(scan, file, ZONE_REST, "config.unparsed", BYTES(""));
		return;
	}
	for (size_t i = 0; i < ini.n_items; i++)
		for (size_t k = 0; k < COUNT(keys); k++)
			if (bytes_equal_nocase(ini.items[i].key, bytes_of(keys[k]))) {
				file_tell(scan, file, path_zone(file->path), "config.index", bytes_of(keys[k]));
				return;
			}
}

static void scan_npm(struct file_scan *scan, const struct source_file *file)
{
	struct bytes rest = bytes_part(file->content, 0, 1 << 20);
	while (rest.data) {
		struct bytes line = bytes_trim(bytes_cut(&rest, '\n'));
		struct bytes key = bytes_trim(bytes_part(line, 0, bytes_find(line, '=')));
		if (key.size && (bytes_equal(key, BYTES("registry")) || bytes_ends(key, BYTES(":registry")) ||
				 bytes_equal(key, BYTES("node-options")) || bytes_equal(key, BYTES("script-shell")))) {
			file_tell(scan, file, path_zone(file->path), "config.index", bytes_part(key, 0, 40));
			return;
		}
	}
}

/* Cargo reads it in the folder of the build and in all above: it can replace the compiler and the registry. */
static void scan_cargo(struct file_scan *scan, const struct source_file *file)
{
	static const struct {
		const char *path, *id;
	} keys[] = {
		{ "build.rustc", "config.cargo-program" },
		{ "build.rustc-wrapper", "config.cargo-program" },
		{ "build.rustc-workspace-wrapper", "config.cargo-program" },
		{ "build.rustdoc", "config.cargo-program" },
		{ "source", "config.index" },
		{ "registries", "config.index" },
		{ "registry", "config.index" },
		{ "http.proxy", "config.index" },
		{ "credential-alias", "config.cargo-program" },
	};
	struct toml_value *root;
	struct diag d = { 0 };
	if (toml_parse(file->content, scan->arena, &root, &d)) {
		file_tell(scan, file, ZONE_REST, "config.unparsed", BYTES(""));
		return;
	}
	struct line_spot spot = line_spot_of(scan, file, path_is_example(file->path) ? ZONE_REST : ZONE_BUILD);
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct toml_value *v = toml_find_path(root, keys[i].path);
		if (v)
			toml_tell(&spot, keys[i].id, bytes_of(keys[i].path), v);
	}
	const struct toml_value *targets = toml_find(root, BYTES("target"));
	for (const struct toml_value *t = targets && targets->type == TOML_TABLE ? targets->first : NULL; t; t = t->next) {
		const struct toml_value *runner = toml_find(t, BYTES("runner"));
		if (runner)
			toml_tell(&spot, "config.cargo-program", BYTES("target.runner"), runner);
	}
}

/* setup.cfg at the root, as setuptools reads it. */
static void scan_setup_cfg(struct file_scan *scan, const struct source_file *file)
{
	static const struct {
		const char *section, *key, *id;
	} keys[] = {
		{ "options", "setup_requires", "cfg.setup-requires" },
		{ "options", "dependency_links", "cfg.dependency-links" },
		{ "options", "cmdclass", "cfg.cmdclass" },
		{ "global", "command_packages", "cfg.cmdclass" },
		{ "global", "command-packages", "cfg.cmdclass" },
		{ "easy_install", "index_url", "config.index" },
		{ "easy_install", "index-url", "config.index" },
		{ "easy_install", "find_links", "config.index" },
		{ "easy_install", "find-links", "config.index" },
	};
	struct ini ini;
	struct diag d = { 0 };
	if (folder_of(file->path).size)
		return;
	if (ini_parse(file->content, INI_EQUALS_AND_COLON, scan->arena, &ini, &d)) {
		file_tell(scan, file, ZONE_REST, "config.unparsed", BYTES(""));
		return;
	}
	struct line_spot spot = line_spot_of(scan, file, ZONE_BUILD);
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct ini_item *item = ini_find(&ini, keys[i].section, keys[i].key);
		if (item)
			line_tell(&spot, keys[i].id, bytes_of(keys[i].key), item->line);
	}
}

void config_file_scan(struct file_scan *scan, const struct source_file *file)
{
	static const struct {
		const char *name;
		void (*run)(struct file_scan *, const struct source_file *);
	} kinds[] = { { "pip.conf", scan_pip }, { "pip.ini", scan_pip }, { ".npmrc", scan_npm }, { "setup.cfg", scan_setup_cfg } };
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (bytes_equal(file->name, bytes_of(kinds[i].name)))
			kinds[i].run(scan, file);
	bool cargo = bytes_equal(file->name, BYTES("config.toml")) || bytes_equal(file->name, BYTES("config"));
	if (cargo && (bytes_starts(file->path, BYTES(".cargo/")) || bytes_ends(folder_of(file->path), BYTES("/.cargo"))))
		scan_cargo(scan, file);
	if (bytes_ends(file->name, BYTES(".egg-link")))
		file_tell(scan, file, path_zone(file->path), "file.egg-link", BYTES(""));
}
