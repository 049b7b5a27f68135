/* The M group: each field of METADATA or PKG-INFO by itself, as pypa/packaging and PyPI judge it, and what the sdist promised. */
#include <stdlib.h>

#include "base/number.h"
#include "check/checking.h"
#include "format/rst.h"
#include "redact/hide.h"
#include "check/field_values.h"

/* Metadata-Version as 10 * major + minor; 0: none that is known. */
static unsigned metadata_age(struct bytes text)
{
	static const char *const known[] = { "1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6" };
	for (size_t i = 0; i < COUNT(known); i++)
		if (bytes_equal(text, bytes_of(known[i])))
			return (unsigned)(known[i][0] - '0') * 10 + (unsigned)(known[i][2] - '0');
	return 0;
}

/* Core metadata specification: which field came with which version, and which may stand more than once. */
static const struct field_rule {
	const char *name;
	unsigned since; /* as metadata_age gives it */
	bool repeats;
	field_check *check; /* NULL: any value */
} rules[] = {
	{ "Metadata-Version", 10, false, NULL },
	{ "Name", 10, false, NULL },
	{ "Version", 10, false, NULL },
	{ "Platform", 10, true, NULL },
	{ "Summary", 10, false, field_summary },
	{ "Description", 10, false, NULL },
	{ "Keywords", 10, false, NULL },
	{ "Home-page", 10, false, field_url },
	{ "Author", 10, false, NULL },
	{ "Author-email", 10, false, NULL },
	{ "License", 10, false, NULL },
	{ "Supported-Platform", 11, true, NULL },
	{ "Classifier", 11, true, field_classifier },
	{ "Download-URL", 11, false, field_url },
	{ "Requires", 11, true, NULL },
	{ "Provides", 11, true, NULL },
	{ "Obsoletes", 11, true, NULL },
	{ "Maintainer", 12, false, NULL },
	{ "Maintainer-email", 12, false, NULL },
	{ "Requires-Dist", 12, true, field_requires },
	{ "Requires-Python", 12, false, NULL },
	{ "Requires-External", 12, true, NULL },
	{ "Provides-Dist", 12, true, NULL },
	{ "Obsoletes-Dist", 12, true, NULL },
	{ "Project-URL", 12, true, field_project_url },
	{ "Provides-Extra", 21, true, NULL },
	{ "Description-Content-Type", 21, false, field_content_type },
	{ "Dynamic", 22, true, NULL },
	{ "License-Expression", 24, false, field_license_expression },
	/* setuptools wrote it years before it was specified, and PyPI takes it. */
	{ "License-File", 10, true, field_license_file },
	{ "Import-Name", 25, true, field_import_name },
	{ "Import-Namespace", 25, true, field_import_name },
};

static const struct field_rule *find_rule(struct bytes name)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (bytes_equal_nocase(name, bytes_of(rules[i].name)))
			return &rules[i];
	return NULL;
}

struct finding *field_finding(const struct field_place *p, const char *id, struct bytes value, const char *words)
{
	struct finding *f = finding_add(&p->checking->findings, id, bytes_of(p->path), "%.*s: '%.*s' %s", BYTES_ARG(p->field->name),
					BYTES_ARG(hide_cut(value, 200)), words);
	if (f)
		f->line = p->field->line;
	return f;
}

/* The finding names the file already. */
static const char *without_prefix(const char *text)
{
	static const char prefix[] = "metadata: ";
	return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : text;
}

void check_fields_read(struct checking *c, struct bytes text, const char *path)
{
	struct diag d = { 0 };
	c->has_fields = rfc822_parse(text, c->arena, &c->fields, NULL) == OK;
	c->has_metadata = metadata_parse(text, c->arena, &c->metadata, &d) == OK;
	if (c->has_metadata)
		return;
	struct finding *f = finding_add(&c->findings, d.rule ? d.rule : "I07", bytes_of(path), "%s", without_prefix(d.text));
	if (f)
		f->line = d.line;
}

/* ---- fields together ---- */

static bool has_field(const struct checking *c, const char *name)
{
	const struct rfc822_field *f = rfc822_find(&c->fields, name, NULL);
	return f && bytes_trim(f->value).size;
}

static void check_licences(struct checking *c, const char *path)
{
	if (!has_field(c, "License-Expression"))
		return;
	if (has_field(c, "License"))
		(void)finding_add(&c->findings, "M03", bytes_of(path), "License-Expression and License are both there (PEP 639)");
	for (const struct rfc822_field *f = rfc822_find(&c->fields, "Classifier", NULL); f;
	     f = rfc822_find(&c->fields, "Classifier", f))
		if (bytes_starts(f->value, BYTES("License ::"))) {
			(void)finding_add(&c->findings, "M14", bytes_of(path),
					  "License-Expression and the classifier '%.*s' are both there (PEP 639)",
					  BYTES_ARG(f->value));
			return;
		}
}

