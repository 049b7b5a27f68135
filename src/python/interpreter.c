#include "python/interpreter.h"

#include "base/number.h"
#include "format/json.h"
#include "python/scan.h"
#include "python/tag.h"
#include "python/wire_list.h"

enum { RECORD_FORMAT = 1, PROBE_FORMAT = 1, PART_MAX = 999 };

/* What a text of the answer must look like. */
enum shape { SHAPE_ABSOLUTE, SHAPE_RELATIVE, SHAPE_VERSION, SHAPE_WORD, SHAPE_SUFFIX, SHAPE_LIBC_OR_NULL };

/* Each text: where it is in the answer (in "paths" or at the top), and in the struct. */
static const struct field {
	const char *key;
	bool in_paths;
	enum shape shape;
	size_t at;
} fields[] = {
	{ "executable", false, SHAPE_ABSOLUTE, offsetof(struct interpreter, executable) },
	{ "real_executable", false, SHAPE_ABSOLUTE, offsetof(struct interpreter, real_executable) },
	{ "prefix", false, SHAPE_ABSOLUTE, offsetof(struct interpreter, prefix) },
	{ "base_prefix", false, SHAPE_ABSOLUTE, offsetof(struct interpreter, base_prefix) },
	{ "version", false, SHAPE_VERSION, offsetof(struct interpreter, version) },
	{ "implementation", false, SHAPE_WORD, offsetof(struct interpreter, implementation) },
	{ "stdlib", true, SHAPE_ABSOLUTE, offsetof(struct interpreter, stdlib) },
	{ "include", true, SHAPE_ABSOLUTE, offsetof(struct interpreter, include) },
	{ "purelib", true, SHAPE_RELATIVE, offsetof(struct interpreter, purelib) },
	{ "platlib", true, SHAPE_RELATIVE, offsetof(struct interpreter, platlib) },
	{ "ext_suffix", false, SHAPE_SUFFIX, offsetof(struct interpreter, ext_suffix) },
	{ "glibc", false, SHAPE_LIBC_OR_NULL, offsetof(struct interpreter, glibc) },
	{ "musl", false, SHAPE_LIBC_OR_NULL, offsetof(struct interpreter, musl) },
};

static struct bytes *field_of(struct interpreter *i, const struct field *f)
{
	return (struct bytes *)(void *)((unsigned char *)i + f->at);
}

static bool is_path(struct bytes path, bool absolute)
{
	if (path.size == 0 || (path.data[0] == '/') != absolute)
		return false;
	struct bytes rest = path;
	while (rest.data)
		if (bytes_equal(bytes_cut(&rest, '/'), BYTES("..")))
			return absolute; /* a prefix may be spelled so; what we append to one may not */
	return true;
}

/* n numbers with dots between them. */
static bool is_dotted(struct bytes text, uint32_t *ret_parts, size_t n)
{
	struct bytes rest = text;
	for (size_t i = 0; i < n; i++) {
		uint64_t part = 0;
		if (!rest.data || number_parse_u64(bytes_cut(&rest, '.'), PART_MAX, &part) != OK)
			return false;
		ret_parts[i] = (uint32_t)part;
	}
	return !rest.data;
}

static bool is_made_of(struct bytes text, const char *others)
{
	for (size_t i = 0; i < text.size; i++)
		if (!byte_is_alnum(text.data[i]) && (text.data[i] == '\0' || !strchr(others, text.data[i])))
			return false;
	return text.size > 0;
}

static bool has_shape(struct bytes text, enum shape shape)
{
	uint32_t parts[3];
	switch (shape) {
	case SHAPE_ABSOLUTE:
		return is_path(text, true);
	case SHAPE_RELATIVE:
		return is_path(text, false);
	case SHAPE_VERSION:
		return is_dotted(text, parts, 3);
	case SHAPE_WORD:
		return is_made_of(text, "_");
	case SHAPE_SUFFIX:
		return is_made_of(text, "._-") && text.data[0] == '.';
	case SHAPE_LIBC_OR_NULL:
		if (text.size == 0)
			return true;
		return is_dotted(text, parts, 2);
	}
	return false;
}

/* Text that can be shown, compared and put on a command line. */
static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return false;
	return text.size <= INTERPRETER_TEXT_MAX && bytes_is_utf8(text);
}

static enum status check_tags(const struct interpreter *i, struct arena *a, struct diag *d)
{
	const struct tag_set *set;
	if (i->n_tags == 0)
		return fail(d, ERR_FORMAT, 0, "it has no tags");
	for (size_t k = 0; k < i->n_tags; k++)
		if (i->tags[k].size > INTERPRETER_TEXT_MAX || !is_made_of(i->tags[k], "_-"))
			return fail(d, ERR_FORMAT, k, "'%.*s' is not a tag", SHOWN(i->tags[k]));
	return tag_set_new(i->tags, i->n_tags, a, &set, d);
}

/* Everything the header promises; fills in the numbers of the version. */
static enum status check(struct interpreter *i, struct arena *a, struct diag *d)
{
	for (size_t k = 0; k < COUNT(fields); k++) {
		struct bytes text = *field_of(i, &fields[k]);
		if (!is_plain(text) || !has_shape(text, fields[k].shape))
			return fail(d, ERR_FORMAT, 0, "'%s' is not what it should be: '%.*s'", fields[k].key, SHOWN(text));
	}
	for (enum marker_variable v = 0; v < MARKER_N_FIELDS; v++)
		if (!is_plain(i->env.field[v]))
			return fail(d, ERR_FORMAT, 0, "marker '%s' is too long or not plain text", marker_variable_name(v));
	uint32_t version[3] = { 0 }, short_version[2] = { 0 };
	(void)is_dotted(i->version, version, 3);
	struct bytes python_version = i->env.field[MARKER_PYTHON_VERSION];
	if (!is_dotted(python_version, short_version, 2) || short_version[0] != version[0] || short_version[1] != version[1])
		return fail(d, ERR_FORMAT, 0, "'python_version' %.*s does not go with 'version' %.*s", SHOWN(python_version),
			    SHOWN(i->version));
	i->major = version[0];
	i->minor = version[1];
	i->patch = version[2];
	return check_tags(i, a, d);
}

