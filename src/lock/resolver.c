#include "lock/resolver.h"

#include "base/clock.h"
#include "lock/causes.h"
#include "lock/explain.h"

/* A package is put off this often: it is then chosen after those that turned out to want something else of it. More would only
 * go in circles (a wants b, b wants an older a). */
enum { PUT_OFF_MAX = 2 };

enum outcome { FITS, CLASHES, LATER };

/* ---- stacks: they shrink and grow again, so they know their room ---- */

static void *stack_room(struct arena *a, void *array, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room ? *room * 2 : 16;
	void *grown = arena_alloc(a, *room, size);
	bytes_copy(grown, bytes_make(array, n * size));
	return grown;
}

/* ---- packages ---- */

static struct package *find_package(void *context, struct bytes name)
{
	struct resolver *r = context;
	size_t low = 0, high = r->n_packages;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = bytes_compare(r->packages[middle]->name, name);
		if (c == 0)
			return r->packages[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	struct package *p = ARENA_NEW(r->arena, struct package);
	p->name = name;
	p->order = r->n_packages;
	r->packages = arena_grow(r->arena, r->packages, r->n_packages, sizeof(struct package *));
	memmove(r->packages + low + 1, r->packages + low, (r->n_packages - low) * sizeof(struct package *));
	r->packages[low] = p;
	r->n_packages++;
	return p;
}

/* ---- limits ---- */

static enum status check_limits(struct resolver *r, struct diag *d)
{
	enum status s = run_check(r->run, d);
	if (s)
		return s;
	if (clock_ms() <= r->deadline_ms)
		return OK;
	(void)fail(d, ERR_LIMIT, 0, "the resolution took more than %llu ms", (unsigned long long)r->run->limits->resolve_ms);
	return explain_chain_of(r, r->n_levels ? r->levels[r->n_levels].package : NULL, d);
}

static enum status too_many_packages(const struct resolver *r, const struct package *p, struct diag *d)
{
	(void)fail(d, ERR_LIMIT, 0, "more than %llu packages are needed", (unsigned long long)r->run->limits->packages);
	return explain_chain_of(r, p, d);
}

/* ---- metadata ---- */

static void check_metadata(const struct resolver *r, const struct package *p, struct candidate *c)
{
	const struct metadata *m = c->metadata;
	bool met = true;
	if (!bytes_equal(m->name, p->name))
		c->refused = arena_printf(r->arena, "its metadata names '%.*s'", BYTES_ARG(m->name));
	else if (version_compare(&m->version, &c->file->version) != 0)
		c->refused = arena_printf(r->arena, "its metadata says version %.*s", BYTES_ARG(m->raw_version));
	else if (m->has_requires_python && (rules_python(&r->rules, m->raw_requires_python, &met) || !met))
		c->refused = arena_printf(r->arena, "it needs Python '%.*s', and this is %u.%u.%u", BYTES_ARG(m->raw_requires_python),
					  r->request->python->major, r->request->python->minor, r->request->python->patch);
}

/* Metadata that cannot be understood speaks against the one candidate; whatever else goes wrong ends the resolution. */
static enum status read_candidate(struct resolver *r, struct package *p, struct candidate *c, struct diag *d)
{
	struct diag why = { 0 };
	if (c->is_read)
		return OK;
	if (r->n_metadata_reads >= r->run->limits->metadata_reads) {
		(void)fail(d, ERR_LIMIT, 0, "more than %u metadata files would be read", r->n_metadata_reads);
		return explain_chain_of(r, p, d);
	}
	r->n_metadata_reads++;
	enum status s = r->source->metadata(r->source->context, c->file, &c->metadata, &why);
	if (s == ERR_FORMAT)
		c->refused = arena_printf(r->arena, "its metadata cannot be understood: %s", why.text);
	else if (s) {
		if (d)
			*d = why;
		return s;
	}
	c->is_read = true;
	if (!c->refused)
		check_metadata(r, p, c);
	return OK;
}

static const struct demand_list *demands_of(struct resolver *r, struct candidate *c, struct bytes extra)
{
	for (size_t i = 0; i < c->n_lists; i++)
		if (bytes_equal(c->lists[i].extra, extra))
			return &c->lists[i];
	c->lists = arena_grow(r->arena, c->lists, c->n_lists, sizeof *c->lists);
	struct demand_list *list = &c->lists[c->n_lists++];
	demands_of_candidate(r->request, c->metadata, extra, find_package, r, r->arena, list);
	return list;
}

/* ---- wants ---- */

/* Pages of packages that are new are asked for together, before the first is waited for. */
static void prefetch(struct resolver *r, const struct demand_list *list)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct bytes *names = ARENA_ARRAY(&a, struct bytes, list->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].package && !list->items[i].package->is_loaded && !list->items[i].package->direct)
			names[n++] = list->items[i].package->name;
	if (n)
		r->source->prefetch(r->source->context, names, n);
}

