/* Decoders that are worked out: base64 and its kin, hexadecimal, rot13, zlib and gzip. */
#include "scan/py_scan.h"

#include "base/encode.h"
#include "format/deflate.h"

typedef bool decoder(struct bytes in, struct buf *out);

/* Lenient, as Python is: characters outside of the alphabet are passed over. */
static bool decode_bits(struct bytes in, const char *alphabet, unsigned width, struct buf *out)
{
	unsigned char values[256];
	uint32_t bits = 0, n_bits = 0;
	memset(values, 0xff, sizeof values);
	for (size_t i = 0; alphabet[i]; i++)
		values[(unsigned char)alphabet[i]] = (unsigned char)i;
	for (size_t i = 0; i < in.size; i++) {
		if (values[in.data[i]] == 0xff)
			continue;
		bits = bits << width | values[in.data[i]];
		n_bits += width;
		if (n_bits >= 8) {
			n_bits -= 8;
			buf_add_byte(out, (unsigned char)(bits >> n_bits));
			bits &= (1U << n_bits) - 1;
		}
	}
	return true;
}

static bool from_base64(struct bytes in, struct buf *out)
{
	return decode_bits(in, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, out);
}

static bool from_base64_url(struct bytes in, struct buf *out)
{
	return decode_bits(in, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, out);
}

static bool from_base32(struct bytes in, struct buf *out)
{
	return decode_bits(in, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, out);
}

static bool from_hex(struct bytes in, struct buf *out)
{
	CLEANUP(buf_done) struct buf plain = { 0 };
	buf_init(&plain, PY_FOLD_MAX);
	for (size_t i = 0; i < in.size; i++)
		buf_add_byte(&plain, byte_lower(in.data[i]));
	return decode_bits(buf_bytes(&plain), "0123456789abcdef", 4, out);
}

/* Base 85 in its two alphabets, groups of five. */
static bool from_85(struct bytes in, const char *alphabet, struct buf *out)
{
	unsigned char values[256];
	uint64_t group = 0;
	unsigned n = 0;
	memset(values, 0xff, sizeof values);
	for (size_t i = 0; alphabet[i]; i++)
		values[(unsigned char)alphabet[i]] = (unsigned char)i;
	for (size_t i = 0; i < in.size + 4; i++) {
		bool padding = i >= in.size;
		if (padding && n == 0)
			break;
		if (!padding && values[in.data[i]] == 0xff)
			continue;
		group = group * 85 + (padding ? 84 : values[in.data[i]]);
		if (++n < 5)
			continue;
		size_t keep = padding ? 4 - (i + 1 - in.size) : 4;
		for (size_t k = 0; k < keep; k++)
			buf_add_byte(out, (unsigned char)(group >> (24 - 8 * k)));
		group = n = 0;
	}
	return true;
}

static bool from_base85(struct bytes in, struct buf *out)
{
	return from_85(in, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~", out);
}

static bool from_ascii85(struct bytes in, struct buf *out)
{
	return from_85(in, "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu", out);
}

static bool from_rot13(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.size; i++) {
		unsigned char c = in.data[i], base = byte_is_upper(c) ? 'A' : 'a';
		buf_add_byte(out, (unsigned char)(byte_is_alpha(c) ? base + (c - base + 13) % 26 : c));
	}
	return true;
}

static enum status keep_piece(void *context, struct bytes piece, struct diag *d)
{
	struct buf *out = context;
	buf_add(out, piece);
	return buf_check(out, "what is inflated", d);
}

/* The size of what comes out is not declared here: a stream that ends elsewhere than hoped has still given its text. */
static bool inflate_all(struct bytes in, struct buf *out)
{
	(void)!inflate_stream(in, PY_FOLD_MAX, keep_piece, out, NULL);
	return out->size > 0;
}

static bool from_zlib(struct bytes in, struct buf *out)
{
	return in.size > 2 && inflate_all(bytes_from(in, 2), out);
}

/* RFC 1952: ten bytes, then what the flags say. */
static bool from_gzip(struct bytes in, struct buf *out)
{
	if (in.size < 18)
		return false;
	unsigned char flags = in.data[3];
	struct bytes rest = bytes_from(in, 10);
	if (flags & 4)
		rest = rest.size >= 2 ? bytes_from(rest, 2 + ((size_t)rest.data[1] << 8 | rest.data[0])) : EMPTY;
	if (flags & 8)
		(void)bytes_cut(&rest, 0);
	if (flags & 16)
		(void)bytes_cut(&rest, 0);
	return inflate_all(bytes_from(rest, flags & 2 ? 2 : 0), out);
}

/* Function or codec names, by their last part. */
static decoder *decoder_of(struct bytes name)
{
	static const struct {
		const char *name;
		decoder *decode;
	} rows[] = {
		{ "base64.b64decode", from_base64 },
		{ "base64.standard_b64decode", from_base64 },
		{ "base64.urlsafe_b64decode", from_base64_url },
		{ "base64.decodebytes", from_base64 },
		{ "base64.decodestring", from_base64 },
		{ "base64.b32decode", from_base32 },
		{ "base64.b16decode", from_hex },
		{ "base64.b85decode", from_base85 },
		{ "base64.a85decode", from_ascii85 },
		{ "binascii.a2b_base64", from_base64 },
		{ "binascii.unhexlify", from_hex },
		{ "binascii.a2b_hex", from_hex },
		{ "builtins.bytes.fromhex", from_hex },
		{ "builtins.bytearray.fromhex", from_hex },
		{ "zlib.decompress", from_zlib },
		{ "gzip.decompress", from_gzip },
		{ "zlib.decompressobj().decompress", from_zlib },
		{ "base64", from_base64 },
		{ "base64_codec", from_base64 },
		{ "base_64", from_base64 },
		{ "hex", from_hex },
		{ "hex_codec", from_hex },
		{ "rot13", from_rot13 },
		{ "rot_13", from_rot13 },
		{ "rot-13", from_rot13 },
		{ "zlib", from_zlib },
		{ "zip", from_zlib },
		{ "zlib_codec", from_zlib },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (bytes_equal_nocase(name, bytes_of(rows[i].name)))
			return rows[i].decode;
	return NULL;
}

bool py_is_hiding_codec(struct bytes codec)
{
	static const char *const others[] = {
		"bz2",  "bz2_codec", "uu",    "uu_codec", "quopri", "quopri_codec", "unicode_escape", "raw_unicode_escape",
		"idna", "punycode",  "utf-7", "utf7",     "utf_7",  "string_escape"
	};
	for (size_t i = 0; i < COUNT(others); i++)
		if (bytes_equal_nocase(codec, bytes_of(others[i])))
			return true;
	return decoder_of(codec) != NULL;
}

struct py_value py_decode(struct py_scan *s, struct bytes function, const struct py_value *v)
{
	struct py_value r = { .kind = V_UNKNOWN };
	CLEANUP(buf_done) struct buf out = { 0 };
	decoder *decode = decoder_of(function);
	py_taint(&r, v);
	if (!decode || (v->kind != V_TEXT && v->kind != V_BYTES) || !py_room(s, v->text.size))
		return r;
	buf_init(&out, PY_FOLD_MAX);
	if (!decode(v->text, &out) || !py_room(s, out.size))
		return r;
	r.kind = V_BYTES;
	r.text = arena_copy(s->arena, buf_bytes(&out));
	return r;
}
