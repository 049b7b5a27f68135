#include <inttypes.h>
#include <math.h>

#include "format/json_write.h"
#include "format/toml_parser.h"

/* A crit-bit tree over a table's keys: no hash that a hostile document could make collide, no balancing.
 * A key is read as symbols of nine bits: 256 + its byte, and 0 behind its end, so no key begins another. */
struct toml_index {
	uint32_t at;
	unsigned mask; /* one bit of the symbol at that place */
	struct toml_link child[2];
};

static unsigned symbol(struct bytes key, size_t at)
{
	return at < key.size ? 256U | key.data[at] : 0;
}

static size_t side(const struct toml_index *node, struct bytes key)
{
	return (symbol(key, node->at) & node->mask) != 0;
}

/* The only value that could have this key. */
static struct toml_value *candidate(const struct toml_value *table, struct bytes key)
{
	const struct toml_link *link = &table->index;
	while (link->node)
		link = &link->node->child[side(link->node, key)];
	return link->leaf;
}

struct toml_value *toml_lookup(const struct toml_value *table, struct bytes key)
{
	struct toml_value *v = candidate(table, key);
	return v && bytes_equal(v->key, key) ? v : NULL;
}

void toml_index_add(struct toml_value *table, struct toml_value *v, struct arena *a)
{
	const struct toml_value *nearest = candidate(table, v->key);
	if (!nearest) {
		table->index.leaf = v;
		return;
	}
	size_t at = 0;
	while (symbol(nearest->key, at) == symbol(v->key, at))
		at++;
	unsigned difference = symbol(nearest->key, at) ^ symbol(v->key, at), mask = 256;
	while (!(difference & mask))
		mask >>= 1;
	struct toml_link *link = &table->index;
	while (link->node && (link->node->at < at || (link->node->at == at && link->node->mask > mask)))
		link = &link->node->child[side(link->node, v->key)];
	struct toml_index *node = ARENA_NEW(a, struct toml_index);
	node->at = (uint32_t)at;
	node->mask = mask;
	node->child[side(node, v->key)].leaf = v;
	node->child[!side(node, v->key)] = *link;
	*link = (struct toml_link){ .node = node };
}

const struct toml_value *toml_find(const struct toml_value *table, struct bytes key)
{
	return table && table->type == TOML_TABLE ? toml_lookup(table, key) : NULL;
}

const struct toml_value *toml_find_path(const struct toml_value *root, const char *path)
{
	for (struct bytes rest = bytes_of(path); rest.data;)
		root = toml_find(root, bytes_cut(&rest, '.'));
	return root;
}

static const char *const type_names[] = {
	[TOML_STRING] = "a string",   [TOML_INTEGER] = "an integer",       [TOML_FLOAT] = "a float",
	[TOML_BOOLEAN] = "a boolean", [TOML_DATETIME] = "a date and time", [TOML_DATETIME_LOCAL] = "a local date and time",
	[TOML_DATE_LOCAL] = "a date", [TOML_TIME_LOCAL] = "a time",        [TOML_ARRAY] = "an array",
	[TOML_TABLE] = "a table",
};

const char *toml_type_name(enum toml_type type)
{
	return (unsigned)type < COUNT(type_names) ? type_names[type] : "nothing";
}

static enum status at_value(const struct toml_value *v, enum status code, struct diag *d)
{
	if (v)
		locate(d, v->line, v->column);
	return code;
}

static enum status get(const struct toml_value *table, const char *key, enum toml_type type, const struct toml_value **ret,
		       struct diag *d)
{
	const struct toml_value *v = toml_find(table, bytes_of(key));
	if (!v)
		return at_value(table,
				fail(d, ERR_ABSENT, 0, "'%s' is missing in the table of line %u", key, table ? table->line : 0), d);
	if (v->type != type)
		return at_value(v,
				fail(d, ERR_FORMAT, 0, "'%s' on line %u must be %s, not %s", key, v->line, type_names[type],
				     toml_type_name(v->type)),
				d);
	*ret = v;
	return OK;
}

