/* Which construct does a line begin? And the blocks of indented lines that most of them have. */
#include <stdarg.h>
#include <stdio.h>

#include "format/rst_parts.h"
#include "format/rst_marks.h"

static void decide(struct rst *r, enum rst_verdict verdict, uint32_t line, const char *format, va_list more)
{
	char text[512];
	if (!rst_going(r))
		return;
	r->verdict = verdict;
	(void)vsnprintf(text, sizeof text, format, more);
	(void)fail(r->d, verdict == RST_FAILS ? ERR_FORMAT : ERR_UNCHECKED, 0, "%s", text);
	locate(r->d, line, 0);
}

void rst_fails(struct rst *r, uint32_t line, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	decide(r, RST_FAILS, line, format, more);
	va_end(more);
}

void rst_unknown(struct rst *r, uint32_t line, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	decide(r, RST_UNKNOWN, line, format, more);
	va_end(more);
}

/* Those that are no element of the page, so that a class directive goes past them. */
static bool is_unseen(enum rst_kind kind)
{
	return kind == RST_COMMENT || kind == RST_TARGET || kind == RST_SUBSTITUTION || kind == RST_PENDING ||
	       kind == RST_MESSAGE || kind == RST_DECORATION || kind == RST_ANONYMOUS;
}

struct rst_node *rst_node_add(struct rst *r, struct rst_node *parent, enum rst_kind kind, uint32_t line)
{
	struct rst_node *node = ARENA_NEW(r->a, struct rst_node);
	node->kind = kind;
	node->line = line;
	node->parent = parent;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	parent->n++;
	if (!is_unseen(kind) && !r->in_substitution)
		r->class_line = 0;
	return node;
}

void rst_node_dissolve(struct rst_node *node)
{
	struct rst_node *parent = node->parent, **link = &parent->first;
	parent->last = node->last;
	while (*link != node) {
		if (!node->last)
			parent->last = *link;
		link = &(*link)->next;
	}
	*link = node->first;
	parent->n += node->n - 1;
	for (struct rst_node *child = node->first; child; child = child->next)
		child->parent = parent;
}

bool rst_next_is_blank(const struct rst_machine *m)
{
	return m->at + 1 >= m->n || !m->lines[m->at + 1].text.n;
}

uint32_t rst_line_number(const struct rst_machine *m, size_t ahead)
{
	size_t at = m->at + ahead;
	return !m->n ? 0 : m->lines[at < m->n ? at : m->n - 1].number;
}

void rst_want_blank(struct rst_machine *m, bool blank, const char *what)
{
	if (!blank)
		rst_fails(m->r, rst_line_number(m, 1), "%s ends without an empty line", what);
}

/* The end of the block at m->at; *ret_indent: the least indentation, 0 for none. Returns as rst_cut. */
static bool find_end(const struct rst_machine *m, size_t first, size_t every, unsigned flags, size_t *ret_end, size_t *ret_indent)
{
	size_t end = m->at + (first != RST_ANY_INDENT), indent = every;
	bool blank = true;
	for (; end < m->n; end++) {
		struct rst_text line = m->lines[end].text;
		size_t blanks = rst_indent(line);
		if (line.n && (line.c[0] != ' ' || (every != RST_ANY_INDENT && blanks < every))) {
			blank = end > m->at && !m->lines[end - 1].text.n;
			break;
		}
		if (!line.n && flags & RST_UNTIL_BLANK)
			break;
		if (line.n && every == RST_ANY_INDENT)
			indent = blanks < indent ? blanks : indent;
	}
	*ret_end = end;
	*ret_indent = indent == RST_ANY_INDENT ? 0 : indent;
	return blank;
}

bool rst_cut(struct rst_machine *m, size_t first, size_t every, unsigned flags, struct rst_block *ret)
{
	size_t end = m->n, indent = 0, start = m->at < m->n ? m->at : m->n;
	bool blank = m->at >= m->n || find_end(m, first, every, flags, &end, &indent);
	struct rst_line *lines = ARENA_ARRAY(m->r->a, struct rst_line, end - start + 1);
	for (size_t i = start; i < end; i++) {
		struct rst_line *line = &lines[i - start];
		*line = m->lines[i];
		if (i == start && first != RST_ANY_INDENT)
			line->text = rst_from(line->text, first);
		else if (!(flags & RST_KEEP_INDENT))
			line->text = rst_from(line->text, indent);
	}
	*ret = (struct rst_block){ lines, end - start };
	if (end > start)
		m->at = end - 1;
	while (!(flags & RST_KEEP_TOP) && ret->n && !rst_trim(ret->lines[0].text).n) {
		ret->lines++;
		ret->n--;
	}
	return blank;
}

static void doctest(struct rst_machine *m)
{
	(void)rst_node_add(m->r, m->node, RST_BODY, rst_line_number(m, 0));
	while (!rst_next_is_blank(m))
		m->at++;
}

/* A line of punctuation inside of something, where no title may be. */
static void stray_rule(struct rst_machine *m, struct rst_text line)
{
	if (line.n >= 4)
		rst_fails(m->r, rst_line_number(m, 0), "'%s' is an underline or a transition where none may be",
			  rst_say(line, m->r->a));
	else
		rst_paragraph(m);
}

static void read_line(struct rst_machine *m)
{
	struct rst_text line = m->lines[m->at].text;
	size_t end = 0;
	if (!line.n)
		return;
	switch (rst_mark(line, &end)) {
	case RST_MARK_INDENT:
		rst_quote(m);
		break;
	case RST_MARK_BULLET:
		rst_bullets(m, end);
		break;
	case RST_MARK_ENUMERATOR:
		if (!rst_enumeration(m))
			rst_paragraph(m);
		break;
	case RST_MARK_FIELD:
		rst_fields(m, end);
		break;
	case RST_MARK_OPTION:
		if (!rst_options(m, end))
			rst_paragraph(m);
		break;
	case RST_MARK_DOCTEST:
		doctest(m);
		break;
	case RST_MARK_LINE_BLOCK:
		rst_line_block(m, end);
		break;
	case RST_MARK_GRID:
		rst_grid_table(m);
		break;
	case RST_MARK_SIMPLE:
		rst_simple_table(m);
		break;
	case RST_MARK_EXPLICIT:
	case RST_MARK_ANONYMOUS:
		rst_explicit(m);
		break;
	case RST_MARK_RULE:
		if (m->titles)
			rst_overline(m);
		else
			stray_rule(m, line);
		break;
	case RST_MARK_TEXT:
		rst_paragraph(m);
		break;
	}
}

void rst_body(struct rst *r, struct rst_block b, struct rst_node *node, bool titles)
{
	struct rst_machine m = { .r = r, .lines = b.lines, .n = b.n, .titles = titles, .node = node };
	if (r->depth >= RST_MAX_DEPTH) {
		rst_unknown(r, b.n ? b.lines[0].number : 0, "it is nested more than %d levels deep", RST_MAX_DEPTH);
		return;
	}
	r->depth++;
	for (m.at = 0; m.at < m.n && rst_going(r); m.at++)
		read_line(&m);
	r->depth--;
}
