#include "lock/locked.h"

#include "index/page.h"
#include "net/url.h"
#include "python/specifier.h"

/* ---- what of the lock is for this interpreter ---- */

static enum status python_fits(const struct interpreter *python, struct bytes text, struct arena *a, bool *ret, struct diag *d)
{
	struct specifier set;
	struct version version;
	*ret = true;
	if (!text.data)
		return OK;
	enum status s = specifier_parse(text, a, &set, d);
	if (s == OK)
		s = version_parse(bytes_of(arena_printf(a, "%u.%u.%u", python->major, python->minor, python->patch)), a, &version, d);
	if (s == OK)
		*ret = specifier_contains(&set, &version, (struct bytes){ NULL, 0 }, SPECIFIER_ALLOW);
	return s;
}

static enum status marker_holds(const struct interpreter *python, struct bytes text, struct arena *a, bool *ret, struct diag *d)
{
	const struct marker *m;
	*ret = true;
	if (!text.data)
		return OK;
	enum status s = marker_parse(text, a, &m, d);
	return s ? s : marker_evaluate(m, &python->env, (struct bytes){ NULL, 0 }, ret, d);
}

static enum status is_not_for(const struct locked *l, struct diag *d, const char *what, struct bytes text)
{
	(void)fail(d, ERR_RESOLVE, 0, "the lock '%s' is not for Python %.*s on %.*s: its %s is '%.*s'", l->name,
		   BYTES_ARG(l->python->version), BYTES_ARG(l->python->env.field[MARKER_PLATFORM_MACHINE]), what,
		   BYTES_ARG(bytes_part(text, 0, 200)));
	return remedy(d, "make it for this one too: hwb lock, with -p or --python-version for each");
}

enum status locked_check_target(const struct locked *l, struct diag *d)
{
	bool fits, any = l->lock->n_environments == 0;
	enum status s = python_fits(l->python, l->lock->requires_python, l->arena, &fits, d);
	if (s)
		return s;
	if (!fits)
		return is_not_for(l, d, "requires-python", l->lock->requires_python);
	for (size_t i = 0; s == OK && !any && i < l->lock->n_environments; i++)
		s = marker_holds(l->python, l->lock->environments[i], l->arena, &any, d);
	return s || any ? s : is_not_for(l, d, "environment", l->lock->environments[0]);
}

enum status locked_find(const struct locked *l, struct bytes name, const struct pylock_package **ret, struct diag *d)
{
	*ret = NULL;
	for (size_t i = 0; i < l->lock->n_packages; i++) {
		const struct pylock_package *p = &l->lock->packages[i];
		bool holds = false;
		if (!bytes_equal(p->name, name))
			continue;
		enum status s = marker_holds(l->python, p->marker, l->arena, &holds, d);
		if (s)
			return explain(d, "%s line %u", l->name, p->line);
		if (!holds)
			continue;
		if (*ret)
			return fail(d, ERR_RESOLVE, 0, "%s: line %u and line %u both give '%.*s' for this Python", l->name,
				    (*ret)->line, p->line, BYTES_ARG(name));
		*ret = p;
	}
	if (*ret)
		return OK;
	(void)fail(d, ERR_ABSENT, 0, "the lock '%s' has no '%.*s' for this Python", l->name, BYTES_ARG(name));
	return remedy(d, "bring it up to date: hwb lock");
}

/* ---- files ---- */

static const struct index_file *find_file(const struct index_project *page, struct bytes filename)
{
	for (size_t i = 0; i < page->n_files; i++)
		if (bytes_equal(page->files[i].filename, filename))
			return &page->files[i];
	return NULL;
}

static enum status other_hash(const struct locked *l, const struct pylock_file *f, const struct index_file *there, struct diag *d)
{
	char want[SHA256_TEXT_SIZE], got[SHA256_TEXT_SIZE];
	sha256_text(&f->digest, want);
	sha256_text(&there->digest, got);
	(void)fail(d, ERR_HASH, 0, "'%.*s': the lock '%s' says sha256 %s, %.*s says %s", BYTES_ARG(f->filename), l->name, want,
		   BYTES_ARG(url_for_log(there->index, l->arena)), there->has_digest ? got : "nothing");
	return remedy(d, "one of the two was changed: find out which before you lock again");
}

/* What the lock itself knows of a file that is in the cache, when no page can be had. Its URL is not asked for anything: a lock comes
 * with the source. */
static struct index_file of_lock(const struct locked *l, const struct pylock_package *p, const struct pylock_file *f)
{
	return (struct index_file){
		.kind = f->is_sdist ? INDEX_SDIST : INDEX_WHEEL,
		.filename = f->filename,
		.url = bytes_of(arena_printf(l->arena, "https://cache.invalid/%.*s", BYTES_ARG(f->filename))),
		.has_digest = true,
		.digest = f->digest,
		.has_size = f->has_size,
		.size = f->size,
		.requires_python = p->requires_python,
		.hash_source = "index",
		.index = p->index,
	};
}

