/* Constant folding: texts, lists and what is made of them, within a budget for the file. */
#include "scan/py_scan.h"

#include "base/number.h"
#include "format/unicode.h"

bool py_room(struct py_scan *s, size_t size)
{
	if (size > PY_FOLD_MAX || size > s->fold_left)
		return false;
	s->fold_left -= size;
	return true;
}

/* What could not be made for lack of room is still known to be made of pieces. */
struct py_value py_text_value(struct py_scan *s, enum py_value_kind kind, struct bytes text)
{
	struct py_value v = { .kind = (uint8_t)kind };
	if (!py_room(s, text.size))
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	v.text = arena_copy(s->arena, text);
	return v;
}

struct py_value py_list_value(struct py_scan *s, const struct py_value *items, size_t n)
{
	struct py_value v = { .kind = V_LIST };
	if (n > PY_ITEMS_MAX || n * sizeof *items > s->fold_left)
		v = (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	else if (n) {
		struct py_value *copy = ARENA_ARRAY(s->arena, struct py_value, n);
		s->fold_left -= n * sizeof *items;
		memcpy(copy, items, n * sizeof *items);
		v.items = copy;
		v.n_items = (uint32_t)n;
	}
	for (size_t i = 0; i < n; i++)
		py_taint(&v, &items[i]);
	return v;
}

static int hex_value(unsigned char c)
{
	return byte_is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Digits of a code in base `base`, at most `most`; returns how many there were. */
static size_t read_code(struct bytes text, unsigned base, size_t most, uint32_t *ret)
{
	size_t n = 0;
	uint32_t code = 0;
	for (; n < most && n < text.size; n++) {
		int digit = hex_value(text.data[n]);
		if (digit < 0 || (unsigned)digit >= base)
			break;
		code = code * base + (unsigned)digit;
	}
	*ret = code;
	return n;
}

static void put_code(struct buf *out, uint32_t code, bool is_bytes)
{
	unsigned char c[4];
	if (is_bytes)
		buf_add_byte(out, (unsigned char)code);
	else
		buf_add(out, bytes_make(c, unicode_write(code, c)));
}

/* One escape behind its backslash; returns its size and counts those that spell a character by number. */
static size_t unescape(struct bytes rest, bool is_bytes, struct buf *out, size_t *codes)
{
	static const char plain[] = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v";
	unsigned char c = rest.data[0];
	uint32_t code = 0;
	size_t most = c == 'x' ? 2 : c == 'u' && !is_bytes ? 4 : c == 'U' && !is_bytes ? 8 : 0;
	if (most) {
		size_t n = read_code(bytes_from(rest, 1), 16, most, &code);
		put_code(out, code, is_bytes);
		*codes += 1;
		return 1 + n;
	}
	if (c >= '0' && c <= '7') {
		size_t n = read_code(rest, 8, 3, &code);
		put_code(out, code, is_bytes);
		*codes += 1;
		return n;
	}
	for (size_t i = 0; plain[i]; i += 2)
		if (c == (unsigned char)plain[i]) {
			buf_add_byte(out, (unsigned char)plain[i + 1]);
			return 1;
		}
	if (c == '\n')
		return 1;
	if (c == '\r')
		return rest.size > 1 && rest.data[1] == '\n' ? 2 : 1;
	buf_add_byte(out, '\\');
	return 0;
}

struct py_value py_literal(struct py_scan *s, const struct py_token *t)
{
	struct bytes token = py_token_text(s->parser->text, t);
	struct py_string parts = { .body = token };
	if (t->kind == PY_STRING)
		parts = py_string_parts(token);
	struct py_value v = { .kind = parts.is_bytes ? V_BYTES : V_TEXT, .text = parts.body };
	if (parts.raw || bytes_find(parts.body, '\\') == parts.body.size)
		return v;
	if (!py_room(s, parts.body.size))
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	CLEANUP(buf_done) struct buf out = { 0 };
	buf_init(&out, 4 * PY_FOLD_MAX);
	size_t codes = 0;
	struct bytes rest = parts.body;
	while (rest.size) {
		size_t at = bytes_find(rest, '\\');
		buf_add(&out, bytes_part(rest, 0, at));
		rest = bytes_from(rest, at);
		if (rest.size < 2) {
			buf_add(&out, rest);
			break;
		}
		rest = bytes_from(rest, 1 + unescape(bytes_from(rest, 1), parts.is_bytes, &out, &codes));
	}
	v.text = arena_copy(s->arena, buf_bytes(&out));
	if (codes >= 4 && codes * 2 >= v.text.size)
		v.flags |= F_ASSEMBLED;
	return v;
}

static bool is_text(const struct py_value *v)
{
	return v->kind == V_TEXT || v->kind == V_BYTES;
}

struct py_value py_fold_sum(struct py_scan *s, const struct py_value *items, size_t n, struct bytes between)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	struct py_value v = { .kind = V_UNKNOWN };
	bool known = n > 0, any = false;
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += items[i].text.size + between.size;
	if (total > PY_FOLD_MAX || total > s->fold_left) {
		for (size_t i = 0; i < n; i++)
			py_taint(&v, &items[i]);
		v.flags |= F_ASSEMBLED;
		return v;
	}
	buf_init(&out, PY_FOLD_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct py_value *item = &items[i];
		bool has_text = is_text(item) || (item->flags & F_PARTIAL && item->text.size);
		if (i)
			buf_add(&out, between);
		buf_add(&out, has_text ? item->text : BYTES("{}"));
		any |= has_text && item->text.size > 0;
		known &= is_text(item) && item->kind == items[0].kind;
		py_taint(&v, item);
	}
	if (out.full || !py_room(s, out.size)) {
		v.flags |= F_ASSEMBLED;
		return v;
	}
	if (known)
		v.kind = items[0].kind;
	else if (any)
		v.flags |= F_PARTIAL;
	if (known || any)
		v.text = arena_copy(s->arena, buf_bytes(&out));
	if (known && n > 1)
		v.flags |= F_PIECES;
	return v;
}

/* Where a slice begins or ends: negative numbers count from the end. */
static int64_t clamp(int64_t at, int64_t size, int64_t low, int64_t high)
{
	if (at < 0)
		at += size;
	return at < low ? low : at > high ? high : at;
}

struct py_value py_fold_slice(struct py_scan *s, const struct py_value *v, const int64_t *from, const int64_t *to, int64_t step)
{
	struct py_value r = { .kind = V_UNKNOWN };
	int64_t size = v->kind == V_LIST ? v->n_items : (int64_t)v->text.size;
	bool back = step < 0;
	py_taint(&r, v);
	/* of characters beyond ASCII the place is not known by bytes */
	if (step == 0 || (v->kind != V_LIST && !is_text(v)) || !py_room(s, (size_t)size * (v->kind == V_LIST ? sizeof *v : 1)))
		return r;
	int64_t begin = from ? clamp(*from, size, back ? -1 : 0, back ? size - 1 : size) : back ? size - 1 : 0;
	int64_t end = to ? clamp(*to, size, back ? -1 : 0, size) : back ? -1 : size;
	unsigned char *bytes = ARENA_ARRAY(s->arena, unsigned char, v->kind == V_LIST ? 1 : (size_t)size + 1);
	struct py_value *items = ARENA_ARRAY(s->arena, struct py_value, v->kind == V_LIST ? (size_t)size + 1 : 1);
	uint32_t n = 0;
	for (int64_t i = begin; back ? i > end : i < end; n++) {
		if (v->kind == V_LIST)
			items[n] = v->items[i];
		else
			bytes[n] = v->text.data[i];
		if (__builtin_add_overflow(i, step, &i))
			break;
	}
	struct py_value made = *v;
	made.origin = NULL;
	made.text = is_text(v) ? bytes_make(bytes, n) : EMPTY;
	made.items = v->kind == V_LIST ? items : NULL;
	made.n_items = v->kind == V_LIST ? n : 0;
	if (step != 1)
		made.flags |= F_ASSEMBLED;
	else if (is_text(v))
		made.flags |= F_PIECES;
	return made;
}

/* One value in the place of %s or {}: its text, or its number. */
static void put_value(struct buf *out, const struct py_value *v, bool *known)
{
	if (is_text(v) || v->flags & F_PARTIAL)
		buf_add(out, v->text);
	else if (v->kind == V_INT)
		buf_printf(out, "%lld", (long long)v->number);
	else
		buf_add_string(out, "{}");
	*known &= is_text(v) || v->kind == V_INT;
}

struct py_value py_fold_format(struct py_scan *s, struct bytes format, const struct py_value *items, size_t n, bool percent)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	struct py_value v = { .kind = V_TEXT };
	bool known = true;
	size_t used = 0;
	if (!py_room(s, format.size))
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	buf_init(&out, PY_FOLD_MAX);
	for (size_t i = 0; i < format.size; i++) {
		unsigned char c = format.data[i], next = i + 1 < format.size ? format.data[i + 1] : 0;
		uint64_t place = used;
		size_t end = i + 1 + bytes_find(bytes_from(format, i + 1), '}');
		bool field = percent ? c == '%' && (next == 's' || next == 'd' || next == 'c' || next == 'r')
				     : c == '{' && next != '{';
		if (!field) {
			known &= !(percent && c == '%' && next != '%');
			buf_add_byte(&out, c);
			i += (percent ? c == '%' : c == '{' || c == '}') && next == c;
			continue;
		}
		if (!percent && end > i + 1)
			known &= number_parse_u64(bytes_part(format, i + 1, end - i - 1), n, &place) == OK;
		if (percent && next == 'c' && place < n && items[place].kind == V_INT)
			put_code(&out, (uint32_t)items[place].number, false);
		else if (place < n)
			put_value(&out, &items[place], &known);
		known &= place < n;
		used++;
		i = percent ? i + 1 : end;
	}
	for (size_t i = 0; i < n; i++)
		py_taint(&v, &items[i]);
	if (out.full || !py_room(s, out.size)) {
		s->fold_left -= out.size < s->fold_left ? out.size : s->fold_left;
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	}
	v.text = arena_copy(s->arena, buf_bytes(&out));
	v.kind = known ? V_TEXT : V_UNKNOWN;
	v.flags |= known ? F_PIECES : F_PARTIAL;
	return v;
}

