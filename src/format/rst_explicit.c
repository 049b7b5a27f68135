/* What begins with "..": footnotes, citations, targets, substitution definitions, directives, comments; and "__" for anonymous targets. */
#include "format/rst_marks.h"
#include "format/rst_references.h"

static uint32_t at(struct rst_text t, size_t i)
{
	return i < t.n ? t.c[i] : 0;
}

/* Blanks or the end of the line stand at i: where the text goes on, 0: neither does. */
static size_t behind_blanks(struct rst_text t, size_t i)
{
	size_t from = i;
	while (at(t, i) == ' ')
		i++;
	return i == from && i < t.n ? 0 : i;
}

/* ---- footnotes ---- */

/* "[label]" at i. Returns where its text begins, 0: there is none. */
static size_t footnote_mark(struct rst_text line, size_t i, struct rst_text *ret_label)
{
	size_t from = i + 1, end = from;
	if (at(line, i) != '[')
		return 0;
	if (at(line, end) == '*')
		end++;
	else if (at(line, end) == '#')
		end += 1 + rst_simple_name(line, end + 1);
	else
		end += rst_simple_name(line, end);
	*ret_label = rst_part(line, from, end - from);
	return end > from && at(line, end) == ']' ? behind_blanks(line, end + 1) : 0;
}

static bool footnote(struct rst_machine *m, size_t end, struct rst_text label)
{
	struct rst_block b;
	uint32_t line = rst_line_number(m, 0);
	bool blank = rst_cut_first(m, end, 0, &b);
	rst_footnote_note(m->r, rst_name(label, true, m->r->a), line);
	struct rst_node *node = rst_node_add(m->r, m->node, RST_BODY, line);
	if (!b.n)
		rst_fails(m->r, line, "the footnote '%s' has no text", rst_say(label, m->r->a));
	else
		rst_body(m->r, b, node, false);
	return blank;
}

/* ---- targets ---- */

/* The name in front of ": "; false: there is none. t: escaped, behind the underscore. *ret_end: behind the colon and blanks.
 * *ret_name: empty for an anonymous target. */
static bool target_name(struct rst_text t, struct rst_text *ret_name, size_t *ret_end)
{
	bool is_quoted = at(t, 0) == '`';
	size_t from = is_quoted;
	*ret_name = (struct rst_text){ NULL, 0 };
	if (at(t, 0) == '_') {
		size_t colon = at(t, 1) == ' ' ? 2 : 1;
		*ret_end = at(t, colon) == ':' ? behind_blanks(t, colon + 1) : 0;
		return *ret_end > 0;
	}
	if (from >= t.n || t.c[from] == ' ' || t.c[from] == '`')
		return false;
	for (size_t end = from + 1; end < t.n; end++) {
		uint32_t last = t.c[end - 1];
		size_t colon = end;
		if (last == RST_ESCAPE || rst_is(last, RST_SPACE))
			continue;
		if (is_quoted) {
			if (t.c[end] != '`')
				continue;
			colon++;
		} else if (last == ':' && !(end > 1 && t.c[end - 2] == RST_ESCAPE)) {
			continue;
		}
		colon += at(t, colon) == ' ';
		*ret_end = at(t, colon) == ':' ? behind_blanks(t, colon + 1) : 0;
		if (*ret_end) {
			*ret_name = rst_part(t, from, end - from);
			return true;
		}
	}
	return false;
}

/* "name_" or "`phrase`_" and nothing else. t: escaped, blanks normalised. */
static bool is_alias(struct rst_text t, struct rst_text *ret)
{
	size_t n = rst_simple_name(t, 0);
	if (n && n + 1 == t.n && t.c[n] == '_') {
		*ret = rst_part(t, 0, n);
		return true;
	}
	if (t.n < 4 || t.c[0] != '`' || t.c[1] == ' ' || !rst_ends(t, "`_") || rst_is(t.c[t.n - 3], RST_SPACE) ||
	    t.c[t.n - 3] == RST_ESCAPE)
		return false;
	*ret = rst_part(t, 1, t.n - 3);
	return true;
}

