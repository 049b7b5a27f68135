#include "format/csv.h"

#include "base/buf.h"

/* Where a row is read; nothing of the reader changes before the row is whole. */
struct cursor {
	struct bytes rest;
	uint64_t offset;
	uint32_t line;
	struct diag *d;
};

static enum status bad(const struct cursor *c, size_t ahead, enum status code, const char *what)
{
	(void)fail(c->d, code, c->offset + ahead, "line %u: %s", c->line, what);
	locate(c->d, c->line, 0);
	return code;
}

static void step(struct cursor *c, size_t n)
{
	c->rest = bytes_from(c->rest, n);
	c->offset += n;
}

enum status csv_open(struct bytes text, struct csv_reader *ret, struct diag *d)
{
	if (text.size > CSV_MAX_SIZE)
		return fail(d, ERR_LIMIT, CSV_MAX_SIZE, "a CSV file of %zu bytes; at most %d are read", text.size, CSV_MAX_SIZE);
	*ret = (struct csv_reader){ .rest = text, .line = 1 };
	return OK;
}

/* The content between the quotes, where each quote is doubled. */
static struct bytes undouble(struct bytes quoted, struct arena *a)
{
	unsigned char *to = arena_alloc(a, quoted.size, 1);
	size_t n = 0;
	for (size_t i = 0; i < quoted.size; i++) {
		to[n++] = quoted.data[i];
		i += quoted.data[i] == '"';
	}
	return bytes_make(to, n);
}

/* The cursor is at the opening quote, and ends behind the closing one. */
static enum status read_quoted(struct cursor *c, struct arena *a, struct bytes *ret)
{
	bool doubled = false;
	uint32_t line = c->line;
	size_t n = 1;
	for (;; n++) {
		if (n >= c->rest.size)
			return bad(c, 0, ERR_FORMAT, "a quoted field that does not end");
		if (n > CSV_MAX_FIELD_SIZE + 1)
			return bad(c, 0, ERR_LIMIT, "a field that is too long");
		unsigned char byte = c->rest.data[n];
		if (byte == '\0')
			return bad(c, n, ERR_FORMAT, "a NUL");
		line += byte == '\n';
		if (byte != '"')
			continue;
		if (n + 1 == c->rest.size || c->rest.data[n + 1] != '"')
			break;
		doubled = true;
		n++;
	}
	struct bytes content = bytes_part(c->rest, 1, n - 1);
	*ret = doubled ? undouble(content, a) : content;
	c->line = line;
	step(c, n + 1);
	return OK;
}

static enum status read_plain(struct cursor *c, struct bytes *ret)
{
	size_t n = 0;
	for (; n < c->rest.size; n++) {
		unsigned char byte = c->rest.data[n];
		if (byte == ',' || byte == '\n' || byte == '\r')
			break;
		if (byte == '"')
			return bad(c, n, ERR_FORMAT, "a quote inside a field that does not begin with one");
		if (byte == '\0')
			return bad(c, n, ERR_FORMAT, "a NUL");
	}
	if (n > CSV_MAX_FIELD_SIZE)
		return bad(c, 0, ERR_LIMIT, "a field that is too long");
	*ret = bytes_part(c->rest, 0, n);
	step(c, n);
	return OK;
}

/* The end of a row at the cursor: its size, 0 when there is none. The end of the text counts as one, of size 0. */
static size_t row_end(const struct cursor *c, bool *ret_ends)
{
	size_t size = bytes_starts(c->rest, BYTES("\r\n")) ? 2 : bytes_starts(c->rest, BYTES("\n")) ? 1 : 0;
	*ret_ends = size || c->rest.size == 0;
	return size;
}

static enum status read_row(struct cursor *c, struct arena *a, struct csv_row *row)
{
	bool ends = false;
	size_t newline = row_end(c, &ends);
	while (!ends) {
		if (row->n_fields == CSV_MAX_FIELDS)
			return bad(c, 0, ERR_LIMIT, "too many fields");
		struct bytes *field = &row->fields[row->n_fields++];
		enum status s = bytes_starts(c->rest, BYTES("\"")) ? read_quoted(c, a, field) : read_plain(c, field);
		if (s)
			return s;
		newline = row_end(c, &ends);
		if (ends)
			break;
		if (c->rest.data[0] == '\r')
			return bad(c, 0, ERR_FORMAT, "a carriage return without a line feed");
		if (c->rest.data[0] != ',')
			return bad(c, 0, ERR_FORMAT, "text behind a closing quote");
		step(c, 1);
		/* "a," ends with an empty field, which the loop would not see */
		newline = row_end(c, &ends);
		if (ends && row->n_fields == CSV_MAX_FIELDS)
			return bad(c, 0, ERR_LIMIT, "too many fields");
		if (ends)
			row->fields[row->n_fields++] = bytes_part(c->rest, 0, 0);
	}
	step(c, newline);
	c->line++;
	return OK;
}

enum status csv_next(struct csv_reader *r, struct arena *a, struct csv_row *ret, struct diag *d)
{
	if (r->rest.size == 0)
		return ERR_ABSENT;
	struct cursor c = { .rest = r->rest, .offset = r->offset, .line = r->line, .d = d };
	if (r->n_rows == CSV_MAX_ROWS)
		return bad(&c, 0, ERR_LIMIT, "too many rows");
	struct csv_row row = { .line = r->line, .offset = r->offset };
	enum status s = read_row(&c, a, &row);
	if (s)
		return s;
	*r = (struct csv_reader){ .rest = c.rest, .offset = c.offset, .line = c.line, .n_rows = r->n_rows + 1 };
	*ret = row;
	return OK;
}

void csv_write_field(struct bytes field, struct buf *out)
{
	bool quoted = false;
	for (size_t i = 0; i < field.size && !quoted; i++)
		quoted = memchr(",\"\r\n", field.data[i], 4) != NULL;
	if (!quoted) {
		buf_add(out, field);
		return;
	}
	buf_add_byte(out, '"');
	for (size_t i = 0; i < field.size; i++) {
		if (field.data[i] == '"')
			buf_add_byte(out, '"');
		buf_add_byte(out, field.data[i]);
	}
	buf_add_byte(out, '"');
}
