/* SARIF 2.1.0 (OASIS): what code-scanning pages of CI systems take. */
#include "finding/render.h"

static void put_text(struct json_writer *w, const char *key, struct bytes text)
{
	json_key(w, key);
	json_object_begin(w);
	json_pair_string(w, "text", text);
	json_object_end(w);
}

static void put_safe_text(struct json_writer *w, const char *key, struct bytes text, const struct finding_style *style)
{
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * text.size + 64);
	style->safe(style->context, text, &safe);
	put_text(w, key, buf_bytes(&safe));
}

static const char *level_of(enum severity severity)
{
	static const char *const levels[] = { "note", "warning", "error" };
	return levels[severity];
}

static bool is_used(const struct finding_subject *subjects, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < subjects[i].list->n_items; k++)
			if (strcmp(subjects[i].list->items[k].id, id) == 0)
				return true;
	return false;
}

/* Only the rules that are spoken of. */
static void put_rules(struct json_writer *w, const struct finding_subject *subjects, size_t n)
{
	size_t n_rules;
	const struct finding_rule *rules = finding_rules(&n_rules);
	json_key(w, "rules");
	json_array_begin(w);
	for (size_t i = 0; i < n_rules; i++) {
		if (!is_used(subjects, n, rules[i].id))
			continue;
		json_object_begin(w);
		json_pair_cstring(w, "id", rules[i].id);
		put_text(w, "shortDescription", bytes_of(rules[i].title));
		put_text(w, "help", bytes_of(rules[i].help));
		json_key(w, "defaultConfiguration");
		json_object_begin(w);
		json_pair_cstring(w, "level", level_of(rules[i].severity[PROFILE_BUILD]));
		json_object_end(w);
		json_object_end(w);
	}
	json_array_end(w);
}

/* A relative or absolute path as a URI reference (RFC 3986 section 3.3). */
static void put_uri(struct json_writer *w, const struct finding_subject *s, const struct finding *f, const struct finding_style *style)
{
	CLEANUP(buf_done) struct buf safe;
	CLEANUP(buf_done) struct buf uri;
	buf_init(&safe, 1 << 20);
	buf_init(&uri, 4 << 20);
	style->safe(style->context, s->path, &safe);
	if (s->is_tree && f->path.size) {
		buf_add_byte(&safe, '/');
		style->safe(style->context, f->path, &safe);
	}
	for (size_t i = 0; i < safe.size; i++) {
		unsigned char c = safe.data[i];
		if (byte_is_alnum(c) || strchr("/-._~", c))
			buf_add_byte(&uri, c);
		else
			buf_printf(&uri, "%%%02X", c);
	}
	json_pair_string(w, "uri", buf_bytes(&uri));
}

static void put_region(struct json_writer *w, const struct finding *f, const struct finding_style *style)
{
	json_key(w, "region");
	json_object_begin(w);
	json_pair_unsigned(w, "startLine", f->line);
	if (f->column) {
		/* Columns are characters here; what stands before the evidence is taken as it is. */
		size_t back = 0;
		for (size_t i = 0; i + 1 < f->evidence_column && i < f->evidence.size; i++)
			back += (f->evidence.data[i] & 0xc0) == 0x80;
		json_pair_unsigned(w, "startColumn", f->column > back ? f->column - back : 1);
	}
	if (f->evidence.size)
		put_safe_text(w, "snippet", f->evidence, style);
	json_object_end(w);
}

static void put_location(struct json_writer *w, const struct finding_subject *s, const struct finding *f,
			 const struct finding_style *style)
{
	json_key(w, "locations");
	json_array_begin(w);
	json_object_begin(w);
	json_key(w, "physicalLocation");
	json_object_begin(w);
	json_key(w, "artifactLocation");
	json_object_begin(w);
	put_uri(w, s, f, style);
	json_object_end(w);
	if (f->line && s->is_tree)
		put_region(w, f, style);
	json_object_end(w);
	struct bytes member = finding_member(s, f);
	if (!s->is_tree && member.size) {
		CLEANUP(buf_done) struct buf safe;
		buf_init(&safe, 16 * member.size + 64);
		style->safe(style->context, member, &safe);
		json_key(w, "logicalLocations");
		json_array_begin(w);
		json_object_begin(w);
		json_pair_string(w, "fullyQualifiedName", buf_bytes(&safe));
		json_pair_cstring(w, "kind", "member");
		json_object_end(w);
		json_array_end(w);
	}
	json_object_end(w);
	json_array_end(w);
}

static void put_result(struct json_writer *w, const struct finding_subject *s, const struct finding *f,
		       const struct finding_style *style)
{
	json_object_begin(w);
	json_pair_cstring(w, "ruleId", f->id);
	json_pair_cstring(w, "level", level_of(f->severity));
	put_safe_text(w, "message", f->message, style);
	put_location(w, s, f, style);
	if (f->allowed.data) {
		json_key(w, "suppressions");
		json_array_begin(w);
		json_object_begin(w);
		json_pair_cstring(w, "kind", "external");
		json_pair_string(w, "justification", f->allowed);
		json_object_end(w);
		json_array_end(w);
	}
	json_object_end(w);
}

/* What could not be looked at has no results; a reader must not take that for "clean". */
static void put_invocation(struct json_writer *w, const struct finding_subject *subjects, size_t n, const struct finding_style *style)
{
	bool whole = true;
	for (size_t i = 0; i < n; i++)
		whole = whole && !subjects[i].unchecked.data;
	json_key(w, "invocations");
	json_array_begin(w);
	json_object_begin(w);
	json_pair_bool(w, "executionSuccessful", whole);
	json_key(w, "toolExecutionNotifications");
	json_array_begin(w);
	for (size_t i = 0; i < n; i++) {
		if (!subjects[i].unchecked.data)
			continue;
		json_object_begin(w);
		json_pair_cstring(w, "level", "error");
		put_safe_text(w, "message", subjects[i].unchecked, style);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

void finding_write_sarif(const struct finding_subject *subjects, size_t n, const char *command, const char *version,
			 const struct finding_style *style, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_pair_cstring(&w, "version", "2.1.0");
	json_key(&w, "runs");
	json_array_begin(&w);
	json_object_begin(&w);
	json_key(&w, "tool");
	json_object_begin(&w);
	json_key(&w, "driver");
	json_object_begin(&w);
	json_pair_cstring(&w, "name", "hwb");
	json_pair_cstring(&w, "version", version);
	put_rules(&w, subjects, n);
	json_object_end(&w);
	json_object_end(&w);
	json_key(&w, "automationDetails");
	json_object_begin(&w);
	json_pair_string(&w, "id", bytes_of(strcmp(command, "scan") == 0 ? "hwb-scan/" : "hwb-check/"));
	json_object_end(&w);
	json_pair_cstring(&w, "columnKind", "unicodeCodePoints");
	put_invocation(&w, subjects, n, style);
	json_key(&w, "results");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < subjects[i].list->n_items; k++)
			put_result(&w, &subjects[i], &subjects[i].list->items[k], style);
	json_array_end(&w);
	json_object_end(&w);
	json_array_end(&w);
	json_object_end(&w);
	buf_add_byte(out, '\n');
}
