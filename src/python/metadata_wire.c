#include "python/metadata.h"

#include "python/metadata_check.h"
#include "python/name.h"
#include "python/wire_list.h"

enum { RECORD_FORMAT = 1 };

void metadata_write(const struct metadata *m, struct buf *out)
{
	wire_put_u32(out, RECORD_FORMAT);
	wire_put_bytes(out, m->metadata_version);
	wire_put_bytes(out, m->raw_name);
	wire_put_bytes(out, m->raw_version);
	wire_put_list(out, m->raw_requires, m->n_requires);
	wire_put_u32(out, m->has_requires_python);
	wire_put_bytes(out, m->raw_requires_python);
	wire_put_list(out, m->extras, m->n_extras);
	wire_put_list(out, m->dynamic, m->n_dynamic);
}

enum status metadata_read(struct bytes record, struct arena *a, struct metadata *ret_metadata, struct diag *d)
{
	struct wire w = wire_over(record);
	struct metadata m = { 0 };
	if (wire_get_u32(&w) != RECORD_FORMAT)
		return fail(d, ERR_FORMAT, 0, "metadata record of another version");
	m.metadata_version = wire_get_copy(&w, a, VERSION_SIZE_MAX);
	m.raw_name = wire_get_copy(&w, a, NAME_SIZE_MAX);
	m.raw_version = wire_get_copy(&w, a, VERSION_SIZE_MAX);
	wire_get_list(&w, a, METADATA_REQUIRES_MAX, &m.raw_requires, &m.n_requires);
	m.has_requires_python = wire_get_bool(&w);
	m.raw_requires_python = wire_get_copy(&w, a, SPECIFIER_SIZE_MAX);
	wire_get_list(&w, a, METADATA_EXTRAS_MAX, &m.extras, &m.n_extras);
	wire_get_list(&w, a, METADATA_DYNAMIC_MAX, &m.dynamic, &m.n_dynamic);
	enum status s = wire_end(&w, "metadata", d);
	if (s == OK)
		s = metadata_check(&m, a, d);
	if (s == OK)
		*ret_metadata = m;
	return s;
}
