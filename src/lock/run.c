/* lock_run over a source: the kept answer, else the resolver's, made into pins. */
#include "lock/cache.h"
#include "lock/direct.h"
#include "lock/from_sdist.h"
#include "lock/resolver.h"

static int compare_bytes(const void *x, const void *y)
{
	const struct bytes *a = x, *b = y;
	return bytes_compare(*a, *b);
}

static void take_extras(const struct resolver *r, const struct package *p, struct arena *a, struct lock_pin *pin)
{
	size_t n = resolver_extras(r, p, NULL), kept = 0;
	struct bytes *extras = ARENA_ARRAY(a, struct bytes, n);
	(void)resolver_extras(r, p, extras);
	if (n)
		qsort(extras, n, sizeof *extras, compare_bytes);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !bytes_equal(extras[kept - 1], extras[i]))
			extras[kept++] = arena_copy(a, extras[i]);
	pin->extras = extras;
	pin->n_extras = kept;
}

/* The packages are sorted by name, and so are the pins. */
static void take_pins(const struct resolver *r, struct arena *a, struct lock_result *ret)
{
	CLEANUP(buf_done) struct buf version;
	buf_init(&version, 2 * VERSION_SIZE_MAX);
	struct lock_result result = {
		.pins = ARENA_ARRAY(a, struct lock_pin, r->n_levels),
		.n_metadata_reads = r->n_metadata_reads,
		.n_backtracks = r->n_backtracks,
	};
	for (size_t i = 0; i < r->n_packages; i++) {
		const struct package *p = r->packages[i];
		if (!p->level)
			continue;
		struct lock_pin *pin = &result.pins[result.n_pins++];
		buf_clear(&version);
		version_write(&p->chosen->file->version, &version);
		pin->name = arena_copy(a, p->name);
		pin->version = arena_copy(a, buf_bytes(&version));
		pin->file = p->direct ? direct_copy(p->chosen->file, pin->name, a) : *p->chosen->file;
		pin->hash_source = p->chosen->hash_source;
		take_extras(r, p, a, pin);
	}
	*ret = result;
}

/* What was built may be gone from the cache, or be somebody else's word: then it is built again. */
static bool has_built(const struct lock_request *request, const struct lock_source *source, const struct lock_result *result)
{
	for (size_t i = 0; i < result->n_pins; i++) {
		const struct index_file *f = &result->pins[i].file;
		if (f->built_from && request->distrusts_cache)
			return false;
		if (f->built_from && !index_cache_has(source->cache_dir(source->context), &f->digest))
			return false;
	}
	return true;
}

static enum status resolve(const struct run_context *run, const struct lock_request *request, const struct lock_source *source,
			   struct arena *a, struct lock_result *ret, struct diag *d)
{
	struct sha256 key = cache_key(request, source);
	CLEANUP(arena_done) struct arena scratch;
	arena_init(&scratch);
	if (cache_find(run, request, source, &key, a, ret) && has_built(request, source, ret))
		return OK;
	struct resolver r = { .run = run, .request = request, .source = source, .arena = &scratch };
	enum status s = resolver_run(&r, d);
	if (s)
		return s;
	take_pins(&r, a, ret);
	cache_keep(request, source, &key, ret);
	return OK;
}

enum status lock_run_over(const struct run_context *run, const struct lock_request *request, const struct lock_source *source,
			  struct arena *a, struct lock_result *ret, struct diag *d)
{
	struct lock_source with_sdists;
	struct from_sdist f = { .under = source, .builder = request->builder, .arena = a };
	from_sdist_source(&f, &with_sdists);
	return resolve(run, request, request->builder ? &with_sdists : source, a, ret, d);
}
