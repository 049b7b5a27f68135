#include "format/toml_write.h"

#include "format/unicode.h"

static void write_ascii(struct buf *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		buf_printf(out, "\\%c", c);
	else if (c == '\n')
		buf_add_string(out, "\\n");
	else if (c == '\t')
		buf_add_string(out, "\\t");
	else if (c < 0x20 || c == 0x7f)
		buf_printf(out, "\\u%04x", c);
	else
		buf_add_byte(out, c);
}

void toml_write_string(struct buf *out, struct bytes text)
{
	buf_add_byte(out, '"');
	while (text.size) {
		uint32_t c;
		size_t size = unicode_read(text, &c);
		if (size == 0)
			buf_add_string(out, "\xef\xbf\xbd");
		else if (c < 0x80)
			write_ascii(out, (unsigned char)c);
		else
			buf_add(out, bytes_part(text, 0, size));
		text = bytes_from(text, size ? size : 1);
	}
	buf_add_byte(out, '"');
}

void toml_write_pair(struct buf *out, const char *key, struct bytes value)
{
	if (!value.data)
		return;
	buf_printf(out, "%s = ", key);
	toml_write_string(out, value);
	buf_add_byte(out, '\n');
}

void toml_write_strings(struct buf *out, const char *key, const struct bytes *items, size_t n)
{
	buf_printf(out, "%s = [%s", key, n ? "\n" : "");
	for (size_t i = 0; i < n; i++) {
		buf_add_string(out, "    ");
		toml_write_string(out, items[i]);
		buf_add_string(out, ",\n");
	}
	buf_add_string(out, "]\n");
}
