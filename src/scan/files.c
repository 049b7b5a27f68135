#include "scan/files.h"

#include <stdlib.h>

#include "format/snapshot.h"
#include "format/toml.h"
#include "scan/files_parts.h"

/* Of one zone: the tests of a reader of archives may hold thousands of them, a list that is cut would be refused. */
enum { TOLD_MAX = 4000 };

struct spot spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	return (struct spot){ .scan = scan, .file = file, .text = file->content, .zone = zone, .line = 1 };
}

static void tell(struct file_scan *scan, const char *id, struct fact *f)
{
	if (scan->n_told[f->zone] == TOLD_MAX)
		id = "files.too-many";
	if (scan->n_told[f->zone] <= TOLD_MAX) {
		scan->n_told[f->zone]++;
		(void)fact_add(scan->facts, id, f);
	}
}

static void move_to(struct spot *s, size_t at)
{
	if (at < s->at) {
		s->at = s->line_start = 0;
		s->line = 1;
	}
	for (; s->at < at && s->at < s->text.size; s->at++)
		if (s->text.data[s->at] == '\n') {
			s->line++;
			s->line_start = s->at + 1;
		}
}

void spot_tell_as(struct spot *s, const char *id, struct bytes name, size_t at, struct bytes evidence)
{
	move_to(s, at);
	struct fact f = { .zone = s->zone, .path = s->file->path, .name = name, .evidence = evidence, .line = s->line };
	f.column = (uint32_t)(at - s->line_start + 1);
	f.at_import = true;
	tell(s->scan, id, &f);
}

void spot_tell(struct spot *s, const char *id, struct bytes name, size_t at)
{
	enum { AROUND = 4096 }; /* of a line without end, enough for fact_evidence */
	move_to(s, at);
	size_t from = at - s->line_start > AROUND ? at - AROUND : s->line_start;
	struct bytes line = bytes_part(s->text, from, 2 * (size_t)AROUND);
	line = bytes_part(line, 0, at - from + bytes_find(bytes_from(line, at - from), '\n'));
	spot_tell_as(s, id, name, at, fact_evidence(line, at - from));
}

void file_tell(struct file_scan *scan, const struct source_file *file, enum scan_zone zone, const char *id, struct bytes name)
{
	struct fact f = { .zone = zone, .path = file->path, .name = name, .at_import = true };
	tell(scan, id, &f);
}

