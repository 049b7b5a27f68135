/* METADATA for the model: core metadata specifications, PEP 639. */
#include "describe/facts.h"
#include "format/rfc822.h"
#include "format/spdx_expression.h"
#include "python/metadata.h"
#include "redact/hide.h"

/* Of a field License: whole licences are in there, and what names one is shorter. */
enum { LICENCE_NAME_MAX = 200 };

struct facts {
	const struct rfc822 *fields;
	struct arena *arena;
	struct sbom *sbom;
};

static struct bytes field(const struct facts *f, const char *name)
{
	const struct rfc822_field *found = rfc822_find(f->fields, name, NULL);
	struct bytes value = found ? bytes_trim(found->value) : (struct bytes){ NULL, 0 };
	/* What distutils wrote where nothing was said. */
	return bytes_equal(value, BYTES("UNKNOWN")) ? (struct bytes){ NULL, 0 } : value;
}

static struct bytes first_line(struct bytes text)
{
	struct bytes line = bytes_trim(bytes_part(text, 0, bytes_find(text, '\n')));
	return hide_cut(line, LICENCE_NAME_MAX);
}

/* ---- licences ---- */

static void add_licence(struct facts *f, struct bytes name)
{
	struct sbom *s = f->sbom;
	if (!name.size || s->n_licences == SBOM_LIST_MAX)
		return;
	s->licences = arena_grow(f->arena, s->licences, s->n_licences, sizeof name);
	s->licences[s->n_licences++] = name;
}

static void take_licences(struct facts *f)
{
	struct bytes expression = field(f, "License-Expression");
	if (expression.size && expression.size <= SBOM_TEXT_MAX && spdx_expression_check(expression, NULL) == OK) {
		f->sbom->licence_expression = expression;
		return;
	}
	add_licence(f, first_line(expression));
	add_licence(f, first_line(field(f, "License")));
	for (const struct rfc822_field *c = rfc822_find(f->fields, "Classifier", NULL); c;
	     c = rfc822_find(f->fields, "Classifier", c))
		if (bytes_starts(c->value, BYTES("License ::")))
			add_licence(f, first_line(c->value));
}

/* ---- people ---- */

static void add_author(struct facts *f, struct bytes name, struct bytes email)
{
	struct sbom *s = f->sbom;
	struct sbom_author one = { first_line(name), sbom_email_is_valid(email) ? email : (struct bytes){ NULL, 0 } };
	if ((!one.name.size && !one.email.size) || s->n_authors == SBOM_LIST_MAX)
		return;
	s->authors = arena_grow(f->arena, s->authors, s->n_authors, sizeof one);
	s->authors[s->n_authors++] = one;
}

/* Where the next address of a list ends: commas in quotes and in angle brackets belong to it. */
static size_t end_of_address(struct bytes rest)
{
	bool in_quotes = false, in_brackets = false;
	for (size_t i = 0; i < rest.size; i++) {
		unsigned char c = rest.data[i];
		in_quotes ^= c == '"';
		in_brackets = c == '<' || (in_brackets && c != '>');
		if (c == ',' && !in_quotes && !in_brackets)
			return i;
	}
	return rest.size;
}

static struct bytes without_quotes(struct bytes name)
{
	name = bytes_trim(name);
	bool quoted = name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"';
	return quoted ? bytes_part(name, 1, name.size - 2) : name;
}

/* "Name <address>, address": RFC 5322 as far as people use it. An address without a name is that of the field beside it. */
static void take_people(struct facts *f, const char *name_field, const char *email_field)
{
	struct bytes name = field(f, name_field), rest = field(f, email_field);
	bool name_taken = false;
	while (rest.size) {
		struct bytes one = bytes_part(rest, 0, end_of_address(rest));
		size_t open = bytes_find(one, '<');
		struct bytes email = open < one.size ? bytes_from(one, open + 1) : bytes_trim(one);
		struct bytes own = open < one.size ? without_quotes(bytes_part(one, 0, open)) : (struct bytes){ NULL, 0 };
		email = bytes_trim(bytes_part(email, 0, bytes_find(email, '>')));
		if (!own.size && !name_taken) {
			own = name;
			name_taken = true;
		}
		name_taken |= bytes_equal(own, name);
		add_author(f, own, email);
		rest = bytes_from(rest, one.size + 1);
	}
	if (!name_taken)
		add_author(f, name, (struct bytes){ NULL, 0 });
}