/* str(x), bytes([..]), bytearray(b".."). */
struct py_value py_fold_text(struct py_scan *s, const struct py_call *c, bool to_bytes)
{
	struct py_value v = { .kind = V_UNKNOWN };
	if (c->n == 0)
		return py_text_value(s, to_bytes ? V_BYTES : V_TEXT, EMPTY);
	const struct py_value *of = &c->arguments[0].value;
	py_taint(&v, of);
	if (is_text(of)) {
		v = *of;
		v.kind = to_bytes ? V_BYTES : V_TEXT;
		return v;
	}
	if (of->kind != V_LIST || !to_bytes || !py_room(s, of->n_items))
		return v;
	unsigned char *made = ARENA_ARRAY(s->arena, unsigned char, of->n_items + 1);
	for (uint32_t i = 0; i < of->n_items; i++) {
		if (of->items[i].kind != V_INT)
			return v;
		made[i] = (unsigned char)of->items[i].number;
	}
	v.kind = V_BYTES;
	v.text = bytes_make(made, of->n_items);
	v.flags |= F_ASSEMBLED;
	return v;
}

static struct py_value fold_replace(struct py_scan *s, const struct py_value *object, const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN, .flags = F_PIECES };
	CLEANUP(buf_done) struct buf out = { 0 };
	py_taint(&v, object);
	if (c->n < 2 || !is_text(&c->arguments[0].value) || !is_text(&c->arguments[1].value) || !c->arguments[0].value.text.size)
		return v;
	struct bytes from = c->arguments[0].value.text, to = c->arguments[1].value.text, rest = object->text;
	if (!py_room(s, rest.size))
		return v;
	buf_init(&out, PY_FOLD_MAX);
	while (rest.size) {
		size_t at = bytes_search(rest, from);
		buf_add(&out, bytes_part(rest, 0, at));
		if (at < rest.size)
			buf_add(&out, to);
		rest = bytes_from(rest, at < rest.size ? at + from.size : at);
	}
	if (out.full || !py_room(s, out.size)) {
		s->fold_left -= out.size < s->fold_left ? out.size : s->fold_left;
		return v;
	}
	v.kind = object->kind;
	v.text = arena_copy(s->arena, buf_bytes(&out));
	return v;
}

