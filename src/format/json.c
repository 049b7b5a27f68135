#include "format/json.h"

#include <jansson.h>

struct cursor {
	size_t depth, n_values;
	uint32_t line;
	size_t line_start;
};

static enum status over(struct cursor *c, size_t at, struct diag *d, const char *what, int limit)
{
	enum status s = fail(d, ERR_LIMIT, at, "JSON with more than %d %s", limit, what);
	locate(d, c->line, (uint32_t)(at - c->line_start) + 1);
	return s;
}

/* Counts what a tree would need, before one is built. Text that is not JSON is counted wrongly, and refused later. */
static enum status check_limits(struct bytes text, struct diag *d)
{
	struct cursor c = { .line = 1 };
	bool in_string = false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = text.data[i];
		if (byte == '"')
			in_string = !in_string;
		else if (in_string && byte == '\\')
			i++;
		if (in_string)
			continue;
		if (byte == '\n') {
			c.line++;
			c.line_start = i + 1;
		}
		if (byte == '[' || byte == '{')
			c.depth++;
		if ((byte == ']' || byte == '}') && c.depth)
			c.depth--;
		if (byte == '[' || byte == '{' || byte == ',' || byte == ':')
			c.n_values++;
		if (c.depth > JSON_MAX_DEPTH)
			return over(&c, i, d, "levels", JSON_MAX_DEPTH);
		if (c.n_values > JSON_MAX_VALUES)
			return over(&c, i, d, "values", JSON_MAX_VALUES);
	}
	return OK;
}

static int compare_keys(const void *a, const void *b, void *keys)
{
	const struct bytes *k = keys;
	return bytes_compare(k[*(const uint32_t *)a], k[*(const uint32_t *)b]);
}

static void convert(json_t *from, struct arena *a, struct json *to);

static void convert_array(json_t *from, struct arena *a, struct json *to)
{
	struct json *items = ARENA_ARRAY(a, struct json, to->n_items);
	for (size_t i = 0; i < to->n_items; i++) {
		convert(json_array_get(from, i), a, &items[i]);
		(void)json_array_set_new(from, i, json_null()); /* frees the part that is converted */
	}
	to->items = items;
}

static void convert_object(json_t *from, struct arena *a, struct json *to)
{
	struct json *items = ARENA_ARRAY(a, struct json, to->n_items);
	struct bytes *keys = ARENA_ARRAY(a, struct bytes, to->n_items);
	uint32_t *sorted = ARENA_ARRAY(a, uint32_t, to->n_items);
	uint32_t n = 0;
	for (void *at = json_object_iter(from); at && n < to->n_items; at = json_object_iter_next(from, at)) {
		keys[n] = arena_copy(a, bytes_of(json_object_iter_key(at)));
		convert(json_object_iter_value(at), a, &items[n]);
		(void)json_object_iter_set_new(from, at, json_null());
		sorted[n] = n;
		n++;
	}
	qsort_r(sorted, n, sizeof *sorted, compare_keys, keys);
	to->items = items;
	to->keys = keys;
	to->sorted = sorted;
}

/* Recursion ends at JSON_MAX_DEPTH, which check_limits holds. */
static void convert(json_t *from, struct arena *a, struct json *to)
{
	switch (json_typeof(from)) {
	case JSON_OBJECT:
		to->type = JSON_TYPE_OBJECT;
		to->n_items = json_object_size(from);
		convert_object(from, a, to);
		break;
	case JSON_ARRAY:
		to->type = JSON_TYPE_ARRAY;
		to->n_items = json_array_size(from);
		convert_array(from, a, to);
		break;
	case JSON_STRING:
		to->type = JSON_TYPE_STRING;
		to->string = arena_copy(a, bytes_make(json_string_value(from), json_string_length(from)));
		break;
	case JSON_INTEGER:
		to->type = JSON_TYPE_INTEGER;
		to->integer = json_integer_value(from);
		to->real = (double)to->integer;
		break;
	case JSON_REAL:
		to->type = JSON_TYPE_REAL;
		to->real = json_real_value(from);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		to->type = JSON_TYPE_BOOLEAN;
		to->boolean = json_is_true(from);
		break;
	case JSON_NULL:
		to->type = JSON_TYPE_NULL;
		break;
	}
}

void json_prepare(void)
{
	json_object_seed(0);
}

enum status json_parse(struct bytes text, struct arena *a, const struct json **ret_root, struct diag *d)
{
	enum status s = check_limits(text, d);
	if (s)
		return s;
	json_error_t error;
	json_t *tree = json_loadb(text.size ? (const char *)text.data : "", text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
				  &error);
	if (!tree) {
		s = fail(d, ERR_FORMAT, error.position > 0 ? (uint64_t)error.position : 0, "not JSON: %s", error.text);
		locate(d, error.line > 0 ? (uint32_t)error.line : 0, error.column > 0 ? (uint32_t)error.column : 0);
		return s;
	}
	struct json *root = ARENA_NEW(a, struct json);
	convert(tree, a, root);
	json_decref(tree);
	*ret_root = root;
	return OK;
}

const struct json *json_find(const struct json *object, const char *key)
{
	if (!object || object->type != JSON_TYPE_OBJECT)
		return NULL;
	struct bytes wanted = bytes_of(key);
	for (size_t low = 0, high = object->n_items; low < high;) {
		size_t middle = low + (high - low) / 2;
		uint32_t at = object->sorted[middle];
		int order = bytes_compare(object->keys[at], wanted);
		if (order == 0)
			return &object->items[at];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const char *const type_names[] = {
	[JSON_TYPE_NULL] = "null",        [JSON_TYPE_BOOLEAN] = "a boolean", [JSON_TYPE_INTEGER] = "an integer",
	[JSON_TYPE_REAL] = "a number",    [JSON_TYPE_STRING] = "a string",   [JSON_TYPE_ARRAY] = "an array",
	[JSON_TYPE_OBJECT] = "an object",
};

const char *json_type_name(enum json_type type)
{
	return (unsigned)type < COUNT(type_names) ? type_names[type] : "nothing";
}

static enum status get(const struct json *object, const char *key, enum json_type type, const struct json **ret, struct diag *d)
{
	const struct json *v = json_find(object, key);
	if (!v)
		return fail(d, ERR_ABSENT, 0, "'%s' is missing", key);
	if (v->type != type)
		return fail(d, ERR_FORMAT, 0, "'%s' must be %s, not %s", key, type_names[type], json_type_name(v->type));
	*ret = v;
	return OK;
}

enum status json_get_string(const struct json *object, const char *key, struct bytes *ret, struct diag *d)
{
	const struct json *v;
	enum status s = get(object, key, JSON_TYPE_STRING, &v, d);
	if (s == OK)
		*ret = v->string;
	return s;
}

enum status json_get_integer(const struct json *object, const char *key, int64_t *ret, struct diag *d)
{
	const struct json *v;
	enum status s = get(object, key, JSON_TYPE_INTEGER, &v, d);
	if (s == OK)
		*ret = v->integer;
	return s;
}

enum status json_get_boolean(const struct json *object, const char *key, bool *ret, struct diag *d)
{
	const struct json *v;
	enum status s = get(object, key, JSON_TYPE_BOOLEAN, &v, d);
	if (s == OK)
		*ret = v->boolean;
	return s;
}

enum status json_get_array(const struct json *object, const char *key, const struct json **ret, struct diag *d)
{
	return get(object, key, JSON_TYPE_ARRAY, ret, d);
}

enum status json_get_object(const struct json *object, const char *key, const struct json **ret, struct diag *d)
{
	return get(object, key, JSON_TYPE_OBJECT, ret, d);
}
