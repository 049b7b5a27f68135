#include "python/metadata_check.h"

#include "base/number.h"
#include "python/name.h"
#include "python/scan.h"

/* "MAJOR.MINOR". A major version that is newer than ours must not be guessed at; a minor one may be. */
static enum status check_format(struct bytes text, struct diag *d)
{
	struct bytes rest = text;
	uint64_t major = 0, minor = 0;
	if (number_parse_u64(bytes_cut(&rest, '.'), 99, &major) != OK || number_parse_u64(rest, 99, &minor) != OK || major == 0)
		return fail_rule(d, "M01", ERR_FORMAT, 0, "Metadata-Version '%.*s' is not a version of core metadata", SHOWN(text));
	if (major > 2)
		return fail_rule(d, "M01", ERR_FORMAT, 0, "Metadata-Version '%.*s' is newer than this program", SHOWN(text));
	return OK;
}

static enum status check_identity(struct metadata *m, struct arena *a, struct diag *d)
{
	enum status s = check_format(m->metadata_version, d);
	if (s != OK)
		return s;
	if (!name_is_valid(m->raw_name))
		return fail_rule(d, "I03", ERR_FORMAT, 0, "Name '%.*s' is not valid (PEP 508)", SHOWN(m->raw_name));
	m->name = name_normalize(m->raw_name, a);
	s = version_parse(m->raw_version, a, &m->version, d);
	if (s != OK) {
		(void)explain(d, "Version");
		(void)blame(d, "I03");
		return s;
	}
	s = m->has_requires_python ? specifier_parse(m->raw_requires_python, a, &m->requires_python, d) : OK;
	if (s != OK) {
		(void)explain(d, "Requires-Python");
		(void)blame(d, "M02");
	}
	return s;
}

static enum status check_requires(struct metadata *m, struct arena *a, struct diag *d)
{
	struct requirement *requires = ARENA_ARRAY(a, struct requirement, m->n_requires);
	for (size_t i = 0; i < m->n_requires; i++) {
		enum status s = requirement_parse(m->raw_requires[i], a, &requires[i], d);
		if (s != OK) {
			(void)explain(d, "Requires-Dist");
			(void)blame(d, "M02");
			return s;
		}
	}
	m->requires = requires;
	return OK;
}

static enum status check_extras(struct metadata *m, struct arena *a, struct diag *d)
{
	struct bytes *extras = ARENA_ARRAY(a, struct bytes, m->n_extras);
	for (size_t i = 0; i < m->n_extras; i++) {
		if (!name_is_valid(m->extras[i]))
			return fail_rule(d, "M02", ERR_FORMAT, 0, "Provides-Extra '%.*s' is not a valid name", SHOWN(m->extras[i]));
		extras[i] = name_normalize(m->extras[i], a);
	}
	m->extras = extras;
	return OK;
}

/* PEP 643: the three fields that identify a distribution cannot be dynamic. */
static enum status check_dynamic(struct metadata *m, struct arena *a, struct diag *d)
{
	static const struct bytes fixed[] = { LIT("name"), LIT("version"), LIT("metadata-version") };
	struct bytes *dynamic = ARENA_ARRAY(a, struct bytes, m->n_dynamic);
	for (size_t i = 0; i < m->n_dynamic; i++) {
		unsigned char *lower = arena_alloc(a, m->dynamic[i].size + 1, 1);
		for (size_t k = 0; k < m->dynamic[i].size; k++)
			lower[k] = byte_lower(m->dynamic[i].data[k]);
		dynamic[i] = bytes_make(lower, m->dynamic[i].size);
		for (size_t k = 0; k < COUNT(fixed); k++)
			if (bytes_equal(dynamic[i], fixed[k]))
				return fail_rule(d, "M04", ERR_FORMAT, 0, "Dynamic names '%.*s', which must be fixed",
						 SHOWN(dynamic[i]));
	}
	m->dynamic = dynamic;
	return OK;
}

enum status metadata_check(struct metadata *m, struct arena *a, struct diag *d)
{
	enum status s = check_identity(m, a, d);
	if (s == OK)
		s = check_requires(m, a, d);
	if (s == OK)
		s = check_extras(m, a, d);
	return s == OK ? check_dynamic(m, a, d) : s;
}

static bool same_list(const struct bytes *a, size_t n_a, const struct bytes *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (!bytes_equal(a[i], b[i]))
			return false;
	return true;
}

bool metadata_same(const struct metadata *a, const struct metadata *b)
{
	return bytes_equal(a->name, b->name) && version_compare(&a->version, &b->version) == 0 &&
	       same_list(a->raw_requires, a->n_requires, b->raw_requires, b->n_requires) &&
	       a->has_requires_python == b->has_requires_python && bytes_equal(a->raw_requires_python, b->raw_requires_python) &&
	       same_list(a->extras, a->n_extras, b->extras, b->n_extras);
}
