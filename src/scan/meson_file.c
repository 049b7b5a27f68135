/* meson.build: what it runs, and which folders and projects it goes into (mesonbuild.com, "Reference manual"). */
#include "scan/files_parts.h"

enum { CALLS_MAX = 1000 }; /* of one function in one file; what has more is not written by hand */

static const struct {
	const char *function, *id;
	bool runs; /* its texts are a command */
} calls[] = {
	{ "run_command", "meson.run-command", true },
	{ "find_program", "meson.find-program", false },
	{ "custom_target", "meson.custom-target", true },
	{ "generator", "meson.custom-target", true },
	{ "run_target", "meson.custom-target", true },
	{ "vcs_tag", "meson.custom-target", true },
	{ "add_postconf_script", "meson.script", true },
	{ "add_install_script", "meson.script", true },
	{ "add_dist_script", "meson.script", true },
	{ "subproject", "meson.subproject", false },
	{ "subdir", NULL, false },
};

struct meson {
	struct file_scan *scan;
	const struct source_file *file;
	struct bytes code, text;
	enum scan_zone zone;
};

/* A folder that is computed may be any below this one. What is below stands together, so all calls together look at each file
 * once a level. */
static void enqueue_below(struct meson *m, struct bytes folder)
{
	struct file_scan *scan = m->scan;
	size_t low = 0, high = scan->n_files;
	struct bytes start = folder.size ? bytes_of(arena_printf(scan->arena, "%.*s/", BYTES_ARG(folder))) : folder;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (bytes_compare(scan->files[middle].path, start) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < scan->n_files && bytes_starts(scan->files[low].path, start); low++)
		if (bytes_equal(scan->files[low].name, BYTES("meson.build")) && !path_is_example(scan->files[low].path))
			file_enqueue(scan, &scan->files[low]);
}

/* Returns false when the folder is not a text. */
static bool enter(struct meson *m, struct bytes folder, struct bytes to)
{
	struct file_scan *scan = m->scan;
	if (m->zone != ZONE_BUILD)
		return true;
	if (!to.data)
		return false;
	struct bytes path = path_join(scan, folder, to);
	if (path.data)
		file_enqueue(scan, file_find(scan, path_join(scan, path, BYTES("meson.build"))));
	return true;
}

static void enter_project(struct meson *m, struct bytes name)
{
	if (m->zone != ZONE_BUILD || !name.size || name.size > 200)
		return;
	(void)enter(m, BYTES("subprojects"), name);
	struct bytes wrap = bytes_of(arena_printf(m->scan->arena, "subprojects/%.*s.wrap", BYTES_ARG(name)));
	file_enqueue(m->scan, file_find(m->scan, wrap));
}

static void scan_function(struct meson *m, size_t which)
{
	struct spot spot = spot_of(m->scan, m->file, m->zone);
	struct bytes function = bytes_of(calls[which].function);
	bool computed = false, project = bytes_equal(function, BYTES("subproject"));
	size_t n = 0;
	for (size_t at = 0; (at = code_find(m->code, at, function, false)) < m->code.size; at += function.size) {
		size_t open = code_skip(m->code, at + function.size);
		if (open >= m->code.size || m->code.data[open] != '(')
			continue;
		if (++n > CALLS_MAX) {
			spot_tell(&spot, "build.too-many", function, at);
			break;
		}
		size_t end = code_call_end(m->code, open);
		struct bytes name = code_string(m->code, m->text, open + 1, end);
		if (!calls[which].id) {
			computed = !enter(m, folder_of(m->file->path), name) || computed;
			continue;
		}
		spot_tell(&spot, !project && is_fetch_program(name) ? "meson.fetch" : calls[which].id, name, at);
		if (calls[which].runs)
			build_command_scan(&spot, bytes_part(m->text, open, end - open), at);
		if (project)
			enter_project(m, name);
	}
	if (computed)
		enqueue_below(m, folder_of(m->file->path));
}

void meson_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct meson m = { .scan = scan, .file = file, .zone = zone };
	struct spot spot = spot_of(scan, file, zone);
	m.code = code_text(file->content, CODE_MESON, false, scan->arena);
	m.text = code_text(file->content, CODE_MESON, true, scan->arena);
	for (size_t i = 0; i < COUNT(calls); i++)
		scan_function(&m, i);
	build_text_scan(&spot, m.text);
	if (zone == ZONE_BUILD)
		build_mentions(scan, m.text);
}