/* The file as the operator's index has it. Yanked or not: the lock names it. */
static enum status find_there(struct locked *l, const struct pylock_package *p, const struct pylock_file *f,
			      const struct index_project *page, struct index_file *ret, struct diag *d)
{
	const struct index_file *there = page ? find_file(page, f->filename) : NULL;
	if (there && (!there->has_digest || !sha256_equal(&there->digest, &f->digest)))
		return other_hash(l, f, there, d);
	*ret = there ? *there : of_lock(l, p, f);
	ret->yanked = false;
	if (there || index_has(l->index, &f->digest))
		return OK;
	(void)fail(d, ERR_RESOLVE, 0, "'%.*s' of the lock '%s' is not in the index", BYTES_ARG(f->filename), l->name);
	return remedy(d, "was it removed there? 'hwb lock --upgrade-package %.*s' chooses another", BYTES_ARG(p->name));
}

/* Whether each file is in the cache: then it does no harm that the index cannot be asked. */
static bool has_all(const struct locked *l, const struct pylock_package *p)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (!index_has(l->index, &p->files[i].digest))
			return false;
	return true;
}

static enum status take_files(struct locked *l, const struct pylock_package *p, struct index_project *ret, struct diag *d)
{
	const struct index_project *page = NULL;
	ret->files = ARENA_ARRAY(l->arena, struct index_file, p->n_files);
	enum status s = index_project(l->index, p->name, &page, d);
	if (s && s != ERR_ABSENT && !(s == ERR_NETWORK && has_all(l, p)))
		return s;
	page = s ? NULL : page;
	for (size_t i = 0; i < p->n_files; i++) {
		struct index_file f;
		struct diag why = { 0 };
		s = find_there(l, p, &p->files[i], page, &f, &why);
		/* The wheel of another platform may be gone. What is said of it counts when nothing else is left. */
		if (s == ERR_RESOLVE && i + 1 < p->n_files)
			continue;
		if (s && (s != ERR_RESOLVE || !ret->n_files)) {
			if (d)
				*d = why;
			return s;
		}
		if (s == OK && page_file_name(&f, p->name, l->arena))
			ret->files[ret->n_files++] = f;
	}
	return OK;
}

static enum status take_project(struct locked *l, struct bytes name, struct index_project *ret, struct diag *d)
{
	const struct pylock_package *p;
	enum status s = locked_find(l, name, &p, d);
	if (s)
		return s;
	if (p->other.data) {
		(void)fail(d, ERR_RESOLVE, 0, "%s line %u: '%.*s' is a %.*s there", l->name, p->line, BYTES_ARG(name),
			   BYTES_ARG(p->other));
		return remedy(d, "hwb installs wheels and sdists of an index, by sha256");
	}
	s = take_files(l, p, ret, d);
	if (s == OK)
		page_sort(ret);
	return s;
}

/* ---- the source ---- */

static void ask_prefetch(void *context, const struct bytes *names, size_t n)
{
	const struct locked *l = context;
	index_prefetch(l->index, names, n);
}

static void ask_expect(void *context, const struct index_file *const *files, size_t n)
{
	const struct locked *l = context;
	index_expect(l->index, files, n);
}

static enum status ask_project(void *context, struct bytes name, const struct index_project **ret, struct diag *d)
{
	struct locked *l = context;
	for (size_t i = 0; i < l->n_projects; i++)
		if (bytes_equal(l->names[i], name)) {
			*ret = l->projects[i];
			return OK;
		}
	struct index_project *p = ARENA_NEW(l->arena, struct index_project);
	enum status s = take_project(l, name, p, d);
	if (s)
		return s;
	l->projects = arena_grow(l->arena, l->projects, l->n_projects, sizeof *l->projects);
	l->names = arena_grow(l->arena, l->names, l->n_projects, sizeof *l->names);
	l->projects[l->n_projects] = p;
	l->names[l->n_projects++] = arena_copy(l->arena, name);
	*ret = p;
	return OK;
}

static enum status ask_metadata(void *context, const struct index_file *file, const struct metadata **ret, struct diag *d)
{
	struct locked *l = context;
	return index_metadata(l->index, file, ret, d);
}

static void ask_fingerprint(void *context, struct buf *out)
{
	const struct locked *l = context;
	buf_add_string(out, "locked ");
	pylock_record_write(l->lock, out);
	index_fingerprint(l->index, out);
}

static int ask_cache_dir(void *context)
{
	const struct locked *l = context;
	return index_cache_dir(l->index);
}

void locked_source(struct locked *l, struct lock_source *ret)
{
	*ret = (struct lock_source){ l, ask_prefetch, ask_expect, ask_project, ask_metadata, ask_fingerprint, ask_cache_dir };
}
