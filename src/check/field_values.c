#include "base/words.h"
#include "check/field_values.h"

#include "classifiers_table.h"
#include "format/spdx_expression.h"

/* The limits of PyPI (warehouse/forklift/metadata.py as of 2026-08; reference/wheel-checks.md M05). */
enum { SUMMARY_MAX = 512, LABEL_MAX = 32 };

/* Characters, not bytes. */
static size_t length(struct bytes text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		n += (text.data[i] & 0xc0) != 0x80;
	return n;
}

void field_summary(const struct field_place *p, struct bytes value)
{
	if (bytes_find(value, '\n') < value.size)
		(void)field_finding(p, "M05", value, "has more than one line");
	if (length(value) > SUMMARY_MAX)
		(void)field_finding(p, "M05", value, "is longer than 512 characters");
}

static bool is_url(struct bytes value)
{
	size_t scheme = bytes_starts(value, BYTES("https://")) ? 8 : bytes_starts(value, BYTES("http://")) ? 7 : 0;
	if (!scheme || value.size == scheme || value.data[scheme] == '/')
		return false;
	for (size_t i = 0; i < value.size; i++)
		if (byte_is_blank(value.data[i]) || value.data[i] < 0x20)
			return false;
	return true;
}

void field_url(const struct field_place *p, struct bytes value)
{
	if (value.size && !bytes_equal(value, BYTES("UNKNOWN")) && !is_url(value))
		(void)field_finding(p, "M05", value, "is not a URL of http or https");
}

void field_project_url(const struct field_place *p, struct bytes value)
{
	struct bytes url = value, label = bytes_trim(bytes_cut(&url, ','));
	if (!url.data || !label.size) {
		(void)field_finding(p, "M05", value, "is not 'label, URL'");
		return;
	}
	if (length(label) > LABEL_MAX)
		(void)field_finding(p, "M05", value, "has a label of more than 32 characters");
	if (!is_url(bytes_trim(url)))
		(void)field_finding(p, "M05", value, "has no URL of http or https");
}

void field_classifier(const struct field_place *p, struct bytes value)
{
	if (bytes_starts(value, BYTES("Private ::"))) {
		(void)field_finding(p, "M12", value, "says that the project is not to be published");
		return;
	}
	if (words_have(classifiers, COUNT(classifiers), value))
		return;
	bool is_old = words_have(classifiers, COUNT(classifiers),
				 bytes_of(arena_printf(p->checking->arena, "old\t%.*s", BYTES_ARG(value))));
	(void)field_finding(p, "M05", value, is_old ? "is a classifier that PyPI no longer takes" : "is no classifier");
}

void field_requires(const struct field_place *p, struct bytes value)
{
	struct requirement r;
	if (requirement_parse(value, p->checking->arena, &r, NULL)) /* metadata_parse has said it */
		return;
	struct bytes specifier = bytes_part(value, 0, bytes_find(value, ';'));
	if (r.url.size)
		(void)field_finding(p, "M10", value, "comes from a URL");
	else if (bytes_find(specifier, '+') < specifier.size) /* neither names nor extras have one */
		(void)field_finding(p, "M10", value, "asks for a local version");
}

/* "type/subtype; key=value; ..." */
void field_content_type(const struct field_place *p, struct bytes value)
{
	static const char *const types[] = { "text/plain", "text/x-rst", "text/markdown" };
	struct bytes rest = value, type = bytes_trim(bytes_cut(&rest, ';'));
	bool is_known = false;
	for (size_t i = 0; i < COUNT(types); i++)
		is_known = is_known || bytes_equal_nocase(type, bytes_of(types[i]));
	if (!is_known) {
		(void)field_finding(p, "M06", value, "is none of text/plain, text/x-rst and text/markdown");
		return;
	}
	while (rest.data) {
		struct bytes text = bytes_cut(&rest, ';'), key = bytes_trim(bytes_cut(&text, '='));
		text = bytes_trim(text);
		if (text.size > 1 && text.data[0] == '"' && text.data[text.size - 1] == '"')
			text = bytes_part(text, 1, text.size - 2);
		if (bytes_equal_nocase(key, BYTES("charset")) && !bytes_equal_nocase(text, BYTES("utf-8")))
			(void)field_finding(p, "M06", value, "has a charset other than UTF-8");
		if (bytes_equal_nocase(key, BYTES("variant")) && bytes_equal_nocase(type, BYTES("text/markdown")) &&
		    !bytes_equal(text, BYTES("GFM")) && !bytes_equal(text, BYTES("CommonMark")))
			(void)field_finding(p, "M06", value, "has a variant of Markdown other than GFM and CommonMark");
	}
}

void field_license_expression(const struct field_place *p, struct bytes value)
{
	struct diag d = { 0 };
	if (spdx_expression_check(value, &d))
		(void)field_finding(p, "M03", value, d.text);
}

static bool leads_out(struct bytes path)
{
	if (!path.size || path.data[0] == '/' || bytes_find(path, '\\') < path.size || bytes_find(path, '*') < path.size)
		return true;
	if (path.size > 1 && path.data[1] == ':')
		return true;
	while (path.data)
		if (bytes_equal(bytes_cut(&path, '/'), BYTES("..")))
			return true;
	return false;
}

void field_license_file(const struct field_place *p, struct bytes value)
{
	enum { PEP_639 = 24 };
	struct checking *c = p->checking;
	if (p->metadata_age < PEP_639)
		return;
	if (leads_out(value)) {
		(void)field_finding(p, "M03", value, "is not a plain path below the licences");
		return;
	}
	if (c->tree.size && !check_has_source(c, value))
		(void)field_finding(p, "M03", value, "is not in the sdist");
	const char *path = arena_printf(c->arena, "licenses/%.*s", BYTES_ARG(value));
	if (c->wheel.dist_info.size && !check_has_info(c, bytes_of(path)))
		(void)field_finding(p, "M03", value, "is not in .dist-info/licenses");
}

static bool is_identifier(struct bytes word)
{
	for (size_t i = 0; i < word.size; i++)
		if (!byte_is_alnum(word.data[i]) && word.data[i] != '_' && word.data[i] < 0x80)
			return false;
	return word.size && !byte_is_digit(word.data[0]);
}

void field_import_name(const struct field_place *p, struct bytes value)
{
	struct bytes rest = value, name = bytes_trim(bytes_cut(&rest, ';'));
	if (!value.size) /* PEP 794: nothing can be imported */
		return;
	if (rest.data && !bytes_equal(bytes_trim(rest), BYTES("private")))
		(void)field_finding(p, "M07", value, "has something other than 'private' behind its semicolon");
	for (struct bytes parts = name; parts.data;)
		if (!is_identifier(bytes_cut(&parts, '.'))) {
			(void)field_finding(p, "M07", value, "is not the name of a module");
			return;
		}
	if (p->checking->wheel.dist_info.size && !check_has_module(p->checking, name))
		(void)field_finding(p, "M07", value, "is not in the wheel");
}
