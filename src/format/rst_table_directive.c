/* Tables that a directive makes: of a drawn table, of a list of lists, of comma-separated values. */
#include "format/rst_tables.h"

static void check_widths(struct rst *r, const struct rst_directive_use *use, size_t n_columns)
{
	const struct rst_option *widths = rst_option_find(&use->options, "widths");
	size_t n = widths ? rst_widths_count(widths->value) : 0;
	if (!n_columns)
		rst_fails(r, use->line, "the table of '%s' has no columns", use->row->name);
	else if (n && n != n_columns)
		rst_fails(r, use->line, "'widths' has %zu numbers, and the table %zu columns", n, n_columns);
}

/* Head and stub must leave something for the body of the table. */
static void check_rows(struct rst *r, const struct rst_directive_use *use, size_t n_rows)
{
	uint64_t head = rst_option_number(&use->options, "header-rows", 0);
	if (head > n_rows || (head && head == n_rows))
		rst_fails(r, use->line, "'header-rows' is %llu, and the table has %zu rows", (unsigned long long)head, n_rows);
}

static void check_stub(struct rst *r, const struct rst_directive_use *use, size_t n_columns)
{
	uint64_t stub = rst_option_number(&use->options, "stub-columns", 0);
	if (stub > n_columns || (stub && stub == n_columns))
		rst_fails(r, use->line, "'stub-columns' is %llu, and a row has %zu columns", (unsigned long long)stub, n_columns);
}

static const struct rst_node *only_child(const struct rst_node *node, enum rst_kind kind)
{
	return node->n == 1 && node->first->kind == kind ? node->first : NULL;
}

static void drawn(struct rst_machine *m, const struct rst_directive_use *use, const struct rst_node *content)
{
	const struct rst_node *table = only_child(content, RST_TABLE);
	const struct rst_option *widths = rst_option_find(&use->options, "widths");
	if (!table)
		rst_fails(m->r, use->line, "the directive 'table' holds something else than one table");
	else if (widths && rst_widths_count(widths->value))
		check_widths(m->r, use, table->n_columns);
}

static void listed(struct rst_machine *m, const struct rst_directive_use *use, const struct rst_node *content)
{
	const struct rst_node *list = only_child(content, RST_BULLET_LIST);
	size_t n_columns = 0;
	if (!list) {
		rst_fails(m->r, use->line, "the directive 'list-table' holds something else than one bullet list");
		return;
	}
	for (const struct rst_node *item = list->first; item; item = item->next) {
		const struct rst_node *row = only_child(item, RST_BULLET_LIST);
		if (!row) {
			rst_fails(m->r, item->line, "a row of the directive 'list-table' is something else than one bullet list");
			return;
		}
		if (item != list->first && row->n != n_columns)
			rst_fails(m->r, item->line, "a row of the directive 'list-table' has %zu columns, and the first has %zu",
				  row->n, n_columns);
		n_columns = row->n;
	}
	check_widths(m->r, use, n_columns);
	check_rows(m->r, use, list->n);
	check_stub(m->r, use, n_columns);
}

/* ---- comma-separated values ---- */

enum { CSV_CELLS = 20000 };

enum csv_state { START_FIELD, IN_FIELD, IN_QUOTES, QUOTE_IN_QUOTES };

struct csv {
	struct rst *r;
	const struct rst_directive_use *use;
	struct rst_node *node;
	bool keeps_space;
	uint32_t delimiter;
	enum csv_state state;
	uint32_t *field, line;
	size_t n_field, n_columns, n_rows, most, n_cells;
};

/* The cell's lines are read as any others. */
static void end_field(struct csv *c)
{
	struct rst *r = c->r;
	struct rst_block b = { NULL, 0 };
	struct rst_text rest = { c->field, c->n_field };
	struct rst_node *cell = rst_node_add(r, c->node, RST_BODY, c->line);
	if (c->n_cells++ == CSV_CELLS)
		rst_unknown(r, c->line, "a table has more than %d cells", CSV_CELLS);
	while (rest.n && rst_going(r)) {
		size_t i = 0;
		while (i < rest.n && rest.c[i] != '\n')
			i++;
		b.lines = arena_grow(r->a, b.lines, b.n, sizeof *b.lines);
		b.lines[b.n++] = (struct rst_line){ rst_trim_end(rst_part(rest, 0, i)), c->line };
		rest = rst_from(rest, i + 1);
	}
	if (b.n)
		rst_body(r, b, cell, false);
	c->field = ARENA_ARRAY(r->a, uint32_t, 1);
	c->n_field = 0;
	c->n_columns++;
	c->state = START_FIELD;
}

