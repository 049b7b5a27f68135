/* A lock file's TOML as a struct pylock. What it says of names and files is checked by pylock_check.c, here and in hwb. */
#include "lock/pylock.h"
#include "lock/pylock_parts.h"
#include "net/url.h"

static enum status at(const struct toml_value *where, struct diag *d)
{
	locate(d, where->line, where->column);
	return d ? d->code : ERR_FORMAT;
}

static enum status optional(enum status s)
{
	return s == ERR_ABSENT ? OK : s;
}

static enum status get_text(const struct toml_value *t, const char *key, struct bytes *ret, struct diag *d)
{
	return optional(toml_get_string(t, key, ret, d));
}

static enum status get_texts(const struct toml_value *t, const char *key, struct arena *a, const struct bytes **ret, size_t *ret_n,
			     struct diag *d)
{
	struct bytes *items = NULL;
	enum status s = optional(toml_get_string_array(t, key, a, &items, ret_n, d));
	*ret = items;
	return s == OK && *ret_n > PYLOCK_TEXTS_MAX ? fail(d, ERR_LIMIT, 0, "'%s' has more than %d items", key, PYLOCK_TEXTS_MAX) : s;
}

/* A date and time, or text: both are found. */
static enum status get_time(const struct toml_value *t, const char *key, struct bytes *ret, struct diag *d)
{
	const struct toml_value *v = toml_find(t, bytes_of(key));
	if (v && v->type != TOML_DATETIME && v->type != TOML_STRING) {
		(void)fail(d, ERR_FORMAT, 0, "'%s' must be a date and time, not %s", key, toml_type_name(v->type));
		return at(v, d);
	}
	if (v)
		*ret = v->string;
	return OK;
}

/* ---- files ---- */

static enum status get_digest(const struct toml_value *t, struct sha256 *ret, struct diag *d)
{
	const struct toml_value *hashes;
	struct bytes hex;
	enum status s = toml_get_table(t, "hashes", &hashes, d);
	if (s == OK)
		s = toml_get_string(hashes, "sha256", &hex, d);
	if (s) {
		(void)fail(d, ERR_FORMAT, 0, "a file has no sha256");
		(void)remedy(d, "hwb installs nothing without one: make the lock anew with sha256 in its hashes");
		return at(t, d);
	}
	if (sha256_parse(hex, ret)) {
		(void)fail(d, ERR_FORMAT, 0, "'%.*s' is no sha256", BYTES_ARG(bytes_part(hex, 0, 80)));
		return at(t, d);
	}
	return OK;
}

static struct bytes last_part(struct bytes path)
{
	size_t cut = path.size;
	while (cut > 0 && path.data[cut - 1] != '/' && path.data[cut - 1] != '\\')
		cut--;
	return bytes_from(path, cut);
}

/* PEP 751: the name when there is one, else the end of the URL or path. */
static enum status get_filename(const struct toml_value *t, struct arena *a, struct pylock_file *f, struct diag *d)
{
	struct bytes path = { NULL, 0 };
	enum status s = get_text(t, "name", &f->filename, d);
	if (s == OK)
		s = get_text(t, "url", &f->url, d);
	if (s == OK)
		s = get_text(t, "path", &path, d);
	if (s)
		return s;
	bool is_path = !f->url.data && path.data;
	if (is_path)
		f->url = path;
	if (f->filename.size)
		return OK;
	if (is_path) {
		f->filename = last_part(path);
		return OK;
	}
	struct bytes end = bytes_part(f->url, 0, bytes_find(f->url, '#'));
	end = last_part(bytes_part(end, 0, bytes_find(end, '?')));
	return url_decode(end, a, &f->filename, d);
}

static enum status get_size(const struct toml_value *t, struct pylock_file *f, struct diag *d)
{
	int64_t size;
	enum status s = toml_get_integer(t, "size", &size, d);
	if (s)
		return optional(s);
	if (size < 0) {
		(void)fail(d, ERR_FORMAT, 0, "a file cannot have %lld bytes", (long long)size);
		return at(t, d);
	}
	f->has_size = true;
	f->size = (uint64_t)size;
	return OK;
}

static enum status parse_file(const struct toml_value *t, bool is_sdist, struct arena *a, struct pylock_file *ret, struct diag *d)
{
	*ret = (struct pylock_file){ .is_sdist = is_sdist };
	if (t->type != TOML_TABLE) {
		(void)fail(d, ERR_FORMAT, 0, "a file must be a table, not %s", toml_type_name(t->type));
		return at(t, d);
	}
	enum status s = get_filename(t, a, ret, d);
	if (s == OK)
		s = get_digest(t, &ret->digest, d);
	if (s == OK)
		s = get_size(t, ret, d);
	if (s == OK)
		s = get_time(t, "upload-time", &ret->upload_time, d);
	return s;
}

/* ---- packages ---- */

