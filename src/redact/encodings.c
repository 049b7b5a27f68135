#include "redact/encodings.h"

#include "base/cleanup.h"
#include "base/encode.h"
#include "format/unicode.h"

static const char digits_of[2][17] = { "0123456789abcdef", "0123456789ABCDEF" };

static void put_hex(struct buf *b, unsigned char c, bool upper)
{
	buf_add_byte(b, (unsigned char)digits_of[upper][c >> 4]);
	buf_add_byte(b, (unsigned char)digits_of[upper][c & 15]);
}

static void put_escaped(struct buf *b, const char *before, unsigned char c, bool upper)
{
	buf_add_string(b, before);
	put_hex(b, c, upper);
}

static bool is_one_of(unsigned char c, const char *set)
{
	return c && strchr(set, c);
}

/* ---- byte by byte ---- */

typedef void (*put_byte)(struct buf *b, unsigned char c, bool upper);

static bool is_unreserved(unsigned char c)
{
	return byte_is_alnum(c) || is_one_of(c, "-._~");
}

/* RFC 3986 section 2.1. */
static void put_percent(struct buf *b, unsigned char c, bool upper)
{
	if (is_unreserved(c))
		buf_add_byte(b, c);
	else
		put_escaped(b, "%", c, upper);
}

/* What leaves "/" alone, as Python's quote does. */
static void put_path(struct buf *b, unsigned char c, bool upper)
{
	if (c == '/')
		buf_add_byte(b, c);
	else
		put_percent(b, c, upper);
}

static void put_form(struct buf *b, unsigned char c, bool upper)
{
	if (c == ' ')
		buf_add_byte(b, '+');
	else
		put_percent(b, c, upper);
}

/* encodeURIComponent (ECMA-262), and Go's userinfo. */
static void put_component(struct buf *b, unsigned char c, bool upper)
{
	if (is_one_of(c, "!'()*"))
		buf_add_byte(b, c);
	else
		put_percent(b, c, upper);
}

static void put_userinfo(struct buf *b, unsigned char c, bool upper)
{
	if (is_one_of(c, "$&+,;="))
		buf_add_byte(b, c);
	else
		put_percent(b, c, upper);
}

/* java.net.URLEncoder. */
static void put_java_form(struct buf *b, unsigned char c, bool upper)
{
	if (c == '*')
		buf_add_byte(b, c);
	else if (c == '~')
		put_escaped(b, "%", c, upper);
	else
		put_form(b, c, upper);
}

static void put_all_percent(struct buf *b, unsigned char c, bool upper)
{
	put_escaped(b, "%", c, upper);
}

static void put_all_x(struct buf *b, unsigned char c, bool upper)
{
	put_escaped(b, "\\x", c, upper);
}

static void put_all_u(struct buf *b, unsigned char c, bool upper)
{
	put_escaped(b, "\\u00", c, upper);
}

/* RFC 8259 section 7, what must be escaped. */
static void put_json(struct buf *b, unsigned char c, bool upper)
{
	static const char from[] = "\"\\\n\t\r\b\f", to[] = "\"\\ntrbf";
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		buf_add_byte(b, '\\');
		buf_add_byte(b, (unsigned char)to[at - from]);
	} else if (c < ' ') {
		put_escaped(b, "\\u00", c, upper);
	} else {
		buf_add_byte(b, c);
	}
}

static void put_json_slash(struct buf *b, unsigned char c, bool upper)
{
	if (c == '/')
		buf_add_byte(b, '\\');
	put_json(b, c, upper);
}

/* Those of `by_number` as \u00XX. */
static void put_json_numbers(struct buf *b, unsigned char c, bool upper, const char *by_number)
{
	if (is_one_of(c, by_number))
		put_escaped(b, "\\u00", c, upper);
	else
		put_json(b, c, upper);
}

/* For JSON inside of HTML: Go, Rails, PHP. */
static void put_json_html(struct buf *b, unsigned char c, bool upper)
{
	put_json_numbers(b, c, upper, "<>&'");
}

static void put_json_html_slash(struct buf *b, unsigned char c, bool upper)
{
	if (c == '/')
		buf_add_byte(b, '\\');
	put_json_html(b, c, upper);
}

/* System.Text.Json, Gson, and whoever escapes slashes by number. */
static void put_json_net(struct buf *b, unsigned char c, bool upper)
{
	put_json_numbers(b, c, upper, "+\"&'<>`");
}

