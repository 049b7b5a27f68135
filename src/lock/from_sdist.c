#include "lock/from_sdist.h"

#include "index/page.h"

/* The name that its wheel could have. */
static struct bytes wheel_name_of(struct bytes project, const struct index_file *sdist, struct arena *a)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, DIST_NAME_SIZE_MAX * 2);
	for (size_t i = 0; i < project.size; i++)
		buf_add_byte(&b, project.data[i] == '-' ? '_' : project.data[i]);
	buf_add_byte(&b, '-');
	version_write(&sdist->version, &b);
	buf_add_string(&b, "-py3-none-any.whl");
	return arena_copy(a, buf_bytes(&b));
}

static void offer(const struct from_sdist *f, const struct index_project *from, struct bytes name, struct index_project *to)
{
	to->files = ARENA_ARRAY(f->arena, struct index_file, 2 * from->n_files);
	for (size_t i = 0; i < from->n_files; i++) {
		const struct index_file *sdist = &from->files[i];
		to->files[to->n_files++] = *sdist;
		if (sdist->kind != INDEX_SDIST || !sdist->has_digest)
			continue;
		struct index_file wheel = *sdist;
		wheel.filename = wheel_name_of(name, sdist, f->arena);
		wheel.built_from = sdist;
		wheel.has_metadata = false;
		if (page_file_name(&wheel, name, f->arena))
			to->files[to->n_files++] = wheel;
	}
	page_sort(to);
}

static enum status ask_project(void *context, struct bytes name, const struct index_project **ret, struct diag *d)
{
	struct from_sdist *f = context;
	const struct index_project *known;
	enum status s = f->under->project(f->under->context, name, &known, d);
	if (s)
		return s;
	for (size_t i = 0; i < f->n_projects; i++)
		if (f->known[i] == known) {
			*ret = f->projects[i];
			return OK;
		}
	struct index_project *p = ARENA_NEW(f->arena, struct index_project);
	*p = *known;
	p->n_files = 0;
	offer(f, known, name, p);
	f->projects = arena_grow(f->arena, f->projects, f->n_projects, sizeof *f->projects);
	f->known = arena_grow(f->arena, f->known, f->n_projects, sizeof *f->known);
	f->projects[f->n_projects] = p;
	f->known[f->n_projects++] = known;
	*ret = p;
	return OK;
}

/* The wheel takes the place of its promise: from here on its name and digest are what counts. */
static enum status build(struct from_sdist *f, const struct index_file *file, struct diag *d)
{
	for (size_t i = 0; i < f->n_projects; i++) {
		struct index_project *p = f->projects[i];
		if (file < p->files || file >= p->files + p->n_files)
			continue;
		struct index_file *own = &p->files[file - p->files];
		const struct index_file *sdist = own->built_from;
		struct index_file wheel = *own;
		enum status s = f->builder->build(f->builder->context, sdist, &wheel, d);
		if (s)
			return explain(d, "build the sdist '%.*s'", BYTES_ARG(sdist->filename));
		if (wheel.kind != INDEX_WHEEL || version_compare(&wheel.version, &sdist->version) != 0)
			return fail(d, ERR_RESOLVE, 0, "the sdist '%.*s' makes '%.*s'", BYTES_ARG(sdist->filename),
				    BYTES_ARG(wheel.filename));
		*own = wheel;
		own->built_from = sdist;
		own->is_built = true;
		return OK;
	}
	return fail(d, ERR_RESOLVE, 0, "'%.*s' is no file of this resolution", BYTES_ARG(file->filename));
}

static enum status ask_metadata(void *context, const struct index_file *file, const struct metadata **ret, struct diag *d)
{
	struct from_sdist *f = context;
	enum status s = file->built_from && !file->is_built ? build(f, file, d) : OK;
	return s ? s : f->under->metadata(f->under->context, file, ret, d);
}

static void ask_prefetch(void *context, const struct bytes *names, size_t n)
{
	const struct from_sdist *f = context;
	f->under->prefetch(f->under->context, names, n);
}

static void ask_expect(void *context, const struct index_file *const *files, size_t n)
{
	const struct from_sdist *f = context;
	if (f->under->expect)
		f->under->expect(f->under->context, files, n);
}

static void ask_fingerprint(void *context, struct buf *out)
{
	const struct from_sdist *f = context;
	buf_add_string(out, "sdists too\n");
	f->under->fingerprint(f->under->context, out);
}

static int ask_cache_dir(void *context)
{
	const struct from_sdist *f = context;
	return f->under->cache_dir(f->under->context);
}

void from_sdist_source(struct from_sdist *f, struct lock_source *ret)
{
	*ret = (struct lock_source){ f, ask_prefetch, ask_expect, ask_project, ask_metadata, ask_fingerprint, ask_cache_dir };
}
