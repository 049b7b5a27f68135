#include "python/project.h"

#include "python/name.h"
#include "python/requirement.h"
#include "python/wire_list.h"

/* Changes with the layout: both programs come from one build, so a mismatch is a mixed installation. */
enum { PROJECT_FORMAT = 1, TEXT_MAX = 64 * 1024, VALUES_MAX = 4096 };

void project_write(const struct project *p, struct buf *out)
{
	wire_put_u32(out, PROJECT_FORMAT);
	const bool flags[] = { p->has_pyproject, p->has_build_system, p->has_project, p->has_backend, p->uses_toml_1_1 };
	for (size_t i = 0; i < COUNT(flags); i++)
		wire_put_u32(out, flags[i]);
	wire_put_list(out, p->requires, p->n_requires);
	wire_put_bytes(out, p->backend);
	wire_put_list(out, p->backend_path, p->n_backend_path);
	wire_put_bytes(out, p->name);
	wire_put_bytes(out, p->version);
	wire_put_list(out, p->dynamic, p->n_dynamic);
	wire_put_u32(out, (uint32_t)p->n_settings);
	for (size_t i = 0; i < p->n_settings; i++) {
		const struct project_setting *s = &p->settings[i];
		wire_put_bytes(out, s->key);
		wire_put_u32(out, s->line);
		wire_put_u32(out, s->column);
		wire_put_u32(out, s->is_array);
		wire_put_u32(out, s->is_plain);
		wire_put_list(out, s->values, s->n_values);
	}
	wire_put_list(out, p->warnings, p->n_warnings);
}

static void read_settings(struct wire *w, struct arena *a, struct project *p)
{
	size_t n = wire_get_count(w, 24);
	if (n > PROJECT_SETTINGS_MAX)
		w->bad = true;
	if (w->bad)
		return;
	struct project_setting *settings = ARENA_ARRAY(a, struct project_setting, n);
	for (size_t i = 0; i < n && !w->bad; i++) {
		settings[i].key = wire_get_copy(w, a, TEXT_MAX);
		settings[i].line = wire_get_u32(w);
		settings[i].column = wire_get_u32(w);
		settings[i].is_array = wire_get_bool(w);
		settings[i].is_plain = wire_get_bool(w);
		wire_get_list(w, a, VALUES_MAX, &settings[i].values, &settings[i].n_values);
	}
	p->settings = settings;
	p->n_settings = n;
}

/* The sender parsed hostile bytes and is not believed. */
static enum status check(const struct project *p, struct arena *a, struct diag *d)
{
	struct requirement r;
	struct version v;
	for (size_t i = 0; i < p->n_requires; i++) {
		enum status s = requirement_parse(p->requires[i], a, &r, d);
		if (s != OK)
			return s;
	}
	if (!project_backend_is_valid(p->backend))
		return fail(d, ERR_FORMAT, 0, "project record: bad build backend");
	for (size_t i = 0; i < p->n_backend_path; i++)
		if (!project_path_is_valid(p->backend_path[i]))
			return fail(d, ERR_FORMAT, 0, "project record: bad backend path");
	if (p->name.size > 0 && !name_is_valid(p->name))
		return fail(d, ERR_FORMAT, 0, "project record: bad name");
	return p->version.size > 0 ? version_parse(p->version, a, &v, d) : OK;
}

enum status project_read(struct bytes record, struct arena *a, struct project *ret_project, struct diag *d)
{
	struct wire w = wire_over(record);
	struct project p = { 0 };
	if (wire_get_u32(&w) != PROJECT_FORMAT)
		return fail(d, ERR_FORMAT, 0, "project record of another version");
	bool *const flags[] = { &p.has_pyproject, &p.has_build_system, &p.has_project, &p.has_backend, &p.uses_toml_1_1 };
	for (size_t i = 0; i < COUNT(flags); i++)
		*flags[i] = wire_get_bool(&w);
	wire_get_list(&w, a, PROJECT_REQUIRES_MAX, &p.requires, &p.n_requires);
	p.backend = wire_get_copy(&w, a, TEXT_MAX);
	wire_get_list(&w, a, PROJECT_PATHS_MAX, &p.backend_path, &p.n_backend_path);
	p.name = wire_get_copy(&w, a, NAME_SIZE_MAX);
	p.version = wire_get_copy(&w, a, VERSION_SIZE_MAX);
	wire_get_list(&w, a, PROJECT_REQUIRES_MAX, &p.dynamic, &p.n_dynamic);
	read_settings(&w, a, &p);
	wire_get_list(&w, a, PROJECT_WARNINGS_MAX, &p.warnings, &p.n_warnings);
	enum status s = wire_end(&w, "project", d);
	if (s == OK)
		s = check(&p, a, d);
	if (s == OK)
		*ret_project = p;
	return s;
}
