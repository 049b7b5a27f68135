#include "lock/candidates.h"

#include "base/clock.h"

enum status rules_init(const struct lock_request *request, struct arena *a, struct rules *ret, struct diag *d)
{
	const struct interpreter *python = request->python;
	const char *text = arena_printf(a, "%u.%u.%u", python->major, python->minor, python->patch);
	struct rules rules = {
		.request = request,
		.exclude_newer = request->exclude_newer > 0 ? request->exclude_newer : INT64_MAX,
		.now = clock_unix(),
	};
	enum status s = tag_set_new(python->tags, python->n_tags, a, &rules.tags, d);
	if (s == OK)
		s = version_parse(bytes_of(text), a, &rules.python, d);
	if (s == OK)
		*ret = rules;
	return s;
}

enum status rules_python(const struct rules *rules, struct bytes text, bool *ret_met)
{
	CLEANUP(arena_done) struct arena a;
	struct specifier set;
	arena_init(&a);
	enum status s = specifier_parse(text, &a, &set, NULL);
	if (s == OK)
		*ret_met = specifier_contains(&set, &rules->python, bytes_of(""), SPECIFIER_ALLOW);
	return s == OK ? OK : ERR_FORMAT;
}

bool file_is_in(const struct index_file *f, const struct specifier *set)
{
	struct bytes text = f->kind == INDEX_WHEEL ? f->wheel.raw_version : (struct bytes){ NULL, 0 };
	return specifier_contains(set, &f->version, text, SPECIFIER_ALLOW);
}

/* ---- constraints ---- */

static enum status find_constraints(const struct rules *rules, struct package *p, struct arena *a, struct diag *d)
{
	const struct lock_request *request = rules->request;
	for (size_t i = 0; i < request->n_constraints; i++) {
		const struct lock_constraint *c = &request->constraints[i];
		bool applies = true;
		if (!bytes_equal(c->name, p->name))
			continue;
		enum status s = c->marker ? marker_evaluate(c->marker, &request->python->env, (struct bytes){ NULL, 0 }, &applies, d)
					  : OK;
		if (s)
			return explain(d, "%.*s", BYTES_ARG(c->origin));
		if (!applies)
			continue;
		p->constraints = arena_grow(a, p->constraints, p->n_constraints, sizeof *p->constraints);
		p->constraints[p->n_constraints++] = c;
		p->prereleases = p->prereleases || specifier_names_prerelease(&c->specifier);
	}
	return OK;
}

/* "==" one version, together with a hash: somebody looked at that very file. */
static bool constraint_pins(const struct lock_constraint *c)
{
	for (size_t i = 0; i < c->specifier.n_clauses; i++) {
		const struct specifier_clause *clause = &c->specifier.clauses[i];
		if ((clause->op == SPECIFIER_EQUAL || clause->op == SPECIFIER_ARBITRARY) && !clause->prefix)
			return c->n_digests > 0;
	}
	return false;
}

static bool has_digest_of(const struct index_file *f, const struct lock_constraint *c)
{
	for (size_t i = 0; i < c->n_digests; i++)
		if (f->has_digest && sha256_equal(&f->digest, &c->digests[i]))
			return true;
	return c->n_digests == 0;
}

static bool versions_allowed(const struct package *p, const struct index_file *f)
{
	for (size_t i = 0; i < p->n_constraints; i++)
		if (!file_is_in(f, &p->constraints[i]->specifier))
			return false;
	return true;
}

static bool digests_allowed(const struct package *p, const struct index_file *f)
{
	for (size_t i = 0; i < p->n_constraints; i++)
		if (!has_digest_of(f, p->constraints[i]))
			return false;
	return true;
}

static bool is_pinned(const struct package *p)
{
	for (size_t i = 0; i < p->n_constraints; i++)
		if (constraint_pins(p->constraints[i]))
			return true;
	return false;
}

static const char *hash_source_of(const struct package *p, const char *otherwise)
{
	for (size_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i]->n_digests)
			return "constraint";
	return otherwise;
}