static enum status push_list(struct resolver *r, const struct demand_list *list, struct package *parent, size_t via, struct diag *d)
{
	/* A list longer than this has names that nobody will ever need: no page is asked for on its behalf. */
	if (list->n > 64 * r->run->limits->packages)
		return too_many_packages(r, parent, d);
	if (list->n)
		prefetch(r, list);
	for (size_t i = 0; i < list->n; i++) {
		r->wants = stack_room(r->arena, r->wants, r->n_wants, &r->room_wants, sizeof *r->wants);
		r->wants[r->n_wants++] = (struct want){
			.demand = &list->items[i],
			.parent = parent,
			.candidate = parent ? parent->chosen : NULL,
			.extra = list->extra,
			.level = parent ? parent->level : 0,
			.via = via,
		};
	}
	return OK;
}

static bool has_extra(const struct resolver *r, const struct package *p, struct bytes name)
{
	for (size_t i = 0; i < r->n_extras; i++)
		if (r->extras[i].package == p && bytes_equal(r->extras[i].name, name))
			return true;
	return false;
}

static enum status ask_extras(struct resolver *r, size_t want, struct diag *d)
{
	const struct requirement *q = r->wants[want].demand->requirement;
	struct package *p = r->wants[want].demand->package;
	enum status s = OK;
	for (size_t i = 0; s == OK && i < q->n_extras; i++) {
		if (has_extra(r, p, q->extras[i]))
			continue;
		r->extras = stack_room(r->arena, r->extras, r->n_extras, &r->room_extras, sizeof *r->extras);
		r->extras[r->n_extras++] = (struct asked_extra){ p, q->extras[i], want };
		if (p->level)
			s = push_list(r, demands_of(r, p->chosen, q->extras[i]), p, want, d);
	}
	return s;
}

static enum status push_candidate(struct resolver *r, struct package *p, struct diag *d)
{
	enum status s = push_list(r, demands_of(r, p->chosen, (struct bytes){ NULL, 0 }), p, NO_WANT, d);
	size_t n = r->n_extras;
	for (size_t i = 0; s == OK && i < n; i++)
		if (r->extras[i].package == p)
			s = push_list(r, demands_of(r, p->chosen, r->extras[i].name), p, r->extras[i].via, d);
	return s;
}

size_t resolver_extras(const struct resolver *r, const struct package *p, struct bytes *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_extras; i++) {
		if (r->extras[i].package != p)
			continue;
		if (ret)
			ret[n] = r->extras[i].name;
		n++;
	}
	return n;
}

/* ---- settling: every want on the stack is looked at once ---- */

static enum status link_want(struct resolver *r, size_t want, struct diag *d)
{
	struct package *p = r->wants[want].demand->package;
	if (p->n_wants == 0 && ++r->n_wanted > r->run->limits->packages) {
		p->wants = stack_room(r->arena, p->wants, 0, &p->room_wants, sizeof *p->wants);
		p->wants[p->n_wants++] = want;
		return too_many_packages(r, p, d);
	}
	p->wants = stack_room(r->arena, p->wants, p->n_wants, &p->room_wants, sizeof *p->wants);
	p->wants[p->n_wants++] = want;
	return OK;
}

static enum status load_package(struct resolver *r, struct package *p, size_t want, struct diag *d)
{
	if (p->is_loaded)
		return OK;
	enum status s = check_limits(r, d);
	if (s == OK)
		s = candidates_load(&r->rules, r->source, p, r->arena, d);
	if (s && s != ERR_CANCELLED && s != ERR_LIMIT)
		return explain_wanted(r, want, d);
	return s;
}

