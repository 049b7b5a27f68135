#include "format/ini.h"

#include "base/buf.h"
#include "format/lines.h"

struct parser {
	struct lines lines;
	enum ini_delimiters delimiters;
	struct arena *a;
	struct diag *d;
	struct ini_section *sections;
	size_t n_sections;
	struct ini_item *items;
	size_t n_items;
	bool in_item; /* a line with a deeper indent goes on with the last item */
	size_t indent; /* of that item's first line */
	struct buf value; /* of the last item, while it may go on */
};

static void parser_done(struct parser *p)
{
	buf_done(&p->value);
}

/* Like configparser: "key =" with lines below it keeps the line end before them. */
static void close_item(struct parser *p)
{
	struct bytes value = buf_bytes(&p->value);
	while (bytes_ends(value, BYTES("\n")))
		value.size--;
	if (p->in_item)
		p->items[p->n_items - 1].value = arena_copy(p->a, value);
	p->in_item = false;
}

static enum status read_section(struct parser *p, struct bytes line)
{
	struct bytes name = bytes_part(line, 1, line.size - 2);
	if (!bytes_ends(line, BYTES("]")) || name.size == 0)
		return lines_fail(&p->lines, ERR_FORMAT, p->d, "a section header without its ']' or its name");
	if (p->n_sections == INI_MAX_ITEMS)
		return lines_fail(&p->lines, ERR_LIMIT, p->d, "more than %d sections", INI_MAX_ITEMS);
	p->sections = arena_grow(p->a, p->sections, p->n_sections, sizeof *p->sections);
	p->sections[p->n_sections++] = (struct ini_section){ .name = name, .line = p->lines.line };
	return OK;
}

static size_t find_delimiter(const struct parser *p, struct bytes line)
{
	size_t equals = bytes_find(line, '='), colon = bytes_find(line, ':');
	return p->delimiters == INI_EQUALS_AND_COLON && colon < equals ? colon : equals;
}

static enum status read_item(struct parser *p, struct bytes line)
{
	size_t at = find_delimiter(p, line);
	struct bytes key = bytes_trim(bytes_part(line, 0, at));
	if (p->n_sections == 0)
		return lines_fail(&p->lines, ERR_FORMAT, p->d, "before the first section");
	if (at == line.size || key.size == 0)
		return lines_fail(&p->lines, ERR_FORMAT, p->d, "neither a section nor 'key = value'");
	if (p->n_items == INI_MAX_ITEMS)
		return lines_fail(&p->lines, ERR_LIMIT, p->d, "more than %d items", INI_MAX_ITEMS);
	p->items = arena_grow(p->a, p->items, p->n_items, sizeof *p->items);
	p->items[p->n_items++] = (struct ini_item){ .section = p->sections[p->n_sections - 1].name, .key = key, .line = p->lines.line };
	buf_clear(&p->value);
	buf_add(&p->value, bytes_trim(bytes_from(line, at + 1)));
	p->in_item = true;
	return OK;
}

static enum status read_line(struct parser *p, struct bytes raw)
{
	struct bytes line = bytes_trim(raw);
	if (line.size == 0) {
		if (p->in_item)
			buf_add_byte(&p->value, '\n');
		return OK;
	}
	if (line.data[0] == '#' || line.data[0] == ';')
		return OK;
	size_t indent = (size_t)(line.data - raw.data);
	if (p->in_item && indent > p->indent) {
		buf_add_byte(&p->value, '\n');
		buf_add(&p->value, line);
		return OK;
	}
	close_item(p);
	p->indent = indent;
	return line.data[0] == '[' ? read_section(p, line) : read_item(p, line);
}

static int compare_items(const void *a, const void *b, void *items)
{
	const struct ini_item *x = (const struct ini_item *)items + *(const uint32_t *)a;
	const struct ini_item *y = (const struct ini_item *)items + *(const uint32_t *)b;
	int order = bytes_compare(x->section, y->section);
	return order ? order : bytes_compare(x->key, y->key);
}

static int compare_sections(const void *a, const void *b)
{
	const struct ini_section *x = a, *y = b;
	int order = bytes_compare(x->name, y->name);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static enum status twice(struct parser *p, const char *what, struct bytes name, uint32_t line)
{
	(void)fail(p->d, ERR_FORMAT, 0, "line %u: %s '%.*s' is there twice", line, what, BYTES_ARG(bytes_part(name, 0, 200)));
	locate(p->d, line, 0);
	return ERR_FORMAT;
}

static enum status check_sections(struct parser *p)
{
	struct ini_section *sorted = ARENA_ARRAY(p->a, struct ini_section, p->n_sections);
	bytes_copy(sorted, bytes_make(p->sections, p->n_sections * sizeof *sorted));
	qsort(sorted, p->n_sections, sizeof *sorted, compare_sections);
	for (size_t i = 1; i < p->n_sections; i++)
		if (bytes_equal(sorted[i - 1].name, sorted[i].name))
			return twice(p, "section", sorted[i].name, sorted[i].line);
	return OK;
}

static enum status sort_items(struct parser *p, struct ini *ini)
{
	uint32_t *sorted = ARENA_ARRAY(p->a, uint32_t, p->n_items);
	for (uint32_t i = 0; i < p->n_items; i++)
		sorted[i] = i;
	qsort_r(sorted, p->n_items, sizeof *sorted, compare_items, p->items);
	for (size_t i = 1; i < p->n_items; i++) {
		const struct ini_item *x = &p->items[sorted[i - 1]], *y = &p->items[sorted[i]];
		if (compare_items(&sorted[i - 1], &sorted[i], p->items) == 0)
			return twice(p, "key", x->key, x->line > y->line ? x->line : y->line);
	}
	ini->sorted = sorted;
	return OK;
}

enum status ini_parse(struct bytes text, enum ini_delimiters delimiters, struct arena *a, struct ini *ret, struct diag *d)
{
	CLEANUP(parser_done) struct parser p = { .delimiters = delimiters, .a = a, .d = d };
	buf_init(&p.value, INI_MAX_SIZE); /* never longer than the text */
	struct bytes line;
	enum status s = lines_open(text, INI_MAX_SIZE, "an INI file", &p.lines, d);
	while (s == OK && (s = lines_next(&p.lines, &line, d)) == OK)
		s = read_line(&p, line);
	if (s != ERR_ABSENT)
		return s;
	close_item(&p);
	struct ini ini = { .sections = p.sections, .n_sections = p.n_sections, .items = p.items, .n_items = p.n_items };
	s = check_sections(&p);
	if (s == OK)
		s = sort_items(&p, &ini);
	if (s == OK)
		*ret = ini;
	return s;
}

const struct ini_item *ini_find(const struct ini *ini, const char *section, const char *key)
{
	for (size_t low = 0, high = ini->n_items; low < high;) {
		size_t middle = low + (high - low) / 2;
		const struct ini_item *item = &ini->items[ini->sorted[middle]];
		int order = bytes_compare(item->section, bytes_of(section));
		if (order == 0)
			order = bytes_compare(item->key, bytes_of(key));
		if (order == 0)
			return item;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
