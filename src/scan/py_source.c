#include "scan/py_source.h"

#include "base/encode.h"
#include "format/unicode.h"

enum codec { CODEC_UTF8, CODEC_LATIN1, CODEC_ASCII, CODEC_UTF7, CODEC_ROT13, CODEC_ESCAPE, CODEC_OTHER };

static enum codec codec_of(struct bytes name)
{
	static const struct {
		const char *name;
		enum codec codec;
	} rows[] = {
		{ "utf8", CODEC_UTF8 },
		{ "u8", CODEC_UTF8 },
		{ "utf", CODEC_UTF8 },
		{ "cp65001", CODEC_UTF8 },
		{ "utf8sig", CODEC_UTF8 },
		{ "utf8unix", CODEC_UTF8 },
		{ "utf8dos", CODEC_UTF8 },
		{ "utf8mac", CODEC_UTF8 },
		{ "latin1", CODEC_LATIN1 },
		{ "iso88591", CODEC_LATIN1 },
		{ "latin", CODEC_LATIN1 },
		{ "l1", CODEC_LATIN1 },
		{ "isolatin1", CODEC_LATIN1 },
		{ "8859", CODEC_LATIN1 },
		{ "cp819", CODEC_LATIN1 },
		{ "latin1unix", CODEC_LATIN1 },
		{ "ascii", CODEC_ASCII },
		{ "usascii", CODEC_ASCII },
		{ "646", CODEC_ASCII },
		{ "ansix3.41968", CODEC_ASCII },
		{ "utf7", CODEC_UTF7 },
		{ "u7", CODEC_UTF7 },
		{ "unicode11utf7", CODEC_UTF7 },
		{ "rot13", CODEC_ROT13 },
		{ "unicodeescape", CODEC_ESCAPE },
		{ "rawunicodeescape", CODEC_ESCAPE },
	};
	char plain[40];
	size_t n = 0;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] != '-' && name.data[i] != '_' && n < sizeof plain - 1)
			plain[n++] = (char)byte_lower(name.data[i]);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (bytes_equal(bytes_make(plain, n), bytes_of(rows[i].name)))
			return rows[i].codec;
	return CODEC_OTHER;
}

/* One line without its end; moves *rest behind it. */
static struct bytes next_line(struct bytes *rest)
{
	size_t at = 0;
	while (at < rest->size && rest->data[at] != '\n' && rest->data[at] != '\r')
		at++;
	struct bytes line = bytes_part(*rest, 0, at);
	bool two = rest->size - at >= 2 && rest->data[at] == '\r' && rest->data[at + 1] == '\n';
	*rest = bytes_from(*rest, at + (two ? 2 : 1));
	return line;
}

static bool is_codec_byte(unsigned char c)
{
	return byte_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* PEP 263: "coding", ':' or '=', blanks, the name; in a comment that stands alone. */
static struct bytes cookie_of(struct bytes line)
{
	static const struct bytes word = LIT("coding");
	size_t at = 0;
	while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t' || line.data[at] == '\f'))
		at++;
	if (at == line.size || line.data[at] != '#')
		return (struct bytes){ NULL, 0 };
	struct bytes rest = bytes_part(line, at, 1000);
	while (rest.size) {
		rest = bytes_from(rest, bytes_search(rest, word));
		if (!rest.size)
			break;
		rest = bytes_from(rest, word.size);
		if (!rest.size || (rest.data[0] != ':' && rest.data[0] != '='))
			continue;
		size_t from = 1;
		while (from < rest.size && (rest.data[from] == ' ' || rest.data[from] == '\t'))
			from++;
		size_t to = from;
		while (to < rest.size && is_codec_byte(rest.data[to]))
			to++;
		if (to > from)
			return bytes_part(rest, from, to - from);
	}
	return (struct bytes){ NULL, 0 };
}

static void find_cookie(struct bytes file, struct py_source *s)
{
	struct bytes rest = file;
	for (uint32_t line = 1; line <= 2 && rest.size && !s->encoding.size; line++) {
		struct bytes text = next_line(&rest), trimmed = bytes_trim(text);
		s->encoding = cookie_of(text);
		s->encoding_line = line;
		if (trimmed.size && trimmed.data[0] != '#')
			break;
	}
}

static void put_character(struct buf *out, uint32_t c)
{
	unsigned char text[4];
	size_t n = unicode_write(c, text);
	buf_add(out, n ? bytes_make(text, n) : BYTES("?"));
}

static void decode_latin1(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.size; i++)
		if (in.data[i] < 0x80)
			buf_add_byte(out, in.data[i]);
		else
			put_character(out, in.data[i]);
}

