#include "lock/demands.h"

#include "lock/direct.h"

static bool is_exact(const struct specifier *set)
{
	for (size_t i = 0; i < set->n_clauses; i++)
		if ((set->clauses[i].op == SPECIFIER_EQUAL && !set->clauses[i].prefix) || set->clauses[i].op == SPECIFIER_ARBITRARY)
			return true;
	return false;
}

static const char url_refused[] = "a direct URL is refused: only the project itself may name one";
static const char marker_refused[] = "its marker has no meaning for an installation";

static void add(struct demand_list *list, const struct requirement *r, struct bytes text, const char *refused, package_of *find,
		void *context, struct arena *a)
{
	struct demand demand = { .requirement = r, .text = text, .refused = refused, .is_exact = is_exact(&r->specifier) };
	if (!demand.refused)
		demand.package = find(context, r->name);
	list->items = arena_grow(a, list->items, list->n, sizeof *list->items);
	list->items[list->n++] = demand;
}

/* The URL's file is then the only one of that name. */
static enum status take_direct(const struct lock_request *request, const struct requirement *r, struct bytes text,
			       struct package *p, struct arena *a, struct diag *d)
{
	struct index_file *file = ARENA_NEW(a, struct index_file);
	enum status s = direct_file(request, r, a, file, d);
	if (s)
		return s;
	if (p->direct && !(sha256_equal(&p->direct->digest, &file->digest) && bytes_equal(p->direct->url, file->url)))
		return fail_rule(d, "D03", ERR_RESOLVE, 0, "another URL for the same name is '%.*s'", BYTES_ARG(p->direct_text));
	p->direct = file;
	p->direct_text = text;
	return OK;
}

static enum status add_of_project(const struct lock_request *request, struct bytes text, package_of *find, void *context,
				  struct arena *a, struct demand_list *list, struct diag *d)
{
	struct requirement *r = ARENA_NEW(a, struct requirement);
	bool applies = true;
	enum status s = requirement_parse(text, a, r, d);
	if (s == OK && r->marker)
		s = marker_evaluate(r->marker, &request->python->env, (struct bytes){ NULL, 0 }, &applies, d);
	if (s) {
		(void)explain(d, "%.*s: '%.*s'", BYTES_ARG(request->origin), BYTES_ARG(text));
		return recode(d, ERR_RESOLVE);
	}
	if (!applies)
		return OK;
	if (r->url.size) {
		s = take_direct(request, r, text, find(context, r->name), a, d);
		if (s) {
			(void)explain(d, "%.*s want '%.*s'", BYTES_ARG(request->origin), BYTES_ARG(text));
			return s;
		}
	}
	add(list, r, text, NULL, find, context, a);
	return OK;
}

enum status demands_of_project(const struct lock_request *request, package_of *find, void *context, struct arena *a,
			       struct demand_list *ret, struct diag *d)
{
	struct demand_list list = { .n = 0 };
	for (size_t i = 0; i < request->n_requires; i++) {
		enum status s = add_of_project(request, request->requires[i], find, context, a, &list, d);
		if (s)
			return s;
	}
	*ret = list;
	return OK;
}

/* Whether a requirement belongs to the node. Without an extra: its marker holds. With one: it holds only because of the extra. */
static enum status belongs(const struct requirement *r, const struct marker_env *env, struct bytes extra, bool *ret)
{
	bool plain = true, with_extra = true;
	enum status s = r->marker ? marker_evaluate(r->marker, env, (struct bytes){ NULL, 0 }, &plain, NULL) : OK;
	if (s == OK && r->marker && extra.size)
		s = marker_evaluate(r->marker, env, extra, &with_extra, NULL);
	if (s == OK)
		*ret = extra.size ? with_extra && !plain : plain;
	return s;
}

void demands_of_candidate(const struct lock_request *request, const struct metadata *m, struct bytes extra, package_of *find,
			  void *context, struct arena *a, struct demand_list *ret)
{
	struct demand_list list = { .extra = extra };
	for (size_t i = 0; i < m->n_requires; i++) {
		bool applies = false;
		enum status s = belongs(&m->requires[i], &request -> python -> env, extra, &applies);
		/* A marker that cannot be evaluated must not pass for one that does not apply. */
		const char *refused = s ? marker_refused : m->requires[i].url.size ? url_refused : NULL;
		if (s || applies)
			add(&list, &m->requires[i], m -> raw_requires[i], refused, find, context, a);
	}
	*ret = list;
}

static bool any_final(const struct demand *demand)
{
	const struct package *p = demand->package;
	for (size_t i = 0; i < p->n_candidates; i++)
		if (demand->admits[i] && !p->candidates[i].prerelease)
			return true;
	return false;
}

void demand_weigh(struct demand *demand, struct arena *a)
{
	const struct package *p = demand->package;
	if (demand->admits)
		return;
	demand->admits = ARENA_ARRAY(a, bool, p->n_candidates + 1);
	for (size_t i = 0; i < p->n_candidates; i++)
		demand->admits[i] = file_is_in(p->candidates[i].file, &demand->requirement->specifier);
	demand->prereleases = specifier_names_prerelease(&demand->requirement->specifier) || !any_final(demand);
}