struct source_file *file_find(const struct file_scan *scan, struct bytes path)
{
	size_t low = 0, high = scan->n_files;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = bytes_compare(scan->files[middle].path, path);
		if (order == 0)
			return &scan->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void file_enqueue(struct file_scan *scan, struct source_file *file)
{
	if (!file || file->queued)
		return;
	file->queued = true;
	scan->queue[scan->n_queue++] = file;
}

struct bytes folder_of(struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	return bytes_part(path, 0, slash == path.size ? 0 : slash);
}

struct bytes path_join(struct file_scan *scan, struct bytes folder, struct bytes path)
{
	unsigned char out[SNAPSHOT_PATH_MAX];
	size_t size = folder.size;
	struct bytes rest = path;
	if (folder.size + path.size + 1 > sizeof out || !path.size || path.data[0] == '/')
		return (struct bytes){ NULL, 0 };
	bytes_copy(out, folder);
	while (rest.data) {
		struct bytes part = bytes_cut(&rest, '/');
		if (!part.size || bytes_equal(part, BYTES(".")))
			continue;
		if (bytes_equal(part, BYTES(".."))) {
			if (!size)
				return (struct bytes){ NULL, 0 };
			size = folder_of(bytes_make(out, size)).size;
			continue;
		}
		if (size)
			out[size++] = '/';
		bytes_copy(out + size, part);
		size += part.size;
	}
	return arena_copy(scan->arena, bytes_make(out, size));
}

bool path_has_link(const struct file_scan *scan, struct bytes path)
{
	for (size_t i = 0; i < scan->n_links; i++) {
		struct bytes link = scan->links[i];
		if (bytes_starts(path, link) && (path.size == link.size || path.data[link.size] == '/'))
			return true;
	}
	return false;
}

static bool is_example_name(struct bytes name)
{
	static const char *const names[] = { "tests",     "test",       "testing",   "testdata", "test_data", "test-data",
					     "fixtures",  "test cases", "docs",      "doc",      "examples",  "example",
					     "samples",   "sample",     "demo",      "demos",    "tutorials", "benchmarks",
					     "benchmark", "fuzz",       "fuzzing",   "corpus",   "regress",   "gallery",
					     "t",         "unittests",  "test_creds" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal_nocase(name, bytes_of(names[i])))
			return true;
	return false;
}

bool path_is_example(struct bytes path)
{
	struct bytes rest = path, part = bytes_cut(&rest, '/');
	for (; rest.data; part = bytes_cut(&rest, '/'))
		if (is_example_name(part))
			return true;
	struct bytes stem = bytes_part(part, 0, bytes_find_last(part, '.'));
	return bytes_starts(part, BYTES("test_")) || bytes_ends(stem, BYTES("_test")) || bytes_ends(stem, BYTES("_tests")) ||
	       bytes_ends(part, BYTES(".example")) || bytes_ends(part, BYTES(".sample")) || bytes_ends(part, BYTES(".template"));
}

enum scan_zone path_zone(struct bytes path)
{
	return path_is_example(path) || (path.size && path.data[0] == '.') ? ZONE_REST : ZONE_IMPORT;
}

static bool is_by_name(struct bytes name)
{
	static const char *const names[] = { "configure", "Makefile", "makefile", "GNUmakefile", "autogen", "bootstrap" };
	static const char *const ends[] = { ".sh", ".bash", ".mk", ".cmake", ".mak" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (bytes_ends(name, bytes_of(ends[i])))
			return true;
	return false;
}

static int compare_names(const void *a, const void *b)
{
	const struct source_file *const *x = a, *const *y = b;
	return bytes_compare((*x)->name, (*y)->name);
}

static enum status read_files(struct file_scan *scan, struct diag *d)
{
	struct snapshot_reader *reader = ARENA_NEW(scan->arena, struct snapshot_reader);
	struct snapshot_entry entry;
	enum status s = snapshot_open(scan->request->snapshot, reader, d);
	while (s == OK && (s = snapshot_next(reader, &entry, d)) == OK) {
		if (entry.type == 'l') {
			scan->links = arena_grow(scan->arena, scan->links, scan->n_links, sizeof *scan->links);
			scan->links[scan->n_links++] = entry.path;
		}
		if (entry.type != 'f' && entry.type != 'x')
			continue;
		if (scan->n_files == SCAN_FILES_MAX)
			return fail(d, ERR_LIMIT, 0, "the source has more than %d files", SCAN_FILES_MAX);
		struct bytes folder = folder_of(entry.path);
		scan->files = arena_grow(scan->arena, scan->files, scan->n_files, sizeof *scan->files);
		scan->files[scan->n_files++] = (struct source_file){
			.path = entry.path,
			.name = bytes_from(entry.path, folder.size ? folder.size + 1 : 0),
			.content = entry.content,
			.executable = entry.type == 'x',
		};
	}
	return s == ERR_ABSENT ? OK : s;
}

static void index_names(struct file_scan *scan)
{
	scan->by_name = ARENA_ARRAY(scan->arena, struct source_file *, scan->n_files + 1);
	scan->queue = ARENA_ARRAY(scan->arena, struct source_file *, scan->n_files + 1);
	for (size_t i = 0; i < scan->n_files; i++)
		if (is_by_name(scan->files[i].name))
			scan->by_name[scan->n_by_name++] = &scan->files[i];
	qsort(scan->by_name, scan->n_by_name, sizeof *scan->by_name, compare_names);
}

static void read_pyproject(struct file_scan *scan)
{
	const struct source_file *file = file_find(scan, BYTES("pyproject.toml"));
	struct toml_value *root;
	struct diag d = { 0 };
	if (!file)
		return;
	if (toml_parse(file->content, scan->arena, &root, &d) == OK)
		scan->pyproject = root;
	else
		file_tell(scan, file, ZONE_BUILD, "files.pyproject", BYTES(""));
}

enum status scan_files(const struct scan_files_request *request, struct fact_list *facts, struct diag *d)
{
	CLEANUP(arena_done) struct arena arena;
	arena_init(&arena);
	struct file_scan *scan = ARENA_NEW(&arena, struct file_scan);
	scan->arena = &arena;
	scan->request = request;
	scan->facts = facts;
	text_matcher_init(&scan->texts);
	enum status s = read_files(scan, d);
	if (s)
		return s;
	index_names(scan);
	read_pyproject(scan);
	requires_scan(scan);
	build_files_scan(scan);
	for (size_t i = 0; i < scan->n_files; i++) {
		config_file_scan(scan, &scan->files[i]);
		binary_file_scan(scan, &scan->files[i]);
		credential_file_scan(scan, &scan->files[i]);
	}
	file_names_scan(scan);
	return OK;
}