static bool has_extra(const struct metadata *m, struct bytes name)
{
	for (size_t i = 0; i < m->n_extras; i++)
		if (name_equal(m->extras[i], name))
			return true;
	return false;
}

/* marker: as marker_write puts it. */
static void check_extras_of(struct checking *c, const char *path, struct bytes requirement, struct bytes marker)
{
	static const struct bytes begin = LIT("extra == \"");
	for (struct bytes rest = marker; rest.size;) {
		rest = bytes_from(rest, bytes_search(rest, begin) + begin.size);
		struct bytes name = bytes_part(rest, 0, bytes_find(rest, '"'));
		if (name.size && !has_extra(&c->metadata, name))
			(void)finding_add(&c->findings, "M15", bytes_of(path), "'%.*s': no Provides-Extra declares '%.*s'",
					  BYTES_ARG(hide_cut(requirement, 200)), BYTES_ARG(hide_cut(name, 100)));
	}
}

static void check_extras(struct checking *c, const char *path)
{
	CLEANUP(buf_done) struct buf marker;
	buf_init(&marker, 4 * MARKER_SIZE_MAX);
	for (size_t i = 0; c->has_metadata && i < c->metadata.n_requires; i++) {
		if (!c->metadata.requires[i].marker)
			continue;
		buf_clear(&marker);
		marker_write(c->metadata.requires[i].marker, &marker);
		check_extras_of(c, path, c->metadata.raw_requires[i], buf_bytes(&marker));
	}
}

/* "type/subtype" of a field of content types; empty without the field. */
static struct bytes description_type(const struct checking *c)
{
	const struct rfc822_field *field = rfc822_find(&c->fields, "Description-Content-Type", NULL);
	struct bytes rest = field ? field->value : (struct bytes){ NULL, 0 };
	return bytes_trim(bytes_cut(&rest, ';'));
}

/* PyPI renders reStructuredText when it takes a file, and refuses what docutils warns of. Without a type it takes any text for that. */
static void check_rendering(struct checking *c, const char *path, struct bytes text, bool has_type)
{
	struct diag d = { 0 };
	enum rst_verdict verdict = rst_check(text, c->arena, &d);
	const char *line = d.line ? arena_printf(c->arena, "line %u of the description: ", (unsigned)d.line) : "the description: ";
	if (verdict == RST_FAILS)
		(void)finding_add(
			&c->findings, "M16", bytes_of(path), "%s%s%s", line, d.text,
			has_type ? ""
				 : " (it has no Description-Content-Type, so it is read as reStructuredText: name text/markdown if it is)");
	else if (verdict == RST_UNKNOWN)
		(void)finding_add(&c->findings, "M11", bytes_of(path), "%shwb is not sure that it renders: %s", line, d.text);
}

static void check_description(struct checking *c, const char *path)
{
	const struct rfc822_field *field = rfc822_find(&c->fields, "Description", NULL);
	struct bytes type = description_type(c), text = c->fields.body;
	bool in_field = field && bytes_trim(field->value).size, in_body = bytes_trim(text).size;
	if (in_body && in_field)
		(void)finding_add(&c->findings, "I07", bytes_of(path),
				  "there are two descriptions, a field and what follows the fields");
	if ((!in_body && !in_field) || (type.size && !bytes_equal_nocase(type, BYTES("text/x-rst"))))
		return;
	if (!in_body)
		text = field->value;
	/* Indentation says something in reStructuredText, and who uploads may take it away from a field or not. */
	if (!in_body && bytes_find(text, '\n') < text.size)
		(void)finding_add(
			&c->findings, "M11", bytes_of(path),
			"the description is a field of several lines, whose indentation is not sure: hwb does not render it");
	else
		check_rendering(c, path, text, type.size > 0);
}

static void check_version(struct checking *c, const char *path, struct bytes text, unsigned age)
{
	enum { NEWEST_ON_PYPI = 25, NEVER_RELEASED = 20 };
	if (!age)
		(void)finding_add(&c->findings, "M01", bytes_of(path), "Metadata-Version '%.*s' is not one that is known",
				  BYTES_ARG(text));
	else if (age > NEWEST_ON_PYPI || age == NEVER_RELEASED)
		(void)finding_add(&c->findings, "M13", bytes_of(path), "PyPI does not take Metadata-Version '%.*s'", BYTES_ARG(text));
}

