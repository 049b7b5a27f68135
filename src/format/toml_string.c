#include "format/toml_parser.h"
#include "format/unicode.h"

static enum status scan_code_point(struct toml_parser *p, size_t digits, struct buf *out)
{
	uint32_t c = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = toml_peek(p, i);
		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if ((digit | 32) >= 'a' && (digit | 32) <= 'f' && digit > 0)
			digit = (digit | 32) - 'a' + 10;
		else
			return toml_fail(p, ERR_FORMAT, "an escape that needs %zu hexadecimal digits", digits);
		c = c << 4 | (uint32_t)digit;
	}
	unsigned char encoded[4];
	size_t size = unicode_write(c, encoded);
	if (size == 0)
		return toml_fail(p, ERR_FORMAT, "an escape for U+%04X, which is no character", c);
	p->at += digits;
	buf_add(out, bytes_make(encoded, size));
	return OK;
}

/* "\" at the end of a line takes away the line's end and all blanks before the next character. */
static enum status scan_continuation(struct toml_parser *p)
{
	toml_skip_blanks(p);
	size_t newline = toml_at_newline(p);
	if (!newline)
		return toml_fail(p, ERR_FORMAT, "a backslash with only blanks behind it must end its line");
	while (newline) {
		toml_newline(p, newline);
		toml_skip_blanks(p);
		newline = toml_at_newline(p);
	}
	return OK;
}

/* The cursor is behind the backslash. */
static enum status scan_escape(struct toml_parser *p, bool many_lines, struct buf *out)
{
	static const char names[] = "btnfr\"\\e", values[] = "\b\t\n\f\r\"\\\x1b";
	int c = toml_peek(p, 0);
	if (many_lines && (c == ' ' || c == '\t' || toml_at_newline(p)))
		return scan_continuation(p);
	const char *name = c > 0 ? strchr(names, c) : NULL;
	if (!name && c != 'u' && c != 'U' && c != 'x')
		return toml_fail(p, ERR_FORMAT, "an escape that TOML does not know");
	p->at++;
	p->uses_1_1 = p->uses_1_1 || c == 'e' || c == 'x';
	if (!name)
		return scan_code_point(p, c == 'x' ? 2 : c == 'u' ? 4 : 8, out);
	buf_add_byte(out, (unsigned char)values[name - names]);
	return OK;
}

/* One line end or plain byte of a string. */
static enum status scan_plain(struct toml_parser *p, bool many_lines, struct buf *out)
{
	int c = toml_peek(p, 0);
	size_t newline = toml_at_newline(p);
	if (many_lines && newline) {
		toml_newline(p, newline);
		buf_add_byte(out, '\n');
		return OK;
	}
	if (c < 0 || newline)
		return toml_fail(p, ERR_FORMAT, "a string that does not end");
	if (!toml_byte_ok(c))
		return toml_fail(p, ERR_FORMAT, "a control character (0x%02x) in a string", (unsigned)c);
	buf_add_byte(out, (unsigned char)c);
	p->at++;
	return OK;
}

/* The run of quotes at the cursor inside a string of three quotes: up to two belong to the text, even before the end. */
static bool take_quotes(struct toml_parser *p, int quote, struct buf *out)
{
	size_t n = 0;
	while (n < 5 && toml_peek(p, n) == quote)
		n++;
	bool ends = n >= 3;
	for (size_t i = ends ? 3 : 0; i < n; i++)
		buf_add_byte(out, (unsigned char)quote);
	p->at += n;
	return ends;
}

/* The cursor is behind the opening quotes. */
static enum status scan_text(struct toml_parser *p, int quote, bool many_lines, struct buf *out)
{
	for (;;) {
		int c = toml_peek(p, 0);
		enum status s = OK;
		if (c == quote && !many_lines) {
			p->at++;
			return OK;
		}
		if (c == quote) {
			if (take_quotes(p, quote, out))
				return OK;
		} else if (c == '\\' && quote == '"') {
			p->at++;
			s = scan_escape(p, many_lines, out);
		} else {
			s = scan_plain(p, many_lines, out);
		}
		if (s)
			return s;
	}
}

/* The usual string: on one line, nothing to decode. Gives its size, or SIZE_MAX when it is of another sort. */
static size_t simple_size(const struct toml_parser *p, int quote)
{
	for (size_t n = 0;; n++) {
		int c = toml_peek(p, n);
		if (c == quote)
			return n;
		if (!toml_byte_ok(c) || (c == '\\' && quote == '"'))
			return SIZE_MAX;
	}
}

enum status toml_scan_string(struct toml_parser *p, bool many_lines, struct bytes *ret)
{
	int quote = toml_peek(p, 0);
	bool triple = toml_peek(p, 1) == quote && toml_peek(p, 2) == quote;
	if (triple && !many_lines)
		return toml_fail(p, ERR_FORMAT, "a string of many lines cannot be a key");
	p->at += triple ? 3 : 1;
	size_t simple = triple ? SIZE_MAX : simple_size(p, quote);
	if (simple != SIZE_MAX) {
		*ret = arena_copy(p->a, bytes_part(p->text, p->at, simple));
		p->at += simple + 1;
		return OK;
	}
	size_t newline = triple ? toml_at_newline(p) : 0;
	if (newline)
		toml_newline(p, newline);
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, TOML_MAX_SIZE); /* a decoded string is never longer than its source */
	enum status s = scan_text(p, quote, triple, &out);
	if (s == OK)
		*ret = arena_copy(p->a, buf_bytes(&out));
	return s;
}
