#include "python/name.h"

#include "python/scan.h"

static const struct bytes wheel_suffix = LIT(".whl"), tar_suffix = LIT(".tar.gz"), zip_suffix = LIT(".zip");

/* PEP 427 "Escaping and Unicode": letters, digits, '_' and '.', and never "__". */
static bool is_wheel_project(struct bytes name)
{
	if (!name_is_valid(name) || bytes_search(name, BYTES("__")) < name.size)
		return false;
	return bytes_find(name, '-') == name.size;
}

static bool is_tag(struct bytes tag, bool identifier)
{
	if (tag.size == 0 || (identifier && byte_is_digit(tag.data[0])))
		return false;
	for (size_t i = 0; i < tag.size; i++)
		if (!byte_is_alnum(tag.data[i]) && tag.data[i] != '_')
			return false;
	return true;
}

static struct bytes lower_copy(struct bytes text, struct arena *a)
{
	unsigned char *out = arena_alloc(a, text.size + 1, 1);
	for (size_t i = 0; i < text.size; i++)
		out[i] = byte_lower(text.data[i]);
	return bytes_make(out, text.size);
}

/* A compressed tag set (PEP 425): one or more tags with dots between them. */
static enum status parse_tags(struct bytes text, bool identifier, struct arena *a, const struct bytes **ret, size_t *ret_n,
			      struct diag *d)
{
	struct bytes *tags = NULL, rest = lower_copy(text, a);
	size_t n = 0;
	while (rest.data) {
		struct bytes tag = bytes_cut(&rest, '.');
		if (!is_tag(tag, identifier))
			return fail(d, ERR_FORMAT, 0, "'%.*s' is not a compatibility tag", SHOWN(text));
		tags = arena_grow(a, tags, n, sizeof *tags);
		tags[n++] = tag;
	}
	*ret = tags;
	*ret_n = n;
	return OK;
}

static enum status parse_build(struct bytes text, struct arena *a, struct wheel_name *w, struct diag *d)
{
	size_t digits = 0;
	while (digits < text.size && byte_is_digit(text.data[digits]))
		digits++;
	if (digits == 0)
		return fail(d, ERR_FORMAT, 0, "build tag '%.*s' does not start with a digit", SHOWN(text));
	size_t zeros = 0;
	while (zeros + 1 < digits && text.data[zeros] == '0')
		zeros++;
	struct bytes copy = arena_copy(a, text);
	w->build_number = bytes_part(copy, zeros, digits - zeros);
	w->build_suffix = bytes_from(copy, digits);
	return OK;
}

/* parts: name, version, build?, python, abi, platform. */
static enum status parse_parts(const struct bytes *parts, size_t n, struct arena *a, struct wheel_name *w, struct diag *d)
{
	if (!is_wheel_project(parts[0]))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not a project name as wheels write it", SHOWN(parts[0]));
	w->raw_name = arena_copy(a, parts[0]);
	w->name = name_normalize(parts[0], a);
	w->raw_version = arena_copy(a, parts[1]);
	enum status s = version_parse(parts[1], a, &w->version, d);
	if (s == OK && n == 6)
		s = parse_build(parts[2], a, w, d);
	if (s == OK)
		s = parse_tags(parts[n - 3], true, a, &w->python, &w->n_python, d);
	if (s == OK)
		s = parse_tags(parts[n - 2], false, a, &w->abi, &w->n_abi, d);
	if (s == OK)
		s = parse_tags(parts[n - 1], false, a, &w->platform, &w->n_platform, d);
	if (s == OK && w->n_python * w->n_abi * w->n_platform > WHEEL_TAGS_MAX)
		s = fail(d, ERR_LIMIT, 0, "more than %d compatibility tags", WHEEL_TAGS_MAX);
	return s;
}

enum status wheel_name_parse(struct bytes filename, struct arena *a, struct wheel_name *ret_name, struct diag *d)
{
	if (filename.size > DIST_NAME_SIZE_MAX)
		return fail(d, ERR_LIMIT, DIST_NAME_SIZE_MAX, "file name '%.*s...' is longer than %d bytes", SHOWN(filename),
			    DIST_NAME_SIZE_MAX);
	if (!bytes_ends(filename, wheel_suffix))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not a wheel: its name does not end in '.whl'", SHOWN(filename));
	struct bytes parts[6] = { 0 }, rest = bytes_part(filename, 0, filename.size - wheel_suffix.size);
	size_t n = 0;
	while (rest.data && n < COUNT(parts))
		parts[n++] = bytes_cut(&rest, '-');
	if (rest.data || n < 5)
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not a wheel's name: it needs 5 or 6 parts with '-' between them",
			    SHOWN(filename));
	struct wheel_name w = { 0 };
	enum status s = parse_parts(parts, n, a, &w, d);
	if (s != OK) {
		(void)explain(d, "wheel '%.*s'", SHOWN(filename));
		return s;
	}
	*ret_name = w;
	return OK;
}

int wheel_build_compare(const struct wheel_name *a, const struct wheel_name *b)
{
	if (a->build_number.size != b->build_number.size)
		return a->build_number.size < b->build_number.size ? -1 : 1;
	int c = bytes_compare(a->build_number, b->build_number);
	if (c == 0)
		c = bytes_compare(a->build_suffix, b->build_suffix);
	return (c > 0) - (c < 0);
}

/* The version when the stem is "<project>-<version>" with the '-' at dash. */
static bool try_split(struct bytes stem, size_t dash, struct bytes project, struct arena *a, struct sdist_name *sd)
{
	if (!name_equal(bytes_part(stem, 0, dash), project))
		return false;
	struct bytes version = bytes_from(stem, dash + 1);
	if (version_prefix(version) != version.size || version_parse(version, a, &sd->version, NULL) != OK)
		return false;
	sd->raw_version = arena_copy(a, version);
	return true;
}

enum status sdist_name_parse(struct bytes filename, struct bytes project, struct arena *a, struct sdist_name *ret_name,
			     struct diag *d)
{
	if (filename.size > DIST_NAME_SIZE_MAX)
		return fail(d, ERR_LIMIT, DIST_NAME_SIZE_MAX, "file name '%.*s...' is longer than %d bytes", SHOWN(filename),
			    DIST_NAME_SIZE_MAX);
	struct sdist_name sd = { .is_zip = bytes_ends(filename, zip_suffix) };
	if (!sd.is_zip && !bytes_ends(filename, tar_suffix))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is not an sdist: its name ends neither in '.tar.gz' nor in '.zip'",
			    SHOWN(filename));
	struct bytes stem = bytes_part(filename, 0, filename.size - (sd.is_zip ? zip_suffix.size : tar_suffix.size));
	for (size_t i = 1; i + 1 < stem.size; i++) {
		if (stem.data[i] == '-' && try_split(stem, i, project, a, &sd)) {
			*ret_name = sd;
			return OK;
		}
	}
	return fail(d, ERR_FORMAT, 0, "'%.*s' is not an sdist of '%.*s': want '<name>-<version>'", SHOWN(filename), SHOWN(project));
}