struct rst_place rst_place_read(struct rst *r, const struct rst_line *lines, size_t n)
{
	struct rst_place place = { 0 };
	struct rst_text whole = rst_join(lines, n, r->a), alias, last = n ? rst_trim(lines[n - 1].text) : whole;
	if (last.n && last.c[last.n - 1] == '_' && is_alias(rst_name(whole, false, r->a), &alias)) {
		place.has_alias = true;
		place.to = rst_name(rst_unescape(alias, r->a), true, r->a);
		return place;
	}
	place.to = rst_uri(whole, r->a);
	place.has_uri = place.to.n > 0;
	return place;
}

static void escape_lines(struct rst *r, struct rst_block b)
{
	for (size_t i = 0; i < b.n; i++)
		b.lines[i].text = rst_escape(b.lines[i].text, r->a);
}

static void add_target(struct rst_machine *m, struct rst_text name, struct rst_place place, uint32_t line)
{
	if (!name.n)
		rst_anonymous_target_note(m->r, line);
	else if (rst_target_explicit(m->r, rst_name(rst_unescape(name, m->r->a), true, m->r->a), place, line))
		(void)rst_node_add(m->r, m->node, RST_MESSAGE, line);
	if (place.has_alias)
		rst_alias_note(m->r, place.to, line);
	rst_node_add(m->r, m->node, RST_TARGET, line)->empty = place.has_uri || place.has_alias;
}

static struct rst_text append(struct rst_text t, struct rst_text more, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + more.n + 1);
	for (size_t i = 0; i < t.n; i++)
		out[i] = t.c[i];
	for (size_t i = 0; i < more.n; i++)
		out[t.n + i] = more.c[i];
	return (struct rst_text){ out, t.n + more.n };
}

/* A name may go on over lines: more than these nobody writes. */
enum { NAME_LINES = 20 };

/* end: behind the underscore. */
static bool target(struct rst_machine *m, size_t end)
{
	struct rst_block b;
	struct rst_text name, all = { NULL, 0 };
	uint32_t line = rst_line_number(m, 0);
	bool blank = rst_cut_first(m, end, RST_UNTIL_BLANK | RST_KEEP_INDENT, &b);
	escape_lines(m->r, b);
	for (size_t i = 0; i < b.n && i < NAME_LINES; i++) {
		size_t behind = 0;
		all = append(all, b.lines[i].text, m->r->a);
		if (!target_name(all, &name, &behind))
			continue;
		b.lines[i].text = rst_trim(rst_from(all, behind));
		add_target(m, name, rst_place_read(m->r, b.lines + i, b.n - i), line);
		return blank;
	}
	if (b.n > NAME_LINES)
		rst_unknown(m->r, line, "the name of a target has more than %d lines", NAME_LINES);
	else
		rst_fails(m->r, line, "a target has no ':' behind its name: '%s'", rst_say(all, m->r->a));
	return blank;
}

static bool anonymous_target(struct rst_machine *m)
{
	struct rst_block b;
	uint32_t line = rst_line_number(m, 0);
	bool blank = rst_cut_first(m, behind_blanks(m->lines[m->at].text, 2), RST_UNTIL_BLANK, &b);
	escape_lines(m->r, b);
	add_target(m, (struct rst_text){ NULL, 0 }, rst_place_read(m->r, b.lines, b.n), line);
	return blank;
}

/* ---- substitution definitions ---- */

/* "name|": where it ends and what is behind it begins; false: it does not end. t: escaped. */
static bool substitution_name(struct rst_text t, struct rst_text *ret_name, size_t *ret_end)
{
	for (size_t i = 1; i < t.n; i++) {
		if (t.c[i] != '|' || t.c[i - 1] == RST_ESCAPE || rst_is(t.c[i - 1], RST_SPACE))
			continue;
		*ret_end = behind_blanks(t, i + 1);
		*ret_name = rst_part(t, 0, i);
		if (*ret_end)
			return true;
	}
	return false;
}

