#include "format/rst_text.h"

#include "format/rst.h"
#include "format/unicode.h"

struct rst_range {
	uint32_t first, last;
	unsigned class;
};
struct rst_pair {
	uint32_t open, close;
};

#include "rst_characters_table.h"

unsigned rst_class(uint32_t c)
{
	size_t low = 0, high = COUNT(rst_ranges);
	if (c < 0x80 && (byte_is_alnum((unsigned char)c)))
		return RST_WORD;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c > rst_ranges[middle].last)
			low = middle + 1;
		else if (c < rst_ranges[middle].first)
			high = middle;
		else
			return rst_ranges[middle].class;
	}
	return 0;
}

bool rst_is_pair(uint32_t open, uint32_t close)
{
	for (size_t i = 0; i < COUNT(rst_pairs); i++)
		if (rst_pairs[i].open == open && rst_pairs[i].close == close)
			return true;
	return false;
}

bool rst_is_mark(uint32_t c)
{
	return c > ' ' && c < 0x7f && !byte_is_alnum((unsigned char)c);
}

/* ---- lines ---- */

/* Where a line ends for docutils: VT and FF are blanks to it. Returns the size of the line end. */
static size_t line_end(struct bytes b)
{
	if (b.data[0] == '\v' || b.data[0] == '\f')
		return 0;
	if (b.size > 1 && b.data[0] == '\r' && b.data[1] == '\n')
		return 2;
	return unicode_line_break(b);
}

static struct rst_text expand_line(struct bytes b, struct arena *a)
{
	size_t room = 0, n = 0;
	for (size_t i = 0; i < b.size; i++)
		room += b.data[i] == '\t' ? 8 : 1;
	uint32_t *out = ARENA_ARRAY(a, uint32_t, room + 1);
	while (b.size) {
		uint32_t c = 0;
		size_t size = unicode_read(b, &c);
		b = bytes_from(b, size ? size : 1);
		if (c == '\t')
			do
				out[n++] = ' ';
			while (n % 8);
		else
			out[n++] = c == '\v' || c == '\f' ? ' ' : c;
	}
	return rst_trim_end((struct rst_text){ out, n });
}

enum status rst_lines_make(struct bytes text, struct arena *a, struct rst_line **ret_lines, size_t *ret_n)
{
	struct rst_line *lines = NULL;
	size_t n = 0, end = 0;
	while (text.size) {
		size_t break_size = 0;
		for (end = 0; end < text.size; end++) {
			break_size = line_end(bytes_from(text, end));
			if (break_size)
				break;
		}
		if (n == RST_MAX_LINES)
			return ERR_LIMIT;
		lines = arena_grow(a, lines, n, sizeof *lines);
		lines[n] = (struct rst_line){ expand_line(bytes_part(text, 0, end), a), (uint32_t)n + 1 };
		n++;
		text = bytes_from(text, end + break_size);
	}
	*ret_lines = lines;
	*ret_n = n;
	return OK;
}

/* ---- slices ---- */

struct rst_text rst_part(struct rst_text t, size_t from, size_t n)
{
	from = from < t.n ? from : t.n;
	n = n < t.n - from ? n : t.n - from;
	return (struct rst_text){ n ? t.c + from : t.c, n };
}

struct rst_text rst_from(struct rst_text t, size_t from)
{
	return rst_part(t, from, SIZE_MAX);
}

struct rst_text rst_trim_end(struct rst_text t)
{
	while (t.n && rst_is(t.c[t.n - 1], RST_SPACE))
		t.n--;
	return t;
}

size_t rst_indent(struct rst_text t)
{
	size_t n = 0;
	while (n < t.n && rst_is(t.c[n], RST_SPACE))
		n++;
	return n;
}

struct rst_text rst_trim(struct rst_text t)
{
	return rst_trim_end(rst_from(t, rst_indent(t)));
}

bool rst_starts(struct rst_text t, const char *ascii)
{
	size_t i = 0;
	while (ascii[i] && i < t.n && t.c[i] == (unsigned char)ascii[i])
		i++;
	return !ascii[i];
}

bool rst_ends(struct rst_text t, const char *ascii)
{
	size_t n = bytes_of(ascii).size;
	return n <= t.n && rst_starts(rst_from(t, t.n - n), ascii);
}