static void put_json_gson(struct buf *b, unsigned char c, bool upper)
{
	put_json_numbers(b, c, upper, "=<>&'");
}

static void put_json_slash_number(struct buf *b, unsigned char c, bool upper)
{
	put_json_numbers(b, c, upper, "/");
}

/* JSON inside of a JSON string. */
static void put_json_twice(struct buf *b, unsigned char c, bool upper)
{
	if (c == '"')
		buf_add_string(b, "\\\\\\\"");
	else if (c == '\\')
		buf_add_string(b, "\\\\\\\\");
	else
		put_json(b, c, upper);
}

static void put_xml(struct buf *b, unsigned char c, const char *quote, const char *apostrophe)
{
	const char *word = c == '&'    ? "&amp;"
			   : c == '<'  ? "&lt;"
			   : c == '>'  ? "&gt;"
			   : c == '"'  ? quote
			   : c == '\'' ? apostrophe
				       : NULL;
	if (word)
		buf_add_string(b, word);
	else
		buf_add_byte(b, c);
}

static void put_xml_text(struct buf *b, unsigned char c, bool upper)
{
	(void)upper;
	put_xml(b, c, NULL, NULL);
}

static void put_xml_attribute(struct buf *b, unsigned char c, bool upper)
{
	put_xml(b, c, "&quot;", upper ? "&apos;" : NULL);
}

static void put_html(struct buf *b, unsigned char c, bool upper)
{
	put_xml(b, c, "&quot;", upper ? "&#39;" : "&#x27;");
}

static void put_html_numbers(struct buf *b, unsigned char c, bool upper)
{
	put_xml(b, c, upper ? "&#34;" : "&#x22;", "&#39;");
}

/* Inside '...'. */
static void put_shell(struct buf *b, unsigned char c, bool upper)
{
	if (c == '\'')
		buf_add_string(b, upper ? "'\"'\"'" : "'\\''");
	else
		buf_add_byte(b, c);
}

/* Without quotes, as printf %q has it, and inside "...". */
static void put_backslash(struct buf *b, unsigned char c, bool upper)
{
	if (upper ? is_one_of(c, "\"\\$`") : !byte_is_alnum(c) && !is_one_of(c, "_-./:=@%+,") && c < 0x80)
		buf_add_byte(b, '\\');
	buf_add_byte(b, c);
}

/* repr() of a str (upper: of bytes) in single quotes. */
static void put_python(struct buf *b, unsigned char c, bool upper)
{
	static const char from[] = "'\\\n\t\r", to[] = "'\\ntr";
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		buf_add_byte(b, '\\');
		buf_add_byte(b, (unsigned char)to[at - from]);
	} else if (c < ' ' || c == 0x7f || (upper && c >= 0x80)) {
		put_escaped(b, "\\x", c, false);
	} else {
		buf_add_byte(b, c);
	}
}

/* In double quotes, which repr() takes when there is a single one inside. */
static void put_python_double(struct buf *b, unsigned char c, bool upper)
{
	if (c == '\'')
		buf_add_byte(b, c);
	else
		put_python(b, c, upper);
}

static void put_digits(struct buf *b, unsigned char c, bool upper)
{
	put_hex(b, c, upper);
}

static const put_byte puts_of[] = {
	put_percent,   put_path,
	put_form,      put_all_percent,
	put_all_x,     put_all_u,
	put_json,      put_json_slash,
	put_json_html, put_json_twice,
	put_xml_text,  put_xml_attribute,
	put_html,      put_html_numbers,
	put_shell,     put_backslash,
	put_python,    put_python_double,
	put_digits,    put_json_html_slash,
	put_component, put_userinfo,
	put_java_form, put_json_net,
	put_json_gson, put_json_slash_number,
};

static void write_bytes(struct bytes secret, put_byte put, bool upper, encoding_take take, void *context)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, ENCODED_GROWTH * secret.size);
	b.secret = true;
	for (size_t i = 0; i < secret.size; i++)
		put(&b, secret.data[i], upper);
	if (!b.full)
		take(context, buf_bytes(&b));
}

/* ---- characters and groups of three bytes ---- */

