#include "format/rfc822.h"

#include "base/buf.h"
#include "format/lines.h"

/* Size of the name when the line is "name: …" by the rule of email.feedparser; 0 when it is not. */
static size_t name_size(struct bytes line)
{
	size_t n = 0;
	while (n < line.size && line.data[n] > ' ' && line.data[n] < 0x7f && line.data[n] != ':')
		n++;
	return n < line.size && line.data[n] == ':' ? n : 0;
}

static bool is_continuation(struct bytes line)
{
	return line.size && (line.data[0] == ' ' || line.data[0] == '\t');
}

/* Joins the lines of the field at the cursor, which has `value` so far, and trims it; the cursor ends behind them. */
static enum status read_more(struct lines *l, struct bytes *value, struct arena *a, struct diag *d)
{
	if (!is_continuation(l->rest)) {
		*value = bytes_trim(*value);
		return OK;
	}
	CLEANUP(buf_done) struct buf joined;
	buf_init(&joined, RFC822_MAX_SIZE); /* never longer than the text */
	buf_add(&joined, *value);
	while (is_continuation(l->rest)) {
		struct bytes line;
		enum status s = lines_next(l, &line, d);
		if (s)
			return s;
		buf_add_byte(&joined, '\n');
		buf_add(&joined, line);
	}
	*value = arena_copy(a, bytes_trim(buf_bytes(&joined)));
	return OK;
}

static enum status read_field(struct lines *l, struct bytes line, size_t name, struct rfc822 *block, struct arena *a, struct diag *d)
{
	if (block->n_fields == RFC822_MAX_FIELDS)
		return lines_fail(l, ERR_LIMIT, d, "more than %d fields", RFC822_MAX_FIELDS);
	struct rfc822_field field = { .name = bytes_part(line, 0, name), .value = bytes_from(line, name + 1), .line = l->line };
	enum status s = read_more(l, &field.value, a, d);
	if (s)
		return s;
	block->fields = arena_grow(a, block->fields, block->n_fields, sizeof *block->fields);
	block->fields[block->n_fields++] = field;
	return OK;
}

enum status rfc822_parse(struct bytes text, struct arena *a, struct rfc822 *ret, struct diag *d)
{
	struct rfc822 block = { 0 };
	struct lines l = { 0 };
	struct bytes line;
	enum status s = lines_open(text, RFC822_MAX_SIZE, "a metadata file", &l, d);
	while (s == OK && (s = lines_next(&l, &line, d)) == OK) {
		size_t name = name_size(line);
		if (name) {
			s = read_field(&l, line, name, &block, a, d);
			continue;
		}
		if (is_continuation(line))
			return lines_fail(&l, ERR_FORMAT, d, "a continuation of nothing");
		block.has_body = true;
		block.unseparated_line = line.size ? l.line : 0;
		block.body = bytes_from(text, line.size ? l.offset : l.next_offset);
		break;
	}
	if (s != OK && s != ERR_ABSENT)
		return s;
	*ret = block;
	return OK;
}

const struct rfc822_field *rfc822_find(const struct rfc822 *block, const char *name, const struct rfc822_field *after)
{
	for (size_t i = after ? (size_t)(after - block->fields) + 1 : 0; i < block->n_fields; i++)
		if (bytes_equal_nocase(block->fields[i].name, bytes_of(name)))
			return &block->fields[i];
	return NULL;
}
