#include "format/json_write.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "format/unicode.h"

static const char *short_escape(uint32_t c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	default:
		return NULL;
	}
}

/* U+2028 and U+2029 end a line for JavaScript and some terminals; DEL and C1 steer terminals. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void json_write_string(struct buf *out, struct bytes text)
{
	buf_add_byte(out, '"');
	while (text.size) {
		size_t n = 0;
		while (n < text.size && is_plain(text.data[n]))
			n++;
		if (n) {
			buf_add(out, bytes_part(text, 0, n));
			text = bytes_from(text, n);
			continue;
		}
		uint32_t c = 0xfffd;
		size_t size = unicode_read(text, &c);
		const char *escape = short_escape(c);
		if (escape)
			buf_add_string(out, escape);
		else if (is_hidden(c))
			buf_printf(out, "\\u%04" PRIx32, c);
		else
			buf_add(out, size ? bytes_part(text, 0, size) : BYTES("\xef\xbf\xbd"));
		text = bytes_from(text, size ? size : 1);
	}
	buf_add_byte(out, '"');
}

void json_writer_init(struct json_writer *w, struct buf *out, bool indented)
{
	*w = (struct json_writer){ .out = out, .indented = indented };
}

static void new_line(struct json_writer *w)
{
	if (!w->indented)
		return;
	buf_add_byte(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_add_string(w->out, "  ");
}

/* Whatever must stand between the item before and this one. */
static void before_item(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->has_items[w->depth])
		buf_add_byte(w->out, ',');
	w->has_items[w->depth] = true;
	if (w->depth)
		new_line(w);
}

static void begin(struct json_writer *w, unsigned char bracket)
{
	assert(w->depth < JSON_WRITER_MAX_DEPTH);
	before_item(w);
	buf_add_byte(w->out, bracket);
	w->depth++;
	w->has_items[w->depth] = false;
}

static void end(struct json_writer *w, unsigned char bracket)
{
	assert(w->depth > 0 && !w->after_key);
	bool had_items = w->has_items[w->depth];
	w->depth--;
	if (had_items)
		new_line(w);
	buf_add_byte(w->out, bracket);
}

void json_object_begin(struct json_writer *w)
{
	begin(w, '{');
}

void json_object_end(struct json_writer *w)
{
	end(w, '}');
}

void json_array_begin(struct json_writer *w)
{
	begin(w, '[');
}

void json_array_end(struct json_writer *w)
{
	end(w, ']');
}

void json_key(struct json_writer *w, const char *key)
{
	json_key_bytes(w, bytes_of(key));
}

void json_key_bytes(struct json_writer *w, struct bytes key)
{
	assert(!w->after_key);
	before_item(w);
	json_write_string(w->out, key);
	buf_add_string(w->out, w->indented ? ": " : ":");
	w->after_key = true;
}

void json_put_string(struct json_writer *w, struct bytes value)
{
	before_item(w);
	json_write_string(w->out, value);
}

void json_put_integer(struct json_writer *w, int64_t value)
{
	before_item(w);
	buf_printf(w->out, "%" PRId64, value);
}

void json_put_unsigned(struct json_writer *w, uint64_t value)
{
	before_item(w);
	buf_printf(w->out, "%" PRIu64, value);
}

void json_put_real(struct json_writer *w, double value)
{
	if (!isfinite(value)) {
		json_put_null(w);
		return;
	}
	before_item(w);
	buf_printf(w->out, "%.17g", value);
}

void json_put_bool(struct json_writer *w, bool value)
{
	before_item(w);
	buf_add_string(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w)
{
	before_item(w);
	buf_add_string(w->out, "null");
}

void json_pair_string(struct json_writer *w, const char *key, struct bytes value)
{
	json_key(w, key);
	json_put_string(w, value);
}

void json_pair_cstring(struct json_writer *w, const char *key, const char *value)
{
	json_key(w, key);
	if (value)
		json_put_string(w, bytes_of(value));
	else
		json_put_null(w);
}

void json_pair_integer(struct json_writer *w, const char *key, int64_t value)
{
	json_key(w, key);
	json_put_integer(w, value);
}

void json_pair_unsigned(struct json_writer *w, const char *key, uint64_t value)
{
	json_key(w, key);
	json_put_unsigned(w, value);
}

void json_pair_bool(struct json_writer *w, const char *key, bool value)
{
	json_key(w, key);
	json_put_bool(w, value);
}
