/* Tables drawn with lines, and simple ones under a line of "=== ===". */
#include "format/rst_tables.h"

/* A line of a table. Wide characters have a RST_ESCAPE behind them, so that a column is a column; combining ones are in text alone. */
struct row {
	struct rst_text text;
	uint32_t *plain;
	size_t *at; /* where plain[i] is in text */
	size_t n; /* of plain */
	uint32_t number;
};

struct table {
	struct rst *r;
	struct row *rows;
	size_t n, width;
	struct rst_node *node;
	size_t steps;
};

/* Tables are small; what takes longer to trace than this was made to take long. */
enum { TABLE_STEPS = 20000000, TABLE_CELLS = 10000 };

static struct row make_row(struct rst *r, const struct rst_line *line)
{
	struct rst_text t = rst_trim_end(line->text); /* of a simple table the first column may be empty */
	uint32_t *text = ARENA_ARRAY(r->a, uint32_t, 2 * t.n + 1);
	struct row row = { .plain = ARENA_ARRAY(r->a, uint32_t, 2 * t.n + 1),
			   .at = ARENA_ARRAY(r->a, size_t, 2 * t.n + 1),
			   .number = line->number };
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++) {
		unsigned class = rst_class(t.c[i]);
		if (!(class & RST_COMBINING)) {
			row.at[row.n] = n;
			row.plain[row.n++] = t.c[i];
		}
		text[n++] = t.c[i];
		if (class & RST_WIDE) {
			row.at[row.n] = n;
			row.plain[row.n++] = RST_ESCAPE;
			text[n++] = RST_ESCAPE;
		}
	}
	row.text = (struct rst_text){ text, n };
	return row;
}

static struct rst_text without_pads(struct rst_text t, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++)
		if (t.c[i] != RST_ESCAPE)
			out[n++] = t.c[i];
	return (struct rst_text){ out, n };
}

/* Reads the cell between the columns left and right of n lines. */
static void read_cell(struct table *t, size_t first, size_t n, size_t left, size_t right)
{
	struct rst_block b = { ARENA_ARRAY(t->r->a, struct rst_line, n + 1), n };
	struct rst_node *cell = rst_node_add(t->r, t->node, RST_BODY, n ? t->rows[first].number : t->node->line);
	size_t indent = right;
	bool is_empty = true;
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &t->rows[first + i];
		size_t from = left < row->n ? row->at[left] : row->text.n, to = right < row->n ? row->at[right] : row->text.n;
		struct rst_text text = rst_trim_end(rst_part(row->text, from, to > from ? to - from : 0));
		size_t blanks = rst_indent(text);
		b.lines[i] = (struct rst_line){ text, row->number };
		indent = text.n && blanks < indent ? blanks : indent;
		is_empty = is_empty && !text.n;
	}
	for (size_t i = 0; i < n; i++)
		b.lines[i].text = without_pads(indent < right ? rst_from(b.lines[i].text, indent) : b.lines[i].text, t->r->a);
	if (!is_empty)
		rst_body(t->r, b, cell, false);
}

/* ---- grid tables ---- */

struct grid {
	struct table *t;
	size_t *done; /* of each column: how many lines are inside of cells that were traced */
	bool *is_row, *is_column; /* a boundary of cells */
	size_t bottom, right;
	size_t n_cells, area; /* of all cells, in cells of the finest */
	struct cell {
		size_t top, left, bottom, right;
	} * cells;
	size_t *corners; /* sorted: top * width + left */
	size_t n_corners;
};

static bool step(struct grid *g)
{
	if (g->t->steps++ < TABLE_STEPS)
		return true;
	rst_unknown(g->t->r, g->t->node->line, "a table is too large to be traced");
	return false;
}

static uint32_t mark(const struct grid *g, size_t row, size_t column)
{
	return g->t->rows[row].plain[column];
}

/* From the lower right corner to the left and up again: does that close the cell? */
static bool closes(struct grid *g, size_t top, size_t left, size_t bottom, size_t right)
{
	for (size_t i = right; i-- > left + 1;)
		if (!step(g) || (mark(g, bottom, i) != '+' && mark(g, bottom, i) != '-'))
			return false;
	if (mark(g, bottom, left) != '+')
		return false;
	for (size_t i = bottom; i-- > top + 1;)
		if (!step(g) || (mark(g, i, left) != '+' && mark(g, i, left) != '|'))
			return false;
	return true;
}

