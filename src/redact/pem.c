#include "redact/pem.h"

#include "base/status.h"

/* 200: RSA of 16384 bits has 195 lines of 64. 24: less than what any body has before its last line. 8: how far the prefixes of a
 * log may differ in length. */
enum { LINES_MAX = 200, FULL_LINE = 24, PREFIX_SLACK = 8, SHOWN_MIN = 16 };

static bool is_base64(unsigned char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

static size_t base64_run(struct bytes text)
{
	size_t n = 0;
	while (n < text.size && is_base64(text.data[n]))
		n++;
	return n;
}

/* Quotes, blanks, escaped newlines and the signs that put strings together. */
static struct bytes skip_wrapping(struct bytes text)
{
	for (;;) {
		unsigned char c = text.size ? text.data[0] : 'x';
		if (c == '\\' && text.size > 1 && (text.data[1] == 'n' || text.data[1] == 'r'))
			text = bytes_from(text, 2);
		else if (byte_is_blank(c) || c == '\\' || c == '"' || c == '\'' || c == '+' || c == ',')
			text = bytes_from(text, 1);
		else
			return text;
	}
}

/* RFC 1421 and RFC 4880: what stands before the body. */
static bool is_header(struct bytes text)
{
	static const char *const names[] = { "Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:", "MessageID:" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_search(text, bytes_of(names[i])) < text.size)
			return true;
	return false;
}

bool pem_may_follow(struct bytes rest)
{
	bool is_closed = rest.size && (rest.data[0] == '"' || rest.data[0] == '\'');
	rest = skip_wrapping(rest);
	return (!rest.size && !is_closed) || base64_run(rest) >= SHOWN_MIN || is_header(bytes_part(rest, 0, SHOWN_MIN));
}

size_t pem_find_end(struct bytes text)
{
	static const struct bytes marker = LIT("-----END "), dashes = LIT("-----");
	size_t at = bytes_search(text, marker);
	if (at == text.size)
		return text.size + 1;
	struct bytes rest = bytes_from(text, at + marker.size);
	size_t behind = bytes_search(bytes_part(rest, 0, 64), dashes);
	return behind < rest.size && behind < 64 ? at + marker.size + behind + dashes.size : at + marker.size;
}

void pem_begin(struct pem *p, size_t column)
{
	*p = (struct pem){ .is_open = true, .column = column };
}

bool pem_take_line(struct pem *p, struct bytes line)
{
	struct bytes text = bytes_trim(line);
	size_t at = text.size;
	while (at && is_base64(text.data[at - 1]))
		at--;
	size_t run = text.size - at;
	/* Whatever wraps a line, quotes and an escaped newline, may stand behind it. */
	if (!run && text.size) {
		at = 0;
		while (at < text.size && !(base64_run(bytes_from(text, at)) >= FULL_LINE))
			at++;
		run = base64_run(bytes_from(text, at));
	}
	bool is_near = at <= p->column + PREFIX_SLACK;
	if (p->was_short || ++p->n_lines > LINES_MAX)
		return false;
	if (run >= FULL_LINE || is_header(text))
		return true;
	if (!text.size || (!run && text.size <= p->column)) /* the line between headers and body */
		return true;
	p->was_short = true;
	return run && is_near;
}