/* ---- files ---- */

/* The last Requires-Python and its answer: the files of one version, and of most versions, say the same. */
struct python_memo {
	struct bytes text;
	enum obstacle answer;
};

static enum obstacle python_obstacle(const struct rules *rules, struct bytes text, struct python_memo *memo)
{
	if (bytes_trim(text).size == 0)
		return OBSTACLE_NONE;
	if (!memo->text.data || !bytes_equal(memo->text, text)) {
		bool met = false;
		enum status s = rules_python(rules, text, &met);
		memo->text = text;
		memo->answer = s ? OBSTACLE_PYTHON_UNREADABLE : met ? OBSTACLE_NONE : OBSTACLE_PYTHON;
	}
	return memo->answer;
}

bool file_is_young(const struct lock_request *request, int64_t now, struct bytes name, const struct index_file *f)
{
	if (request->min_age <= 0 || strcmp(f->hash_source, "local") == 0)
		return false;
	for (size_t i = 0; i < request->n_min_age_exempt; i++)
		if (bytes_equal(request->min_age_exempt[i], name))
			return false;
	return !f->has_upload_time || f->upload_time > now - request->min_age;
}

static enum obstacle time_obstacle(const struct rules *rules, struct bytes name, const struct index_file *f)
{
	bool is_local = strcmp(f->hash_source, "local") == 0;
	if (rules->exclude_newer != INT64_MAX && !is_local && !f->has_upload_time)
		return OBSTACLE_NO_TIME;
	if (f->upload_time > rules->exclude_newer && !is_local)
		return OBSTACLE_NEW;
	if (file_is_young(rules->request, rules->now, name, f))
		return f->has_upload_time ? OBSTACLE_YOUNG : OBSTACLE_NO_TIME;
	return OBSTACLE_NONE;
}

static enum obstacle obstacle_of(const struct rules *rules, const struct package *p, const struct index_file *f,
				 struct python_memo *memo)
{
	if (f->kind != INDEX_WHEEL)
		return OBSTACLE_SDIST;
	if (!versions_allowed(p, f))
		return OBSTACLE_CONSTRAINT;
	if (f->yanked && !is_pinned(p))
		return OBSTACLE_YANKED;
	enum obstacle o = time_obstacle(rules, p->name, f);
	if (o == OBSTACLE_NONE)
		o = python_obstacle(rules, f->requires_python, memo);
	if (o != OBSTACLE_NONE)
		return o;
	if (tag_set_priority(rules->tags, &f->wheel) < 0)
		return OBSTACLE_TAGS;
	if (p->preferred && version_compare(&f->version, &p->preferred->file.version) < 0)
		return OBSTACLE_OLDER;
	if (!f->has_digest)
		return OBSTACLE_NO_HASH;
	return digests_allowed(p, f) ? OBSTACLE_NONE : OBSTACLE_CONSTRAINT_HASH;
}

/* Of two wheels of one version: the better tag, the later build, then the smaller digest, so that it never hangs on luck. */
static bool is_better(const struct rules *rules, const struct index_file *x, const struct index_file *y)
{
	if (!x->built_from != !y->built_from) /* what is there comes before what has to be built */
		return !x->built_from;
	int px = tag_set_priority(rules->tags, &x->wheel), py = tag_set_priority(rules->tags, &y->wheel);
	if (px != py)
		return px < py;
	int build = wheel_build_compare(&x->wheel, &y->wheel);
	if (build)
		return build > 0;
	return memcmp(x->digest.bytes, y->digest.bytes, SHA256_SIZE) < 0;
}

static void add_candidate(struct package *p, const struct index_file *f, const char *hash_source, bool preferred, struct arena *a)
{
	p->candidates = arena_grow(a, p->candidates, p->n_candidates, sizeof *p->candidates);
	p->candidates[p->n_candidates++] = (struct candidate){
		.file = f,
		.hash_source = hash_source_of(p, hash_source),
		.preferred = preferred,
		.prerelease = version_is_prerelease(&f->version),
	};
}