static bool trace_down(struct grid *g, size_t top, size_t left, size_t right, size_t *ret_bottom)
{
	for (size_t i = top + 1; i <= g->bottom && step(g); i++) {
		if (mark(g, i, right) == '+') {
			if (closes(g, top, left, i, right)) {
				*ret_bottom = i;
				return true;
			}
		} else if (mark(g, i, right) != '|') {
			return false;
		}
	}
	return false;
}

static bool trace(struct grid *g, size_t top, size_t left, struct cell *ret)
{
	for (size_t i = left + 1; i <= g->right && step(g); i++) {
		if (mark(g, top, i) == '+') {
			size_t bottom;
			if (trace_down(g, top, left, i, &bottom)) {
				*ret = (struct cell){ top, left, bottom, i };
				return true;
			}
		} else if (mark(g, top, i) != '-') {
			return false;
		}
	}
	return false;
}

static void note_boundaries(struct grid *g, const struct cell *c)
{
	for (size_t i = c->left + 1; i <= c->right; i++)
		g->is_column[i] = g->is_column[i] || mark(g, c->top, i) == '+' || (i < c->right && mark(g, c->bottom, i) == '+');
	for (size_t i = c->top + 1; i <= c->bottom; i++)
		g->is_row[i] = g->is_row[i] || mark(g, i, c->right) == '+' || (i < c->bottom && mark(g, i, c->left) == '+');
}

static void add_corner(struct grid *g, size_t top, size_t left)
{
	size_t corner = top * g->t->width + left, i = g->n_corners;
	g->corners = arena_grow(g->t->r->a, g->corners, g->n_corners, sizeof *g->corners);
	for (; i && g->corners[i - 1] < corner; i--)
		g->corners[i] = g->corners[i - 1]; /* the least is the last */
	g->corners[i] = corner;
	g->n_corners++;
}

static void add_cell(struct grid *g, const struct cell *c)
{
	struct rst *r = g->t->r;
	for (size_t i = c->left; i < c->right; i++) {
		if (g->done[i] != c->top)
			rst_unknown(r, g->t->rows[c->top].number, "where the cells of a table begin and end");
		g->done[i] = c->bottom;
	}
	if (g->n_cells == TABLE_CELLS)
		rst_unknown(r, g->t->node->line, "a table has more than %d cells", TABLE_CELLS);
	if (!rst_going(r))
		return;
	note_boundaries(g, c);
	g->cells = arena_grow(r->a, g->cells, g->n_cells, sizeof *g->cells);
	g->cells[g->n_cells++] = *c;
	add_corner(g, c->top, c->right);
	add_corner(g, c->bottom, c->left);
}

static size_t count(const bool *set, size_t from, size_t to)
{
	size_t n = 0;
	for (size_t i = from; i < to; i++)
		n += set[i];
	return n;
}

/* All cells were traced: they fill the table, and are read. */
static void read_grid(struct grid *g)
{
	struct rst *r = g->t->r;
	size_t area = 0, n_rows = count(g->is_row, 0, g->bottom + 1) - 1;
	g->t->node->n_columns = count(g->is_column, 0, g->right + 1) - 1;
	for (size_t i = 0; i < g->right; i++)
		if (g->done[i] != g->bottom) {
			rst_fails(r, g->t->node->line, "the lines of a table do not close all of its cells");
			return;
		}
	for (size_t i = 0; i < g->n_cells; i++) {
		const struct cell *c = &g->cells[i];
		area += count(g->is_row, c->top, c->bottom) * count(g->is_column, c->left, c->right);
	}
	if (area != n_rows * g->t->node->n_columns)
		rst_unknown(r, g->t->node->line, "how the cells of a table lie beside each other");
	for (size_t i = 0; i < g->n_cells && rst_going(r); i++)
		read_cell(g->t, g->cells[i].top + 1, g->cells[i].bottom - g->cells[i].top - 1, g->cells[i].left + 1,
			  g->cells[i].right);
}

static bool is_head_rule(const struct row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->plain[i] != '=' && row->plain[i] != '+')
			return false;
	return row->n > 4 && row->plain[0] == '+' && row->plain[1] == '=' && row->plain[row->n - 1] == '+' &&
	       row->plain[row->n - 2] == '=';
}

