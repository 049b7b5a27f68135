#include "cli/facts.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "host/file.h"

enum { FILE_MAX = 256 << 20 };

void facts_put_json(struct json_writer *w, const struct fact *f, const struct finding_style *style)
{
	json_object_begin(w);
	json_pair_cstring(w, "id", f->rule->id);
	json_pair_cstring(w, "kind", fact_kind_name(f->rule->kind));
	json_pair_cstring(w, "zone", scan_zone_name(f->zone));
	finding_pair_safe(w, "path", f->path, style);
	json_pair_unsigned(w, "line", f->line);
	json_pair_unsigned(w, "column", f->column);
	finding_pair_safe(w, "name", f->name, style);
	json_pair_bool(w, "at_import", f->at_import);
	json_object_end(w);
}

static bool read_zone(struct bytes word, enum scan_zone *ret)
{
	for (size_t i = 0; i < N_ZONES; i++)
		if (bytes_equal(word, bytes_of(scan_zone_name((enum scan_zone)i)))) {
			*ret = (enum scan_zone)i;
			return true;
		}
	return false;
}

static enum status read_fact(const struct json *item, struct fact_list *ret, struct diag *d)
{
	struct bytes id, zone;
	struct fact f = { .line = 0 };
	enum status s = json_get_string(item, "id", &id, d);
	if (s == OK)
		s = json_get_string(item, "zone", &zone, d);
	if (s == OK)
		s = json_get_string(item, "path", &f.path, d);
	if (s == OK)
		s = json_get_string(item, "name", &f.name, d);
	if (s)
		return s;
	if (!read_zone(zone, &f.zone))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is no zone", BYTES_ARG(bytes_part(zone, 0, 100)));
	(void)fact_add(ret, arena_string(ret->arena, id), &f); /* an id of another version is none that could be compared */
	return OK;
}

static enum status read_facts(const struct json *root, struct fact_list *ret, struct diag *d)
{
	const struct json *subjects = json_find(root, "subjects");
	if (!subjects || subjects->type != JSON_TYPE_ARRAY)
		return fail(d, ERR_FORMAT, 0, "there are no subjects in it");
	for (JSON_EACH(subject, subjects)) {
		const struct json *facts = json_find(subject, "facts");
		if (!facts || facts->type != JSON_TYPE_ARRAY)
			return fail(d, ERR_FORMAT, 0, "a subject has no facts");
		for (JSON_EACH(item, facts)) {
			enum status s = read_fact(item, ret, d);
			if (s)
				return s;
		}
	}
	return OK;
}

static enum status read_finding(const struct json *item, struct finding_list *ret, struct diag *d)
{
	struct bytes id, path, evidence;
	enum status s = json_get_string(item, "id", &id, d);
	if (s == OK)
		s = json_get_string(item, "path", &path, d);
	if (s == OK)
		s = json_get_string(item, "evidence", &evidence, d);
	if (s || !finding_rule(id)) /* of another version */
		return s;
	struct finding *f = finding_add(ret, finding_rule(id)->id, path, "%s", "");
	if (f)
		f->evidence = evidence;
	return OK;
}

static enum status read_findings(const struct json *root, struct finding_list *ret, struct diag *d)
{
	const struct json *findings = json_find(root, "findings");
	if (!findings || findings->type != JSON_TYPE_ARRAY)
		return fail(d, ERR_FORMAT, 0, "there are no findings in it");
	for (JSON_EACH(item, findings)) {
		enum status s = read_finding(item, ret, d);
		if (s)
			return s;
	}
	return OK;
}

enum status facts_read_file(const char *path, struct scan_base *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	const struct json *root;
	struct arena *a = ret->facts.arena;
	buf_init(&text, FILE_MAX);
	enum status s = file_read_named(path, &text, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_USAGE, 0, "there is no file '%s'", path);
	if (s == OK)
		s = json_parse(arena_copy(a, buf_bytes(&text)), a, &root, d);
	if (s == OK)
		s = read_facts(root, &ret->facts, d);
	if (s == OK)
		s = read_findings(root, &ret->findings, d);
	if (s == OK)
		return OK;
	(void)explain(d, "'%s' is not what 'hwb scan --json' writes", path);
	return recode(d, ERR_USAGE);
}