static int base64_value(unsigned char c)
{
	return byte_is_upper(c)   ? c - 'A'
	       : byte_is_lower(c) ? c - 'a' + 26
	       : byte_is_digit(c) ? c - '0' + 52
	       : c == '+'         ? 62
	       : c == '/'         ? 63
				  : -1;
}

/* RFC 2152: "+" base64 of UTF-16 "-". */
static void decode_utf7(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.size; i++) {
		if (in.data[i] != '+') {
			buf_add_byte(out, in.data[i] < 0x80 ? in.data[i] : '?');
			continue;
		}
		uint32_t bits = 0, n_bits = 0, high = 0;
		size_t from = i;
		while (i + 1 < in.size && base64_value(in.data[i + 1]) >= 0) {
			bits = bits << 6 | (uint32_t)base64_value(in.data[++i]);
			n_bits += 6;
			if (n_bits < 16)
				continue;
			n_bits -= 16;
			uint32_t unit = bits >> n_bits & 0xffff;
			bits &= (1U << n_bits) - 1;
			if (unit >= 0xd800 && unit < 0xdc00)
				high = unit;
			else
				put_character(out, high && unit >= 0xdc00 && unit < 0xe000
							   ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)
							   : unit);
		}
		bool closed = i + 1 < in.size && in.data[i + 1] == '-';
		if (closed && i == from)
			buf_add_byte(out, '+');
		i += closed;
	}
}

static void decode_rot13(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.size; i++) {
		uint32_t c = in.data[i], base = byte_is_upper(in.data[i]) ? 'A' : 'a';
		put_character(out, byte_is_alpha(in.data[i]) ? base + (c - base + 13) % 26 : c);
	}
}

/* \xHH, \uHHHH, \UHHHHHHHH and \n; others stay. */
static void decode_escapes(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.size; i++) {
		unsigned char code[4] = { 0 }, kind = i + 1 < in.size ? in.data[i + 1] : 0;
		size_t n = kind == 'x' ? 1 : kind == 'u' ? 2 : kind == 'U' ? 4 : 0;
		if (in.data[i] == '\\' && kind == 'n') {
			buf_add_byte(out, '\n');
			i++;
		} else if (in.data[i] == '\\' && n && in.size - i >= 2 + 2 * n &&
			   hex_parse(bytes_part(in, i + 2, 2 * n), code, n) == OK) {
			uint32_t c = 0;
			for (size_t k = 0; k < n; k++)
				c = c << 8 | code[k];
			put_character(out, c);
			i += 1 + 2 * n;
		} else {
			put_character(out, in.data[i]);
		}
	}
}

static bool has_high_byte(struct bytes b)
{
	unsigned char all = 0;
	for (size_t i = 0; i < b.size; i++)
		all |= b.data[i];
	return all >= 0x80;
}

void py_source_read(struct bytes file, struct buf *room, struct py_source *ret)
{
	static void (*const decoders[])(struct bytes in, struct buf * out) = {
		[CODEC_LATIN1] = decode_latin1, [CODEC_ASCII] = decode_latin1,   [CODEC_UTF7] = decode_utf7,
		[CODEC_ROT13] = decode_rot13,   [CODEC_ESCAPE] = decode_escapes, [CODEC_OTHER] = decode_latin1,
	};
	buf_init(room, 4 * (size_t)PY_SOURCE_MAX);
	*ret = (struct py_source){ .is_cut = file.size > PY_SOURCE_MAX };
	file = bytes_part(file, 0, PY_SOURCE_MAX);
	bool has_mark = bytes_starts(file, BYTES("\xef\xbb\xbf"));
	if (has_mark)
		file = bytes_from(file, 3);
	find_cookie(file, ret);
	enum codec codec = ret->encoding.size ? codec_of(ret->encoding) : CODEC_UTF8;
	ret->is_odd = codec > CODEC_ASCII;
	if (codec <= CODEC_ASCII) {
		bool high = has_high_byte(file);
		ret->is_broken = (codec == CODEC_UTF8 && high && !bytes_is_utf8(file)) || (codec == CODEC_ASCII && high) ||
				 (codec != CODEC_UTF8 && has_mark);
		if (!high || (codec == CODEC_UTF8 && !ret->is_broken)) {
			ret->text = file;
			return;
		}
		codec = CODEC_LATIN1;
	}
	decoders[codec](file, room);
	ret->text = buf_bytes(room);
}