/* ---- links ---- */

static void add_link(struct facts *f, struct bytes label, struct bytes url)
{
	struct sbom *s = f->sbom;
	struct sbom_link one = { sbom_link_type(label), first_line(label), bytes_trim(url) };
	if (!sbom_url_is_valid(one.url) || s->n_links == SBOM_LIST_MAX)
		return;
	s->links = arena_grow(f->arena, s->links, s->n_links, sizeof one);
	s->links[s->n_links++] = one;
}

static void take_links(struct facts *f)
{
	add_link(f, BYTES("Homepage"), field(f, "Home-page"));
	for (const struct rfc822_field *u = rfc822_find(f->fields, "Project-URL", NULL); u;
	     u = rfc822_find(f->fields, "Project-URL", u)) {
		struct bytes rest = u->value, label = bytes_cut(&rest, ',');
		add_link(f, bytes_trim(label), rest);
	}
}

/* ---- requirements ---- */

static bool is_of_extra(const struct requirement *r)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, REQUIREMENT_SIZE_MAX * 2);
	if (!r->marker)
		return false;
	marker_write(r->marker, &text);
	struct bytes needle = BYTES("extra ==");
	return bytes_search(buf_bytes(&text), needle) < text.size;
}

struct line {
	struct bytes name, text;
	bool is_optional;
	size_t at;
};

static int compare_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int order = bytes_compare(a->name, b->name);
	return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

/* Those of one distribution together, in the order of METADATA. */
static void take_requires(struct facts *f, const struct metadata *m)
{
	struct sbom *s = f->sbom;
	struct line *lines = ARENA_ARRAY(f->arena, struct line, m->n_requires + 1);
	for (size_t i = 0; i < m->n_requires; i++)
		lines[i] = (struct line){ m->requires[i].name, m->raw_requires[i], is_of_extra(&m->requires[i]), i };
	qsort(lines, m->n_requires, sizeof *lines, compare_lines);
	s->requires = ARENA_ARRAY(f->arena, struct sbom_requirement, m->n_requires + 1);
	for (size_t i = 0; i < m->n_requires; i++) {
		bool is_new = i == 0 || !bytes_equal(lines[i - 1].name, lines[i].name);
		if (is_new)
		s->requires[s->n_requires++] = (struct sbom_requirement){ .name = lines[i].name, .is_optional = true };
		struct sbom_requirement *r = &s->requires[s->n_requires - 1];
		r->texts = arena_grow(f->arena, r->texts, r->n_texts, sizeof *r->texts);
		r->texts[r->n_texts++] = lines[i].text;
		r->is_optional &= lines[i].is_optional;
	}
}

enum status facts_of_metadata(const struct wheel *wheel, struct arena *a, struct sbom *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct metadata metadata;
	struct rfc822 fields;
	buf_init(&text, METADATA_SIZE_MAX);
	enum status s = wheel_read_info(wheel, "METADATA", &text, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_FORMAT, 0, "no METADATA in '%.*s'", BYTES_ARG(wheel->dist_info));
	struct bytes whole = arena_copy(a, buf_bytes(&text));
	if (s == OK)
		s = metadata_parse(whole, a, &metadata, d);
	if (s == OK)
		s = rfc822_parse(whole, a, &fields, d);
	if (s)
		return explain(d, "METADATA");
	struct facts f = { &fields, a, ret };
	ret->name = metadata.raw_name;
	ret->version = metadata.raw_version;
	take_licences(&f);
	take_people(&f, "Author", "Author-email");
	if (!ret->n_authors)
		take_people(&f, "Maintainer", "Maintainer-email");
	take_links(&f);
	take_requires(&f, &metadata);
	return OK;
}
