#include "advisory/match.h"

#include "advisory/affects.h"

/* One advisory that is about the version. */
struct hit {
	const struct advisory *advisory;
	struct bytes fixed;
	size_t group; /* the first hit that is the same vulnerability */
};

/* An id that a hit has, its own or an alias. */
struct name {
	struct bytes id;
	size_t hit;
};

static int compare_names(const void *x, const void *y)
{
	const struct name *a = x, *b = y;
	return bytes_compare(a->id, b->id);
}

static size_t find_group(const struct hit *hits, size_t i)
{
	while (hits[i].group != i)
		i = hits[i].group;
	return i;
}

/* Two that have an id in common are one vulnerability, and so are those that a third connects. By sorting: a service could name a great
 * many. */
static void group_hits(struct hit *hits, size_t n, struct arena *a)
{
	size_t n_all = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		n_all += 1 + hits[i].advisory->n_aliases;
	struct name *names = ARENA_ARRAY(a, struct name, n_all);
	for (size_t i = 0; i < n; i++) {
		const struct advisory *v = hits[i].advisory;
		hits[i].group = i;
		names[at++] = (struct name){ v->id, i };
		for (size_t k = 0; k < v->n_aliases; k++)
			names[at++] = (struct name){ v->aliases[k], i };
	}
	if (n_all)
		qsort(names, n_all, sizeof *names, compare_names);
	for (size_t i = 1; i < n_all; i++) {
		if (!bytes_equal(names[i - 1].id, names[i].id))
			continue;
		size_t x = find_group(hits, names[i - 1].hit), y = find_group(hits, names[i].hit);
		hits[x > y ? x : y].group = x > y ? y : x;
	}
	for (size_t i = 0; i < n; i++) /* each stands behind the first of its group */
		hits[i].group = find_group(hits, i);
}

/* Malware first; then whoever speaks of this ecosystem. */
static unsigned rank(struct bytes id)
{
	static const struct bytes prefixes[] = { LIT("MAL-"), LIT("PYSEC-"), LIT("GHSA-"), LIT("CVE-") };
	unsigned i = 0;
	while (i < COUNT(prefixes) && !bytes_starts(id, prefixes[i]))
		i++;
	return i;
}

static int compare_ids(const void *x, const void *y)
{
	const struct bytes *a = x, *b = y;
	int c = (int)rank(*a) - (int)rank(*b);
	return c ? c : bytes_compare(*a, *b);
}

/* All ids of a group, each once, the best first. */
static struct bytes *collect_ids(const struct hit *hits, size_t n, size_t group, struct arena *a, size_t *ret_n)
{
	size_t n_all = 0, n_ids = 0;
	for (size_t i = 0; i < n; i++)
		n_all += hits[i].group == group ? 1 + hits[i].advisory->n_aliases : 0;
	struct bytes *ids = ARENA_ARRAY(a, struct bytes, n_all);
	for (size_t i = 0, at = 0; i < n; i++) {
		const struct advisory *v = hits[i].advisory;
		if (hits[i].group != group)
			continue;
		ids[at++] = v->id;
		bytes_copy(ids + at, bytes_make(v->aliases, v->n_aliases * sizeof *ids));
		at += v->n_aliases;
	}
	qsort(ids, n_all, sizeof *ids, compare_ids);
	for (size_t i = 0; i < n_all; i++)
		if (n_ids == 0 || !bytes_equal(ids[n_ids - 1], ids[i]))
			ids[n_ids++] = ids[i];
	*ret_n = n_ids;
	return ids;
}

static bool is_ignored_by(const struct advisory_ignored *g, const struct bytes *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(g->id, ids[i]))
			return true;
	return false;
}

static const struct advisory_ignored *find_ignored(const struct advisory_options *o, const struct advisory_match *m,
						   const struct bytes *ids, size_t n)
{
	const struct advisory_ignored *found = NULL;
	for (size_t i = 0; i < o->n_ignored; i++) {
		struct advisory_ignored *g = &o->ignored[i];
		if (!is_ignored_by(g, ids, n))
			continue;
		g->used = true;
		if (g->until_unix > o->now_unix && !(g->until_fixed && m->fixed.size) && !m->is_malware)
			found = found ? found : g;
	}
	return found;
}

static struct advisory_match make_match(const struct hit *hits, size_t n, size_t group, const struct advisory_options *o,
					struct arena *a)
{
	struct advisory_match m = { .n_aliases = 0 };
	size_t n_ids;
	struct bytes *ids = collect_ids(hits, n, group, a, &n_ids);
	m.id = ids[0];
	m.aliases = ids + 1;
	m.n_aliases = n_ids - 1;
	m.is_malware = advisory_is_malware(m.id);
	for (size_t i = 0; i < n; i++) {
		const struct advisory *v = hits[i].advisory;
		if (hits[i].group != group)
			continue;
		m.summary = !m.summary.size || bytes_equal(v->id, m.id) ? v->summary : m.summary;
		m.severity = m.severity.size ? m.severity : v->severity;
		m.fixed = m.fixed.size ? m.fixed : hits[i].fixed;
	}
	m.ignored = find_ignored(o, &m, ids, n_ids);
	return m;
}

void match_all(struct lookup *l, const struct advisory_options *o, struct arena *a, struct advisory_verdict *ret,
	       struct some *ret_some)
{
	struct hit *hits = ARENA_ARRAY(a, struct hit, l->n_found);
	size_t n = 0;
	*ret_some = (struct some){ 0 };
	for (size_t i = 0; i < l->n_found; i++) {
		const struct advisory *v = l->found[i];
		struct bytes fixed;
		if (v->withdrawn_unix <= o->now_unix)
			continue;
		enum affects affects = advisory_affects(v, !l->is_purl, l->name, l->version, &fixed);
		if (affects == AFFECTS_YES)
			hits[n++] = (struct hit){ .advisory = v, .fixed = fixed };
		ret_some->n += affects == AFFECTS_SOME;
		ret_some->n_malware += affects == AFFECTS_SOME && advisory_is_malware(v->id);
		if (affects == AFFECTS_UNKNOWN && l->is_purl)
			l->uncovered = arena_printf(a, "how '%.*s' counts versions is not known here", BYTES_ARG(v->id));
		else if (affects == AFFECTS_UNKNOWN)
			lookup_fail(l, arena_printf(a, "what '%.*s' says of versions cannot be compared with this one",
						    BYTES_ARG(v->id)));
	}
	group_hits(hits, n, a);
	struct advisory_match *matches = ARENA_ARRAY(a, struct advisory_match, n);
	for (size_t i = 0; i < n; i++)
		if (hits[i].group == i)
			matches[ret->n_matches++] = make_match(hits, n, i, o, a);
	ret->matches = matches;
}