/* One line of "=" divides head and body; it is drawn as any other then. */
static void find_head(struct table *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (!is_head_rule(&t->rows[i]))
			continue;
		if (n++ || i == 0 || i + 1 == t->n)
			rst_fails(t->r, t->rows[i].number, "a table has a second line of '=', or one at its edge");
		for (size_t k = 0; k < t->rows[i].n; k++)
			t->rows[i].plain[k] = t->rows[i].plain[k] == '=' ? '-' : t->rows[i].plain[k];
	}
}

static bool is_edge(uint32_t c)
{
	return c == '+' || c == '|';
}

/* The lines of the table at m->at, which moves to its last. */
static void take_grid(struct rst_machine *m, struct table *t)
{
	struct rst *r = m->r;
	size_t from = m->at, end = 0;
	while (!rst_next_is_blank(m))
		m->at++;
	t->n = m->at - from + 1;
	t->rows = ARENA_ARRAY(r->a, struct row, t->n);
	for (size_t i = 0; i < t->n && rst_going(r); i++) {
		struct row *row = &t->rows[i];
		*row = make_row(r, &m->lines[from + i]);
		if (!i)
			t->width = row->n;
		if (m->lines[from + i].text.c[0] == ' ')
			rst_fails(r, row->number, "a line of a table is indented");
		else if (!row->n || !is_edge(row->plain[0]))
			rst_fails(r, row->number, "a table ends without an empty line, or without its left edge");
		else if (row->n != t->width || !is_edge(row->plain[row->n - 1]))
			rst_fails(r, row->number, "the right edge of a table is not straight");
	}
	if (rst_going(r) && rst_mark(m->lines[m->at].text, &end) != RST_MARK_GRID)
		rst_fails(r, m->lines[m->at].number, "a table has no line below");
}

void rst_grid_table(struct rst_machine *m)
{
	struct rst *r = m->r;
	struct table t = { .r = r, .node = rst_node_add(r, m->node, RST_TABLE, rst_line_number(m, 0)) };
	take_grid(m, &t);
	if (rst_going(r))
		find_head(&t);
	if (!rst_going(r))
		return;
	struct grid g = { .t = &t, .bottom = t.n - 1, .right = t.width - 1 };
	g.done = ARENA_ARRAY(r->a, size_t, t.width);
	g.is_row = ARENA_ARRAY(r->a, bool, t.n);
	g.is_column = ARENA_ARRAY(r->a, bool, t.width);
	g.is_row[0] = g.is_column[0] = true;
	add_corner(&g, 0, 0);
	while (g.n_corners && rst_going(r)) {
		size_t corner = g.corners[--g.n_corners], top = corner / t.width, left = corner % t.width;
		struct cell c;
		if (top == g.bottom || left == g.right || top < g.done[left])
			continue;
		if (trace(&g, top, left, &c))
			add_cell(&g, &c);
	}
	if (rst_going(r))
		read_grid(&g);
}

/* ---- simple tables ---- */

struct column {
	size_t from, to;
};

struct columns {
	struct column *items;
	size_t n;
};

struct simple {
	struct table *t;
	struct columns columns;
	size_t border; /* where the line above ends */
};

/* The columns of a line of dashes. */
static struct columns columns_of(struct rst *r, const struct row *row)
{
	struct columns c = { NULL, 0 };
	for (size_t i = 0; i < row->n;) {
		struct column column = { i, i };
		while (column.to < row->n && row->plain[column.to] != ' ')
			column.to++;
		if (column.to > i) {
			c.items = arena_grow(r->a, c.items, c.n, sizeof *c.items);
			c.items[c.n++] = column;
		}
		i = column.to + 1;
	}
	return c;
}

static bool has_text(const struct row *row, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < row->n; i++)
		if (!rst_is(row->plain[i], RST_SPACE))
			return true;
	return false;
}

/* No text may stand between columns; behind the last one it makes that one wider. */
static void check_margins(struct simple *s, struct columns *c, size_t first, size_t n)
{
	struct column *last = &s->columns.items[s->columns.n - 1], *own = &c->items[c->n - 1];
	for (size_t k = 0; k < n; k++) {
		const struct row *row = &s->t->rows[first + k];
		for (size_t i = 0; i + 1 < c->n; i++)
			if (has_text(row, c->items[i].to, c->items[i + 1].from)) {
				rst_fails(s->t->r, row->number, "text stands between the columns of a table");
				return;
			}
		if (has_text(row, own->to, row->n)) {
			own->to = last->to > row->n ? last->to : row->n;
			last->to = row->n > last->to ? row->n : last->to;
		}
	}
}