static struct py_value fold_case(struct py_scan *s, const struct py_value *object, struct bytes method)
{
	struct py_value v = *object;
	v.origin = NULL;
	if (!py_room(s, object->text.size))
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	unsigned char *made = (unsigned char *)arena_string(s->arena, object->text);
	bool upper = bytes_equal(method, BYTES("upper")), swap = bytes_equal(method, BYTES("swapcase"));
	for (size_t i = 0; i < object->text.size; i++) {
		unsigned char c = made[i];
		if (byte_is_upper(c) && !upper)
			made[i] = byte_lower(c);
		else if (byte_is_lower(c) && (upper || swap))
			made[i] = (unsigned char)(c - 32);
	}
	v.text = bytes_make(made, object->text.size);
	v.flags |= F_PIECES;
	return v;
}

static struct py_value fold_join(struct py_scan *s, const struct py_value *object, const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN };
	if (c->n != 1)
		return v;
	const struct py_value *list = &c->arguments[0].value;
	if (list->kind == V_LIST && list->n_items == 0 && !(list->flags & F_ASSEMBLED))
		return py_text_value(s, object->kind, EMPTY);
	if (list->kind == V_LIST)
		v = py_fold_sum(s, list->items, list->n_items, object->text);
	if (is_text(list))
		v = *list;
	py_taint(&v, list);
	/* characters one by one are not how one writes a text */
	if (list->kind == V_LIST && list->n_items > 3 && v.text.size <= 2 * list->n_items && object->text.size == 0)
		v.flags |= F_ASSEMBLED;
	return v;
}