static void check_field(struct checking *c, const char *path, const struct rfc822_field *field, unsigned age)
{
	const struct field_rule *rule = find_rule(field->name);
	struct field_place place = { .checking = c, .path = path, .field = field, .metadata_age = age };
	if (!rule) {
		(void)field_finding(&place, "M09", field->value, "is in no version of core metadata");
		return;
	}
	if (age && rule->since > age)
		(void)field_finding(&place, "M01", field->value,
				    arena_printf(c->arena, "came with Metadata-Version %u.%u", rule->since / 10, rule->since % 10));
	const struct rfc822_field *first = rfc822_find(&c->fields, rule->name, NULL);
	if (!rule->repeats && first != field && c->has_metadata) /* else metadata_parse has said it, of those it reads */
		(void)field_finding(&place, "I07", field->value, "is there twice");
	if (rule->check)
		rule->check(&place, field->value);
}

void check_fields(struct checking *c, const char *path)
{
	if (!c->has_fields)
		return;
	const struct rfc822_field *version = rfc822_find(&c->fields, "Metadata-Version", NULL);
	unsigned age = version ? metadata_age(version->value) : 0;
	if (version && c->has_metadata)
		check_version(c, path, version->value, age);
	for (size_t i = 0; i < c->fields.n_fields; i++)
		check_field(c, path, &c->fields.fields[i], age);
	for (size_t i = 0; c->has_metadata && i < c->metadata.n_dynamic; i++)
		if (!find_rule(c->metadata.dynamic[i]))
			(void)finding_add(&c->findings, "M04", bytes_of(path), "Dynamic names '%.*s', which is no field",
					  BYTES_ARG(c->metadata.dynamic[i]));
	check_licences(c, path);
	check_extras(c, path);
	check_description(c, path);
}

/* ---- what the sdist promised ---- */

static bool is_dynamic(const struct metadata *m, struct bytes field)
{
	for (size_t i = 0; i < m->n_dynamic; i++)
		if (bytes_equal(m->dynamic[i], field))
			return true;
	return false;
}

static int compare_texts(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static struct bytes *canonical_requires(const struct metadata *m, struct arena *a)
{
	struct bytes *texts = ARENA_ARRAY(a, struct bytes, m->n_requires + 1);
	for (size_t i = 0; i < m->n_requires; i++) {
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, 2 * REQUIREMENT_SIZE_MAX);
		requirement_write(&m->requires[i], &text);
		texts[i] = arena_copy(a, buf_bytes(&text));
	}
	if (m->n_requires)
		qsort(texts, m->n_requires, sizeof *texts, compare_texts);
	return texts;
}

static bool same_requires(const struct metadata *x, const struct metadata *y, struct arena *a)
{
	if (x->n_requires != y->n_requires)
		return false;
	const struct bytes *one = canonical_requires(x, a), *other = canonical_requires(y, a);
	for (size_t i = 0; i < x->n_requires; i++)
		if (!bytes_equal(one[i], other[i]))
			return false;
	return true;
}

/* PEP 643: from Metadata-Version 2.2 on, what an sdist does not call Dynamic is final. */
void check_promises(struct checking *c)
{
	struct metadata promised;
	struct bytes rest, major, minor;
	if (!c->pkg_info.size || !c->has_metadata || metadata_parse(c->pkg_info, c->arena, &promised, NULL))
		return;
	rest = promised.metadata_version;
	major = bytes_cut(&rest, '.');
	minor = rest;
	if (!bytes_equal(major, BYTES("2")) || bytes_equal(minor, BYTES("0")) || bytes_equal(minor, BYTES("1")))
		return;
	if (version_compare(&promised.version, &c->metadata.version) != 0 && !is_dynamic(&promised, BYTES("version")))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"), "the sdist promised version '%.*s', the wheel has '%.*s'",
				  BYTES_ARG(promised.raw_version), BYTES_ARG(c->metadata.raw_version));
	if (!is_dynamic(&promised, BYTES("requires-python")) &&
	    !bytes_equal(bytes_trim(promised.raw_requires_python), bytes_trim(c->metadata.raw_requires_python)))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"),
				  "the sdist promised another Requires-Python than the wheel has");
	if (!is_dynamic(&promised, BYTES("requires-dist")) && !same_requires(&promised, &c->metadata, c->arena))
		(void)finding_add(&c->findings, "M04", BYTES("METADATA"),
				  "the sdist promised other Requires-Dist (%zu) than the wheel has (%zu)", promised.n_requires,
				  c->metadata.n_requires);
}
