#include "cli/deps_policy.h"

#include "audit/audit.h"
#include "cli/judge.h"
#include "python/known_names.h"
#include "python/typosquat.h"

/* The operator's own word for it: a file of a folder, a hash in a constraints file, a URL that is allowed, an index that the name
 * was given to. */
static bool is_vouched(const struct settings *s, const struct lock_pin *pin)
{
	static const char *const words[] = { "local", "constraint", "url" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(pin->hash_source, words[i]) == 0)
			return true;
	return index_rule_find(s->rules, s->n_rules, pin->name) != NULL;
}

/* Whether the project or its backend asks for it, and not only some other requirement. */
static bool is_direct(const struct lock_request *request, struct bytes name)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < request->n_requires; i++) {
		struct requirement r;
		if (requirement_parse(request->requires[i], &a, &r, NULL) == OK && bytes_equal(r.name, name))
			return true;
	}
	return false;
}

static void find_unknown(const struct settings *s, const struct lock_pin *pin, bool direct, struct finding_list *list)
{
	bool popular = popular_name_is(pin->name);
	if (popular && !direct)
		return;
	struct finding *f = finding_add(list, "D02", pin->name, "'%.*s' %.*s, which %s, is no usual build dependency%s",
					BYTES_ARG(pin->name), BYTES_ARG(pin->version),
					direct ? "the build asks for" : "a build requirement asks for",
					popular ? ", though widely used" : ", nor widely used");
	if (s->unknown_requires == UNKNOWN_ALLOW || (s->unknown_requires == UNKNOWN_WARN && popular))
		finding_lower(f, SEVERITY_INFO);
	else if (s->unknown_requires == UNKNOWN_WARN)
		finding_lower(f, SEVERITY_WARNING);
}

static void find_status(const struct lock_pin *pin, struct finding_list *list)
{
	const struct index_file *file = &pin->file;
	if (file->status == INDEX_ARCHIVED || file->status == INDEX_DEPRECATED)
		(void)finding_add(list, "D04", pin->name, "the index says that '%.*s' is %s%s%.*s", BYTES_ARG(pin->name),
				  index_status_name(file->status), file->status_reason.size ? ": " : "",
				  BYTES_ARG(file->status_reason));
}

static void find_all(const struct pipeline *p, const struct lock_request *request, const struct lock_result *lock,
		     struct finding_list *list)
{
	for (size_t i = 0; i < lock->n_pins; i++) {
		const struct lock_pin *pin = &lock->pins[i];
		find_status(pin, list);
		if (strcmp(pin->file.hash_source, "url") == 0)
			finding_lower(finding_add(list, "D03", pin->name,
						  "'%.*s' comes from a URL that index.allow-urls has, by its sha256",
						  BYTES_ARG(pin->name)),
				      SEVERITY_INFO);
		if (known_name_is(pin->name) || is_vouched(p->settings, pin))
			continue;
		struct bytes like = typosquat_find(pin->name, p->arena);
		if (like.size)
			(void)finding_add(list, "D01", pin->name, "'%.*s' %.*s is called nearly as '%.*s', which many use",
					  BYTES_ARG(pin->name), BYTES_ARG(pin->version), BYTES_ARG(like));
		find_unknown(p->settings, pin, is_direct(request, pin->name), list);
	}
}

/* Which lists it was judged by: what a name is changes with their day. */
static enum status note(struct pipeline *p, const struct finding_list *list, struct diag *d)
{
	static const char *const words[] = { [UNKNOWN_WARN] = "warn", [UNKNOWN_ALLOW] = "allow", [UNKNOWN_DENY] = "deny" };
	struct finding_counts counts = finding_count(list);
	struct json_writer *w = audit_begin(p->run->audit, "lock.checked");
	json_pair_string(w, "popular_names", popular_names_date());
	json_pair_string(w, "known_names", known_names_date());
	json_pair_cstring(w, "unknown_requires", words[p->settings->unknown_requires]);
	json_pair_unsigned(w, "errors", counts.n[SEVERITY_ERROR]);
	json_pair_unsigned(w, "warnings", counts.n[SEVERITY_WARNING]);
	json_pair_unsigned(w, "allowed", counts.n_allowed);
	json_key(w, "findings");
	json_array_begin(w);
	for (size_t i = 0; i < list->n_items; i++) {
		json_object_begin(w);
		json_pair_cstring(w, "id", list->items[i].id);
		json_pair_cstring(w, "severity", severity_name(list->items[i].severity));
		json_pair_string(w, "name", list->items[i].path);
		json_pair_bool(w, "allowed", list->items[i].allowed.data != NULL);
		json_object_end(w);
	}
	json_array_end(w);
	return audit_end(p->run->audit, false, d);
}

static enum status refuse(const struct pipeline *p, const struct finding_list *list, struct diag *d)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		if (!finding_refuses(&p->settings->findings, f))
			continue;
		(void)fail_rule(d, f->id, ERR_RESOLVE, 0, "a build requirement is refused: %s: %.*s", f->id, BYTES_ARG(f->message));
		return remedy(d, "nothing of it was installed; 'hwb help %s' tells of it, --allow %s@%.*s=WHY overrides it", f->id,
			      f->id, BYTES_ARG(f->path));
	}
	return fail(d, ERR_RESOLVE, 0, "the build requirements are refused: too many findings");
}

void deps_policy_fill(const struct settings *s, struct arena *a, struct lock_request *request)
{
	request->min_age = s->min_age;
	request->min_age_exempt = settings_names(&s->min_age_exempt, a);
	request->n_min_age_exempt = s->min_age_exempt.n;
	request->allow_urls = settings_names(&s->allow_urls, a);
	request->n_allow_urls = s->allow_urls.n;
}

enum status deps_policy_judge(struct pipeline *p, const struct lock_request *request, const struct lock_result *lock, struct diag *d)
{
	struct finding_list list = { .arena = p->arena };
	find_all(p, request, lock, &list);
	enum status s = judge_apply(p->settings, &list, BYTES("build requirements"), p->run->audit, d);
	if (s == OK)
		s = note(p, &list, d);
	if (s)
		return s;
	struct finding_list fresh = judge_only_new(&p->findings, &list);
	judge_say(p->console, &(struct finding_subject){ .path = BYTES("build requirements"), .list = &fresh });
	finding_list_join(&p->findings, &fresh);
	return finding_list_refuses(&p->settings->findings, &list) ? refuse(p, &list, d) : OK;
}
