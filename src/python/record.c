#include "python/record.h"

#include "format/csv.h"
#include "python/record_row.h"

static enum status parse_row(const struct csv_row *row, struct record_row *ret_row, struct diag *d)
{
	enum status s;
	if (row->n_fields != 3)
		s = fail(d, ERR_FORMAT, row->offset, "a row has %zu columns, not 3", row->n_fields);
	else
		s = record_row_parse(row->fields[0], row->fields[1], row->fields[2], ret_row, d);
	if (s != OK)
		locate(d, row->line, 0);
	ret_row->line = row->line;
	return s;
}

static enum status parse(struct bytes text, struct arena *a, struct record *r, struct diag *d)
{
	struct csv_reader reader;
	struct csv_row row;
	struct record_row *rows = NULL;
	enum status s = csv_open(text, &reader, d);
	if (s != OK)
		return s;
	while ((s = csv_next(&reader, a, &row, d)) == OK) {
		if (r->n_rows == RECORD_ROWS_MAX)
			return fail(d, ERR_LIMIT, row.offset, "more than %d rows", RECORD_ROWS_MAX);
		rows = arena_grow(a, rows, r->n_rows, sizeof *rows);
		s = parse_row(&row, &rows[r->n_rows], d);
		if (s != OK)
			return s;
		r->n_rows++;
	}
	if (s != ERR_ABSENT)
		return s;
	r->rows = rows;
	return record_check_unique(rows, r->n_rows, a, d);
}

enum status record_parse(struct bytes text, struct arena *a, struct record *ret_record, struct diag *d)
{
	struct record r = { 0 };
	if (text.size > RECORD_SIZE_MAX)
		return fail(d, ERR_LIMIT, RECORD_SIZE_MAX, "RECORD of %zu bytes is longer than %d", text.size, RECORD_SIZE_MAX);
	enum status s = parse(arena_copy(a, text), a, &r, d);
	if (s != OK) {
		(void)explain(d, "RECORD");
		return s;
	}
	*ret_record = r;
	return OK;
}
