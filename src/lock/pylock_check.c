#include "lock/pylock.h"

#include "lock/pylock_parts.h"
#include "python/name.h"
#include "python/requirement.h"

struct sha256 pylock_input(const struct bytes *requires, size_t n, struct bytes backend)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, (n + 2) * (REQUIREMENT_SIZE_MAX + 64));
	buf_printf(&b, "hwb build requirements 1\nbackend %zu %.*s\n", backend.size, BYTES_ARG(backend));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "requires %zu %.*s\n", requires[i].size, BYTES_ARG(requires[i]));
	return sha256_of(buf_bytes(&b));
}

bool pylock_is_name(struct bytes path)
{
	struct bytes name = bytes_base_name(path);
	if (bytes_equal(name, BYTES("pylock.toml")))
		return true;
	if (!bytes_starts(name, BYTES("pylock.")) || !bytes_ends(name, BYTES(".toml")) || name.size < 13)
		return false;
	struct bytes middle = bytes_part(name, 7, name.size - 12);
	return bytes_find(middle, '.') == middle.size;
}

static enum status check_file(const struct pylock_package *p, const struct version *version, const struct pylock_file *f,
			      struct arena *a, struct diag *d)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	const struct version *own = f->is_sdist ? &sdist.version : &wheel.version;
	enum status s = f->is_sdist ? sdist_name_parse(f->filename, p->name, a, &sdist, d)
				    : wheel_name_parse(f->filename, a, &wheel, d);
	if (s)
		return s;
	if (!f->is_sdist && !bytes_equal(wheel.name, p->name))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is a file of '%.*s', not of '%.*s'", BYTES_ARG(f->filename),
			    BYTES_ARG(wheel.name), BYTES_ARG(p->name));
	if (version_compare(own, version))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not of version %.*s", BYTES_ARG(f->filename), BYTES_ARG(p->version));
	return OK;
}

static enum status check_marker(struct bytes text, struct arena *a, struct diag *d)
{
	const struct marker *m;
	return text.data ? marker_parse(text, a, &m, d) : OK;
}

static enum status check_package(const struct pylock_package *p, struct arena *a, struct diag *d)
{
	struct version version;
	struct specifier set;
	if (!name_is_normalized(p->name))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is no normalised name", BYTES_ARG(bytes_part(p->name, 0, 100)));
	enum status s = check_marker(p->marker, a, d);
	if (s == OK && p->requires_python.data)
		s = specifier_parse(p->requires_python, a, &set, d);
	if (s || p->other.data)
		return s;
	if (!p->n_files)
		return fail(d, ERR_FORMAT, 0, "it has no files");
	if (!p->version.data)
		return fail(d, ERR_FORMAT, 0, "it has no version");
	s = version_parse(p->version, a, &version, d);
	for (size_t i = 0; s == OK && i < p->n_files; i++)
		s = check_file(p, &version, &p->files[i], a, d);
	return s;
}

enum status pylock_check(const struct pylock *lock, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct specifier set;
	arena_init(&a);
	for (size_t i = 0; i < lock->n_packages; i++) {
		const struct pylock_package *p = &lock->packages[i];
		if (check_package(p, &a, d) == OK)
			continue;
		locate(d, p->line, 0);
		return explain(d, "line %u: package '%.*s'", p->line, BYTES_ARG(bytes_part(p->name, 0, 100)));
	}
	for (size_t i = 0; i < lock->n_environments; i++)
		if (check_marker(lock->environments[i], &a, d))
			return explain(d, "environments");
	if (lock->requires_python.data && specifier_parse(lock->requires_python, &a, &set, d))
		return explain(d, "requires-python");
	return OK;
}