/* b: what stands behind the name; its first line begins with the directive. */
static void define(struct rst_machine *m, struct rst_block b, struct rst_text name, uint32_t line)
{
	struct rst *r = m->r;
	const char *said = rst_say(name, r->a);
	while (b.n && !rst_trim(b.lines[b.n - 1].text).n)
		b.n--;
	if (!b.n) {
		rst_fails(r, line, "the definition of the substitution '%s' is empty", said);
		return;
	}
	b.lines[0].text = rst_trim(b.lines[0].text);
	struct rst_text first = b.lines[0].text;
	size_t n = rst_simple_name(first, 0),
	       end = n && at(first, n) == ':' && at(first, n + 1) == ':' ? behind_blanks(first, n + 2) : 0;
	if (!first.n)
		rst_unknown(r, line, "what the substitution '%s' stands for", said);
	else if (!end)
		rst_fails(r, line, "the substitution '%s' is defined by no directive", said);
	if (!rst_going(r))
		return;
	rst_substitution_begin(r, rst_unescape(name, r->a), line);
	struct rst_machine in = { .r = r, .lines = b.lines, .n = b.n, .node = rst_node_add(r, m->node, RST_SUBSTITUTION, line) };
	(void)rst_directive(&in, rst_part(first, 0, n), end, true);
	rst_substitution_end(r);
}

/* end: behind the bar. */
static bool substitution(struct rst_machine *m, size_t end)
{
	struct rst_block b;
	struct rst_text name, all = { NULL, 0 };
	static const uint32_t space = ' ';
	uint32_t line = rst_line_number(m, 0);
	bool blank = rst_cut_first(m, end, RST_KEEP_INDENT, &b);
	for (size_t i = 0; i < b.n && i < NAME_LINES; i++) {
		struct rst_text more = rst_escape(i ? rst_trim(b.lines[i].text) : b.lines[i].text, m->r->a);
		size_t behind = 0;
		all = i ? append(append(all, (struct rst_text){ &space, 1 }, m->r->a), more, m->r->a) : more;
		if (!substitution_name(all, &name, &behind))
			continue;
		/* What is left is a part of the line as it was written. */
		struct rst_text text = rst_trim(b.lines[i].text);
		b.lines[i].text = rst_from(text, text.n - (all.n - behind));
		b = (struct rst_block){ b.lines + i, b.n - i };
		if (!b.lines[0].text.n) {
			b.lines++;
			b.n--;
		}
		define(m, b, name, line);
		return blank;
	}
	if (b.n > NAME_LINES)
		rst_unknown(m->r, line, "the name of a substitution has more than %d lines", NAME_LINES);
	else
		rst_fails(m->r, line, "a substitution definition has no '|' behind its name: '%s'", rst_say(all, m->r->a));
	return blank;
}

/* ---- all ---- */

static bool comment(struct rst_machine *m, size_t end)
{
	struct rst_block b;
	struct rst_text text = rst_from(m->lines[m->at].text, end);
	struct rst_node *node = rst_node_add(m->r, m->node, RST_COMMENT, rst_line_number(m, 0));
	node->empty = !text.n;
	if (rst_next_is_blank(m) && !text.n)
		return true;
	if (rst_next_is_blank(m) && rst_starts(text, "end of inclusion from \""))
		rst_unknown(m->r, node->line, "a comment that docutils takes for its own");
	bool blank = rst_cut_first(m, end, 0, &b);
	node->empty = !b.n;
	return blank;
}

static bool construct(struct rst_machine *m)
{
	struct rst_text line = m->lines[m->at].text, label;
	size_t from = 0, end, n;
	if (line.c[0] == '_')
		return anonymous_target(m);
	from = behind_blanks(line, 2);
	end = footnote_mark(line, from, &label);
	if (end)
		return footnote(m, end, label);
	if (at(line, from) == '_' && from + 1 < line.n && line.c[from + 1] != ' ')
		return target(m, from + 1);
	if (at(line, from) == '|' && from + 1 < line.n && line.c[from + 1] != ' ')
		return substitution(m, from + 1);
	n = rst_simple_name(line, from);
	end = from + n + (n && at(line, from + n) == ' ');
	end = n && at(line, end) == ':' && at(line, end + 1) == ':' ? behind_blanks(line, end + 2) : 0;
	return end ? rst_directive(m, rst_part(line, from, n), end, false) : comment(m, from);
}

void rst_explicit(struct rst_machine *m)
{
	size_t end;
	bool blank = construct(m);
	while (rst_going(m->r) && !rst_next_is_blank(m)) {
		enum rst_mark mark = rst_mark(m->lines[m->at + 1].text, &end);
		if (mark != RST_MARK_EXPLICIT && mark != RST_MARK_ANONYMOUS)
			break;
		m->at++;
		blank = construct(m);
	}
	rst_want_blank(m, blank, "what begins with '..'");
}
