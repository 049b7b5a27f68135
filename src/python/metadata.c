#include "python/metadata.h"

#include "format/rfc822.h"
#include "python/metadata_check.h"

/* A field that may stand once: absent leaves *ret_value alone; twice is ambiguous and refused. */
static enum status take_one(const struct rfc822 *block, const char *name, bool *ret_found, struct bytes *ret_value, struct diag *d)
{
	const struct rfc822_field *field = rfc822_find(block, name, NULL);
	const struct rfc822_field *second = field ? rfc822_find(block, name, field) : NULL;
	*ret_found = field != NULL;
	if (second) {
		enum status s = fail_rule(d, "I07", ERR_FORMAT, 0, "%s is there twice, at line %u and %u", name,
					  (unsigned)field->line, (unsigned)second->line);
		locate(d, second->line, 0);
		return s;
	}
	if (field)
		*ret_value = field->value;
	return OK;
}

static enum status take_required(const struct rfc822 *block, const char *name, struct bytes *ret_value, struct diag *d)
{
	bool found = false;
	enum status s = take_one(block, name, &found, ret_value, d);
	if (s == OK && !found)
		s = fail_rule(d, "I03", ERR_FORMAT, 0, "there is no %s", name);
	return s;
}

static enum status take_list(const struct rfc822 *block, const char *name, size_t max, struct arena *a,
			     const struct bytes **ret_items, size_t *ret_n, struct diag *d)
{
	struct bytes *items = NULL;
	size_t n = 0;
	for (const struct rfc822_field *f = rfc822_find(block, name, NULL); f; f = rfc822_find(block, name, f)) {
		if (n == max)
			return fail(d, ERR_LIMIT, max, "more than %zu fields %s", max, name);
		items = arena_grow(a, items, n, sizeof *items);
		items[n++] = f->value;
	}
	*ret_items = items;
	*ret_n = n;
	return OK;
}

static enum status parse(struct bytes text, struct arena *a, struct metadata *m, struct diag *d)
{
	struct rfc822 block;
	enum status s = rfc822_parse(text, a, &block, d);
	if (s != OK)
		return s;
	if (block.unseparated_line != 0) { /* readers differ on what follows: PKG-INFO bodies have hidden fields this way */
		s = fail_rule(d, "I07", ERR_FORMAT, 0, "line %u is neither a field nor empty", (unsigned)block.unseparated_line);
		locate(d, block.unseparated_line, 0);
		return s;
	}
	s = take_required(&block, "Metadata-Version", &m->metadata_version, d);
	if (s == OK)
		s = take_required(&block, "Name", &m->raw_name, d);
	if (s == OK)
		s = take_required(&block, "Version", &m->raw_version, d);
	if (s == OK)
		s = take_one(&block, "Requires-Python", &m->has_requires_python, &m->raw_requires_python, d);
	if (s == OK)
		s = take_list(&block, "Requires-Dist", METADATA_REQUIRES_MAX, a, &m->raw_requires, &m->n_requires, d);
	if (s == OK)
		s = take_list(&block, "Provides-Extra", METADATA_EXTRAS_MAX, a, &m->extras, &m->n_extras, d);
	if (s == OK)
		s = take_list(&block, "Dynamic", METADATA_DYNAMIC_MAX, a, &m->dynamic, &m->n_dynamic, d);
	return s == OK ? metadata_check(m, a, d) : s;
}

enum status metadata_parse(struct bytes text, struct arena *a, struct metadata *ret_metadata, struct diag *d)
{
	struct metadata m = { 0 };
	if (text.size > METADATA_SIZE_MAX)
		return fail(d, ERR_LIMIT, METADATA_SIZE_MAX, "metadata of %zu bytes is longer than %d", text.size, METADATA_SIZE_MAX);
	enum status s = parse(arena_copy(a, text), a, &m, d);
	if (s != OK) {
		(void)explain(d, "metadata");
		return s;
	}
	*ret_metadata = m;
	return OK;
}
