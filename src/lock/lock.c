#include "lock/lock.h"

#include "lock/locked.h"
#include "lock/source.h"

static void ask_prefetch(void *context, const struct bytes *names, size_t n)
{
	index_prefetch(context, names, n);
}

static void ask_expect(void *context, const struct index_file *const *files, size_t n)
{
	index_expect(context, files, n);
}

static enum status ask_project(void *context, struct bytes name, const struct index_project **ret, struct diag *d)
{
	return index_project(context, name, ret, d);
}

static enum status ask_metadata(void *context, const struct index_file *file, const struct metadata **ret, struct diag *d)
{
	return index_metadata(context, file, ret, d);
}

static void ask_fingerprint(void *context, struct buf *out)
{
	index_fingerprint(context, out);
}

static int ask_cache_dir(void *context)
{
	return index_cache_dir(context);
}

enum status lock_run(const struct run_context *run, const struct lock_request *request, struct index *index, struct arena *a,
		     struct lock_result *ret, struct diag *d)
{
	struct lock_source source = { index, ask_prefetch, ask_expect, ask_project, ask_metadata, ask_fingerprint, ask_cache_dir };
	return lock_run_over(run, request, &source, a, ret, d);
}

/* The answer may have been kept in a cache that others write: it is held to the lock again. */
static enum status check_pin(const struct locked *l, const struct lock_pin *pin, struct diag *d)
{
	const struct index_file *f = pin->file.built_from ? pin->file.built_from : &pin->file;
	for (size_t i = 0; i < l->lock->n_packages; i++) {
		const struct pylock_package *p = &l->lock->packages[i];
		for (size_t k = 0; bytes_equal(p->name, pin->name) && k < p->n_files; k++)
			if (sha256_equal(&p->files[k].digest, &f->digest))
				return OK;
	}
	if (strcmp(pin->file.hash_source, "url") == 0) /* the project's own word, with its digest */
		return OK;
	(void)fail(d, ERR_HASH, 0, "'%.*s', as the cache has it, is not in the lock '%s'", BYTES_ARG(f->filename), l->name);
	return remedy(d, "the cache was changed: 'hwb cache clean' empties it");
}

enum status lock_run_locked(const struct run_context *run, const struct lock_request *request, const struct pylock *lock,
			    const char *name, struct index *index, struct arena *a, struct lock_result *ret, struct diag *d)
{
	struct lock_source source;
	struct locked locked = { .lock = lock, .name = name, .python = request->python, .index = index, .arena = a };
	struct lock_request own = *request;
	/* What a lock gives does not change with the time of day; but it makes no file older: the cool-down is the operator's. */
	own.exclude_newer = 0;
	own.offline = true;
	own.preferred = NULL;
	own.n_preferred = 0;
	own.allow_prereleases = true; /* it holds what somebody chose */
	locked_source(&locked, &source);
	enum status s = locked_check_target(&locked, d);
	if (s == OK)
		s = lock_run_over(run, &own, &source, a, ret, d);
	for (size_t i = 0; s == OK && i < ret->n_pins; i++) {
		s = check_pin(&locked, &ret->pins[i], d);
		ret->pins[i].hash_source = "lock";
	}
	return s;
}