enum status toml_get_string(const struct toml_value *table, const char *key, struct bytes *ret, struct diag *d)
{
	const struct toml_value *v;
	enum status s = get(table, key, TOML_STRING, &v, d);
	if (s == OK)
		*ret = v->string;
	return s;
}

enum status toml_get_integer(const struct toml_value *table, const char *key, int64_t *ret, struct diag *d)
{
	const struct toml_value *v;
	enum status s = get(table, key, TOML_INTEGER, &v, d);
	if (s == OK)
		*ret = v->integer;
	return s;
}

enum status toml_get_boolean(const struct toml_value *table, const char *key, bool *ret, struct diag *d)
{
	const struct toml_value *v;
	enum status s = get(table, key, TOML_BOOLEAN, &v, d);
	if (s == OK)
		*ret = v->boolean;
	return s;
}

enum status toml_get_table(const struct toml_value *table, const char *key, const struct toml_value **ret, struct diag *d)
{
	return get(table, key, TOML_TABLE, ret, d);
}

enum status toml_get_array(const struct toml_value *table, const char *key, const struct toml_value **ret, struct diag *d)
{
	return get(table, key, TOML_ARRAY, ret, d);
}

enum status toml_get_string_array(const struct toml_value *table, const char *key, struct arena *a, struct bytes **ret_items,
				  size_t *ret_n, struct diag *d)
{
	const struct toml_value *array;
	enum status s = get(table, key, TOML_ARRAY, &array, d);
	if (s)
		return s;
	for (TOML_EACH(item, array))
		if (item->type != TOML_STRING)
			return at_value(item,
					fail(d, ERR_FORMAT, 0, "'%s' on line %u must hold strings only, not %s", key, item->line,
					     toml_type_name(item->type)),
					d);
	struct bytes *items = ARENA_ARRAY(a, struct bytes, array->n_items);
	size_t n = 0;
	for (TOML_EACH(item, array))
		items[n++] = item->string;
	*ret_items = items;
	*ret_n = n;
	return OK;
}

static void write_tagged(const struct toml_value *v, struct json_writer *w)
{
	static const char *const tags[] = {
		[TOML_STRING] = "string",         [TOML_INTEGER] = "integer",       [TOML_FLOAT] = "float",
		[TOML_BOOLEAN] = "bool",          [TOML_DATETIME] = "datetime",     [TOML_DATETIME_LOCAL] = "datetime-local",
		[TOML_DATE_LOCAL] = "date-local", [TOML_TIME_LOCAL] = "time-local",
	};
	char number[64] = "";
	struct bytes text = v->string;
	if (v->type == TOML_INTEGER)
		(void)snprintf(number, sizeof number, "%" PRId64, v->integer);
	else if (v->type == TOML_FLOAT && isnan(v->real))
		(void)snprintf(number, sizeof number, "nan");
	else if (v->type == TOML_FLOAT)
		(void)snprintf(number, sizeof number, "%.17g", v->real);
	else if (v->type == TOML_BOOLEAN)
		(void)snprintf(number, sizeof number, "%s", v->boolean ? "true" : "false");
	if (number[0])
		text = bytes_of(number);
	json_object_begin(w);
	json_pair_cstring(w, "type", tags[v->type]);
	json_pair_string(w, "value", text);
	json_object_end(w);
}

/* A tree is at most TOML_MAX_DEPTH deep, and so is the recursion. */
static void write_node(const struct toml_value *v, struct json_writer *w)
{
	if (v->type != TOML_TABLE && v->type != TOML_ARRAY) {
		write_tagged(v, w);
		return;
	}
	bool is_table = v->type == TOML_TABLE;
	(is_table ? json_object_begin : json_array_begin)(w);
	for (TOML_EACH(item, v)) {
		if (is_table)
			json_key_bytes(w, item->key);
		write_node(item, w);
	}
	(is_table ? json_object_end : json_array_end)(w);
}

void toml_write_tagged_json(const struct toml_value *value, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, false);
	write_node(value, &w);
	buf_add_byte(out, '\n');
}
