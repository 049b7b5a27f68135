#include "scan/tree.h"

#include "format/snapshot.h"
#include "format/toml.h"
#include "scan/python.h"

struct tree_file {
	struct bytes path, content;
	bool queued, scanned;
};

struct tree {
	struct arena *arena;
	struct tree_file *files; /* sorted by path */
	size_t n_files;
	uint32_t *queue; /* of the build zone */
	size_t n_queue;
	struct fact_list *facts;
	struct scan_tree_result result;
	struct bytes importing; /* the folder of the file that is scanned */
	const struct project *project;
};

static size_t find(const struct tree *t, struct bytes path)
{
	size_t low = 0, high = t->n_files;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = bytes_compare(t->files[middle].path, path);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return t->n_files;
}

static bool enqueue(struct tree *t, struct bytes path)
{
	size_t i = find(t, path);
	if (i == t->n_files)
		return false;
	if (!t->files[i].queued) {
		t->files[i].queued = true;
		t->queue[t->n_queue++] = (uint32_t)i;
	}
	return true;
}

static struct bytes folder_of(struct bytes path)
{
	size_t slash = bytes_find_last(path, '/');
	return bytes_part(path, 0, slash == path.size ? 0 : slash);
}

/* folder/a/b for a.b: the packages on the way and the module itself. */
static void enqueue_module(struct tree *t, struct bytes folder, struct bytes module)
{
	unsigned char path[1024];
	size_t size = 0;
	struct bytes rest = module;
	if (folder.size + module.size + 16 > sizeof path)
		return;
	bytes_copy(path, folder);
	size = folder.size;
	if (module.size == 0)
		rest.data = NULL;
	for (;;) {
		struct bytes init = size ? BYTES("/__init__.py") : BYTES("__init__.py");
		bytes_copy(path + size, init);
		if (size > folder.size || module.size == 0)
			(void)enqueue(t, bytes_make(path, size + init.size));
		if (!rest.data)
			break;
		struct bytes part = bytes_cut(&rest, '.');
		if (size)
			path[size++] = '/';
		bytes_copy(path + size, part);
		size += part.size;
		bytes_copy(path + size, BYTES(".py"));
		(void)enqueue(t, bytes_make(path, size + 3));
	}
}

/* An import of the file that is scanned: relative to its package, else from the root, the backend paths, and its own folder. */
static void imported(void *context, struct bytes module)
{
	struct tree *t = context;
	if (module.size && module.data[0] == '.') {
		struct bytes folder = t->importing;
		size_t dots = 1;
		for (; dots < module.size && module.data[dots] == '.'; dots++)
			folder = folder_of(folder);
		enqueue_module(t, folder, bytes_from(module, dots));
		return;
	}
	if (!module.size)
		return;
	enqueue_module(t, BYTES(""), module);
	enqueue_module(t, t->importing, module);
	enqueue_module(t, BYTES("src"), module);
	for (size_t i = 0; t->project && i < t->project->n_backend_path; i++)
		enqueue_module(t, bytes_equal(t->project->backend_path[i], BYTES(".")) ? BYTES("") : t->project->backend_path[i],
			       module);
}

static bool is_rest_name(struct bytes name)
{
	static const char *const names[] = { "tests",     "test",       "testing",    "docs",   "doc",   "examples",
					     "example",   "benchmarks", "benchmark",  "bench",  "tools", "tool",
					     "scripts",   "ci",         "samples",    "sample", "demo",  "demos",
					     "tutorials", "extras",     "maintainer", "misc",   "fuzz",  "fuzzing" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal_nocase(name, bytes_of(names[i])))
			return true;
	return name.size && name.data[0] == '.';
}