bool rst_equal(struct rst_text a, struct rst_text b)
{
	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		if (a.c[i] != b.c[i])
			return false;
	return a.n == b.n;
}

bool rst_equal_word(struct rst_text t, const char *ascii)
{
	size_t i = 0;
	while (ascii[i] && i < t.n && t.c[i] < 0x80 && byte_lower((unsigned char)t.c[i]) == byte_lower((unsigned char)ascii[i]))
		i++;
	return !ascii[i] && i == t.n;
}

size_t rst_width(struct rst_text t)
{
	size_t width = 0;
	for (size_t i = 0; i < t.n; i++) {
		unsigned class = rst_class(t.c[i]);
		width += class & RST_WIDE ? 2 : 1;
		width -= class & RST_COMBINING ? 1 : 0;
	}
	return width;
}

bool rst_is_rule(struct rst_text t)
{
	if (!t.n || !rst_is_mark(t.c[0]))
		return false;
	for (size_t i = 1; i < t.n; i++)
		if (t.c[i] != t.c[0])
			return false;
	return true;
}

size_t rst_simple_name(struct rst_text t, size_t from)
{
	size_t end = from, at = from;
	while (at < t.n && rst_is(t.c[at], RST_WORD)) {
		while (at < t.n && rst_is(t.c[at], RST_WORD))
			at++;
		end = at;
		if (at < t.n && t.c[at] < 0x80 && t.c[at] && bytes_find(BYTES("-._+:"), (unsigned char)t.c[at]) < 5)
			at++;
	}
	return end - from;
}

/* ---- made texts ---- */

struct rst_text rst_join(const struct rst_line *lines, size_t n, struct arena *a)
{
	size_t room = n, at = 0;
	for (size_t i = 0; i < n; i++)
		room += lines[i].text.n;
	uint32_t *out = ARENA_ARRAY(a, uint32_t, room + 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < lines[i].text.n; k++)
			out[at++] = lines[i].text.c[k];
		if (i + 1 < n)
			out[at++] = '\n';
	}
	return rst_trim_end((struct rst_text){ out, at });
}

struct rst_text rst_escape(struct rst_text t, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + 1);
	for (size_t i = 0; i < t.n; i++) {
		bool escapes = t.c[i] == '\\';
		out[i] = escapes ? RST_ESCAPE : t.c[i];
		if (escapes && i + 1 < t.n) {
			i++;
			out[i] = t.c[i];
		}
	}
	return (struct rst_text){ out, t.n };
}

struct rst_text rst_unescape(struct rst_text t, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (t.c[i] != RST_ESCAPE)
			out[n++] = t.c[i];
		else if (i + 1 < t.n && (t.c[i + 1] == ' ' || t.c[i + 1] == '\n'))
			i++;
	}
	return (struct rst_text){ out, n };
}

struct rst_text rst_name(struct rst_text t, bool lower, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (!rst_is(t.c[i], RST_SPACE))
			out[n++] = lower ? unicode_fold(t.c[i]) : t.c[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return rst_trim_end((struct rst_text){ out, n });
}

struct rst_text rst_uri(struct rst_text t, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, t.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (t.c[i] == RST_ESCAPE && i + 1 < t.n && (t.c[i + 1] == ' ' || t.c[i + 1] == '\n')) {
			out[n++] = ' ';
			i++;
		} else if (t.c[i] != RST_ESCAPE && !rst_is(t.c[i], RST_SPACE)) {
			out[n++] = t.c[i];
		}
	}
	return (struct rst_text){ out, n };
}

const char *rst_say(struct rst_text t, struct arena *a)
{
	enum { MOST = 60 };
	unsigned char *out = ARENA_ARRAY(a, unsigned char, MOST * 4 + 4);
	size_t n = 0;
	for (size_t i = 0; i < t.n && i < MOST; i++) {
		uint32_t c = t.c[i] == RST_ESCAPE ? '\\' : t.c[i] == '\n' ? ' ' : t.c[i];
		n += unicode_write(c, out + n);
	}
	bytes_copy(out + n, t.n > MOST ? BYTES("...") : BYTES(""));
	return (const char *)out;
}
