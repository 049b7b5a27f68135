#include "python/requirement.h"

#include "python/name.h"
#include "python/scan.h"

static int compare_names(const void *x, const void *y)
{
	return bytes_compare(*(const struct bytes *)x, *(const struct bytes *)y);
}

static void sort_extras(struct bytes *extras, struct requirement *r)
{
	if (r->n_extras > 1)
		qsort(extras, r->n_extras, sizeof *extras, compare_names);
	size_t kept = 0;
	for (size_t i = 0; i < r->n_extras; i++)
		if (kept == 0 || !bytes_equal(extras[kept - 1], extras[i]))
			extras[kept++] = extras[i];
	r->n_extras = kept;
	r->extras = extras;
}

/* "[" (identifier ("," identifier)*)? "]" */
static enum status parse_extras(struct scan *s, struct arena *a, struct requirement *r, struct diag *d)
{
	if (!scan_take(s, BYTES("[")))
		return OK;
	struct bytes *extras = NULL;
	bool comma = false;
	(void)scan_blanks(s);
	while (comma || !scan_take(s, BYTES("]"))) {
		if (r->n_extras == REQUIREMENT_EXTRAS_MAX)
			return fail(d, ERR_LIMIT, s->at, "more than %d extras", REQUIREMENT_EXTRAS_MAX);
		if (r->n_extras > 0 && !comma)
			return fail(d, ERR_FORMAT, s->at, "want ',' or ']' between the extras");
		struct bytes extra = scan_identifier(s);
		if (!name_is_valid(extra))
			return fail(d, ERR_FORMAT, s->at, "want the name of an extra");
		extras = arena_grow(a, extras, r->n_extras, sizeof *extras);
		extras[r->n_extras++] = name_normalize(extra, a);
		(void)scan_blanks(s);
		comma = scan_take(s, BYTES(","));
		(void)scan_blanks(s);
	}
	sort_extras(extras, r);
	return OK;
}

/* "@" URL: everything up to a blank. */
static enum status parse_url(struct scan *s, struct arena *a, struct requirement *r, struct diag *d)
{
	(void)scan_blanks(s);
	size_t from = s->at;
	while (!scan_is_end(s) && s->text.data[s->at] > ' ' && s->text.data[s->at] != 0x7f)
		s->at++;
	struct bytes url = bytes_part(s->text, from, s->at - from);
	if (url.size == 0 || !bytes_is_utf8(url))
		return fail(d, ERR_FORMAT, from, "want a URL after '@'");
	r->url = arena_copy(a, url);
	if (!scan_is_end(s) && !scan_blanks(s))
		return fail(d, ERR_FORMAT, s->at, "the URL holds a control character");
	return OK;
}

/* (clause ("," clause)* ","?)? with optional parentheses; clauses are collected into one text for specifier_parse. */
static enum status parse_specifier(struct scan *s, struct arena *a, struct requirement *r, struct diag *d)
{
	bool parentheses = scan_take(s, BYTES("("));
	(void)scan_blanks(s);
	size_t from = s->at, to = s->at;
	bool more = true;
	while (more) {
		size_t size = specifier_clause_prefix(bytes_from(s->text, s->at));
		s->at += size;
		if (size > 0)
			to = s->at;
		(void)scan_blanks(s);
		more = size > 0 && scan_take(s, BYTES(","));
		(void)scan_blanks(s);
	}
	if (parentheses && !scan_take(s, BYTES(")")))
		return fail(d, ERR_FORMAT, s->at, "want ')' after the version specifiers, not '%.*s'",
			    BYTES_ARG(bytes_part(s->text, s->at, 40)));
	enum status st = specifier_parse(bytes_part(s->text, from, to - from), a, &r->specifier, d);
	if (st != OK && d)
		d->offset += from;
	return st;
}

static enum status parse_rest(struct scan *s, struct arena *a, struct requirement *r, struct diag *d)
{
	enum status st = scan_take(s, BYTES("@")) ? parse_url(s, a, r, d) : parse_specifier(s, a, r, d);
	if (st != OK)
		return st;
	(void)scan_blanks(s);
	if (scan_is_end(s))
		return OK;
	size_t at = s->at;
	if (!scan_take(s, BYTES(";")))
		return fail(d, ERR_FORMAT, at, "want ',', ';' or the end, not '%.*s'", BYTES_ARG(bytes_part(s->text, at, 40)));
	st = marker_parse(bytes_from(s->text, s->at), a, &r->marker, d);
	if (st != OK && d)
		d->offset += s->at;
	return st;
}

enum status requirement_parse(struct bytes text, struct arena *a, struct requirement *ret_requirement, struct diag *d)
{
	if (text.size > REQUIREMENT_SIZE_MAX)
		return fail(d, ERR_LIMIT, REQUIREMENT_SIZE_MAX, "a requirement of %zu bytes is longer than %d", text.size,
			    REQUIREMENT_SIZE_MAX);
	struct scan s = { text, 0 };
	struct requirement r = { 0 };
	(void)scan_blanks(&s);
	struct bytes name = scan_identifier(&s);
	if (!name_is_valid(name))
		return fail(d, ERR_FORMAT, 0, "'%.*s' does not start with the name of a project", SHOWN(text));
	r.raw_name = arena_copy(a, name);
	r.name = name_normalize(name, a);
	(void)scan_blanks(&s);
	enum status st = parse_extras(&s, a, &r, d);
	(void)scan_blanks(&s);
	if (st == OK)
		st = parse_rest(&s, a, &r, d);
	if (st != OK) {
		(void)explain(d, "requirement '%.*s'", SHOWN(text));
		return st;
	}
	*ret_requirement = r;
	return OK;
}

void requirement_write(const struct requirement *r, struct buf *out)
{
	buf_add(out, r->name);
	for (size_t i = 0; i < r->n_extras; i++) {
		buf_add_byte(out, i == 0 ? '[' : ',');
		buf_add(out, r->extras[i]);
	}
	if (r->n_extras > 0)
		buf_add_byte(out, ']');
	specifier_write(&r->specifier, out);
	if (r->url.size > 0) {
		buf_add_string(out, " @ ");
		buf_add(out, r->url);
	}
	if (r->marker) {
		buf_add_string(out, r->url.size > 0 ? " ; " : "; ");
		marker_write(r->marker, out);
	}
}