/* A column of a span ends where one of the table's ends. */
static bool fits(const struct simple *s, const struct columns *c)
{
	size_t k = 0;
	for (size_t i = 0; i < c->n; i++, k++) {
		if (k >= s->columns.n || s->columns.items[k].from != c->items[i].from)
			return false;
		while (k < s->columns.n && s->columns.items[k].to != c->items[i].to)
			k++;
		if (k == s->columns.n)
			return false;
	}
	return true;
}

/* span: the line of dashes below the row, or NULL. */
static void read_row(struct simple *s, size_t first, size_t n, const struct row *span)
{
	struct rst *r = s->t->r;
	struct columns c = { ARENA_ARRAY(r->a, struct column, s->columns.n), s->columns.n };
	for (size_t i = 0; i < c.n; i++)
		c.items[i] = s->columns.items[i];
	if (!n && !span)
		return;
	if (span) {
		c = columns_of(r, span);
		if (!c.n || c.items[c.n - 1].to != s->border) {
			rst_fails(r, span->number, "a line of dashes in a table is not as long as the table");
			return;
		}
		c.items[c.n - 1].to = s->columns.items[s->columns.n - 1].to;
	}
	check_margins(s, &c, first, n);
	if (rst_going(r) && !fits(s, &c))
		rst_fails(r, span ? span->number : s->t->rows[first].number,
			  "the columns below a row of a table are not those of the table");
	for (size_t i = 0; i < c.n && rst_going(r); i++)
		read_cell(s->t, first, n, c.items[i].from, c.items[i].to);
}

static bool is_span(const struct row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->plain[i] != '-' && row->plain[i] != ' ')
			return false;
	return row->n && row->plain[0] == '-';
}

static void read_simple(struct simple *s)
{
	const struct column first = s->columns.items[0];
	size_t start = 1;
	bool found = false;
	for (size_t i = 1; i < s->t->n && rst_going(s->t->r); i++) {
		const struct row *row = &s->t->rows[i];
		if (is_span(row)) {
			read_row(s, start, i - start, row);
			start = i + 1;
			found = false;
		} else if (has_text(row, first.from, first.to)) {
			if (found && i != start)
				read_row(s, start, i - start, NULL);
			start = i;
			found = true;
		} else if (!found) {
			start = i + 1;
		}
	}
}

static bool is_border(struct rst_text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.c[i] != '=' && t.c[i] != ' ')
			return false;
	return t.n && t.c[0] == '=';
}

/* The last line of the table; 0: it has none. */
static size_t find_bottom(struct rst_machine *m)
{
	size_t n_found = 0, size = m->lines[m->at].text.n;
	for (size_t i = m->at + 1; i < m->n; i++) {
		struct rst_text line = m->lines[i].text;
		if (!is_border(line))
			continue;
		if (line.n != size) {
			rst_fails(m->r, m->lines[i].number, "a line of '=' is not as long as the one above the table");
			return 0;
		}
		if (++n_found == 2 || i + 1 == m->n || !m->lines[i + 1].text.n)
			return i;
	}
	rst_fails(m->r, m->lines[m->at].number, "a table has no line of '=' below, or no empty line behind it");
	return 0;
}

void rst_simple_table(struct rst_machine *m)
{
	struct rst *r = m->r;
	struct table t = { .r = r, .node = rst_node_add(r, m->node, RST_TABLE, rst_line_number(m, 0)) };
	struct simple s = { .t = &t };
	size_t bottom = find_bottom(m), from = m->at;
	if (!bottom)
		return;
	t.n = bottom - from + 1;
	t.rows = ARENA_ARRAY(r->a, struct row, t.n);
	for (size_t i = 0; i < t.n; i++) {
		t.rows[i] = make_row(r, &m->lines[from + i]);
		for (size_t k = 0; is_border(m->lines[from + i].text) && k < t.rows[i].n; k++)
			t.rows[i].plain[k] = t.rows[i].plain[k] == '=' ? '-' : ' ';
	}
	m->at = bottom;
	rst_want_blank(m, rst_next_is_blank(m), "a table");
	s.columns = columns_of(r, &t.rows[0]);
	s.border = s.columns.items[s.columns.n - 1].to;
	t.node->n_columns = s.columns.n;
	read_simple(&s);
}
