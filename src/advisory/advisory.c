#include "advisory/advisory.h"

#include "advisory/affects.h"
#include "advisory/lookup.h"
#include "advisory/match.h"
#include "advisory/store.h"
#include "base/clock.h"

enum { DAY_S = 86400 };

const char *advisory_role_name(enum advisory_role role)
{
	static const char *const names[] = { "subject", "requirement", "build-dependency", "vendored" };
	return names[role];
}

const char *advisory_outcome_name(enum advisory_outcome outcome)
{
	static const char *const names[] = { "clean", "affected", "not-checked" };
	return names[outcome];
}

void lookup_add(struct lookup *l, const struct advisory *v, struct arena *a)
{
	l->found = arena_grow(a, l->found, l->n_found, sizeof *l->found);
	l->found[l->n_found++] = v;
}

void lookup_fail(struct lookup *l, const char *why)
{
	if (!l->unchecked)
		l->unchecked = why;
}

/* ---- the import ---- */

/* Why the import cannot be used; NULL: it can. *ret_date: of the export. */
static const char *why_unusable(const struct advisory_options *o, const struct store *s, char ret_date[CLOCK_TEXT_SIZE],
				struct arena *a)
{
	clock_text(s->newest_unix, ret_date);
	if (o->is_foreign)
		return "the imported advisories are in a cache that was not made here: empty it with 'hwb cache clean' and import them again";
	if (s->newest_unix > o->now_unix + DAY_S)
		return arena_printf(
			a, "the imported advisories are of %s, which is in the future: the clock was set back, or they are wrong",
			ret_date);
	int64_t age = (o->now_unix - s->newest_unix) / DAY_S;
	if (age > (int64_t)o->max_age_days)
		return arena_printf(a, "the imported advisories are of %s, %lld days old, which is more than %u; import new ones",
				    ret_date, (long long)age, (unsigned)o->max_age_days);
	return NULL;
}

static void look_into(const struct store *s, struct lookup *l, struct arena *a)
{
	const struct advisory *found;
	struct diag why = { 0 };
	size_t n;
	if (l->is_purl) {
		l->uncovered = "the imported advisories are of PyPI alone";
		return;
	}
	if (store_find(s, l->name, a, &found, &n, &why)) {
		lookup_fail(l, arena_string(a, bytes_of(why.text)));
		return;
	}
	for (size_t i = 0; i < n; i++)
		lookup_add(l, &found[i], a);
}

/* The store stays mapped until the program ends: what is found borrows from it. */
static const char *ask_store(const struct advisory_options *o, struct lookup *lookups, size_t n, struct arena *a)
{
	struct store store;
	struct diag why = { 0 };
	char date[CLOCK_TEXT_SIZE];
	if (store_open(o->cache_dir, &store, &why)) {
		const char *text = arena_printf(a, "%s; %s", why.text, why.help);
		for (size_t i = 0; i < n; i++)
			lookup_fail(&lookups[i], text);
		return "nothing: no advisories were imported";
	}
	const char *unusable = why_unusable(o, &store, date, a);
	for (size_t i = 0; i < n; i++) {
		if (unusable)
			lookup_fail(&lookups[i], unusable);
		else
			look_into(&store, &lookups[i], a);
	}
	return arena_printf(a, "the import of %s", date);
}

/* ---- subjects to lookups ---- */

static int compare_subjects(const struct advisory_subject *x, const struct advisory_subject *y)
{
	int c = (int)x->is_purl - (int)y->is_purl;
	if (!c)
		c = bytes_compare(x->name, y->name);
	if (!c)
		c = (x->version.data != NULL) - (y->version.data != NULL);
	return c ? c : bytes_compare(x->version, y->version);
}

static int compare_places(const void *x, const void *y)
{
	return compare_subjects(*(const struct advisory_subject *const *)x, *(const struct advisory_subject *const *)y);
}

/* One lookup for what several subjects are. *ret_of: by subject, its lookup. */
static struct lookup *make_lookups(const struct advisory_request *r, struct arena *a, size_t *ret_n, size_t **ret_of)
{
	const struct advisory_subject **sorted = ARENA_ARRAY(a, const struct advisory_subject *, r->n_subjects);
	struct lookup *lookups = ARENA_ARRAY(a, struct lookup, r->n_subjects);
	size_t *of = ARENA_ARRAY(a, size_t, r->n_subjects), n_sorted = 0, n = 0;
	for (size_t i = 0; i < r->n_subjects; i++)
		if (!r->subjects[i].unreadable)
			sorted[n_sorted++] = &r->subjects[i];
	if (n_sorted)
		qsort(sorted, n_sorted, sizeof(struct advisory_subject *), compare_places);
	for (size_t i = 0; i < n_sorted; i++) {
		const struct advisory_subject *s = sorted[i];
		const char *uncovered = s->is_purl && !service_knows(s->name) ? "there are no advisories of such packages" : NULL;
		if (i == 0 || compare_subjects(sorted[i - 1], s) != 0)
			lookups[n++] = (struct lookup){
				.is_purl = s->is_purl, .name = s->name, .version = s->version, .uncovered = uncovered
			};
		of[sorted[i] - r->subjects] = n - 1;
	}
	*ret_n = n;
	*ret_of = of;
	return lookups;
}

