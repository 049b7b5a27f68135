#include "lock/pylock.h"
#include "lock/pylock_parts.h"
#include "python/wire_list.h"

/* Changes with the layout. */
enum { RECORD_FORMAT = 1, TEXT_MAX = 64 * 1024 };

/* Absent is not empty. */
static void put_text(struct buf *out, struct bytes text)
{
	wire_put_u32(out, text.data != NULL);
	wire_put_bytes(out, text);
}

static struct bytes get_text(struct wire *w, struct arena *a)
{
	bool is_there = wire_get_bool(w);
	struct bytes text = wire_get_copy(w, a, TEXT_MAX);
	return is_there ? text : (struct bytes){ NULL, 0 };
}

static void put_digest(struct buf *out, const struct sha256 *digest)
{
	wire_put_bytes(out, bytes_make(digest->bytes, SHA256_SIZE));
}

static void get_digest(struct wire *w, struct sha256 *ret)
{
	struct bytes b = wire_get_bytes(w);
	if (b.size == SHA256_SIZE)
		bytes_copy(ret->bytes, b);
	else
		w->bad = true;
}

static void put_file(struct buf *out, const struct pylock_file *f)
{
	wire_put_bytes(out, f->filename);
	put_text(out, f->url);
	put_text(out, f->upload_time);
	wire_put_u32(out, f->is_sdist);
	wire_put_u32(out, f->has_size);
	wire_put_u64(out, f->size);
	put_digest(out, &f->digest);
}

static void get_file(struct wire *w, struct arena *a, struct pylock_file *f)
{
	f->filename = wire_get_copy(w, a, TEXT_MAX);
	f->url = get_text(w, a);
	f->upload_time = get_text(w, a);
	f->is_sdist = wire_get_bool(w);
	f->has_size = wire_get_bool(w);
	f->size = wire_get_u64(w);
	get_digest(w, &f->digest);
}

static void put_package(struct buf *out, const struct pylock_package *p)
{
	wire_put_bytes(out, p->name);
	const struct bytes texts[] = { p->version, p->marker, p->requires_python, p->index, p->other };
	for (size_t i = 0; i < COUNT(texts); i++)
		put_text(out, texts[i]);
	wire_put_u32(out, p->line);
	wire_put_u32(out, (uint32_t)p->n_files);
	for (size_t i = 0; i < p->n_files; i++)
		put_file(out, &p->files[i]);
}

static void get_package(struct wire *w, struct arena *a, struct pylock_package *p)
{
	p->name = wire_get_copy(w, a, TEXT_MAX);
	struct bytes *const texts[] = { &p->version, &p->marker, &p->requires_python, &p->index, &p->other };
	for (size_t i = 0; i < COUNT(texts); i++)
		*texts[i] = get_text(w, a);
	p->line = wire_get_u32(w);
	uint32_t n = wire_get_count(w, 36);
	if (n > PYLOCK_FILES_MAX)
		w->bad = true;
	if (w->bad)
		return;
	struct pylock_file *files = ARENA_ARRAY(a, struct pylock_file, n);
	for (uint32_t i = 0; i < n; i++)
		get_file(w, a, &files[i]);
	p->files = files;
	p->n_files = n;
}

void pylock_record_write(const struct pylock *lock, struct buf *out)
{
	wire_put_u32(out, RECORD_FORMAT);
	const struct bytes texts[] = { lock->created_by, lock->requires_python, lock->exclude_newer };
	for (size_t i = 0; i < COUNT(texts); i++)
		put_text(out, texts[i]);
	const bool flags[] = { lock->is_ours, lock->has_input, lock->universal };
	for (size_t i = 0; i < COUNT(flags); i++)
		wire_put_u32(out, flags[i]);
	put_digest(out, &lock->input);
	wire_put_list(out, lock->environments, lock->n_environments);
	wire_put_list(out, lock->requires, lock->n_requires);
	wire_put_list(out, lock->dynamic, lock->n_dynamic);
	wire_put_list(out, lock->targets, lock->n_targets);
	wire_put_u32(out, (uint32_t)lock->n_packages);
	for (size_t i = 0; i < lock->n_packages; i++)
		put_package(out, &lock->packages[i]);
}

static void get_packages(struct wire *w, struct arena *a, struct pylock *lock)
{
	uint32_t n = wire_get_count(w, 48);
	if (n > PYLOCK_PACKAGES_MAX)
		w->bad = true;
	if (w->bad)
		return;
	struct pylock_package *packages = ARENA_ARRAY(a, struct pylock_package, n);
	for (uint32_t i = 0; i < n; i++)
		get_package(w, a, &packages[i]);
	lock->packages = packages;
	lock->n_packages = n;
}

enum status pylock_record_read(struct bytes record, struct arena *a, struct pylock *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct pylock lock = { .n_packages = 0 };
	if (wire_get_u32(&w) != RECORD_FORMAT)
		return fail(d, ERR_FORMAT, 0, "not the record of a lock file");
	struct bytes *const texts[] = { &lock.created_by, &lock.requires_python, &lock.exclude_newer };
	for (size_t i = 0; i < COUNT(texts); i++)
		*texts[i] = get_text(&w, a);
	bool *const flags[] = { &lock.is_ours, &lock.has_input, &lock.universal };
	for (size_t i = 0; i < COUNT(flags); i++)
		*flags[i] = wire_get_bool(&w);
	get_digest(&w, &lock.input);
	wire_get_list(&w, a, PYLOCK_TEXTS_MAX, &lock.environments, &lock.n_environments);
	wire_get_list(&w, a, PYLOCK_TEXTS_MAX, &lock.requires, &lock.n_requires);
	wire_get_list(&w, a, PYLOCK_TEXTS_MAX, &lock.dynamic, &lock.n_dynamic);
	wire_get_list(&w, a, PYLOCK_TEXTS_MAX, &lock.targets, &lock.n_targets);
	get_packages(&w, a, &lock);
	enum status s = wire_end(&w, "lock file", d);
	if (s == OK)
		s = pylock_check(&lock, d);
	if (s == OK)
		*ret = lock;
	return s;
}
