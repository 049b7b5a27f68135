/* What begins with plain text: paragraphs, literal blocks behind "::", titles, and the lists of definitions. */
#include "format/rst_marks.h"
#include "format/rst_references.h"

/* ---- titles ---- */

/* over: the character of the line above, or 0. */
static void add_section(struct rst_machine *m, struct rst_text title, uint32_t over, uint32_t under, uint32_t line)
{
	struct rst *r = m->r;
	size_t level = 0;
	while (level < r->n_styles && (r->styles[level][0] != over || r->styles[level][1] != under))
		level++;
	if (level > r->level) {
		rst_fails(r, line, "the title '%s' is %zu levels below the one before it", rst_say(title, r->a),
			  level - r->level + 1);
		return;
	}
	if (level == r->n_styles) {
		if (level == COUNT(r->styles)) {
			rst_unknown(r, line, "it has titles of more than %zu levels", COUNT(r->styles));
			return;
		}
		r->styles[level][0] = over;
		r->styles[level][1] = under;
		r->n_styles++;
	}
	for (; r->level > level; r->level--)
		m->node = m->node->parent;
	m->node = rst_node_add(r, m->node, RST_SECTION, line);
	r->level++;
	(void)rst_node_add(r, m->node, RST_TITLE, line);
	struct rst_text name = rst_name(rst_inline(r, title, line), true, r->a);
	if (rst_target_implicit(r, name, (struct rst_place){ 0 }, line))
		(void)rst_node_add(r, m->node, RST_MESSAGE, line);
}

/* The line behind the current one may underline it. false: it is too short for that, and text. */
static bool underlined(struct rst_machine *m)
{
	struct rst_text title = m->lines[m->at].text, rule = m->lines[m->at + 1].text;
	uint32_t line = m->lines[m->at].number;
	if (rst_width(title) > rule.n) {
		if (rule.n < 4) {
			if (m->titles)
				(void)rst_node_add(m->r, m->node, RST_MESSAGE, line);
			return false;
		}
		rst_fails(m->r, line + 1, "the line under the title '%s' is too short", rst_say(title, m->r->a));
	}
	if (!m->titles)
		rst_fails(m->r, line, "'%s' is underlined as a title where none may be", rst_say(title, m->r->a));
	m->at++;
	if (rst_going(m->r))
		add_section(m, title, 0, rule.c[0], line);
	return true;
}

/* Too short for an overline, it is text; else `words` are what is wrong. */
static void wrong_overline(struct rst_machine *m, struct rst_text over, const char *words)
{
	if (over.n >= 4) {
		rst_fails(m->r, rst_line_number(m, 0), "the line '%s' %s", rst_say(over, m->r->a), words);
		return;
	}
	(void)rst_node_add(m->r, m->node, RST_MESSAGE, rst_line_number(m, 0));
	rst_paragraph(m);
}

void rst_overline(struct rst_machine *m)
{
	struct rst_text over = m->lines[m->at].text, title, under;
	if (rst_next_is_blank(m)) {
		if (over.n < 4)
			rst_paragraph(m);
		else
			(void)rst_node_add(m->r, m->node, RST_TRANSITION, rst_line_number(m, 0));
		return;
	}
	title = m->lines[m->at + 1].text;
	under = m->at + 2 < m->n ? m->lines[m->at + 2].text : (struct rst_text){ NULL, 0 };
	if (rst_is_rule(title))
		wrong_overline(m, over, "has another below it, and no title between");
	else if (!rst_is_rule(under))
		wrong_overline(m, over, "is above a title with no line below");
	else if (!rst_equal(over, under))
		wrong_overline(m, over, "above a title differs from the one below");
	else if (rst_width(title) > over.n)
		wrong_overline(m, over, "above a title is too short");
	else {
		m->at += 2;
		add_section(m, rst_trim(title), over.c[0], under.c[0], m->lines[m->at - 1].number);
	}
}

/* ---- literal blocks ---- */

/* Not indented, but quoted: every line begins with the same punctuation. m->at: the last empty line. */
static void quoted_literal(struct rst_machine *m)
{
	uint32_t quote;
	while (m->at < m->n && !m->lines[m->at].text.n)
		m->at++;
	if (m->at >= m->n || !rst_is_mark(m->lines[m->at].text.c[0])) {
		rst_fails(m->r, rst_line_number(m, 0), "'::' promises a literal block, and none follows");
		return;
	}
	quote = m->lines[m->at].text.c[0];
	while (!rst_next_is_blank(m)) {
		m->at++;
		if (m->lines[m->at].text.c[0] != quote)
			rst_fails(m->r, rst_line_number(m, 0), "a quoted literal block goes on with another quote");
	}
}

/* m->at: the line behind the paragraph, which is empty or the end. */
static void literal_block(struct rst_machine *m)
{
	struct rst_block b;
	bool blank = rst_cut(m, RST_ANY_INDENT, RST_ANY_INDENT, 0, &b);
	(void)rst_node_add(m->r, m->node, RST_BODY, rst_line_number(m, 0));
	if (b.n)
		rst_want_blank(m, blank, "a literal block");
	else
		quoted_literal(m);
}

/* ---- paragraphs ---- */

/* "::" at the end, unless a backslash takes its meaning. */
static bool announces_literal(struct rst_text t)
{
	size_t n = 0;
	if (!rst_ends(t, "::"))
		return false;
	while (n + 2 < t.n && t.c[t.n - 3 - n] == '\\')
		n++;
	return n % 2 == 0;
}

static bool add_paragraph(struct rst_machine *m, size_t from, size_t n)
{
	struct rst *r = m->r;
	struct rst_text text = rst_join(m->lines + from, n, r->a);
	bool is_literal = announces_literal(text);
	size_t before = r->n_references;
	if (is_literal && text.n == 2)
		return true;
	if (is_literal) {
		uint32_t c = text.c[text.n - 3];
		text = c == ' ' || c == '\n' ? rst_trim_end(rst_part(text, 0, text.n - 3)) : rst_part(text, 0, text.n - 1);
	}
	struct rst_node *node = rst_node_add(r, m->node, RST_PARAGRAPH, m->lines[from].number);
	(void)rst_inline(r, text, m->lines[from].number);
	node->refers = r->n_references > before;
	return is_literal;
}

void rst_paragraph(struct rst_machine *m)
{
	size_t from = m->at;
	struct rst_text next = rst_next_is_blank(m) ? (struct rst_text){ NULL, 0 } : m->lines[m->at + 1].text;
	if (next.n && next.c[0] == ' ') {
		rst_definitions(m);
		return;
	}
	if (rst_is_rule(next) && underlined(m))
		return;
	while (!rst_next_is_blank(m)) {
		m->at++;
		if (m->lines[m->at].text.c[0] == ' ') {
			rst_fails(m->r, rst_line_number(m, 0), "a line of a paragraph is indented");
			return;
		}
	}
	if (!add_paragraph(m, from, m->at - from + 1))
		return;
	m->at++;
	literal_block(m);
}
