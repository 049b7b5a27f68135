/* A document that parses: its tree is whole, every key is found, and its tagged JSON is JSON. Needs format, base. */
#include "format/json.h"
#include "format/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* At most TOML_MAX_DEPTH deep. */
static void walk(const struct toml_value *v, unsigned depth)
{
	size_t n = 0;
	expect(depth <= TOML_MAX_DEPTH && v->depth == depth && v->line > 0 && v->column > 0);
	expect(v->type == TOML_ARRAY || v->type == TOML_TABLE || !v->first);
	for (TOML_EACH(item, v)) {
		if (v->type == TOML_TABLE)
			expect(toml_find(v, item->key) == item);
		walk(item, depth + 1);
		n++;
	}
	expect(n == v->n_items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	struct toml_value *root = NULL;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&out, 64 << 20);
	if (toml_parse(bytes_make(data, size), &a, &root, &d)) {
		expect(d.text[0] && d.line > 0 && !root);
		return 0;
	}
	walk(root, 0);
	toml_write_tagged_json(root, &out);
	const struct json *json = NULL;
	/* jansson takes no NUL; and a table around each value makes the JSON one level deeper */
	if (bytes_search(buf_bytes(&out), BYTES("\\u0000")) == out.size && json_parse(buf_bytes(&out), &a, &json, &d))
		expect(d.code == ERR_LIMIT);
	return 0;
}
