#include "cli/source_scan.h"

#include "base/number.h"
#include "cli/judge.h"

enum status source_scan_start(struct pipeline *p, struct diag *d)
{
	if (p->settings->scan == SCAN_OFF)
		return OK;
	helper_stop(&p->scanner);
	enum status s = scan_start(p->run, p->source.tree.fd, &p->scanner, d);
	if (s == OK)
		s = scan_ask(&p->scanner, p->source.subdirectory, d);
	p->is_scanning = s == OK;
	return s;
}

static enum status note_completed(struct pipeline *p, const struct scan_result *r, struct diag *d)
{
	struct finding_counts counts = finding_count(&r->findings);
	size_t by_kind[N_ZONES][N_FACT_KINDS] = { { 0 } };
	for (size_t i = 0; i < r->facts.n_facts; i++)
		by_kind[r->facts.facts[i].zone][r->facts.facts[i].rule->kind]++;
	struct json_writer *w = audit_begin(p->run->audit, "scan.completed");
	json_pair_unsigned(w, "errors", counts.n[SEVERITY_ERROR]);
	json_pair_unsigned(w, "warnings", counts.n[SEVERITY_WARNING]);
	json_pair_unsigned(w, "allowed", counts.n_allowed);
	json_key(w, "facts");
	json_object_begin(w);
	for (size_t zone = 0; zone < N_ZONES; zone++) {
		json_key(w, scan_zone_name((enum scan_zone)zone));
		json_object_begin(w);
		json_pair_unsigned(w, "files", r->n_files[zone]);
		for (size_t kind = 0; kind < N_FACT_KINDS; kind++)
			if (by_kind[zone][kind])
				json_pair_unsigned(w, fact_kind_name((enum fact_kind)kind), by_kind[zone][kind]);
		json_object_end(w);
	}
	json_object_end(w);
	return audit_end(p->run->audit, false, d);
}

/* Warnings and errors one by one; the log is no place for ten thousand of them. */
static enum status note_findings(struct pipeline *p, const struct finding_list *list, struct diag *d)
{
	enum { NOTED_MAX = 100 };
	size_t n = 0;
	for (size_t i = 0; i < list->n_items && n < NOTED_MAX; i++) {
		const struct finding *f = &list->items[i];
		if (f->severity == SEVERITY_INFO)
			continue;
		n++;
		struct json_writer *w = audit_begin(p->run->audit, "scan.finding");
		json_pair_cstring(w, "id", f->id);
		json_pair_cstring(w, "severity", severity_name(f->severity));
		json_pair_cstring(w, "path", console_redacted(p->console, arena_string(p->arena, f->path), p->arena));
		json_pair_unsigned(w, "line", f->line);
		json_pair_bool(w, "allowed", f->allowed.data != NULL);
		enum status s = audit_end(p->run->audit, false, d);
		if (s)
			return s;
	}
	return OK;
}

/* As people know it: an index's URL says less than the name of the sdist. */
static struct bytes name_of(const struct pipeline *p)
{
	return p->source.chosen.size && p->source.archive_name.size ? p->source.archive_name : p->source.display;
}

static enum status refuse(const struct pipeline *p, const struct finding_list *list, struct diag *d)
{
	const struct finding *first = NULL;
	size_t n = 0;
	for (size_t i = 0; i < list->n_items; i++) {
		if (!finding_refuses(&p->settings->findings, &list->items[i]))
			continue;
		first = first ? first : &list->items[i];
		n++;
	}
	if (!first)
		return fail(d, ERR_REFUSED, 0, "the source '%.*s' is refused: it has too many findings", BYTES_ARG(name_of(p)));
	(void)fail(d, ERR_REFUSED, 0, "the source '%.*s' is refused by %zu finding%s, %s: %.*s:%u: %.*s", BYTES_ARG(name_of(p)), n,
		   PLURAL(n), n == 1 ? first->id : arena_printf(p->arena, "the first is %s", first->id), BYTES_ARG(first->path),
		   first->line, BYTES_ARG(first->message));
	return remedy(d, "'hwb help %s' tells of it; --allow %s=WHY overrides it, --scan=report goes on", first->id, first->id);
}

enum status source_scan_finish(struct pipeline *p, struct scan_result *ret, struct diag *d)
{
	p->is_scanning = false;
	return scan_finish(p->run, &p->scanner, p->arena, ret, d);
}

/* Nobody knows what is in it; that is said also where it does not stop the build. */
static enum status unchecked(struct pipeline *p, enum status s, struct diag *d)
{
	if (s == ERR_CANCELLED || p->settings->scan == SCAN_STOP)
		return s;
	console_warning(p->console, "%s", console_redacted_diag(p->console, d, p->arena));
	return audit_note(p->run->audit, false, d, "scan.failed", "reason", console_redacted_diag(p->console, d, p->arena), NULL);
}

enum status source_scan_judge(struct pipeline *p, struct diag *d)
{
	struct scan_result r;
	if (!p->is_scanning)
		return OK;
	enum status s = source_scan_finish(p, &r, d);
	if (s)
		return unchecked(p, s, d);
	s = judge_apply(p->settings, &r.findings, p->source.display, p->run->audit, d);
	if (s == OK)
		s = note_completed(p, &r, d);
	struct finding_list fresh = judge_only_new(&p->findings, &r.findings); /* of an sdist: what its source has was said */
	if (s == OK)
		s = note_findings(p, &fresh, d);
	if (s)
		return s;
	judge_say(p->console, &(struct finding_subject){ .path = name_of(p), .is_tree = true, .list = &fresh });
	finding_list_join(&p->findings, &fresh);
	if (p->settings->scan == SCAN_STOP && finding_list_refuses(&p->settings->findings, &r.findings))
		return refuse(p, &r.findings, d);
	return OK;
}
