#include "cli/escape.h"

#include "cli/console.h"

static void put_hex(struct buf *out, unsigned char c)
{
	buf_printf(out, "\\x%02x", c);
}

/* Azure Pipelines, TeamCity and the older form of GitHub take "##vso[", "##teamcity[", "##[" for commands. */
static void put_ascii(struct escaper *e, unsigned char c, struct buf *out)
{
	bool steers = c == '[' && e->n_hashes == 2;
	if (c == '#') {
		e->n_hashes = e->in_word || e->n_hashes == 0 ? 1 : 2;
		e->in_word = false;
	} else if (e->n_hashes == 2 && byte_is_alpha(c)) {
		e->in_word = true;
	} else {
		e->n_hashes = 0;
		e->in_word = false;
	}
	if (steers || c == 0x7f || (c < 0x20 && c != '\n' && c != '\t'))
		put_hex(out, c);
	else
		buf_add_byte(out, c);
}

/* Marks that turn the direction of text or break lines: what is seen would not be what is there. */
static bool is_misleading(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0x61c, 0x61c }, { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff } };
	for (size_t i = 0; i < COUNT(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static size_t length_of(unsigned char lead)
{
	return lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static void put_held(struct escaper *e, struct buf *out)
{
	for (size_t i = 0; i < e->n_held; i++)
		put_hex(out, e->held[i]);
	e->n_held = 0;
}

static void put_character(struct escaper *e, struct buf *out)
{
	uint32_t c = e->held[0] & (0x7fu >> e->n_held);
	for (size_t i = 1; i < e->n_held; i++)
		c = c << 6 | (e->held[i] & 0x3fu);
	if (c < 0xa0) {
		put_held(e, out);
		return;
	}
	if (is_misleading(c))
		buf_printf(out, "\\u%04x", c);
	else
		buf_add(out, bytes_make(e->held, e->n_held));
	e->n_held = 0;
}

/* Unicode 15 table 3-7: what may follow the lead byte. */
static bool may_follow(const struct escaper *e, unsigned char c)
{
	unsigned char low = 0x80, high = 0xbf, lead = e->held[0];
	if (e->n_held == 1) {
		low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
		high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	}
	return c >= low && c <= high;
}

/* Returns false when c has to be looked at again, because what was held is decided now. */
static bool put_after_held(struct escaper *e, unsigned char c, struct buf *out)
{
	if (e->held[0] == '\r') {
		e->n_held = 0;
		if (c != '\n')
			buf_add_string(out, "\\r");
		return false;
	}
	if (!may_follow(e, c)) {
		put_held(e, out);
		return false;
	}
	e->held[e->n_held++] = c;
	if (e->n_held == length_of(e->held[0]))
		put_character(e, out);
	return true;
}

static void put(struct escaper *e, unsigned char c, struct buf *out)
{
	if (e->n_held && put_after_held(e, c, out))
		return;
	if (c == '\r' || length_of(c)) {
		e->held[e->n_held++] = c;
		e->n_hashes = 0;
		e->in_word = false;
	} else if (c < 0x80) {
		put_ascii(e, c, out);
	} else {
		put_hex(out, c);
	}
}

void escaper_add(struct escaper *e, struct bytes piece, struct buf *out)
{
	for (size_t i = 0; i < piece.size;) {
		size_t from = i;
		while (!e->n_held && !e->n_hashes && i < piece.size && piece.data[i] >= 0x20 && piece.data[i] < 0x7f &&
		       piece.data[i] != '#')
			i++;
		if (i > from)
			buf_add(out, bytes_part(piece, from, i - from));
		else
			put(e, piece.data[i++], out);
	}
}

void escaper_end(struct escaper *e, struct buf *out)
{
	if (e->n_held && e->held[0] == '\r')
		buf_add_string(out, "\\r");
	else
		put_held(e, out);
	*e = (struct escaper){ 0 };
}

void console_escape(struct bytes text, struct buf *out)
{
	struct escaper e = { 0 };
	escaper_add(&e, text, out);
	escaper_end(&e, out);
}

void escape_line_starts(struct bytes text, struct buf *out)
{
	while (text.size) {
		size_t end = bytes_find(text, '\n'), at = 0;
		struct bytes line = bytes_part(text, 0, end < text.size ? end + 1 : end);
		while (at < line.size && (line.data[at] <= ' ' || line.data[at] >= 0x80))
			at++;
		bool steers = bytes_starts(bytes_from(line, at), BYTES("::"));
		buf_add(out, bytes_part(line, 0, at));
		if (steers)
			put_hex(out, ':');
		buf_add(out, bytes_from(line, at + steers));
		text = bytes_from(text, line.size);
	}
}