/* By its place alone; what the build runs is found by its imports. Names as tests and docs have them are not shipped code. */
static enum scan_zone zone_of(struct bytes path)
{
	static const char *const files[] = { "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "toxfile.py" };
	struct bytes rest = path, part = bytes_cut(&rest, '/');
	for (; rest.data; part = bytes_cut(&rest, '/'))
		if (is_rest_name(part))
			return ZONE_REST;
	for (size_t i = 0; i < COUNT(files); i++)
		if (bytes_equal(part, bytes_of(files[i])))
			return ZONE_REST;
	bool test = bytes_starts(part, BYTES("test_")) || bytes_ends(part, BYTES("_test.py")) || bytes_equal(part, BYTES("test.py"));
	return test || bytes_ends(part, BYTES(".pyi")) ? ZONE_REST : ZONE_IMPORT;
}

static bool names_python(struct bytes content)
{
	struct bytes first = bytes_part(content, 0, 128);
	first = bytes_part(first, 0, bytes_find(first, '\n'));
	return bytes_starts(first, BYTES("#!")) && bytes_search(first, BYTES("python")) < first.size;
}

static bool is_python(const struct tree_file *f)
{
	size_t slash = bytes_find_last(f->path, '/');
	struct bytes name = slash == f->path.size ? f->path : bytes_from(f->path, slash + 1);
	return bytes_ends(name, BYTES(".py")) || bytes_ends(name, BYTES(".pyw")) || bytes_ends(name, BYTES(".pyi")) ||
	       (bytes_find(name, '.') == name.size && names_python(f->content));
}

static void tell(struct tree *t, const char *id, struct bytes path, struct bytes line, uint32_t number, enum scan_zone zone)
{
	struct fact f = { .zone = zone, .path = path, .evidence = fact_evidence(line, 0), .line = number, .at_import = true };
	(void)fact_add(t->facts, id, &f);
}

/* Lines that begin with "import" are run at every start of the interpreter (site.py); each is a line of Python. */
static void scan_pth(struct tree *t, const struct tree_file *f)
{
	struct bytes rest = bytes_part(f->content, 0, 1 << 20);
	enum scan_zone zone = zone_of(f->path);
	for (uint32_t number = 1; rest.size && number < 1000; number++) {
		struct bytes line = bytes_cut(&rest, '\n');
		if (!bytes_starts(line, BYTES("import ")) && !bytes_starts(line, BYTES("import\t")))
			continue;
		tell(t, "py.pth-import", f->path, line, number, zone);
		struct py_request request = { .file = line, .path = f->path, .zone = zone };
		python_scan(&request, t->facts);
	}
}

static void scan_file(struct tree *t, struct tree_file *f, enum scan_zone zone)
{
	struct py_request request = { .file = f->content, .path = f->path, .zone = zone, .context = t };
	f->scanned = true;
	if (t->result.size > SCAN_TREE_SIZE_MAX - f->content.size || f->content.size > SCAN_TREE_SIZE_MAX) {
		tell(t, "py.too-large", f->path, BYTES(""), 0, zone);
		return;
	}
	t->result.size += f->content.size;
	t->result.n_files[zone]++;
	if (zone == ZONE_BUILD) {
		request.imported = imported;
		t->importing = folder_of(f->path);
	}
	struct bytes name = bytes_from(f->path, folder_of(f->path).size);
	if (zone != ZONE_REST && (bytes_ends(name, BYTES("/sitecustomize.py")) || bytes_ends(name, BYTES("/usercustomize.py")) ||
				  bytes_equal(name, BYTES("sitecustomize.py")) || bytes_equal(name, BYTES("usercustomize.py"))))
		tell(t, "py.sitecustomize-file", f->path, BYTES(""), 0, zone);
	python_scan(&request, t->facts);
}

/* Scripts that a table [tool.X.build] names: hatch's hooks, poetry's and pdm's build scripts. At most TOML_MAX_DEPTH deep. */
static void enqueue_hooks(struct tree *t, const struct toml_value *v)
{
	if (v->type == TOML_STRING && bytes_ends(v->string, BYTES(".py")))
		(void)enqueue(t, v->string);
	if (v->type != TOML_TABLE && v->type != TOML_ARRAY)
		return;
	for (TOML_EACH(item, v))
		enqueue_hooks(t, item);
}

/* [tool.setuptools.cmdclass]: build_py = "package.module.Class". */
static void enqueue_command_classes(struct tree *t, const struct toml_value *tool)
{
	const struct toml_value *setuptools = toml_find(tool, BYTES("setuptools"));
	const struct toml_value *classes = setuptools ? toml_find(setuptools, BYTES("cmdclass")) : NULL;
	if (!classes || classes->type != TOML_TABLE)
		return;
	for (TOML_EACH(item, classes)) {
		if (item->type != TOML_STRING)
			continue;
		struct bytes module = bytes_part(item->string, 0, bytes_find_last(item->string, '.'));
		enqueue_module(t, BYTES(""), module);
		enqueue_module(t, BYTES("src"), module);
	}
}

static void enqueue_roots(struct tree *t)
{
	static const char *const files[] = { "setup.py", "hatch_build.py", "pdm_build.py", "build_hooks.py", "hatch_build_hook.py" };
	const struct project *p = t->project;
	for (size_t i = 0; i < COUNT(files); i++)
		(void)enqueue(t, bytes_of(files[i]));
	struct bytes backend = p ? bytes_part(p->backend, 0, bytes_find(p->backend, ':')) : BYTES("");
	for (size_t i = 0; p && i < p->n_backend_path; i++)
		enqueue_module(t, bytes_equal(p->backend_path[i], BYTES(".")) ? BYTES("") : p->backend_path[i], backend);
	size_t at = find(t, BYTES("pyproject.toml"));
	struct toml_value *root;
	struct diag d = { 0 };
	if (at == t->n_files || toml_parse(t->files[at].content, t->arena, &root, &d))
		return;
	const struct toml_value *tool = toml_find(root, BYTES("tool"));
	if (!tool || tool->type != TOML_TABLE)
		return;
	enqueue_command_classes(t, tool);
	for (TOML_EACH(item, tool)) {
		const struct toml_value *build = toml_find(item, BYTES("build"));
		if (build)
			enqueue_hooks(t, build);
	}
}

static enum status read_files(struct tree *t, struct bytes snapshot, struct diag *d)
{
	struct snapshot_reader *reader = ARENA_NEW(t->arena, struct snapshot_reader);
	struct snapshot_entry entry;
	enum status s = snapshot_open(snapshot, reader, d);
	while (s == OK && (s = snapshot_next(reader, &entry, d)) == OK) {
		if (entry.type != 'f' && entry.type != 'x')
			continue;
		if (t->n_files == SCAN_TREE_FILES_MAX)
			return fail(d, ERR_LIMIT, 0, "the source has more than %d files", SCAN_TREE_FILES_MAX);
		t->files = arena_grow(t->arena, t->files, t->n_files, sizeof *t->files);
		t->files[t->n_files++] = (struct tree_file){ .path = entry.path, .content = entry.content };
	}
	return s == ERR_ABSENT ? OK : s;
}

enum status scan_tree(const struct scan_tree_request *request, struct fact_list *facts, struct scan_tree_result *ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena arena;
	struct tree t = { .arena = &arena, .facts = facts, .project = request->project };
	arena_init(&arena);
	enum status s = read_files(&t, request->snapshot, d);
	if (s)
		return s;
	t.queue = ARENA_ARRAY(&arena, uint32_t, t.n_files + 1);
	enqueue_roots(&t);
	for (size_t i = 0; i < t.n_queue; i++)
		scan_file(&t, &t.files[t.queue[i]], ZONE_BUILD);
	for (size_t i = 0; i < t.n_files; i++) {
		struct tree_file *f = &t.files[i];
		if (bytes_ends(f->path, BYTES(".pth")))
			scan_pth(&t, f);
		else if (!f->scanned && is_python(f))
			scan_file(&t, f, zone_of(f->path));
	}
	*ret = t.result;
	return OK;
}
