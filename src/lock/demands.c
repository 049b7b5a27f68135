#include "lock/demands.h"

static bool is_exact(const struct specifier *set)
{
	for (size_t i = 0; i < set->n_clauses; i++)
		if ((set->clauses[i].op == SPECIFIER_EQUAL && !set->clauses[i].prefix) || set->clauses[i].op == SPECIFIER_ARBITRARY)
			return true;
	return false;
}

static const char url_refused[] = "a direct URL is not supported for build requirements";
static const char marker_refused[] = "its marker has no meaning for an installation";

static void add(struct demand_list *list, const struct requirement *r, struct bytes text, const char *refused, package_of *find,
		void *context, struct arena *a)
{
	struct demand demand = { .requirement = r, .text = text, .refused = refused, .is_exact = is_exact(&r->specifier) };
	if (!refused && r->url.size)
		demand.refused = url_refused;
	if (!demand.refused)
		demand.package = find(context, r->name);
	list->items = arena_grow(a, list->items, list->n, sizeof *list->items);
	list->items[list->n++] = demand;
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
		(void)fail(d, ERR_RESOLVE, 0, "%.*s want '%.*s': %s", BYTES_ARG(request->origin), BYTES_ARG(text), url_refused);
		return d ? remedy(d, "put a wheel of it into a --find-links folder and name it without the URL") : ERR_RESOLVE;
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
		if (s || applies)
			add(&list, &m->requires[i], m -> raw_requires[i], s ? marker_refused : NULL, find, context, a);
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
