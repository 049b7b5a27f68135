#include "format/html_parts.h"

#include "base/status.h"
#include "format/unicode.h"

static size_t skip_blanks(struct bytes b, size_t at)
{
	while (at < b.size && byte_is_blank(b.data[at]))
		at++;
	return at;
}

/* From a quote to behind the one that closes it, or to the end. */
static size_t skip_quoted(struct bytes b, size_t at)
{
	struct bytes inside = bytes_from(b, at + 1);
	size_t size = bytes_find(inside, b.data[at]);
	return at + 1 + size + (size < inside.size);
}

/* Offset of the '>' that ends the tag, quotes only counting where a value begins; b.size when there is none. */
static size_t tag_end(struct bytes b, size_t at)
{
	bool at_value = false;
	while (at < b.size && b.data[at] != '>') {
		unsigned char c = b.data[at];
		if (at_value && (c == '"' || c == '\'')) {
			at = skip_quoted(b, at);
			at_value = false;
			continue;
		}
		at_value = c == '=' || (at_value && byte_is_blank(c));
		at++;
	}
	return at;
}

/* Behind a comment or declaration at the start of page; all of it when it does not end. */
static size_t skip_declaration(struct bytes page)
{
	bool comment = bytes_starts(page, BYTES("<!--"));
	struct bytes rest = bytes_from(page, comment ? 4 : 2);
	if (comment && bytes_starts(rest, BYTES(">"))) /* "<!-->" is a whole comment */
		return 5;
	struct bytes closing = comment ? BYTES("-->") : BYTES(">");
	size_t at = bytes_search(rest, closing);
	return at == rest.size ? page.size : page.size - rest.size + at + closing.size;
}

size_t html_tag_read(struct bytes page, struct html_tag *ret)
{
	*ret = (struct html_tag){ 0 };
	if (page.size > 1 && (page.data[1] == '!' || page.data[1] == '?'))
		return skip_declaration(page);
	bool closing = page.size > 1 && page.data[1] == '/';
	size_t start = closing ? 2 : 1, at = start;
	if (start >= page.size || !byte_is_alpha(page.data[start]))
		return 1;
	while (at < page.size && !byte_is_blank(page.data[at]) && page.data[at] != '/' && page.data[at] != '>')
		at++;
	size_t end = tag_end(page, at);
	if (end == page.size) /* a tag that does not end is dropped, with the rest of the page in it */
		return page.size;
	ret->name = bytes_part(page, start, at - start);
	ret->closing = closing;
	ret->attributes = bytes_part(page, at, end - at);
	return end + 1;
}

bool html_attribute_next(struct bytes *rest, struct bytes *ret_name, struct bytes *ret_value)
{
	struct bytes b = *rest;
	size_t at = 0;
	while (at < b.size && (byte_is_blank(b.data[at]) || b.data[at] == '/'))
		at++;
	if (at == b.size)
		return false;
	size_t start = at++; /* even a '=' belongs to a name that begins with it */
	while (at < b.size && !byte_is_blank(b.data[at]) && b.data[at] != '/' && b.data[at] != '=')
		at++;
	*ret_name = bytes_part(b, start, at - start);
	*ret_value = (struct bytes){ NULL, 0 };
	size_t equals = skip_blanks(b, at);
	if (equals < b.size && b.data[equals] == '=') {
		size_t value = at = skip_blanks(b, equals + 1);
		if (value < b.size && (b.data[value] == '"' || b.data[value] == '\'')) {
			at = skip_quoted(b, value);
			*ret_value = bytes_part(b, value + 1, bytes_find(bytes_from(b, value + 1), b.data[value]));
		} else {
			while (at < b.size && !byte_is_blank(b.data[at]))
				at++;
			*ret_value = bytes_part(b, value, at - value);
		}
	}
	*rest = bytes_from(b, at);
	return true;
}

/* A numeric reference behind "&#". Returns its size without those two, 0 when there is none. */
static size_t read_number(struct bytes b, uint32_t *ret)
{
	bool hex = b.size && byte_lower(b.data[0]) == 'x';
	size_t at = hex;
	uint32_t c = 0;
	for (; at < b.size && (byte_is_digit(b.data[at]) || (hex && byte_is_alnum(b.data[at]))); at++) {
		unsigned char digit = byte_lower(b.data[at]);
		if (digit > 'f')
			break;
		c = c > 0x110000 ? c : c * (hex ? 16 : 10) + (uint32_t)(byte_is_digit(digit) ? digit - '0' : digit - 'a' + 10);
	}
	if (at == (size_t)hex)
		return 0;
	*ret = c && unicode_ok(c) ? c : 0xfffd;
	return at + (at < b.size && b.data[at] == ';');
}

/* A reference at the '&' that b starts with. Returns its size, 0 when it is none we know. */
static size_t read_reference(struct bytes b, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t c;
	} names[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' }, { "&nbsp;", 0xa0 },
	};
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_starts(b, bytes_of(names[i].name))) {
			*ret = names[i].c;
			return strlen(names[i].name);
		}
	if (!bytes_starts(b, BYTES("&#")))
		return 0;
	size_t size = read_number(bytes_from(b, 2), ret);
	return size ? size + 2 : 0;
}

struct bytes html_decode(struct bytes raw, struct arena *a)
{
	unsigned char *to = arena_alloc(a, raw.size + 1, 1); /* a reference is never shorter than its character */
	size_t n = 0;
	for (size_t i = 0; i < raw.size;) {
		uint32_t c = 0;
		size_t size = raw.data[i] == '&' ? read_reference(bytes_from(raw, i), &c) : 0;
		if (size) {
			n += unicode_write(c, to + n);
			i += size;
		} else {
			to[n++] = raw.data[i++];
		}
	}
	return bytes_make(to, n);
}
