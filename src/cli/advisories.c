#include "cli/advisories.h"

#include "base/clock.h"
#include "base/number.h"
#include "cli/judge.h"

struct advisory_options advisories_options(struct settings *s, const struct index *index)
{
	return (struct advisory_options){
		.service_url = s->audit.osv_url,
		.offline = s->offline,
		.max_age_days = s->audit.max_age_days,
		.is_foreign = index_cache_is_foreign(index),
		.cache_dir = index_cache_dir(index),
		.now_unix = clock_unix(),
		.ca_file = s->ca_file,
		.proxy_url = s->proxy_url,
		.http_hosts = s->http_hosts.items,
		.n_http_hosts = s->http_hosts.n,
		.ignored = s->audit.ignored,
		.n_ignored = s->audit.n_ignored,
	};
}

static struct bytes nameless(const struct pin *pin, struct arena *a)
{
	return pin->line ? bytes_of(arena_printf(a, "line %u", (unsigned)pin->line)) : BYTES("an SBOM");
}

struct advisory_subject advisories_subject(const struct pin *pin, enum advisory_role role, struct arena *a)
{
	return (struct advisory_subject){
		.name = pin->name.data ? arena_copy(a, pin->name) : nameless(pin, a),
		.version = pin->version.data ? arena_copy(a, pin->version) : (struct bytes){ NULL, 0 },
		.role = role,
		.is_purl = pin->is_purl,
		.open = pin->open.data ? arena_string(a, pin->open) : NULL,
		.unreadable = pin->unreadable.data ? arena_string(a, pin->unreadable) : NULL,
		.line = pin->line,
	};
}

/* The ids that do not count, each once, as --allow has it. */
static void put_ignored(struct json_writer *w, const struct advisory_result *r)
{
	json_key(w, "ignored");
	json_array_begin(w);
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->verdicts[i].n_matches; k++) {
			const struct advisory_match *m = &r->verdicts[i].matches[k];
			if (!m->ignored)
				continue;
			json_object_begin(w);
			json_pair_string(w, "id", m->id);
			json_pair_string(w, "why", m->ignored->why);
			json_object_end(w);
		}
	json_array_end(w);
}

enum status advisories_note(struct audit *audit, struct bytes subject, const struct advisory_result *r, struct diag *d)
{
	struct json_writer *w = audit_begin(audit, "advisories.checked");
	json_pair_string(w, "subject", subject);
	json_pair_cstring(w, "source_of_advisories", r->source);
	for (size_t i = 0; i < COUNT(r->counts); i++)
		json_pair_unsigned(w, advisory_outcome_name((enum advisory_outcome)i), r->counts[i]);
	put_ignored(w, r);
	return audit_end(audit, false, d);
}

/* ---- a build ---- */

static bool was_audited(const struct pipeline *p, const struct lock_pin *pin)
{
	for (size_t i = 0; i < p->n_audited; i++)
		if (bytes_equal(p->audited[i].name, pin->name) && bytes_equal(p->audited[i].version, pin->version))
			return true;
	return false;
}

static void keep(struct pipeline *p, const struct advisory_subject *subjects, const struct advisory_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		p->audited = arena_grow(p->arena, p->audited, p->n_audited, sizeof *p->audited);
		p->verdicts = arena_grow(p->arena, p->verdicts, p->n_audited, sizeof *p->verdicts);
		p->audited[p->n_audited] = subjects[i];
		p->verdicts[p->n_audited++] = r->verdicts[i];
	}
}

/* The first finding that says no: what is malware comes before what has a hole, whatever the mode. */
static const struct finding *find_refusal(const struct pipeline *p, const struct finding_list *list)
{
	const struct finding *first = NULL;
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		bool is_malware = strcmp(f->id, "V02") == 0;
		if (!finding_refuses(&p->settings->findings, f) || strcmp(f->id, "V03") == 0)
			continue;
		if (is_malware)
			return f;
		if (!first && p->settings->audit.mode == ADVISORIES_STOP)
			first = f;
	}
	return first;
}

static enum status decide(const struct pipeline *p, const struct advisory_result *r, struct diag *d)
{
	const struct finding *f = find_refusal(p, &r->findings);
	if (f) {
		(void)fail(d, ERR_RESOLVE, 0, "the build requirement '%.*s' is refused: %s: %.*s", BYTES_ARG(f->path), f->id,
			   BYTES_ARG(f->message));
		if (f->scoped)
			return remedy(d, "do not install it; 'hwb help V02' tells of the way past it");
		return remedy(d, "constrain it to a version without (-b FILE), or say why it does not matter: --ignore ID=WHY");
	}
	if (!r->unchecked || p->settings->audit.mode != ADVISORIES_STOP)
		return OK;
	for (size_t i = 0; i < r->n; i++)
		if (r->verdicts[i].reason && !r->verdicts[i].is_open)
			(void)fail(d, ERR_UNCHECKED, 0, "build requirements could not be checked for vulnerabilities: %s",
				   r->verdicts[i].reason);
	return remedy(d, "import advisories and use --offline, or build with --audit=report");
}

enum status advisories_check_pins(struct pipeline *p, struct diag *d)
{
	struct advisory_options options = advisories_options(p->settings, p->index);
	struct advisory_subject *subjects = ARENA_ARRAY(p->arena, struct advisory_subject, p->lock.n_pins);
	struct advisory_request request = { .subjects = subjects, .options = &options };
	struct advisory_result r;
	if (p->settings->audit.mode == ADVISORIES_OFF)
		return OK;
	for (size_t i = 0; i < p->lock.n_pins; i++)
		if (!was_audited(p, &p->lock.pins[i]))
			subjects[request.n_subjects++] = (struct advisory_subject){ .name = p->lock.pins[i].name,
										    .version = p->lock.pins[i].version,
										    .role = ADVISORY_BUILD_DEPENDENCY };
	if (!request.n_subjects)
		return OK;
	enum status s = advisory_run(p->run, &request, p->arena, &r, d);
	if (s)
		return s;
	struct bytes name = p->source.display;
	keep(p, subjects, &r);
	s = judge_apply(p->settings, &r.findings, name, p->run->audit, d);
	if (s == OK)
		s = advisories_note(p->run->audit, name, &r, d);
	if (s)
		return s;
	finding_list_join(&p->findings, &r.findings);
	judge_say(p->console, &(struct finding_subject){ .path = BYTES("build requirements"), .list = &r.findings });
	console_note(p->console, "looked up %zu build requirement%s in %s: %zu clean, %zu affected, %zu not checked", r.n,
		     PLURAL(r.n), r.source, r.counts[ADVISORY_CLEAN], r.counts[ADVISORY_AFFECTED], r.counts[ADVISORY_NOT_CHECKED]);
	return decide(p, &r, d);
}
