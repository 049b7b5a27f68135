/* CMakeLists.txt and *.cmake: what they run, fetch and include (cmake-commands(7), ExternalProject, FetchContent, CPM). */
#include "scan/files_parts.h"

enum { CALLS_MAX = 1000, ARGUMENT_MAX = 1024 };

static const struct {
	const char *command, *id;
	const char *first; /* must be the first argument; NULL: any */
	bool runs; /* its arguments are a command */
} calls[] = {
	{ "execute_process", "cmake.execute-process", NULL, true },
	{ "exec_program", "cmake.execute-process", NULL, true },
	{ "add_custom_command", "cmake.custom-command", NULL, true },
	{ "add_custom_target", "cmake.custom-command", NULL, true },
	{ "file", "cmake.download", "DOWNLOAD", false },
	{ "file", "cmake.upload", "UPLOAD", false },
	{ "cmake_language", "cmake.eval", "EVAL", true },
	{ "ExternalProject_Add", "cmake.fetch", NULL, true },
	{ "FetchContent_Declare", "cmake.fetch", NULL, false },
	{ "FetchContent_Populate", "cmake.fetch", NULL, false },
	{ "CPMAddPackage", "cmake.fetch", NULL, false },
	{ "CPMFindPackage", "cmake.fetch", NULL, false },
	{ "CPMDeclarePackage", "cmake.fetch", NULL, false },
	{ "include", NULL, NULL, false },
	{ "find_package", NULL, NULL, false },
	{ "add_subdirectory", NULL, NULL, false },
};

struct cmake {
	struct file_scan *scan;
	const struct source_file *file;
	struct bytes code, text;
	enum scan_zone zone;
};

/* The next argument of a call, without its quotes; empty behind the last. */
static struct bytes argument(const struct cmake *c, size_t *at, size_t end)
{
	*at = code_skip(c->code, *at);
	if (*at < end && c->code.data[*at] == '"') {
		struct bytes inside = code_string(c->code, c->text, *at, end);
		*at += inside.size + 2;
		return inside;
	}
	size_t from = *at;
	while (*at < end && !byte_is_blank(c->code.data[*at]) && c->code.data[*at] != ')')
		++*at;
	return bytes_part(c->text, from, *at - from);
}

static bool is_commit(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (!byte_is_digit(b.data[i]) && !(byte_lower(b.data[i]) >= 'a' && byte_lower(b.data[i]) <= 'f'))
			return false;
	return b.size == 40 || b.size == 64;
}

/* What a fetch brings: nothing from elsewhere, something known by a digest, or whatever is there. */
static const char *fetch_id(const struct cmake *c, size_t at, size_t end, const char *id, struct bytes *ret_url)
{
	bool pinned = false;
	for (size_t n = 0; at < end && n < 200; n++) {
		struct bytes key = argument(c, &at, end);
		size_t before = at;
		struct bytes value = argument(c, &before, end);
		if (bytes_equal(key, BYTES("GIT_TAG")))
			pinned = pinned || is_commit(value);
		if (bytes_equal(key, BYTES("URL_HASH")) || bytes_equal(key, BYTES("URL_MD5")) ||
		    bytes_equal(key, BYTES("EXPECTED_HASH")))
			pinned = true;
		if (bytes_equal(key, BYTES("GIT_REPOSITORY")) || bytes_equal(key, BYTES("URL")) ||
		    bytes_search(key, BYTES("://")) < key.size)
			*ret_url = bytes_search(key, BYTES("://")) < key.size ? key : value;
	}
	if (!pinned || bytes_starts(*ret_url, BYTES("http://")))
		return id;
	return bytes_equal(bytes_of(id), BYTES("cmake.download")) ? "cmake.download-pinned" : "cmake.fetch-pinned";
}

static void include(struct cmake *c, size_t which, struct bytes name)
{
	struct file_scan *scan = c->scan;
	struct bytes command = bytes_of(calls[which].command);
	if (c->zone != ZONE_BUILD || !name.size || name.size > 400)
		return;
	if (bytes_equal(command, BYTES("add_subdirectory"))) {
		struct bytes path = path_join(scan, folder_of(c->file->path), name);
		if (path.data)
			file_enqueue(scan, file_find(scan, path_join(scan, path, BYTES("CMakeLists.txt"))));
		return;
	}
	size_t slash = bytes_find_last(name, '/');
	name = slash < name.size ? bytes_from(name, slash + 1) : name;
	const char *before = bytes_equal(command, BYTES("find_package")) ? "Find" : "";
	const char *behind = bytes_ends(name, BYTES(".cmake")) ? "" : ".cmake";
	build_by_name(scan, bytes_of(arena_printf(scan->arena, "%s%.*s%s", before, BYTES_ARG(name), behind)));
}

/* "COMMAND curl ...": which is a download like any other. */
static bool calls_fetcher(const struct cmake *c, size_t at, size_t end)
{
	bool command = false;
	for (size_t n = 0; at < end && n < 200; n++) {
		struct bytes word = argument(c, &at, end);
		if (command && is_fetch_program(word))
			return true;
		command = bytes_equal(word, BYTES("COMMAND"));
	}
	return false;
}

static void tell_call(struct cmake *c, struct spot *spot, size_t which, size_t at, size_t open, struct bytes first)
{
	size_t end = code_call_end(c->code, open);
	struct bytes url = { NULL, 0 }, arguments = bytes_part(c->text, open, end - open);
	const char *id = calls[which].id;
	if (bytes_equal(bytes_of(id), BYTES("cmake.fetch")) || bytes_equal(bytes_of(id), BYTES("cmake.download")))
		id = fetch_id(c, open + 1, end, id, &url);
	bool local = bytes_equal(bytes_of(id), BYTES("cmake.fetch")) && !url.size;
	if (local && bytes_search(arguments, BYTES("REPOSITORY")) == arguments.size)
		id = "cmake.custom-command"; /* a project of the tree itself */
	if (calls[which].runs && calls_fetcher(c, open + 1, end))
		id = "cmake.download";
	spot_tell(spot, id, url.size ? url : first, at);
	if (calls[which].runs)
		build_command_scan(spot, arguments, at);
}

static void scan_command(struct cmake *c, size_t which)
{
	struct spot spot = spot_of(c->scan, c->file, c->zone);
	struct bytes command = bytes_of(calls[which].command);
	size_t n = 0;
	for (size_t at = 0; (at = code_find(c->code, at, command, true)) < c->code.size; at += command.size) {
		size_t open = code_skip(c->code, at + command.size), next = open + 1;
		if (open >= c->code.size || c->code.data[open] != '(')
			continue;
		struct bytes first = argument(c, &next, next + ARGUMENT_MAX < c->code.size ? next + ARGUMENT_MAX : c->code.size);
		if (!calls[which].id) {
			include(c, which, first);
			continue;
		}
		if (calls[which].first && !bytes_equal_nocase(first, bytes_of(calls[which].first)))
			continue;
		if (++n > CALLS_MAX) {
			spot_tell(&spot, "build.too-many", command, at);
			break;
		}
		tell_call(c, &spot, which, at, open, first);
	}
}

void cmake_file_scan(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct cmake c = { .scan = scan, .file = file, .zone = zone };
	struct spot spot = spot_of(scan, file, zone);
	c.code = code_text(file->content, CODE_CMAKE, false, scan->arena);
	c.text = code_text(file->content, CODE_CMAKE, true, scan->arena);
	for (size_t i = 0; i < COUNT(calls); i++)
		scan_command(&c, i);
	build_text_scan(&spot, c.text);
	if (zone == ZONE_BUILD)
		build_mentions(scan, c.text);
}
