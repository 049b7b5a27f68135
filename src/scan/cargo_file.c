/* Cargo.toml, the scripts and macros it names, and .wrap files of Meson: what they run and where they fetch from. */
#include "format/ini.h"
#include "scan/line_spot.h"

struct cargo {
	struct file_scan *scan;
	const struct source_file *file;
	struct line_spot spot;
};

static void scan_dependency(struct cargo *c, const struct toml_value *v)
{
	const struct toml_value *git = toml_find(v, BYTES("git")), *rev = toml_find(v, BYTES("rev")), *tag;
	tag = toml_find(v, BYTES("registry")) ? toml_find(v, BYTES("registry")) : toml_find(v, BYTES("registry-index"));
	if (git && git->type == TOML_STRING)
		toml_tell(&c->spot, rev && rev->type == TOML_STRING && rev->string.size >= 40 ? "cargo.git-pinned" : "cargo.git",
			  git->string, v);
	if (tag && tag->type == TOML_STRING)
		toml_tell(&c->spot, "cargo.registry", tag->string, v);
	const struct toml_value *path = toml_find(v, BYTES("path"));
	if (!path || path->type != TOML_STRING || c->spot.zone != ZONE_BUILD)
		return;
	struct bytes folder = path_join(c->scan, folder_of(c->file->path), path->string);
	if (folder.data)
		file_enqueue(c->scan, file_find(c->scan, path_join(c->scan, folder, BYTES("Cargo.toml"))));
}

/* [dependencies], [target.X.build-dependencies], [workspace.dependencies], [patch.crates-io] ... At most TOML_MAX_DEPTH deep. */
static void scan_tables(struct cargo *c, const struct toml_value *table, bool dependencies)
{
	for (TOML_EACH(item, table)) {
		if (item->type != TOML_TABLE)
			continue;
		if (dependencies)
			scan_dependency(c, item);
		scan_tables(c, item,
			    dependencies || bytes_ends(item->key, BYTES("dependencies")) ||
				    bytes_equal(item->key, BYTES("patch")) || bytes_equal(item->key, BYTES("replace")));
	}
}

static void enqueue_sources(struct cargo *c, struct bytes folder)
{
	struct bytes source = path_join(c->scan, folder, BYTES("src"));
	for (size_t i = 0; source.data && i < c->scan->n_files; i++) {
		struct source_file *file = &c->scan->files[i];
		if (bytes_ends(file->name, BYTES(".rs")) && bytes_starts(file->path, source))
			file_enqueue(c->scan, file);
	}
}

/* The script of a package: "build.rs" beside the manifest when nothing else is said. */
static void scan_script(struct cargo *c, const struct toml_value *root, enum scan_zone zone)
{
	enum { MACROS_MAX = 100 }; /* folders of macros: each one looks at all files */
	struct bytes folder = folder_of(c->file->path);
	const struct toml_value *build = toml_find_path(root, "package.build"), *macro = toml_find_path(root, "lib.proc-macro");
	bool named = build && build->type == TOML_STRING, off = build && build->type == TOML_BOOLEAN && !build->boolean;
	struct bytes path = off ? (struct bytes){ NULL, 0 } : path_join(c->scan, folder, named ? build->string : BYTES("build.rs"));
	struct source_file *script = path.data ? file_find(c->scan, path) : NULL;
	if (named)
		toml_tell(&c->spot, "cargo.build-script", build->string, build);
	else if (script)
		file_tell(c->scan, script, zone, "rust.build-rs", BYTES("build.rs"));
	if (zone != ZONE_BUILD)
		return;
	file_enqueue(c->scan, script);
	if (macro && macro->type == TOML_BOOLEAN && macro->boolean && c->scan->n_macros++ < MACROS_MAX) {
		toml_tell(&c->spot, "cargo.proc-macro", BYTES(""), macro);
		enqueue_sources(c, folder);
	}
}

void cargo_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct cargo c = { .scan = scan, .file = file, .spot = line_spot_of(scan, file, zone) };
	struct toml_value *root;
	struct diag d = { 0 };
	if (toml_parse(file->content, scan->arena, &root, &d)) {
		file_tell(scan, file, zone, "cargo.unparsed", BYTES(""));
		return;
	}
	scan_script(&c, root, zone);
	scan_tables(&c, root, false);
}

/* mesonbuild.com, "Wrap dependency system manual". */
void wrap_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	static const struct {
		const char *section, *url, *pin;
	} kinds[] = {
		{ "wrap-file", "source_url", "source_hash" },
		{ "wrap-file", "patch_url", "patch_hash" },
		{ "wrap-git", "url", "revision" },
		{ "wrap-svn", "url", "revision" },
		{ "wrap-hg", "url", "revision" },
	};
	struct ini ini;
	struct diag d = { 0 };
	struct line_spot spot = line_spot_of(scan, file, zone);
	if (ini_parse(file->content, INI_EQUALS, scan->arena, &ini, &d)) {
		file_tell(scan, file, zone, "meson.wrap-unparsed", BYTES(""));
		return;
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct ini_item *url = ini_find(&ini, kinds[i].section, kinds[i].url),
				      *pin = ini_find(&ini, kinds[i].section, kinds[i].pin);
		if (!url)
			continue;
		bool known = pin && pin->value.size >= 40 && !bytes_starts(url->value, BYTES("http://"));
		line_tell(&spot, known ? "meson.wrap-pinned" : "meson.wrap", url->value, url->line);
	}
}