/* The pin of an earlier phase stays possible even when its file has left the page. */
static void add_preferred(struct package *p, struct arena *a)
{
	const struct lock_pin *pin = p->preferred;
	if (!pin->file.has_digest || !versions_allowed(p, &pin->file) || !digests_allowed(p, &pin->file))
		return;
	add_candidate(p, &pin->file, pin->hash_source, true, a);
}

/* Files stand in ascending order of versions: the groups are walked from the end. */
static void add_versions(const struct rules *rules, struct package *p, struct arena *a)
{
	bool has_preferred = p->n_candidates > 0;
	for (size_t end = p->n_files; end > 0;) {
		const struct index_file *best = NULL, *last = &p->files[end - 1];
		while (end > 0 && version_compare(&p->files[end - 1].version, &last->version) == 0) {
			end--;
			const struct index_file *f = &p->files[end];
			if (p->obstacles[end] == OBSTACLE_NONE && (!best || is_better(rules, f, best)))
				best = f;
		}
		if (best && !(has_preferred && version_compare(&best->version, &p->preferred->file.version) == 0))
			add_candidate(p, best, best->hash_source, false, a);
	}
}

/* A hint comes before newer versions, but for the choice of an earlier phase. */
static void put_hint_first(const struct rules *rules, struct package *p, struct arena *a)
{
	size_t first = p->n_candidates && p->candidates[0].preferred ? 1 : 0;
	for (size_t i = 0; i < rules->request->n_hints; i++) {
		const struct lock_hint *hint = &rules->request->hints[i];
		struct version version;
		if (!bytes_equal(hint->name, p->name) || version_parse(hint->version, a, &version, NULL))
			continue;
		for (size_t k = first; k < p->n_candidates; k++) {
			struct candidate c = p->candidates[k];
			if (version_compare(&c.file->version, &version))
				continue;
			memmove(&p->candidates[first + 1], &p->candidates[first], (k - first) * sizeof c);
			p->candidates[first] = c;
			return;
		}
	}
}

static void find_preferred(const struct rules *rules, struct package *p)
{
	for (size_t i = 0; i < rules->request->n_preferred; i++)
		if (bytes_equal(rules->request->preferred[i].name, p->name))
			p->preferred = &rules->request->preferred[i];
}

enum status candidates_load(const struct rules *rules, const struct lock_source *source, struct package *p, struct arena *a,
			    struct diag *d)
{
	const struct index_project *project = NULL;
	struct diag why = { 0 };
	const struct index_project own = { .n_files = 1 };
	enum status s = OK;
	if (p->direct)
		project = &own;
	else
		s = source->project(source->context, p->name, &project, &why);
	if (s == ERR_ABSENT) {
		p->absent = arena_string(a, bytes_of(why.text));
		p->absent_help = why.help[0] ? arena_string(a, bytes_of(why.help)) : NULL;
	} else if (s) {
		if (d)
			*d = why;
		return s;
	}
	s = find_constraints(rules, p, a, d);
	if (s)
		return s;
	find_preferred(rules, p);
	p->prereleases = p->prereleases || rules->request->allow_prereleases;
	if (project && project->status == INDEX_QUARANTINED)
		p->absent = arena_printf(a, "the index has put '%.*s' under quarantine (PEP 792)%s%.*s", BYTES_ARG(p->name),
					 project->status_reason.size ? ": " : "", BYTES_ARG(project->status_reason));
	else if (project) {
		p->index = project->index;
		p->files = p->direct ? p->direct : project->files;
		p->n_files = project->n_files;
	}
	p->obstacles = ARENA_ARRAY(a, enum obstacle, p->n_files);
	struct python_memo memo = { { NULL, 0 }, OBSTACLE_NONE };
	for (size_t i = 0; i < p->n_files; i++)
		p->obstacles[i] = obstacle_of(rules, p, &p->files[i], &memo);
	if (p->preferred)
		add_preferred(p, a);
	add_versions(rules, p, a);
	put_hint_first(rules, p, a);
	p->is_loaded = true;
	return OK;
}
