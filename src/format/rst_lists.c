/* Lists of every kind, and block quotes. Each reads its first item where it stands, and then all that follow; the block that holds it sees
 * one construct. */
#include "format/rst_marks.h"
#include "format/rst_references.h"

/* The next line that is not empty, if it begins `mark` there; m->at moves to it, or else stays before it (and behind empty lines). */
static bool next_item(struct rst_machine *m, enum rst_mark mark, size_t *ret_end)
{
	while (m->at + 1 < m->n && !m->lines[m->at + 1].text.n)
		m->at++;
	if (m->at + 1 >= m->n || rst_mark(m->lines[m->at + 1].text, ret_end) != mark)
		return false;
	m->at++;
	return true;
}

/* An item of a bullet or enumerated list, whose text begins at `end`. Returns as rst_cut. */
static bool list_item(struct rst_machine *m, size_t end, struct rst_node *list)
{
	struct rst_block b;
	bool has_text = m->lines[m->at].text.n > end;
	struct rst_node *item = rst_node_add(m->r, list, RST_LIST_ITEM, rst_line_number(m, 0));
	bool blank = rst_cut(m, end, has_text ? end : RST_ANY_INDENT, 0, &b);
	if (b.n)
		rst_body(m->r, b, item, false);
	return blank;
}

void rst_bullets(struct rst_machine *m, size_t end)
{
	uint32_t bullet = m->lines[m->at].text.c[0];
	struct rst_node *list = rst_node_add(m->r, m->node, RST_BULLET_LIST, rst_line_number(m, 0));
	bool blank = list_item(m, end, list);
	while (rst_going(m->r) && next_item(m, RST_MARK_BULLET, &end)) {
		if (m->lines[m->at].text.c[0] != bullet) {
			m->at--;
			break;
		}
		blank = list_item(m, end, list);
	}
	rst_want_blank(m, blank, "a bullet list");
}

/* The line behind an enumerator is empty, indented, or the next item. */
static bool is_item(const struct rst_machine *m, const struct rst_enumerator *e)
{
	if (e->ordinal == RST_NO_ORDINAL)
		return false;
	if (rst_next_is_blank(m))
		return true;
	struct rst_text next = m->lines[m->at + 1].text;
	return rst_is(next.c[0], RST_SPACE) || rst_enumerator_follows(next, e);
}

static bool goes_on(const struct rst_machine *m, const struct rst_enumerator *e, const struct rst_enumerator *last, bool is_auto,
		    enum rst_sequence sequence)
{
	if (e->format != last->format)
		return false;
	if (e->sequence != RST_AUTO && (e->sequence != sequence || is_auto || e->ordinal != last->ordinal + 1))
		return false;
	return is_item(m, e);
}

bool rst_enumeration(struct rst_machine *m)
{
	struct rst_enumerator e, next;
	size_t end;
	if (!rst_enumerator(m->lines[m->at].text, NULL, &e) || !is_item(m, &e))
		return false;
	enum rst_sequence sequence = e.sequence == RST_AUTO ? RST_ARABIC : e.sequence;
	bool is_auto = e.sequence == RST_AUTO;
	struct rst_node *list = rst_node_add(m->r, m->node, RST_ENUMERATED_LIST, rst_line_number(m, 0));
	if (e.ordinal != 1)
		(void)rst_node_add(m->r, m->node, RST_MESSAGE, rst_line_number(m, 0));
	bool blank = list_item(m, e.end, list);
	while (rst_going(m->r) && next_item(m, RST_MARK_ENUMERATOR, &end)) {
		if (!rst_enumerator(m->lines[m->at].text, &sequence, &next) || !goes_on(m, &next, &e, is_auto, sequence)) {
			m->at--;
			break;
		}
		is_auto = is_auto || next.sequence == RST_AUTO;
		e = next;
		blank = list_item(m, e.end, list);
	}
	rst_want_blank(m, blank, "an enumerated list");
	return true;
}

/* ---- fields ---- */

static bool field(struct rst_machine *m, size_t end, struct rst_node *list)
{
	struct rst_text name = { NULL, 0 };
	struct rst_block b;
	struct rst_node *node = rst_node_add(m->r, list, RST_FIELD, rst_line_number(m, 0));
	size_t before = m->r->n_references;
	(void)rst_field_mark(m->lines[m->at].text, &name);
	bool blank = rst_cut_first(m, end, 0, &b);
	node->name = rst_name(rst_inline(m->r, name, node->line), true, m->r->a);
	if (b.n)
		rst_body(m->r, b, node, false);
	node->refers = m->r->n_references > before;
	return blank;
}

void rst_fields(struct rst_machine *m, size_t end)
{
	struct rst_node *list = rst_node_add(m->r, m->node, RST_FIELD_LIST, rst_line_number(m, 0));
	bool blank = field(m, end, list);
	while (rst_going(m->r) && next_item(m, RST_MARK_FIELD, &end))
		blank = field(m, end, list);
	rst_want_blank(m, blank, "a field list");
}

/* ---- options ---- */

/* false: nothing describes the option; m->at is where it was. */
static bool option(struct rst_machine *m, size_t end, struct rst_node *list, bool *ret_blank)
{
	struct rst_block b;
	size_t at = m->at;
	*ret_blank = rst_cut_first(m, end, 0, &b);
	if (!b.n) {
		m->at = at;
		return false;
	}
	if (list)
		rst_body(m->r, b, rst_node_add(m->r, list, RST_BODY, b.lines[0].number), false);
	return true;
}

