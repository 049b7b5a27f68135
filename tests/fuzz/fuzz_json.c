/* What parses is written and parses again to the same; any bytes as a string make valid JSON. Needs format, base. */
#include "base/buf.h"
#include "format/json.h"
#include "format/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* At most JSON_MAX_DEPTH deep. */
static void rewrite(const struct json *v, struct json_writer *w)
{
	switch (v->type) {
	case JSON_TYPE_NULL:
		json_put_null(w);
		break;
	case JSON_TYPE_BOOLEAN:
		json_put_bool(w, v->boolean);
		break;
	case JSON_TYPE_INTEGER:
		json_put_integer(w, v->integer);
		break;
	case JSON_TYPE_REAL:
		json_put_real(w, v->real);
		break;
	case JSON_TYPE_STRING:
		json_put_string(w, v->string);
		break;
	case JSON_TYPE_ARRAY:
		json_array_begin(w);
		for (JSON_EACH(item, v))
			rewrite(item, w);
		json_array_end(w);
		break;
	case JSON_TYPE_OBJECT:
		json_object_begin(w);
		for (JSON_EACH(item, v)) {
			struct bytes key = v->keys[item - v->items];
			expect(json_find(v, (const char *)key.data) == item);
			json_key_bytes(w, key);
			rewrite(item, w);
		}
		json_object_end(w);
		break;
	}
}

static void write_tree(const struct json *root, bool indented, struct buf *out)
{
	struct json_writer w;
	buf_init(out, 64 << 20);
	json_writer_init(&w, out, indented);
	rewrite(root, &w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf string, once, twice;
	const struct json *root = NULL, *again = NULL;
	struct diag d = { 0 };
	struct bytes text = bytes_make(data, size);
	arena_init(&a);
	buf_init(&string, 64 << 20);
	buf_init(&once, 0);
	buf_init(&twice, 0);
	json_write_string(&string, text);
	if (bytes_find(text, '\0') == text.size)
		expect(json_parse(buf_bytes(&string), &a, &again, &d) == OK && again->type == JSON_TYPE_STRING);
	if (json_parse(text, &a, &root, &d)) {
		expect(d.text[0] && !root);
		return 0;
	}
	write_tree(root, true, &once);
	/* a real such as 1e3 is written as 1000, an integer: so the texts are compared from the second writing on */
	expect(json_parse(buf_bytes(&once), &a, &root, &d) == OK || strstr(d.text, "big"));
	if (d.code)
		return 0;
	buf_done(&once);
	write_tree(root, false, &once);
	expect(json_parse(buf_bytes(&once), &a, &again, &d) == OK);
	write_tree(again, false, &twice);
	expect(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	return 0;
}
