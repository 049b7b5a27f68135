#include "finding/policy.h"

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

static enum status find_rule(struct bytes id, const struct finding_rule **ret, struct diag *d)
{
	*ret = finding_rule(id);
	if (*ret)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "there is no finding '%.*s'", BYTES_ARG(bytes_part(id, 0, 100)));
	return remedy(d, "hwb-findings(7) has them all");
}

enum status finding_policy_allow(struct finding_policy *p, struct bytes word, struct arena *a, struct diag *d)
{
	const struct finding_rule *rule;
	struct bytes why = word, id = bytes_cut(&why, '=');
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
	p->allowed[p->n_allowed++] = (struct finding_allowed){ rule->id, arena_copy(a, why) };
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

static struct bytes why_allowed(const struct finding_policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_allowed; i++)
		if (strcmp(p->allowed[i].id, id) == 0)
			return p->allowed[i].why;
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

void finding_policy_apply(const struct finding_policy *p, struct finding_list *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct finding *f = &list->items[i];
		bool denied = is_denied(p, f->id);
		f->severity = denied ? SEVERITY_ERROR : severity_in(p->profile, f);
		f->allowed = denied ? (struct bytes){ NULL, 0 } : why_allowed(p, f->id);
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