static void add_character(struct csv *c, uint32_t character)
{
	c->field = arena_grow(c->r->a, c->field, c->n_field, sizeof *c->field);
	c->field[c->n_field++] = character;
}

static void end_row(struct csv *c)
{
	check_stub(c->r, c->use, c->n_columns);
	c->most = c->n_columns > c->most ? c->n_columns : c->most;
	c->n_columns = 0;
	c->n_rows++;
}

static void take_character(struct csv *c, uint32_t character)
{
	switch (c->state) {
	case START_FIELD:
	case IN_FIELD:
		if (character == c->delimiter) {
			end_field(c);
		} else if (c->state == START_FIELD && character == '"') {
			c->state = IN_QUOTES;
		} else if (c->state == IN_FIELD || character != ' ' || c->keeps_space) {
			add_character(c, character);
			c->state = IN_FIELD;
		}
		break;
	case IN_QUOTES:
		if (character == '"')
			c->state = QUOTE_IN_QUOTES;
		else
			add_character(c, character);
		break;
	case QUOTE_IN_QUOTES:
		if (character == c->delimiter) {
			end_field(c);
		} else if (character == '"') {
			add_character(c, character);
			c->state = IN_QUOTES;
		} else {
			rst_fails(c->r, c->line,
				  "something stands between a closing '\"' and the comma in the directive 'csv-table'");
		}
		break;
	}
}

static void take_line(struct csv *c, struct rst_text line, uint32_t number)
{
	bool was_inside = c->state == IN_QUOTES;
	c->line = number;
	for (size_t i = 0; i < line.n && rst_going(c->r); i++)
		take_character(c, line.c[i]);
	if (c->state == IN_QUOTES) {
		add_character(c, '\n');
		return;
	}
	if (line.n || was_inside)
		end_field(c);
	end_row(c);
}

static void csv_table(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	const struct rst_option *header = rst_option_find(&use->options, "header");
	struct csv c = { .r = r, .use = use, .node = rst_node_add(r, m->node, RST_TABLE, use->line) };
	struct rst_directive_use of_header = { .row = use->row };
	c.field = ARENA_ARRAY(r->a, uint32_t, 1);
	const struct rst_option *delimiter = rst_option_find(&use->options, "delim");
	c.delimiter = delimiter ? delimiter->value.c[0] : ',';
	c.keeps_space = rst_option_find(&use->options, "keepspace") != NULL;
	if (rst_option_find(&use->options, "file") || rst_option_find(&use->options, "url"))
		rst_fails(r, use->line, "the directive 'csv-table' would read a file, which PyPI has turned off");
	c.use = &of_header; /* its rows count neither as head nor as stub */
	for (struct rst_text rest = header ? header->value : (struct rst_text){ NULL, 0 }; rest.n && rst_going(r);) {
		size_t i = 0;
		while (i < rest.n && rest.c[i] != '\n')
			i++;
		take_line(&c, rst_part(rest, 0, i), use->line);
		rest = rst_from(rest, i + 1);
	}
	if (c.state == IN_QUOTES)
		rst_fails(r, use->line, "a quotation in the head of the directive 'csv-table' does not end");
	c.use = use;
	c.n_rows = 0;
	for (size_t i = 0; i < use->content.n && rst_going(r); i++)
		take_line(&c, use->content.lines[i].text, use->content.lines[i].number);
	if (c.state == IN_QUOTES)
		rst_fails(r, use->line, "a quotation in the directive 'csv-table' does not end");
	check_rows(r, use, c.n_rows);
	check_widths(r, use, c.most);
}

void rst_table_directive(struct rst_machine *m, const struct rst_directive_use *use)
{
	size_t before = m->r->n_messages;
	if (use->row->does == RST_DOES_CSV) {
		csv_table(m, use);
		return;
	}
	struct rst_node *content = rst_node_add(m->r, m->node, RST_ANONYMOUS, use->line);
	rst_body(m->r, use->content, content, false);
	if (m->r->n_messages > before)
		rst_unknown(m->r, use->line, "what a name that is there twice does to the directive '%s'", use->row->name);
	if (!rst_going(m->r))
		return;
	if (use->row->does == RST_DOES_TABLE)
		drawn(m, use, content);
	else
		listed(m, use, content);
	(void)rst_node_add(m->r, m->node, RST_TABLE, use->line);
}
