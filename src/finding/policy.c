#include "finding/policy.h"

#include <fnmatch.h>

#include "base/distance.h"

static const char *const profiles[] = { "build", "pypi", "strict" };

const char *finding_profile_name(enum finding_profile profile)
{
	return profiles[profile];
}

enum status finding_profile_parse(struct bytes word, enum finding_profile *ret, struct diag *d)
{
	for (size_t i = 0; i < COUNT(profiles); i++) {
		if (!bytes_equal(word, bytes_of(profiles[i])))
			continue;
		*ret = (enum finding_profile)i;
		return OK;
	}
	return fail(d, ERR_USAGE, 0, "'%.*s' is no profile: build, pypi or strict", BYTES_ARG(bytes_part(word, 0, 100)));
}

/* The id that this is a slip of; NULL when it looks like none. */
static const char *nearest_id(struct bytes word)
{
	enum { SLIPS_MAX = 2 };
	const char *nearest = NULL;
	unsigned best = SLIPS_MAX + 1;
	size_t n;
	const struct finding_rule *rules = finding_rules(&n);
	for (size_t i = 0; i < n; i++) {
		if (bytes_equal_nocase(word, bytes_of(rules[i].id)))
			return rules[i].id;
		unsigned distance = word.size > 4 ? word_distance(word, bytes_of(rules[i].id)) : best;
		if (distance < best) {
			best = distance;
			nearest = rules[i].id;
		}
	}
	return nearest;
}

static enum status find_rule(struct bytes id, const struct finding_rule **ret, struct diag *d)
{
	*ret = finding_rule(id);
	if (*ret)
		return OK;
	const char *nearest = nearest_id(id);
	(void)fail(d, ERR_USAGE, 0, "there is no finding '%.*s'", BYTES_ARG(bytes_part(id, 0, 100)));
	if (nearest)
		return remedy(d, "did you mean '%s'? 'hwb help %s' tells of it", nearest, nearest);
	return remedy(d, "hwb-findings(7) has them all");
}

enum status finding_policy_allow(struct finding_policy *p, struct bytes word, struct arena *a, struct diag *d)
{
	const struct finding_rule *rule;
	struct bytes why = word, pattern = bytes_cut(&why, '='), id = bytes_cut(&pattern, '@');
	why = bytes_trim(why);
	enum status s = find_rule(id, &rule, d);
	if (s)
		return s;
	if (!why.size) {
		(void)fail(d, ERR_USAGE, 0, "a finding is allowed for a reason, which the log keeps");
		return remedy(d, "say why: %s='reviewed by ...'", rule->id);
	}
	if (p->n_allowed == ALLOWED_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d findings are allowed", ALLOWED_MAX);
	p->allowed = arena_grow(a, p->allowed, p->n_allowed, sizeof *p->allowed);
	p->allowed[p->n_allowed++] = (struct finding_allowed){ .id = rule->id,
							       .pattern = pattern.size ? arena_string(a, pattern) : NULL,
							       .why = arena_copy(a, why) };
	return OK;
}

enum status finding_policy_deny(struct finding_policy *p, struct bytes word, struct arena *a, struct diag *d)
{
	const struct finding_rule *rule;
	enum status s = find_rule(word, &rule, d);
	if (s)
		return s;
	if (p->n_denied == ALLOWED_MAX)
		return fail(d, ERR_USAGE, 0, "more than %d findings are denied", ALLOWED_MAX);
	p->denied = arena_grow(a, p->denied, p->n_denied, sizeof *p->denied);
	p->denied[p->n_denied++] = rule->id;
	return OK;
}

static bool is_denied(const struct finding_policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_denied; i++)
		if (strcmp(p->denied[i], id) == 0)
			return true;
	return false;
}

static bool is_in_scope(const struct finding_allowed *allowed, const struct finding *f)
{
	char path[4096];
	if (!allowed->pattern)
		return true;
	if (f->path.size >= sizeof path || bytes_find(f->path, '\0') < f->path.size)
		return false;
	bytes_copy(path, f->path);
	path[f->path.size] = '\0';
	return fnmatch(allowed->pattern, path, 0) == 0;
}

static struct bytes why_allowed(struct finding_policy *p, const struct finding *f)
{
	for (size_t i = 0; i < p->n_allowed; i++) {
		if (strcmp(p->allowed[i].id, f->id) != 0 || !is_in_scope(&p->allowed[i], f) || (f->scoped && !p->allowed[i].pattern))
			continue;
		p->allowed[i].used = true;
		return p->allowed[i].why;
	}
	return (struct bytes){ NULL, 0 };
}

/* What PyPI refuses it refuses whatever the finder thinks. */
static enum severity severity_in(enum finding_profile profile, const struct finding *f)
{
	const struct finding_rule *rule = finding_rule(bytes_of(f->id));
	bool differs = profile != PROFILE_BUILD && rule->severity[PROFILE_PYPI] != rule->severity[PROFILE_BUILD];
	enum severity severity = differs ? rule->severity[PROFILE_PYPI] : f->given;
	return profile == PROFILE_STRICT && severity == SEVERITY_WARNING ? SEVERITY_ERROR : severity;
}

void finding_policy_apply(struct finding_policy *p, struct finding_list *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct finding *f = &list->items[i];
		bool denied = is_denied(p, f->id);
		f->severity = denied ? SEVERITY_ERROR : severity_in(p->profile, f);
		f->allowed = denied || f->ends ? (struct bytes){ NULL, 0 } : why_allowed(p, f);
	}
}

static enum severity refused_from(const struct finding_policy *p)
{
	return p->fail_on_warning ? SEVERITY_WARNING : SEVERITY_ERROR;
}

bool finding_refuses(const struct finding_policy *p, const struct finding *f)
{
	return !f->allowed.data && f->severity >= refused_from(p);
}

bool finding_list_refuses(const struct finding_policy *p, const struct finding_list *list)
{
	return finding_worst(list) >= refused_from(p);
}