static enum status settle_one(struct resolver *r, size_t want, uint64_t *causes, enum outcome *ret, struct diag *d)
{
	struct demand *demand = r->wants[want].demand;
	struct package *p = demand->package;
	*ret = FITS;
	if (demand->refused) {
		causes_add_want(r, want, causes);
		*ret = CLASHES;
		return OK;
	}
	enum status s = load_package(r, p, want, d);
	if (s == OK)
		s = link_want(r, want, d);
	if (s)
		return s;
	demand_weigh(demand, r->arena);
	if (p->level && !demand->admits[p->chosen - p->candidates]) {
		/* Another candidate would do: this one was chosen too early. */
		bool too_early = p->level < r->n_levels && p->put_off < PUT_OFF_MAX && causes_any_viable(r, p);
		*ret = too_early ? LATER : CLASHES;
		p->put_off += too_early;
		causes_add_level(causes, p->level);
		causes_add_want(r, want, causes);
	} else if (!p->level && !causes_any_viable(r, p)) {
		causes_add_clash(r, p, causes);
		*ret = CLASHES;
	}
	return *ret == FITS ? ask_extras(r, want, d) : OK;
}

/* *ret_want: the want that did not fit. */
static enum status settle(struct resolver *r, uint64_t *causes, enum outcome *ret, size_t *ret_want, struct diag *d)
{
	*ret = FITS;
	while (r->settled < r->n_wants) {
		*ret_want = r->settled;
		enum status s = settle_one(r, r->settled++, causes, ret, d);
		if (s || *ret != FITS)
			return s;
	}
	return OK;
}

/* ---- levels ---- */

/* Takes the choice of the top level back, with all it brought. */
static void undo(struct resolver *r)
{
	struct level *top = &r->levels[r->n_levels];
	while (r->n_wants > top->n_wants) {
		struct package *p = r->wants[--r->n_wants].demand->package;
		if (p && p->n_wants && p->wants[p->n_wants - 1] == r->n_wants && --p->n_wants == 0)
			r->n_wanted--;
	}
	r->n_extras = top->n_extras;
	r->settled = r->n_wants;
	top->package->level = 0;
	top->package->chosen = NULL;
}

static void open_level(struct resolver *r, struct package *p)
{
	size_t words = r->max_levels / 64 + 1;
	struct level *top = &r->levels[++r->n_levels];
	if (!top->causes) {
		top->causes = ARENA_ARRAY(r->arena, uint64_t, words);
		top->first = ARENA_NEW(r->arena, struct diag);
	}
	memset(top->causes, 0, words * sizeof *top->causes);
	*top = (struct level){
		.package = p, .causes = top->causes, .first = top->first, .n_wants = r->n_wants, .n_extras = r->n_extras
	};
}

static void note_first(struct resolver *r, size_t want)
{
	struct level *top = &r->levels[r->n_levels];
	if (!top->has_first)
		(void)explain_clash(r, want, top->first);
	top->has_first = true;
}

/* Undoes the levels from that of p on, so that p is chosen anew, later. */
static void put_off(struct resolver *r, const struct package *p)
{
	size_t level = p->level;
	while (r->n_levels >= level) {
		undo(r);
		r->n_levels--;
	}
}

/* Tries the candidates of the top level until one fits. CLASHES: none is left; its causes say which levels to blame. */
static enum status advance(struct resolver *r, enum outcome *ret, struct diag *d)
{
	struct level *top = &r->levels[r->n_levels];
	struct package *p = top->package;
	while (top->next < p->n_candidates) {
		struct candidate *c = &p->candidates[top->next++];
		size_t want;
		enum status s = check_limits(r, d);
		if (s)
			return s;
		if (!causes_is_viable(r, p, c, &want)) {
			causes_add_loss(r, c, want, r->n_levels, top->causes);
			continue;
		}
		s = read_candidate(r, p, c, d);
		if (s)
			return s;
		if (c->refused)
			continue;
		p->level = r->n_levels;
		p->chosen = c;
		s = push_candidate(r, p, d);
		if (s == OK)
			s = settle(r, top->causes, ret, &want, d);
		if (s || *ret == FITS)
			return s;
		if (*ret == LATER) {
			put_off(r, r->wants[want].demand->package);
			return OK;
		}
		note_first(r, want);
		undo(r);
	}
	causes_add_want(r, p->wants[0], top->causes);
	if (!top->has_first)
		note_first(r, p->wants[p->n_wants - 1]);
	*ret = CLASHES;
	return OK;
}

