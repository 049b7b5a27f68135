#include "redact/pem.h"

#include "base/status.h"
#include "redact/mask.h"

/* 200: RSA of 16384 bits has 195 lines of 64. 8: how far the prefixes of a log may differ in length; so many lines may come between
 * the marker and the first of a body, or it was only named. 16: less than what any body has before its last line. */
enum { LINES_MAX = 200, PREFIX_SLACK = 8, OTHERS_MAX = 8, SHOWN_MIN = 16, SURE_MIN = 40 };

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

static bool is_wrapping(unsigned char c)
{
	return byte_is_blank(c) || c == '\\' || c == '"' || c == '\'' || c == '+' || c == ',';
}

/* Quotes, blanks, escaped newlines and the signs that put strings together. */
static struct bytes skip_wrapping(struct bytes text)
{
	for (;;) {
		unsigned char c = text.size ? text.data[0] : 'x';
		if (c == '\\' && text.size > 1 && (text.data[1] == 'n' || text.data[1] == 'r'))
			text = bytes_from(text, 2);
		else if (is_wrapping(c))
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
	bool is_closed = rest.size && (rest.data[0] == '"' || rest.data[0] == '\'') &&
			 bytes_trim(rest).data[bytes_trim(rest).size - 1] != '+';
	rest = skip_wrapping(rest);
	if (bytes_starts(rest, BYTES(MASK_BEGIN))) /* whatever that hides */
		return true;
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
	*p = (struct pem){ .is_open = true, .is_near = true, .column = column };
}

bool pem_is_body(struct bytes line)
{
	for (size_t at = 0, run; at < line.size; at += run + 1) {
		struct bytes rest = bytes_from(line, at);
		bool has_lower = false, has_upper = false;
		run = base64_run(rest);
		for (size_t i = 0; i < run; i++) {
			has_lower = has_lower || byte_is_lower(rest.data[i]);
			has_upper = has_upper || byte_is_upper(rest.data[i]);
		}
		if (run >= SURE_MIN && has_lower && has_upper)
			return true;
	}
	return false;
}

/* The last word of the line is the end of a body, behind what stands before each of its lines. */
static bool is_last_line(const struct pem *p, struct bytes text)
{
	size_t at = text.size;
	while (at && is_base64(text.data[at - 1]))
		at--;
	return at < text.size && at <= p->column + PREFIX_SLACK;
}

static bool has_body(struct bytes text)
{
	for (size_t at = 0; at < text.size;) {
		size_t run = base64_run(bytes_from(text, at));
		if (run >= SHOWN_MIN)
			return true;
		at += run + 1;
	}
	return is_header(text);
}

bool pem_take_line(struct pem *p, struct bytes line)
{
	struct bytes text = bytes_trim(line);
	while (text.size && is_wrapping(text.data[text.size - 1]))
		text.size--;
	if (++p->n_lines > LINES_MAX) {
		p->is_open = false;
		return false;
	}
	bool is_next = p->is_near; /* what is too short to be sure of is believed to be of the key where it follows on it */
	if (has_body(text)) {
		p->is_near = p->has_body = true;
		return true;
	}
	if (is_next && text.size <= p->column && !base64_run(text)) /* the line between headers and body */
		return true;
	p->is_near = false;
	if (is_next && is_last_line(p, text))
		return true;
	if (!p->has_body && p->n_lines > OTHERS_MAX)
		p->is_open = false;
	return false;
}
