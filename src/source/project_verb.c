/* The "project" verb: pyproject.toml out of a snapshot, what an sdist says of itself, and when a repository was committed. */
#include "base/wire.h"
#include "format/snapshot.h"
#include "python/project.h"
#include "source/commit_time.h"
#include "source/verbs.h"

static bool is_file(const struct snapshot_entry *e)
{
	return e->type == 'f' || e->type == 'x';
}

enum { LINKS_MAX = 8 };

/* The path that a link at `path` to `target` means; both obey the rules of a snapshot, so nothing leads out. */
static struct bytes follow(struct bytes path, struct bytes target, struct arena *a)
{
	size_t slash = bytes_find_last(path, '/');
	struct bytes folder = slash < path.size ? bytes_part(path, 0, slash) : (struct bytes){ NULL, 0 };
	while (bytes_starts(target, BYTES("../"))) {
		target = bytes_from(target, 3);
		slash = bytes_find_last(folder, '/');
		folder = slash < folder.size ? bytes_part(folder, 0, slash) : (struct bytes){ NULL, 0 };
	}
	return bytes_of(arena_printf(a, "%.*s%s%.*s", BYTES_ARG(folder), folder.size ? "/" : "", BYTES_ARG(target)));
}

static enum status find_directory(struct bytes file, struct bytes path, struct arena *a, bool *ret_found, struct diag *d)
{
	struct snapshot_entry e;
	*ret_found = false;
	for (unsigned links = 0; links < LINKS_MAX; links++) {
		enum status s = snapshot_find(file, path, &e, d);
		if (s)
			return s == ERR_ABSENT ? OK : s;
		*ret_found = e.type == 'd';
		if (e.type != 'l')
			return OK;
		path = follow(path, e.content, a);
	}
	return OK;
}

/* backend-path must lie inside the tree also after links (build-protocol.md 1.1): links of a snapshot do. */
static enum status check_backend_path(struct bytes file, const char *root, const struct project *p, struct arena *a, struct diag *d)
{
	for (size_t i = 0; i < p->n_backend_path; i++) {
		bool found;
		struct bytes path = p->backend_path[i];
		while (path.size && path.data[path.size - 1] == '/')
			path.size--;
		if (path.size == 0 || bytes_equal(path, BYTES(".")))
			continue;
		if (bytes_starts(path, BYTES("./")))
			path = bytes_from(path, 2);
		enum status s = find_directory(file, bytes_of(arena_printf(a, "%s%.*s", root, BYTES_ARG(path))), a, &found, d);
		if (s)
			return s;
		if (!found)
			return fail(d, ERR_FORMAT, 0, "pyproject.toml: backend-path '%.*s' is no directory of the source",
				    BYTES_ARG(path));
	}
	return OK;
}

static enum status find_file(struct bytes file, const char *path, bool *ret_there, struct bytes *ret, struct diag *d)
{
	struct snapshot_entry e;
	enum status s = snapshot_find(file, bytes_of(path), &e, d);
	*ret_there = s == OK && is_file(&e);
	*ret = *ret_there ? e.content : (struct bytes){ NULL, 0 };
	return s == ERR_ABSENT ? OK : s;
}

enum status project_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct arena *a = call->arena;
	const char *subdirectory = wire_get_string(&w, a);
	struct bytes file, unused, pkg_info;
	enum status s = wire_end(&w, "project", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s)
		return s;
	const char *root = subdirectory[0] ? arena_printf(a, "%s/", subdirectory) : "";
	struct project_files files = { 0 };
	struct project project;
	bool has_pkg_info;
	s = find_file(file, arena_printf(a, "%spyproject.toml", root), &files.has_pyproject, &files.pyproject, d);
	if (s == OK)
		s = find_file(file, arena_printf(a, "%ssetup.py", root), &files.has_setup_py, &unused, d);
	if (s == OK)
		s = find_file(file, arena_printf(a, "%sPKG-INFO", root), &has_pkg_info, &pkg_info, d);
	if (s == OK)
		s = project_parse(&files, a, &project, d);
	if (s == OK)
		s = check_backend_path(file, root, &project, a, d);
	if (s)
		return s;
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, 64 << 20);
	project_write(&project, &record);
	wire_put_bytes(reply, buf_bytes(&record));
	wire_put_bytes(reply, bytes_part(pkg_info, 0, 4 << 20));
	wire_put_u64(reply, (uint64_t)commit_time_find(file, a));
	return OK;
}
