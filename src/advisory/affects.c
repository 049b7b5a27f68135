#include "advisory/affects.h"

#include "python/version.h"

struct point {
	const struct advisory_event *event;
	bool is_first; /* "0": before every version there is */
	struct version version;
};

/* Events of one version: what is fixed in 1.0 and introduced in 1.0 again affects 1.0; what is introduced in 1.0 and last seen in 1.0
 * does not affect 1.1. That is the order of enum advisory_event_kind. */
static int compare_points(const void *x, const void *y)
{
	const struct point *a = x, *b = y;
	if (a->is_first != b->is_first)
		return a->is_first ? -1 : 1;
	int c = a->is_first ? 0 : version_compare(&a->version, &b->version);
	return c ? c : (int)a->event->kind - (int)b->event->kind;
}

/* v is at or behind the point. */
static bool reaches(const struct point *p, const struct version *v)
{
	return p->is_first || version_compare(v, &p->version) >= 0;
}

static bool passes(const struct point *p, const struct version *v)
{
	return p->is_first || version_compare(v, &p->version) > 0;
}

/* The events in order, without limits. False: one of them is no version of Python's. *ret_limited: v is behind every limit. */
static bool sort_range(const struct advisory_range *r, const struct version *v, struct arena *a, struct point **ret, size_t *ret_n,
		       bool *ret_limited)
{
	struct point *points = ARENA_ARRAY(a, struct point, r->n_events);
	size_t n = 0, n_limits = 0, n_behind = 0;
	for (size_t i = 0; i < r->n_events; i++) {
		struct point p = { .event = &r->events[i] };
		bool is_limit = p.event->kind == EVENT_LIMIT;
		n_limits += is_limit;
		if (is_limit && bytes_equal(p.event->version, BYTES("*")))
			continue;
		p.is_first = p.event->kind == EVENT_INTRODUCED && bytes_equal(p.event->version, BYTES("0"));
		if (!p.is_first && version_parse(p.event->version, a, &p.version, NULL))
			return false;
		if (!is_limit)
			points[n++] = p;
		else
			n_behind += reaches(&p, v);
	}
	if (n)
		qsort(points, n, sizeof *points, compare_points);
	*ret = points;
	*ret_n = n;
	*ret_limited = n_limits && n_behind == n_limits;
	return true;
}

static enum affects range_affects(const struct advisory_range *r, const struct version *v, struct arena *a, struct bytes *ret_fixed)
{
	struct point *points;
	size_t n;
	bool limited, affected = false;
	if (!sort_range(r, v, a, &points, &n, &limited))
		return AFFECTS_UNKNOWN;
	for (size_t i = 0; i < n; i++) {
		enum advisory_event_kind kind = points[i].event->kind;
		if (kind == EVENT_INTRODUCED && reaches(&points[i], v))
			affected = true;
		else if ((kind == EVENT_FIXED && reaches(&points[i], v)) || (kind == EVENT_LAST_AFFECTED && passes(&points[i], v)))
			affected = false;
	}
	if (!affected || limited)
		return AFFECTS_NO;
	for (size_t i = 0; i < n && !ret_fixed->data; i++)
		if (points[i].event->kind == EVENT_FIXED && !reaches(&points[i], v))
			*ret_fixed = points[i].event->version;
	return AFFECTS_YES;
}

/* 1.0 is 1.0.0; what is no version of Python's is only itself. */
static bool is_listed(const struct advisory_package *p, struct bytes text, const struct version *v, struct arena *a)
{
	for (size_t i = 0; i < p->n_versions; i++) {
		struct version listed;
		if (bytes_equal(p->versions[i], text))
			return true;
		if (v && version_parse(p->versions[i], a, &listed, NULL) == OK && version_compare(&listed, v) == 0)
			return true;
	}
	return false;
}

static enum affects ranges_affect(const struct advisory_package *p, const struct version *v, struct arena *a, struct bytes *ret_fixed)
{
	enum affects all = AFFECTS_NO;
	for (size_t i = 0; i < p->n_ranges; i++) {
		enum affects one = range_affects(&p->ranges[i], v, a, ret_fixed);
		if (one == AFFECTS_YES)
			return one;
		all = one == AFFECTS_UNKNOWN ? one : all;
	}
	return all;
}

/* Without a version: from before all, and nothing ends it. */
static bool affects_all(const struct advisory_package *p)
{
	for (size_t i = 0; i < p->n_ranges; i++) {
		const struct advisory_range *r = &p->ranges[i];
		if (r->n_events == 1 && r->events[0].kind == EVENT_INTRODUCED && bytes_equal(r->events[0].version, BYTES("0")))
			return true;
	}
	return false;
}

static enum affects package_affects(const struct advisory_package *p, struct bytes text, struct arena *a, struct bytes *ret_fixed)
{
	struct version version, public;
	if (affects_all(p))
		return AFFECTS_YES;
	if (!text.data)
		return AFFECTS_SOME;
	if (!p->n_versions && !p->n_ranges)
		return AFFECTS_UNKNOWN;
	/* The order of another ecosystem's versions is not Python's: only what is listed is known. */
	if (!p->is_pypi || version_parse(text, a, &version, NULL))
		return is_listed(p, text, NULL, a) ? AFFECTS_YES : p->n_ranges ? AFFECTS_UNKNOWN : AFFECTS_NO;
	public = version_public(&version);
	enum affects s = ranges_affect(p, &version, a, ret_fixed);
	if (s != AFFECTS_YES && version.n_local) {
		enum affects of_public = ranges_affect(p, &public, a, ret_fixed);
		s = of_public == AFFECTS_NO ? s : of_public;
	}
	if (s != AFFECTS_YES && (is_listed(p, text, &version, a) || is_listed(p, text, &public, a)))
		s = AFFECTS_YES;
	return s;
}

enum affects advisory_affects(const struct advisory *v, bool is_pypi, struct bytes name, struct bytes version, struct bytes *ret_fixed)
{
	CLEANUP(arena_done) struct arena a;
	enum affects all = AFFECTS_NO;
	arena_init(&a);
	*ret_fixed = (struct bytes){ NULL, 0 };
	for (size_t i = 0; i < v->n_packages; i++) {
		const struct advisory_package *p = &v->packages[i];
		if (p->is_pypi != is_pypi || !bytes_equal(p->name, name))
			continue;
		enum affects one = package_affects(p, version, &a, ret_fixed);
		if (one == AFFECTS_YES)
			return one;
		all = one == AFFECTS_UNKNOWN || all == AFFECTS_NO ? one : all;
	}
	return all;
}
