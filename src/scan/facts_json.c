#include "scan/facts_json.h"

#include "scan/policy.h"

struct json_writer facts_line_begin(struct buf *out, const char *kind)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "kind", kind);
	return w;
}

void facts_line_end(struct json_writer *w)
{
	json_object_end(w);
	buf_add_byte(w->out, '\n');
}

static void put_fact(const struct fact *f, struct buf *out)
{
	struct json_writer w = facts_line_begin(out, "fact");
	json_pair_cstring(&w, "id", f->rule->id);
	json_pair_cstring(&w, "class", fact_kind_name(f->rule->kind));
	json_pair_cstring(&w, "zone", scan_zone_name(f->zone));
	json_pair_string(&w, "path", f->path);
	json_pair_string(&w, "name", f->name);
	json_pair_unsigned(&w, "line", f->line);
	json_pair_unsigned(&w, "column", f->column);
	json_pair_bool(&w, "at_import", f->at_import);
	json_pair_string(&w, "evidence", f->evidence);
	facts_line_end(&w);
}

static void put_finding(void *context, const struct policy_finding *f)
{
	static const char *const severities[] = { "none", "info", "warning", "error" };
	struct json_writer w = facts_line_begin(context, "finding");
	json_pair_cstring(&w, "id", f->id);
	json_pair_cstring(&w, "severity", severities[f->severity]);
	json_pair_cstring(&w, "fact", f->fact->rule->id);
	json_pair_cstring(&w, "source", f->source ? f->source->rule->id : NULL);
	json_pair_string(&w, "path", f->fact->path);
	json_pair_unsigned(&w, "line", f->fact->line);
	json_pair_unsigned(&w, "more", f->n_more);
	json_pair_string(&w, "evidence", f->fact->evidence);
	facts_line_end(&w);
}

void facts_write_lines(const struct fact_list *facts, struct buf *out)
{
	for (size_t i = 0; i < facts->n_facts; i++)
		put_fact(&facts->facts[i], out);
	for (size_t i = 0; i < facts->n_flows; i++) {
		struct json_writer w = facts_line_begin(out, "flow");
		json_pair_cstring(&w, "from", facts->facts[facts->flows[i].from].rule->id);
		json_pair_cstring(&w, "to", facts->facts[facts->flows[i].to].rule->id);
		facts_line_end(&w);
	}
	policy_run(facts, put_finding, out);
}
