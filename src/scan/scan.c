#include "scan/scan.h"

#include "base/wire.h"

enum { REQUEST_MAX = 8192, REPLY_MAX = 128 << 20 };

enum status scan_start(const struct run_context *run, int snapshot_fd, struct helper *ret, struct diag *d)
{
	return helper_start(run, "hwb-parse", "scan", &snapshot_fd, 1, ret, d);
}

enum status scan_ask(struct helper *scanner, struct bytes subdirectory, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, REQUEST_MAX);
	wire_put_bytes(&ask, subdirectory);
	return helper_ask(scanner, buf_bytes(&ask), d);
}

static enum status read_reply(struct bytes reply, struct arena *a, struct scan_result *ret, struct diag *d)
{
	struct wire w = wire_over(reply);
	struct scan_result r = { .findings = { .arena = a }, .facts = { .arena = a } };
	enum status s = finding_list_read(&w, &r.findings, d);
	if (s == OK)
		s = fact_list_read(&w, &r.facts, d);
	for (size_t i = 0; i < N_ZONES; i++)
		r.n_files[i] = wire_get_u32(&w);
	r.size = wire_get_u64(&w);
	if (s || wire_end(&w, "scan", d))
		return fail(d, ERR_UNCHECKED, 0, "the scanner's answer makes no sense");
	*ret = r;
	return OK;
}

enum status scan_finish(const struct run_context *run, struct helper *scanner, struct arena *a, struct scan_result *ret,
			struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	buf_init(&reply, REPLY_MAX);
	enum status s = helper_finish(run, scanner, &reply, d);
	if (s == OK)
		return read_reply(buf_bytes(&reply), a, ret, d);
	if (s == ERR_CANCELLED)
		return s;
	(void)explain(d, "could not scan the source");
	return recode(d, ERR_UNCHECKED);
}

/* ---- what is new ---- */

static int compare_facts(const void *a, const void *b)
{
	const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
	if (x->zone != y->zone)
		return x->zone < y->zone ? -1 : 1;
	int order = strcmp(x->rule->id, y->rule->id);
	return order ? order : bytes_compare(x->name, y->name);
}

static const struct fact **sorted(const struct fact_list *list, struct arena *a)
{
	const struct fact **all = ARENA_ARRAY(a, const struct fact *, list->n_facts + 1);
	for (size_t i = 0; i < list->n_facts; i++)
		all[i] = &list->facts[i];
	if (list->n_facts)
		qsort(all, list->n_facts, sizeof *all, compare_facts);
	return all;
}

static const char *when(enum scan_zone zone)
{
	static const char *const words[N_ZONES] = { "when it is built", "when it is imported", "elsewhere" };
	return words[zone];
}

static bool is_told(const struct finding_list *list, const struct fact *f)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].given > SEVERITY_INFO && list->items[i].line == f->line &&
		    bytes_equal(list->items[i].path, f->path))
			return true;
	return false;
}

static void report_new(const struct fact *f, struct bytes base_name, struct finding_list *ret)
{
	struct finding *made = finding_add(ret, "SRC-NEW", f->path, "new since '%.*s', %s: %s (%.*s)", BYTES_ARG(base_name),
					   when(f->zone), f->rule->what, BYTES_ARG(f->name));
	if (!made)
		return;
	made->line = f->line;
	made->column = f->column;
	made->evidence = arena_copy(ret->arena, f->evidence);
	made->evidence_column = f->evidence_column;
	finding_lower(made, f->zone == ZONE_BUILD ? SEVERITY_WARNING : SEVERITY_INFO);
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;
	int order = strcmp(x->id, y->id);
	if (order == 0)
		order = bytes_compare(x->path, y->path);
	return order ? order : bytes_compare(x->evidence, y->evidence);
}

static void drop_known(struct finding_list *list, const struct finding_list *base)
{
	const struct finding **then = ARENA_ARRAY(list->arena, const struct finding *, base->n_items + 1);
	size_t kept = 0;
	for (size_t i = 0; i < base->n_items; i++)
		then[i] = &base->items[i];
	if (base->n_items)
		qsort(then, base->n_items, sizeof *then, compare_findings);
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		if (!base->n_items || !bsearch(&f, then, base->n_items, sizeof *then, compare_findings))
			list->items[kept++] = *f;
	}
	list->n_items = kept;
}

void scan_compare(struct scan_result *r, const struct scan_base *base)
{
	const struct fact **now = sorted(&r->facts, r->findings.arena), **then = sorted(&base->facts, r->findings.arena);
	size_t k = 0;
	drop_known(&r->findings, &base->findings);
	for (size_t i = 0; i < r->facts.n_facts; i++) {
		if (i && compare_facts(&now[i - 1], &now[i]) == 0)
			continue;
		while (k < base->facts.n_facts && compare_facts(&then[k], &now[i]) < 0)
			k++;
		bool is_new = k == base->facts.n_facts || compare_facts(&then[k], &now[i]) != 0;
		if (is_new && !is_told(&r->findings, now[i]))
			report_new(now[i], base->name, &r->findings);
	}
}