bool rst_options(struct rst_machine *m, size_t end)
{
	bool blank = true;
	size_t at = m->at;
	if (!option(m, end, NULL, &blank))
		return false;
	m->at = at;
	struct rst_node *list = rst_node_add(m->r, m->node, RST_BODY, rst_line_number(m, 0));
	(void)option(m, end, list, &blank);
	while (rst_going(m->r) && next_item(m, RST_MARK_OPTION, &end)) {
		bool more;
		if (!option(m, end, list, &more)) {
			m->at--;
			break;
		}
		blank = more;
	}
	rst_want_blank(m, blank, "an option list");
	return true;
}

/* ---- line blocks ---- */

static bool line_of_block(struct rst_machine *m, size_t end)
{
	struct rst_block b;
	uint32_t line = rst_line_number(m, 0);
	bool blank = rst_cut_first(m, end, RST_UNTIL_BLANK, &b);
	(void)rst_inline(m->r, rst_join(b.lines, b.n, m->r->a), line);
	return blank;
}

void rst_line_block(struct rst_machine *m, size_t end)
{
	(void)rst_node_add(m->r, m->node, RST_BODY, rst_line_number(m, 0));
	bool blank = line_of_block(m, end);
	while (rst_going(m->r) && !blank && !rst_next_is_blank(m) && rst_mark(m->lines[m->at + 1].text, &end) == RST_MARK_LINE_BLOCK) {
		m->at++;
		blank = line_of_block(m, end);
	}
	rst_want_blank(m, blank, "a line block");
}

/* ---- definitions ---- */

/* m->at: the term; the line behind it is indented. */
static bool definition(struct rst_machine *m, struct rst_node *list)
{
	struct rst_block b;
	struct rst_text term = m->lines[m->at].text;
	uint32_t line = rst_line_number(m, 0);
	m->at++;
	bool blank = rst_cut(m, RST_ANY_INDENT, RST_ANY_INDENT, 0, &b);
	(void)rst_inline(m->r, term, line);
	struct rst_node *node = rst_node_add(m->r, list, RST_BODY, line);
	if (rst_ends(term, "::"))
		(void)rst_node_add(m->r, node, RST_MESSAGE, line);
	rst_body(m->r, b, node, false);
	return blank;
}

void rst_definitions(struct rst_machine *m)
{
	size_t end;
	struct rst_node *list = rst_node_add(m->r, m->node, RST_BODY, rst_line_number(m, 0));
	bool blank = definition(m, list);
	while (rst_going(m->r) && next_item(m, RST_MARK_TEXT, &end)) {
		if (rst_next_is_blank(m) || m->lines[m->at + 1].text.c[0] != ' ') {
			m->at--;
			break;
		}
		blank = definition(m, list);
	}
	rst_want_blank(m, blank, "a definition list");
}

/* ---- quotes ---- */

/* "-- who said it", from the end of the dashes on; 0: it is none. */
static size_t attribution_mark(struct rst_text line)
{
	size_t n = 0;
	while (n < line.n && line.c[n] == '-')
		n++;
	if (n != 2 && n != 3 && !(line.n && line.c[0] == 0x2014))
		return 0;
	n = n ? n : 1;
	while (n < line.n && line.c[n] == ' ')
		n++;
	return n < line.n ? n : 0;
}

/* The lines behind the first of an attribution have one indentation. Returns the line behind it, 0: they have not. */
static size_t attribution_end(struct rst_block b, size_t start)
{
	size_t i = start + 1, indent = 0;
	for (; i < b.n && rst_trim(b.lines[i].text).n; i++) {
		if (i == start + 1)
			indent = rst_indent(b.lines[i].text);
		else if (rst_indent(b.lines[i].text) != indent)
			return 0;
	}
	return i;
}

/* Finds the first attribution: its line and its end; b.n: there is none. */
static size_t find_attribution(struct rst_block b, size_t *ret_end)
{
	bool seen = false;
	for (size_t i = 0; i < b.n; i++) {
		struct rst_text line = rst_trim_end(b.lines[i].text);
		if (!line.n)
			continue;
		if (seen && i && !rst_trim(b.lines[i - 1].text).n && attribution_mark(line)) {
			*ret_end = attribution_end(b, i);
			if (*ret_end)
				return i;
		}
		seen = true;
	}
	return b.n;
}

void rst_quote_block(struct rst_machine *m, struct rst_block b)
{
	while (b.n && rst_going(m->r)) {
		size_t end = b.n, at = find_attribution(b, &end);
		struct rst_node *quote = rst_node_add(m->r, m->node, RST_BODY, b.lines[0].number);
		rst_body(m->r, (struct rst_block){ b.lines, at }, quote, false);
		if (at == b.n)
			return;
		struct rst_line *first = &b.lines[at];
		uint32_t line = first->number;
		first->text = rst_from(first->text, attribution_mark(first->text));
		for (size_t i = at + 1; i < end; i++)
			b.lines[i].text = rst_trim(b.lines[i].text);
		(void)rst_inline(m->r, rst_join(first, end - at, m->r->a), line);
		for (b = (struct rst_block){ b.lines + end, b.n - end }; b.n && !b.lines[0].text.n; b.n--)
			b.lines++;
	}
}

void rst_quote(struct rst_machine *m)
{
	struct rst_block b;
	bool blank = rst_cut(m, RST_ANY_INDENT, RST_ANY_INDENT, 0, &b);
	rst_quote_block(m, b);
	rst_want_blank(m, blank, "a block quote");
}
