#include "format/toml.h"

#include <stdarg.h>

#include "format/toml_parser.h"

/* How a table or array came to be decides what may still be added to it (TOML 1.0, "Table" and "Dotted keys"). */
enum made_by {
	BY_VALUE, /* written as a value: closed */
	BY_PATH, /* as the parent of a [header]: may get a header of its own, once */
	BY_HEADER, /* by [header] or as an element of [[header]] */
	BY_DOTS, /* by a dotted key: open to dotted keys of the same section */
	BY_ELEMENTS /* an array made by [[header]] */
};

enum status toml_fail(struct toml_parser *p, enum status code, const char *format, ...)
{
	char words[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	(void)fail(p->d, code, p->at, "%s", words);
	locate(p->d, p->line, (uint32_t)(p->at - p->line_start) + 1);
	return code;
}

size_t toml_at_newline(const struct toml_parser *p)
{
	if (toml_peek(p, 0) == '\n')
		return 1;
	return toml_peek(p, 0) == '\r' && toml_peek(p, 1) == '\n' ? 2 : 0;
}

void toml_newline(struct toml_parser *p, size_t size)
{
	p->at += size;
	p->line_start = p->at;
	p->line++;
}

void toml_skip_blanks(struct toml_parser *p)
{
	while (toml_peek(p, 0) == ' ' || toml_peek(p, 0) == '\t')
		p->at++;
}

bool toml_byte_ok(int c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

static enum status skip_comment(struct toml_parser *p)
{
	while (toml_peek(p, 0) >= 0 && !toml_at_newline(p)) {
		if (!toml_byte_ok(toml_peek(p, 0)))
			return toml_fail(p, ERR_FORMAT, "a control character (0x%02x) in a comment", (unsigned)toml_peek(p, 0));
		p->at++;
	}
	return OK;
}

/* What may follow a value or header on its line: blanks, a comment, the end of the line. */
static enum status end_line(struct toml_parser *p)
{
	toml_skip_blanks(p);
	if (toml_peek(p, 0) == '#') {
		enum status s = skip_comment(p);
		if (s)
			return s;
	}
	size_t newline = toml_at_newline(p);
	if (newline)
		toml_newline(p, newline);
	else if (toml_peek(p, 0) >= 0)
		return toml_fail(p, ERR_FORMAT, "expected the end of the line");
	return OK;
}

/* Blanks, comments and line ends, as arrays (and since 1.1 inline tables) allow them. */
static enum status skip_space(struct toml_parser *p, bool *ret_newlines)
{
	for (;;) {
		toml_skip_blanks(p);
		size_t newline = toml_at_newline(p);
		if (newline) {
			toml_newline(p, newline);
			*ret_newlines = true;
		} else if (toml_peek(p, 0) == '#') {
			enum status s = skip_comment(p);
			if (s)
				return s;
			*ret_newlines = true;
		} else {
			return OK;
		}
	}
}

static enum status add_value(struct toml_parser *p, struct toml_value *parent, struct bytes key, struct toml_value **ret)
{
	if (parent->depth == TOML_MAX_DEPTH)
		return toml_fail(p, ERR_LIMIT, "values nested more than %d deep", TOML_MAX_DEPTH);
	if (++p->n_values > TOML_MAX_VALUES)
		return toml_fail(p, ERR_LIMIT, "more than %d values", TOML_MAX_VALUES);
	struct toml_value *v = ARENA_NEW(p->a, struct toml_value);
	v->line = p->line;
	v->column = (uint32_t)(p->at - p->line_start) + 1;
	v->key = key;
	v->depth = (uint8_t)(parent->depth + 1);
	if (parent->last)
		parent->last->next = v;
	else
		parent->first = v;
	parent->last = v;
	parent->n_items++;
	if (parent->type == TOML_TABLE)
		toml_index_add(parent, v, p->a);
	*ret = v;
	return OK;
}

static enum status add_table(struct toml_parser *p, struct toml_value *parent, struct bytes key, enum made_by how,
			     struct toml_value **ret)
{
	enum status s = add_value(p, parent, key, ret);
	if (s)
		return s;
	(*ret)->type = TOML_TABLE;
	(*ret)->made_by = (uint8_t)how;
	(*ret)->section = p->section;
	return OK;
}

static enum status scan_key(struct toml_parser *p, struct bytes *ret)
{
	int c = toml_peek(p, 0);
	if (c == '"' || c == '\'')
		return toml_scan_string(p, false, ret);
	size_t n = 0;
	while ((c = toml_peek(p, n)) >= 0 && (byte_is_alnum((unsigned char)c) || c == '_' || c == '-'))
		n++;
	if (n == 0)
		return toml_fail(p, ERR_FORMAT, c < 0 ? "expected a key, the document ends" : "expected a key");
	*ret = arena_copy(p->a, bytes_part(p->text, p->at, n));
	p->at += n;
	return OK;
}

static enum status taken(struct toml_parser *p, struct bytes key, const struct toml_value *by)
{
	return toml_fail(p, ERR_FORMAT, "'%.*s' is already defined on line %u", BYTES_ARG(bytes_part(key, 0, 200)), by->line);
}

/* One part of a key with another behind it, in "a.b = 1": goes down into table a. */
static enum status step_dotted(struct toml_parser *p, struct toml_value **table, struct bytes key)
{
	struct toml_value *v = toml_lookup(*table, key);
	if (!v)
		return add_table(p, *table, key, BY_DOTS, table);
	if (v->type != TOML_TABLE || v->made_by == BY_VALUE || v->made_by == BY_HEADER ||
	    (v->made_by == BY_DOTS && v->section != p->section))
		return taken(p, key, v);
	v->made_by = BY_DOTS;
	v->section = p->section;
	*table = v;
	return OK;
}

/* The same in "[a.b]": goes down into table a, or into the last table of array a. */
static enum status step_header(struct toml_parser *p, struct toml_value **table, struct bytes key)
{
	struct toml_value *v = toml_lookup(*table, key);
	if (!v)
		return add_table(p, *table, key, BY_PATH, table);
	if (v->type == TOML_ARRAY && v->made_by == BY_ELEMENTS)
		v = v->last;
	else if (v->type != TOML_TABLE || v->made_by == BY_VALUE)
		return taken(p, key, v);
	*table = v;
	return OK;
}

/* Reads a dotted key, stepping down at each dot: gives the table that is to hold the last part, and that part. */
static enum status scan_path(struct toml_parser *p, struct toml_value **table, struct bytes *ret_key,
			     enum status (*step)(struct toml_parser *, struct toml_value **, struct bytes))
{
	for (;;) {
		enum status s = scan_key(p, ret_key);
		if (s)
			return s;
		toml_skip_blanks(p);
		if (toml_peek(p, 0) != '.')
			return OK;
		s = step(p, table, *ret_key);
		if (s)
			return s;
		p->at++;
		toml_skip_blanks(p);
	}
}

static enum status scan_value(struct toml_parser *p, struct toml_value *v);

static enum status scan_pair(struct toml_parser *p, struct toml_value *table)
{
	struct bytes key = { NULL, 0 };
	enum status s = scan_path(p, &table, &key, step_dotted);
	if (s)
		return s;
	const struct toml_value *before = toml_lookup(table, key);
	if (before)
		return taken(p, key, before);
	if (toml_peek(p, 0) != '=')
		return toml_fail(p, ERR_FORMAT, "expected '=' behind the key '%.*s'", BYTES_ARG(bytes_part(key, 0, 200)));
	p->at++;
	toml_skip_blanks(p);
	struct toml_value *v;
	s = add_value(p, table, key, &v);
	return s ? s : scan_value(p, v);
}

static enum status scan_array(struct toml_parser *p, struct toml_value *array)
{
	bool newlines = false;
	array->type = TOML_ARRAY;
	p->at++;
	for (;;) {
		enum status s = skip_space(p, &newlines);
		if (s)
			return s;
		if (toml_peek(p, 0) == ']')
			break;
		struct toml_value *item;
		s = add_value(p, array, bytes_make(NULL, 0), &item);
		if (s == OK)
			s = scan_value(p, item);
		if (s == OK)
			s = skip_space(p, &newlines);
		if (s)
			return s;
		if (toml_peek(p, 0) == ']')
			break;
		if (toml_peek(p, 0) != ',')
			return toml_fail(p, ERR_FORMAT, "expected ',' or ']' in the array of line %u", array->line);
		p->at++;
	}
	p->at++;
	return OK;
}

static enum status scan_pairs(struct toml_parser *p, struct toml_value *table)
{
	bool newlines = false, comma = false;
	for (;;) {
		enum status s = skip_space(p, &newlines);
		if (s)
			return s;
		if (toml_peek(p, 0) == '}')
			break;
		comma = false;
		s = scan_pair(p, table);
		if (s == OK)
			s = skip_space(p, &newlines);
		if (s)
			return s;
		if (toml_peek(p, 0) == '}')
			break;
		if (toml_peek(p, 0) != ',')
			return toml_fail(p, ERR_FORMAT, "expected ',' or '}' in the inline table of line %u", table->line);
		p->at++;
		comma = true;
	}
	p->at++;
	p->uses_1_1 = p->uses_1_1 || newlines || comma;
	return OK;
}

static enum status scan_inline_table(struct toml_parser *p, struct toml_value *table)
{
	uint32_t outer = p->section;
	table->type = TOML_TABLE;
	p->section = ++p->n_sections;
	p->at++;
	enum status s = scan_pairs(p, table);
	p->section = outer;
	return s;
}

/* Recursion ends at TOML_MAX_DEPTH, which add_value holds. */
static enum status scan_value(struct toml_parser *p, struct toml_value *v)
{
	v->line = p->line;
	v->column = (uint32_t)(p->at - p->line_start) + 1;
	switch (toml_peek(p, 0)) {
	case '"':
	case '\'':
		v->type = TOML_STRING;
		return toml_scan_string(p, true, &v->string);
	case '[':
		return scan_array(p, v);
	case '{':
		return scan_inline_table(p, v);
	default:
		return toml_scan_scalar(p, v);
	}
}

/* The last part of "[a.b]". */
static enum status open_table(struct toml_parser *p, struct toml_value *parent, struct bytes key, struct toml_value **ret)
{
	struct toml_value *v = toml_lookup(parent, key);
	if (!v)
		return add_table(p, parent, key, BY_HEADER, ret);
	if (v->type != TOML_TABLE || v->made_by != BY_PATH)
		return taken(p, key, v);
	v->made_by = BY_HEADER;
	v->line = p->line;
	v->column = 1;
	*ret = v;
	return OK;
}

/* The last part of "[[a.b]]". */
static enum status open_element(struct toml_parser *p, struct toml_value *parent, struct bytes key, struct toml_value **ret)
{
	struct toml_value *v = toml_lookup(parent, key);
	if (!v) {
		enum status s = add_value(p, parent, key, &v);
		if (s)
			return s;
		v->type = TOML_ARRAY;
		v->made_by = BY_ELEMENTS;
	} else if (v->type != TOML_ARRAY || v->made_by != BY_ELEMENTS) {
		return taken(p, key, v);
	}
	return add_table(p, v, bytes_make(NULL, 0), BY_HEADER, ret);
}

static enum status scan_header(struct toml_parser *p, struct toml_value *root, struct toml_value **ret_table)
{
	bool element = toml_peek(p, 1) == '[';
	size_t brackets = element ? 2 : 1;
	p->at += brackets;
	p->section = ++p->n_sections;
	toml_skip_blanks(p);
	struct toml_value *parent = root;
	struct bytes key = { NULL, 0 };
	enum status s = scan_path(p, &parent, &key, step_header);
	if (s)
		return s;
	for (size_t i = 0; i < brackets; i++)
		if (toml_peek(p, i) != ']')
			return toml_fail(p, ERR_FORMAT, "expected '%s' behind a table's name", element ? "]]" : "]");
	s = element ? open_element(p, parent, key, ret_table) : open_table(p, parent, key, ret_table);
	p->at += brackets;
	return s ? s : end_line(p);
}

/* UTF-8 is required of the whole; the first line that is not is named. */
static enum status check_utf8(struct toml_parser *p)
{
	if (bytes_is_utf8(p->text))
		return OK;
	for (struct bytes rest = p->text; rest.data;) {
		struct bytes line = bytes_cut(&rest, '\n');
		if (!bytes_is_utf8(line))
			break;
		toml_newline(p, line.size + 1);
	}
	return toml_fail(p, ERR_FORMAT, "this line is not valid UTF-8");
}

static enum status scan_document(struct toml_parser *p, struct toml_value *root)
{
	struct toml_value *table = root;
	if (bytes_starts(p->text, BYTES("\xef\xbb\xbf")))
		p->at = 3;
	for (;;) {
		toml_skip_blanks(p);
		enum status s;
		int c = toml_peek(p, 0);
		if (c < 0)
			return OK;
		if (c == '#' || c == '\n' || c == '\r') {
			s = end_line(p);
		} else if (c == '[') {
			s = scan_header(p, root, &table);
		} else {
			s = scan_pair(p, table);
			if (s == OK)
				s = end_line(p);
		}
		if (s)
			return s;
	}
}

enum status toml_parse(struct bytes text, struct arena *a, struct toml_value **ret_root, struct diag *d)
{
	struct toml_parser p = { .text = text, .line = 1, .a = a, .d = d };
	if (text.size > TOML_MAX_SIZE)
		return toml_fail(&p, ERR_LIMIT, "a TOML document of %zu bytes; at most %d are read", text.size, TOML_MAX_SIZE);
	enum status s = check_utf8(&p);
	if (s)
		return s;
	struct toml_value *root = ARENA_NEW(a, struct toml_value);
	root->type = TOML_TABLE;
	root->made_by = BY_HEADER;
	root->line = root->column = 1;
	s = scan_document(&p, root);
	if (s)
		return s;
	root->uses_1_1 = p.uses_1_1;
	*ret_root = root;
	return OK;
}