/* text.split(x): the parts. */
static struct py_value fold_split(struct py_scan *s, const struct py_value *object, const struct py_call *c)
{
	enum { PARTS_MAX = 64 };
	struct py_value parts[PARTS_MAX];
	size_t n = 0;
	struct bytes by = c->n && is_text(&c->arguments[0].value) ? c->arguments[0].value.text : BYTES(" "), rest = object->text;
	while (by.size == 1 && rest.data && n < PARTS_MAX) {
		parts[n] = (struct py_value){ .kind = object->kind, .text = bytes_cut(&rest, by.data[0]), .flags = F_PIECES };
		py_taint(&parts[n++], object);
	}
	return n == 0 || n == PARTS_MAX ? (struct py_value){ .kind = V_UNKNOWN } : py_list_value(s, parts, n);
}

struct py_value py_fold_method(struct py_scan *s, const struct py_value *object, struct bytes method, const struct py_call *c)
{
	struct py_value items[32], same = *object;
	same.origin = NULL;
	size_t n = 0;
	if (bytes_equal(method, BYTES("join")) && is_text(object))
		return fold_join(s, object, c);
	if (!is_text(object)) {
		struct py_value v = { .kind = V_UNKNOWN };
		py_taint(&v, object);
		return v;
	}
	if (bytes_equal(method, BYTES("replace")))
		return fold_replace(s, object, c);
	for (; n < c->n && n < COUNT(items) && !c->arguments[n].keyword.size; n++)
		items[n] = c->arguments[n].value;
	if (bytes_equal(method, BYTES("format")))
		return py_fold_format(s, object->text, items, n, false);
	if (bytes_equal(method, BYTES("split")))
		return fold_split(s, object, c);
	if (bytes_equal(method, BYTES("lower")) || bytes_equal(method, BYTES("upper")) || bytes_equal(method, BYTES("swapcase")))
		return fold_case(s, object, method);
	if (bytes_equal(method, BYTES("strip")) || bytes_equal(method, BYTES("rstrip")) || bytes_equal(method, BYTES("lstrip")))
		same.text = bytes_trim(same.text);
	else if (bytes_equal(method, BYTES("encode")))
		same.kind = V_BYTES;
	else if (bytes_equal(method, BYTES("decode")))
		same.kind = V_TEXT;
	else {
		same = (struct py_value){ .kind = V_UNKNOWN };
		py_taint(&same, object);
		if (bytes_equal(method, BYTES("translate")) || bytes_equal(method, BYTES("maketrans")))
			same.flags |= F_ASSEMBLED;
	}
	return same;
}