/* The characters outside ASCII as "\uXXXX", of two units where UTF-16 needs them: what a JSON writer does by default. */
static void write_json_ascii(struct bytes secret, bool upper, encoding_take take, void *context)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, ENCODED_GROWTH * secret.size);
	b.secret = true;
	for (struct bytes rest = secret; rest.size;) {
		uint32_t point;
		size_t size = unicode_read(rest, &point);
		if (!size) /* no text: no JSON of it */
			return;
		rest = bytes_from(rest, size);
		if (point < 0x80) {
			put_json(&b, (unsigned char)point, upper);
			continue;
		}
		uint32_t units[2] = { point, 0 };
		if (point > 0xffff) {
			units[0] = 0xd800 + ((point - 0x10000) >> 10);
			units[1] = 0xdc00 + ((point - 0x10000) & 0x3ff);
		}
		for (size_t k = 0; k < 2 && units[k]; k++) {
			put_escaped(&b, "\\u", (unsigned char)(units[k] >> 8), upper);
			put_hex(&b, (unsigned char)units[k], upper);
		}
	}
	if (!b.full)
		take(context, buf_bytes(&b));
}

/* The characters that depend on the value alone, wherever it stands in what was encoded (base64 works on groups of three
 * bytes): phase bytes in front, then without the characters that the neighbours touch. */
static void write_base64(struct bytes secret, enum base64_kind kind, size_t phase, encoding_take take, void *context)
{
	CLEANUP(buf_done) struct buf shifted;
	CLEANUP(buf_done) struct buf text;
	buf_init(&shifted, secret.size + 2);
	buf_init(&text, 2 * secret.size + 8);
	shifted.secret = text.secret = true;
	buf_add(&shifted, bytes_make("\0\0", phase));
	buf_add(&shifted, secret);
	base64_write(buf_bytes(&shifted), kind, &text);
	size_t from = (8 * phase + 5) / 6, to = (phase + secret.size) * 8 / 6;
	if (to <= from)
		return;
	struct bytes whole = bytes_part(buf_bytes(&text), from, to - from);
	take(context, whole);
	CLEANUP(buf_done) struct buf escaped; /* "\/", as PHP has it in JSON */
	buf_init(&escaped, 2 * whole.size);
	escaped.secret = true;
	for (size_t i = 0; i < whole.size; i++) {
		if (whole.data[i] == '/')
			buf_add_byte(&escaped, '\\');
		buf_add_byte(&escaped, whole.data[i]);
	}
	take(context, buf_bytes(&escaped));
}

/* As PowerShell's -EncodedCommand has it: UTF-16, little-endian. Of ASCII alone. */
static void write_base64_wide(struct bytes secret, encoding_take take, void *context)
{
	CLEANUP(buf_done) struct buf wide;
	buf_init(&wide, 2 * secret.size);
	wide.secret = true;
	for (size_t i = 0; i < secret.size; i++) {
		if (secret.data[i] >= 0x80)
			return;
		buf_add_byte(&wide, secret.data[i]);
		buf_add_byte(&wide, 0);
	}
	for (size_t phase = 0; phase < 3; phase++)
		write_base64(buf_bytes(&wide), BASE64_STANDARD, phase, take, context);
}

/* As browsers show it, and as hwb-parse takes words out of answers: any number of blanks of any kind is one. */
static void write_single_blanks(struct bytes secret, encoding_take take, void *context)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, secret.size);
	b.secret = true;
	for (size_t i = 0; i < secret.size; i++)
		if (!byte_is_blank(secret.data[i]))
			buf_add_byte(&b, secret.data[i]);
		else if (!b.size || b.data[b.size - 1] != ' ')
			buf_add_byte(&b, ' ');
	take(context, buf_bytes(&b));
}

void encodings_write(struct bytes secret, encoding_take take, void *context)
{
	for (size_t i = 0; i < COUNT(puts_of); i++)
		for (size_t upper = 0; upper < 2; upper++)
			write_bytes(secret, puts_of[i], upper, take, context);
	for (size_t upper = 0; upper < 2; upper++)
		write_json_ascii(secret, upper, take, context);
	for (size_t phase = 0; phase < 3; phase++) {
		write_base64(secret, BASE64_STANDARD, phase, take, context);
		write_base64(secret, BASE64_URL, phase, take, context);
	}
	write_base64_wide(secret, take, context);
	write_single_blanks(secret, take, context);
}