/* ---- the verdict of one subject ---- */

static const char *subject_path(const struct advisory_subject *s, struct arena *a)
{
	if (!s->version.data)
		return arena_string(a, s->name);
	return arena_printf(a, "%.*s@%.*s", BYTES_ARG(s->name), BYTES_ARG(s->version));
}

static void find_match(struct finding_list *list, struct bytes path, const struct advisory_match *m, struct arena *a)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1 << 16);
	buf_printf(&text, "%.*s", BYTES_ARG(m->id));
	for (size_t i = 0; i < m->n_aliases; i++)
		buf_printf(&text, "%s%.*s", i ? ", " : " (", BYTES_ARG(m->aliases[i]));
	buf_add(&text, m->n_aliases ? BYTES(")") : BYTES(""));
	if (m->summary.size)
		buf_printf(&text, ": %.*s", BYTES_ARG(m->summary));
	if (m->fixed.size)
		buf_printf(&text, "; fixed in %.*s", BYTES_ARG(m->fixed));
	struct finding *f = finding_add(list, m->is_malware ? "V02" : "V01", path, "%s", buf_string(&text));
	if (!f)
		return;
	f->scoped = m->is_malware;
	if (m->ignored)
		finding_lower(f, SEVERITY_INFO);
	if (m->ignored)
		f->help = bytes_of(arena_printf(a, "ignored because: %.*s", BYTES_ARG(m->ignored->why)));
}

static void find_unchecked(struct finding_list *list, struct bytes path, const char *id, const char *why)
{
	struct finding *f = finding_add(list, id, path, "not checked: %s", why);
	if (f)
		f->ends = strcmp(id, "V03") == 0;
}

static void judge(const struct advisory_request *r, const struct advisory_subject *s, struct lookup *l, struct arena *a,
		  struct advisory_result *ret, struct advisory_verdict *v)
{
	struct bytes path = bytes_of(subject_path(s, a));
	struct some some = { 0 };
	size_t n_counting = 0;
	if (l)
		match_all(l, r->options, a, v, &some);
	for (size_t i = 0; i < v->n_matches; i++) {
		find_match(&ret->findings, path, &v->matches[i], a);
		n_counting += !v->matches[i].ignored;
	}
	v->reason = l ? l->unchecked : s->unreadable;
	if (!v->reason && !s->version.data && !s->open)
		v->reason = "its version is not known";
	if (v->reason)
		find_unchecked(&ret->findings, path, "V03", v->reason);
	ret->unchecked |= v->reason != NULL;
	if (!v->reason && l && l->uncovered) {
		v->is_open = true;
		v->reason = l->uncovered;
		find_unchecked(&ret->findings, path, "V06", v->reason);
	}
	if (!v->reason && some.n) {
		v->is_open = true;
		v->reason = arena_printf(a, "%zu advisor%s%s about some of its versions, and '%s' does not say which one it will be",
					 some.n, some.n == 1 ? "y is" : "ies are",
					 some.n_malware ? arena_printf(a, " (%zu of malware)", some.n_malware) : "", s->open);
		find_unchecked(&ret->findings, path, "V05", v->reason);
	}
	v->outcome = n_counting ? ADVISORY_AFFECTED : v->reason ? ADVISORY_NOT_CHECKED : ADVISORY_CLEAN;
	ret->counts[v->outcome]++;
}

static void find_idle(const struct advisory_options *o, struct finding_list *list)
{
	for (size_t i = 0; i < o->n_ignored; i++) {
		const struct advisory_ignored *g = &o->ignored[i];
		if (g->until_unix <= o->now_unix)
			(void)finding_add(list, "V04", g->id, "it was ignored until a day that is over, and counts again");
		else if (!g->used && o->tell_unused)
			(void)finding_add(list, "V04", g->id, "it is ignored, and is about nothing that was looked at");
	}
}

enum status advisory_run(const struct run_context *run, const struct advisory_request *r, struct arena *a,
			 struct advisory_result *ret, struct diag *d)
{
	struct advisory_result result = { .n = r->n_subjects, .findings = { .arena = a } };
	size_t n, *of;
	enum status s = OK;
	if (r->n_subjects > ADVISORY_SUBJECTS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d packages are to be looked up", ADVISORY_SUBJECTS_MAX);
	struct lookup *lookups = make_lookups(r, a, &n, &of);
	result.source = r->options->service_url;
	if (r->options->offline)
		result.source = ask_store(r->options, lookups, n, a);
	else if (n)
		s = service_ask(run, r->options, lookups, n, a, d);
	if (s)
		return s;
	result.verdicts = ARENA_ARRAY(a, struct advisory_verdict, r->n_subjects);
	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct advisory_subject *subject = &r->subjects[i];
		struct advisory_verdict *v = &result.verdicts[i];
		v->first_finding = result.findings.n_items;
		judge(r, subject, subject->unreadable ? NULL : &lookups[of[i]], a, &result, v);
		v->n_findings = result.findings.n_items - v->first_finding;
	}
	result.n_of_subjects = result.findings.n_items;
	find_idle(r->options, &result.findings);
	*ret = result;
	return OK;
}