static enum status parse_tags(const struct json *root, struct arena *a, struct interpreter *i, struct diag *d)
{
	const struct json *list;
	enum status s = json_get_array(root, "tags", &list, d);
	if (s != OK)
		return s;
	if (list->n_items > TAG_SET_MAX)
		return fail(d, ERR_LIMIT, TAG_SET_MAX, "it has more than %d tags", TAG_SET_MAX);
	struct bytes *tags = ARENA_ARRAY(a, struct bytes, list->n_items);
	for (JSON_EACH(item, list)) {
		if (item->type != JSON_TYPE_STRING)
			return fail(d, ERR_FORMAT, 0, "a tag is %s", json_type_name(item->type));
		tags[i->n_tags++] = item->string;
	}
	i->tags = tags;
	return OK;
}

static enum status parse_texts(const struct json *root, struct interpreter *i, struct diag *d)
{
	const struct json *paths, *markers;
	enum status s = json_get_object(root, "paths", &paths, d);
	if (s == OK)
		s = json_get_object(root, "markers", &markers, d);
	for (size_t k = 0; s == OK && k < COUNT(fields); k++) {
		const struct json *parent = fields[k].in_paths ? paths : root, *value = json_find(parent, fields[k].key);
		if (fields[k].shape != SHAPE_LIBC_OR_NULL || !value || value->type != JSON_TYPE_NULL)
			s = json_get_string(parent, fields[k].key, field_of(i, &fields[k]), d);
	}
	for (enum marker_variable v = 0; s == OK && v < MARKER_N_FIELDS; v++)
		s = json_get_string(markers, marker_variable_name(v), &i->env.field[v], d);
	return s;
}

static enum status parse_root(struct bytes json, struct arena *a, struct interpreter *i, struct diag *d)
{
	const struct json *root;
	int64_t format = 0;
	if (json.size > INTERPRETER_JSON_MAX)
		return fail(d, ERR_LIMIT, INTERPRETER_JSON_MAX, "longer than %d bytes", INTERPRETER_JSON_MAX);
	enum status s = json_parse(json, a, &root, d);
	if (s == OK)
		s = json_get_integer(root, "format", &format, d);
	if (s == OK && format != PROBE_FORMAT)
		s = fail(d, ERR_FORMAT, 0, "format %lld is not %d", (long long)format, PROBE_FORMAT);
	if (s == OK)
		s = json_get_boolean(root, "free_threaded", &i->free_threaded, d);
	if (s == OK)
		s = parse_texts(root, i, d);
	if (s == OK)
		s = parse_tags(root, a, i, d);
	return s == OK ? check(i, a, d) : s;
}

enum status interpreter_parse(struct bytes json, struct arena *a, struct interpreter *ret_interpreter, struct diag *d)
{
	struct interpreter i = { 0 };
	enum status s = parse_root(json, a, &i, d);
	if (s == ERR_ABSENT) /* a key is: to our caller the answer is there, and bad */
		s = ERR_FORMAT;
	if (s != OK) {
		(void)explain(d, "answer of the interpreter probe");
		return s;
	}
	*ret_interpreter = i;
	return OK;
}

void interpreter_write(const struct interpreter *i, struct buf *out)
{
	struct interpreter copy = *i;
	wire_put_u32(out, RECORD_FORMAT);
	for (size_t k = 0; k < COUNT(fields); k++)
		wire_put_bytes(out, *field_of(&copy, &fields[k]));
	wire_put_u32(out, i->free_threaded);
	wire_put_list(out, i->env.field, MARKER_N_FIELDS);
	wire_put_list(out, i->tags, i->n_tags);
}

enum status interpreter_read(struct bytes record, struct arena *a, struct interpreter *ret_interpreter, struct diag *d)
{
	struct wire w = wire_over(record);
	struct interpreter i = { 0 };
	if (wire_get_u32(&w) != RECORD_FORMAT)
		return fail(d, ERR_FORMAT, 0, "interpreter record of another version");
	for (size_t k = 0; k < COUNT(fields); k++)
		*field_of(&i, &fields[k]) = wire_get_copy(&w, a, INTERPRETER_TEXT_MAX);
	i.free_threaded = wire_get_bool(&w);
	const struct bytes *markers;
	size_t n_markers;
	wire_get_list(&w, a, MARKER_N_FIELDS, &markers, &n_markers);
	wire_get_list(&w, a, TAG_SET_MAX, &i.tags, &i.n_tags);
	enum status s = wire_end(&w, "interpreter", d);
	if (s == OK && n_markers != MARKER_N_FIELDS)
		s = fail(d, ERR_FORMAT, 0, "the interpreter record has %zu marker fields", n_markers);
	for (size_t v = 0; s == OK && v < MARKER_N_FIELDS; v++)
		i.env.field[v] = markers[v];
	if (s == OK)
		s = check(&i, a, d);
	if (s == OK)
		*ret_interpreter = i;
	return s;
}