static enum status parse_files(const struct toml_value *t, struct arena *a, struct pylock_package *ret, struct diag *d)
{
	const struct toml_value *wheels = NULL, *sdist = NULL;
	enum status s = optional(toml_get_array(t, "wheels", &wheels, d));
	if (s == OK)
		s = optional(toml_get_table(t, "sdist", &sdist, d));
	if (s)
		return s;
	size_t n = (wheels ? wheels->n_items : 0) + (sdist ? 1 : 0);
	if (n > PYLOCK_FILES_MAX)
		return fail(d, ERR_LIMIT, 0, "'%.*s' has more than %d files", BYTES_ARG(ret->name), PYLOCK_FILES_MAX);
	struct pylock_file *files = ARENA_ARRAY(a, struct pylock_file, n);
	ret->files = files;
	if (wheels)
		for (TOML_EACH(item, wheels)) {
			s = parse_file(item, false, a, &files[ret->n_files++], d);
			if (s)
				return s;
		}
	return sdist ? parse_file(sdist, true, a, &files[ret->n_files++], d) : OK;
}

static enum status parse_package(const struct toml_value *t, struct arena *a, struct pylock_package *ret, struct diag *d)
{
	static const char *const others[] = { "vcs", "directory", "archive" };
	if (t->type != TOML_TABLE) {
		(void)fail(d, ERR_FORMAT, 0, "a package must be a table, not %s", toml_type_name(t->type));
		return at(t, d);
	}
	ret->line = t->line;
	enum status s = toml_get_string(t, "name", &ret->name, d);
	if (s == OK)
		s = get_text(t, "version", &ret->version, d);
	if (s == OK)
		s = get_text(t, "marker", &ret->marker, d);
	if (s == OK)
		s = get_text(t, "requires-python", &ret->requires_python, d);
	if (s == OK)
		s = get_text(t, "index", &ret->index, d);
	for (size_t i = 0; i < COUNT(others); i++)
		if (toml_find(t, bytes_of(others[i])))
			ret->other = bytes_of(others[i]);
	return s || ret->other.data ? s : parse_files(t, a, ret, d);
}

static enum status parse_packages(const struct toml_value *root, struct arena *a, struct pylock *ret, struct diag *d)
{
	const struct toml_value *all;
	enum status s = toml_get_array(root, "packages", &all, d);
	if (s)
		return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "there is no [[packages]]: this is no lock file") : s;
	if (all->n_items > PYLOCK_PACKAGES_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d packages", PYLOCK_PACKAGES_MAX);
	struct pylock_package *packages = ARENA_ARRAY(a, struct pylock_package, all->n_items);
	ret->packages = packages;
	for (TOML_EACH(item, all)) {
		s = parse_package(item, a, &packages[ret->n_packages++], d);
		if (s)
			return s;
	}
	return OK;
}

/* ---- the whole ---- */

static enum status parse_version(const struct toml_value *root, struct diag *d)
{
	struct bytes version;
	enum status s = toml_get_string(root, "lock-version", &version, d);
	if (s)
		return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "there is no lock-version: this is no lock file") : s;
	if (!bytes_equal(version, BYTES("1")) && !bytes_starts(version, BYTES("1.")))
		return fail(d, ERR_FORMAT, 0, "its lock-version is '%.*s'; this hwb reads 1.0",
			    BYTES_ARG(bytes_part(version, 0, 40)));
	return OK;
}

static enum status parse_ours(const struct toml_value *root, struct arena *a, struct pylock *ret, struct diag *d)
{
	const struct toml_value *ours = toml_find_path(root, "tool.hwb");
	struct bytes hex = { NULL, 0 };
	ret->is_ours = ours && ours->type == TOML_TABLE;
	if (!ret->is_ours)
		return OK;
	enum status s = get_text(ours, "input-digest", &hex, d);
	if (s == OK && hex.data && (!bytes_starts(hex, BYTES("sha256:")) || sha256_parse(bytes_from(hex, 7), &ret->input)))
		return fail(d, ERR_FORMAT, 0, "tool.hwb: input-digest is no sha256:...");
	ret->has_input = hex.data != NULL;
	if (s == OK)
		s = get_texts(ours, "requires", a, &ret->requires, &ret->n_requires, d);
	if (s == OK)
		s = get_texts(ours, "dynamic-requires", a, &ret->dynamic, &ret->n_dynamic, d);
	if (s == OK)
		s = get_texts(ours, "targets", a, &ret->targets, &ret->n_targets, d);
	if (s == OK)
		s = get_time(ours, "exclude-newer", &ret->exclude_newer, d);
	if (s == OK)
		s = optional(toml_get_boolean(ours, "universal", &ret->universal, d));
	return s;
}

enum status pylock_parse(struct bytes text, struct arena *a, struct pylock *ret, struct diag *d)
{
	struct toml_value *root;
	struct pylock lock = { .n_packages = 0 };
	enum status s = toml_parse(text, a, &root, d);
	if (s == OK)
		s = parse_version(root, d);
	if (s == OK)
		s = get_text(root, "created-by", &lock.created_by, d);
	if (s == OK)
		s = get_text(root, "requires-python", &lock.requires_python, d);
	if (s == OK)
		s = get_texts(root, "environments", a, &lock.environments, &lock.n_environments, d);
	if (s == OK)
		s = parse_packages(root, a, &lock, d);
	if (s == OK)
		s = parse_ours(root, a, &lock, d);
	if (s == OK)
		s = pylock_check(&lock, d);
	if (s == OK)
		*ret = lock;
	return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
}