/* The latest level among the causes of the top one, 0 for none: then there is no answer. Bits from its own on mean nothing. */
static size_t latest_cause(const struct resolver *r)
{
	const uint64_t *causes = r->levels[r->n_levels].causes;
	for (size_t i = r->n_levels - 1; i > 0; i--)
		if (causes[i / 64] >> (i % 64) & 1)
			return i;
	return 0;
}

/* From an exhausted top level back to the one that can change something. That inherits the other causes, and the words. */
static void jump_back(struct resolver *r, size_t to)
{
	struct level *from = &r->levels[r->n_levels], *top = &r->levels[to];
	from->package->dead_ends++;
	r->n_backtracks++;
	for (size_t i = 0; i <= to / 64; i++)
		top->causes[i] |= from->causes[i];
	if (!top->has_first) {
		struct diag *words = top->first;
		top->first = from->first;
		from->first = words;
		top->has_first = true;
	}
	while (r->n_levels > to) {
		r->n_levels--;
		undo(r);
	}
}

/* ---- the order of choices ---- */

static bool has_exact_want(const struct resolver *r, const struct package *p)
{
	for (size_t i = 0; i < p->n_wants; i++)
		if (r->wants[p->wants[i]].demand->is_exact)
			return true;
	return false;
}

/* Put off last; then those with one possible version; then those that led to dead ends, to meet them early; then as they came. */
static bool comes_before(const struct resolver *r, const struct package *x, const struct package *y)
{
	if (x->put_off != y->put_off)
		return x->put_off < y->put_off;
	bool exact_x = has_exact_want(r, x), exact_y = has_exact_want(r, y);
	if (exact_x != exact_y)
		return exact_x;
	if (x->dead_ends != y->dead_ends)
		return x->dead_ends > y->dead_ends;
	return x->order < y->order;
}

static struct package *choose_package(const struct resolver *r)
{
	struct package *best = NULL;
	for (size_t i = 0; i < r->n_packages; i++) {
		struct package *p = r->packages[i];
		if (p->n_wants && !p->level && (!best || comes_before(r, p, best)))
			best = p;
	}
	return best;
}

/* ---- the search ---- */

/* The candidates that are probably next, one of each package, are asked for together: none is waited for alone. */
static void expect(struct resolver *r)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	const struct index_file **files = ARENA_ARRAY(&a, const struct index_file *, r->n_packages + 1);
	size_t n = 0, want;
	for (size_t i = 0; r->source->expect && i < r->n_packages; i++) {
		struct package *p = r->packages[i];
		size_t k = 0;
		if (!p->n_wants || p->level)
			continue;
		while (k < p->n_candidates && !causes_is_viable(r, p, &p->candidates[k], &want))
			k++;
		if (k == p->n_candidates || p->candidates[k].is_read || p->candidates[k].is_expected)
			continue;
		p->candidates[k].is_expected = true;
		files[n++] = p->candidates[k].file;
	}
	if (n > 1)
		r->source->expect(r->source->context, files, n);
}

static enum status search(struct resolver *r, struct diag *d)
{
	for (;;) {
		struct package *p = choose_package(r);
		enum outcome outcome = FITS;
		if (!p)
			return OK;
		expect(r);
		open_level(r, p);
		enum status s = advance(r, &outcome, d);
		while (s == OK && outcome == CLASHES) {
			size_t to = latest_cause(r);
			if (!to)
				return explain_failure(r->levels[r->n_levels].first, d);
			jump_back(r, to);
			s = advance(r, &outcome, d);
		}
		if (s)
			return s;
	}
}

enum status resolver_run(struct resolver *r, struct diag *d)
{
	uint64_t unused[1] = { 0 };
	enum outcome outcome = FITS;
	size_t want = NO_WANT;
	r->deadline_ms = clock_ms() + r->run->limits->resolve_ms;
	r->max_levels = r->run->limits->packages + 1;
	r->levels = ARENA_ARRAY(r->arena, struct level, r->max_levels + 1);
	enum status s = rules_init(r->request, r->arena, &r->rules, d);
	if (s == OK)
		s = demands_of_project(r->request, find_package, r, r->arena, &r->root, d);
	if (s == OK)
		s = push_list(r, &r->root, NULL, NO_WANT, d);
	if (s == OK)
		s = settle(r, unused, &outcome, &want, d);
	if (s)
		return s;
	return outcome == FITS ? search(r, d) : explain_clash(r, want, d);
}
