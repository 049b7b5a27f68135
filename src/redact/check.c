#include "redact/check.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/encode.h"

enum { DECODED_MAX = 16384, PLACEHOLDER_SIZE_MAX = 64, SIXTEENTHS_OF_BITS = 56 };

/* ---- checksums ---- */

uint32_t secret_crc32(struct bytes b)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < b.size; i++) {
		crc ^= b.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

/* "ghp_" and 36 characters, of which the last six are the CRC-32 of the others in base 62. */
static bool has_checksum(struct bytes text)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	enum { PREFIX = 4, RANDOM = 30, SUM = 6 };
	if (text.size != PREFIX + RANDOM + SUM)
		return false;
	uint32_t crc = secret_crc32(bytes_part(text, PREFIX, RANDOM));
	for (size_t i = SUM; i-- > 0; crc /= 62)
		if (text.data[PREFIX + RANDOM + i] != (unsigned char)digits[crc % 62])
			return false;
	return true;
}

/* ---- structure ---- */

/* Base64 of either alphabet, with or without its padding. What is left over at the end is let go: a match may be cut there. */
static void decode(struct bytes text, enum base64_kind kind, struct buf *out)
{
	while (text.size && text.data[text.size - 1] == '=')
		text.size--;
	buf_init(out, DECODED_MAX);
	out->secret = true;
	(void)!base64_parse(bytes_part(text, 0, text.size / 4 * 4), kind, out);
}

/* A macaroon of version 2: the byte 2, then fields; the first is the location. libmacaroons, "format v2". */
static bool is_macaroon(struct bytes text)
{
	CLEANUP(buf_done) struct buf b;
	decode(bytes_from(text, 5), BASE64_URL_NO_PAD, &b);
	return b.size > 3 && b.data[0] == 2 && b.data[1] == 1 &&
	       bytes_search(bytes_part(buf_bytes(&b), 0, 24), BYTES("pypi.org")) < 24;
}

/* RFC 7515: the first part is a JSON object with a member "alg". */
static bool is_jwt(struct bytes text)
{
	CLEANUP(buf_done) struct buf b;
	/* The tail of at most three characters may be a part of it. */
	CLEANUP(buf_done) struct buf tail;
	struct bytes header = bytes_part(text, 0, bytes_find(text, '.'));
	decode(header, BASE64_URL_NO_PAD, &b);
	buf_init(&tail, DECODED_MAX);
	bool has_all = base64_parse(header, BASE64_URL_NO_PAD, &tail) == OK;
	struct bytes json = has_all ? buf_bytes(&tail) : buf_bytes(&b);
	return json.size && json.data[0] == '{' && bytes_search(json, BYTES("\"alg\"")) < json.size;
}

/* RFC 7617: user, colon, password. */
static bool is_basic(struct bytes text)
{
	CLEANUP(buf_done) struct buf b;
	bool is_url = bytes_find(text, '-') < text.size || bytes_find(text, '_') < text.size;
	decode(text, is_url ? BASE64_URL_NO_PAD : BASE64_STANDARD, &b);
	struct bytes pair = buf_bytes(&b);
	size_t colon = bytes_find(pair, ':');
	for (size_t i = 0; i < colon && i < pair.size; i++)
		if (pair.data[i] < ' ' || pair.data[i] == 0x7f)
			return false;
	return colon < pair.size && (colon + 1 < pair.size || text.size % 4);
}

/* ---- what it cannot be ---- */

struct shape {
	size_t digits, lower, upper, hex, others; /* hex: of all digits and letters */
	unsigned distinct;
};

static struct shape shape_of(struct bytes text)
{
	struct shape s = { 0 };
	uint64_t seen[4] = { 0 };
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = text.data[i], folded = byte_lower(c);
		s.digits += byte_is_digit(c);
		s.lower += byte_is_lower(c);
		s.upper += byte_is_upper(c);
		s.others += !byte_is_alnum(c);
		s.hex += byte_is_digit(c) || (folded >= 'a' && folded <= 'f');
		seen[c / 64] |= UINT64_C(1) << c % 64;
	}
	for (size_t i = 0; i < 4; i++)
		s.distinct += (unsigned)__builtin_popcountll(seen[i]);
	return s;
}

/* 16 * log2(n), rounded down; n > 0. The fraction comes bit by bit, by squaring. */
static uint64_t log2_sixteenths(uint32_t n)
{
	unsigned whole = 31u - (unsigned)__builtin_clz(n);
	uint64_t x = (uint64_t)n << (31 - whole), sum = 16u * whole; /* x: between 1 and 2, the point at bit 31 */
	for (unsigned bit = 8; bit; bit /= 2) {
		x = x * x >> 31;
		if (x >> 32) {
			x /= 2;
			sum += bit;
		}
	}
	return sum;
}

/* Shannon's entropy is at least 3.5 bits a byte. */
static bool is_random(struct bytes text)
{
	uint32_t counts[256] = { 0 };
	uint64_t sum = 0;
	for (size_t i = 0; i < text.size; i++)
		counts[text.data[i]]++;
	for (size_t c = 0; c < 256; c++)
		if (counts[c])
			sum += counts[c] * log2_sixteenths(counts[c]);
	return text.size && log2_sixteenths((uint32_t)text.size) * text.size >= SIXTEENTHS_OF_BITS * text.size + sum;
}

/* "$TOKEN", "${{ secrets.TOKEN }}", "%TOKEN%", "<token>", "{token}", "****", "xxxx", "...": what stands for a secret in a text. */
static bool is_placeholder(struct bytes text)
{
	static const char *const words[] = { "password", "passwd", "pass", "token", "secret", "your-",    "your_",
					     "example",  "none",   "null", "true",  "false",  "redacted", "changeme" };
	if (!text.size || text.data[0] == '$' || text.data[0] == '<' || text.data[0] == '{' ||
	    (text.data[0] == '%' && text.data[text.size - 1] == '%'))
		return true;
	if (shape_of(text).distinct < 2)
		return true;
	for (size_t i = 0; i < COUNT(words) && text.size < PLACEHOLDER_SIZE_MAX; i++)
		if (bytes_equal_nocase(text, bytes_of(words[i])) ||
		    (bytes_ends(bytes_of(words[i]), BYTES("_")) && bytes_starts(text, bytes_of(words[i]))))
			return true;
	return false;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct bytes text, const struct shape *s)
{
	return text.size == 36 && s->hex == 32 && text.data[8] == '-' && text.data[13] == '-' && text.data[18] == '-' &&
	       text.data[23] == '-';
}

/* Digests are in every log: of 32, 40, 56, 64, 96 and 128 digits, and as "sha256:..." or "sha512-...". */
static bool is_digest(struct bytes text, const struct shape *s)
{
	if (s->hex == text.size && text.size >= 32)
		return true;
	return text.size > 7 &&
	       (bytes_equal_nocase(bytes_part(text, 0, 3), BYTES("sha")) || bytes_equal_nocase(bytes_part(text, 0, 3), BYTES("md5"))) &&
	       (text.data[3] == '-' || text.data[3] == ':' || text.data[3] == '=' || byte_is_digit(text.data[3]));
}

/* Paths, URLs, names of modules and calls: separators, and words between them. */
static bool is_path(struct bytes text)
{
	size_t slashes = 0, dots = 0;
	for (size_t i = 0; i < text.size; i++) {
		slashes += text.data[i] == '/';
		dots += text.data[i] == '.' || text.data[i] == '\\';
	}
	return text.data[0] == '/' || text.data[0] == '.' || text.data[0] == '~' || bytes_search(text, BYTES("://")) < text.size ||
	       (text.size > 2 && text.data[1] == ':' && (text.data[2] == '\\' || text.data[2] == '/')) ||
	       (slashes && (dots || slashes > 1));
}

/* Letters of one case at least, digits, no digest, no path, and without order. */
static bool is_opaque(struct bytes text)
{
	struct shape s = shape_of(text);
	return s.digits && s.lower + s.upper && s.distinct > 7 && !is_placeholder(text) && !is_uuid(text, &s) &&
	       !is_digest(text, &s) && is_random(text);
}

static bool is_mixed(struct bytes text)
{
	struct shape s = shape_of(text);
	return s.lower && s.upper && is_opaque(text);
}

/* "settings.SECRET_KEY_10", "utf8-strict": pieces of letters with a number behind them, at most; and "x25519.X25519PrivateKey". */
static bool is_name(struct bytes text)
{
	bool is_dotted = bytes_find(text, '.') < text.size;
	for (size_t i = 1; i < text.size; i++) {
		bool is_class = is_dotted && byte_is_upper(text.data[i]) && i + 1 < text.size && byte_is_lower(text.data[i + 1]);
		if (byte_is_digit(text.data[i - 1]) && byte_is_alpha(text.data[i]) && !is_class)
			return false;
	}
	return true;
}

/* The value of a variable with such a name: no word, no version or date, no name with a number in it. */
static bool is_assigned_secret(struct bytes text)
{
	struct shape s = shape_of(text);
	size_t letters = s.lower + s.upper;
	while (text.size && (text.data[text.size - 1] == '.' || text.data[text.size - 1] == ':'))
		text.size--;
	return text.size >= 8 && s.digits >= 2 && letters >= 2 && s.others * 3 <= text.size && is_opaque(text) && !is_path(text) &&
	       !is_name(text);
}

uint8_t secret_check_match(const struct secret_rule *rule, struct bytes text)
{
	uint8_t less = (uint8_t)(rule->confidence - 1), none = 0;
	switch (rule->check) {
	case SECRET_CHECK_NONE:
	case SECRET_CHECK_PEM:
		break;
	case SECRET_CHECK_CRC32:
		return has_checksum(text) ? rule->confidence : less;
	case SECRET_CHECK_MACAROON:
		return is_macaroon(text) ? rule->confidence : less;
	case SECRET_CHECK_JWT:
		return is_jwt(text) ? rule->confidence : none;
	case SECRET_CHECK_BASIC:
		return is_basic(text) ? rule->confidence : none;
	case SECRET_CHECK_PLACEHOLDER:
		return is_placeholder(text) ? none : rule->confidence;
	case SECRET_CHECK_OPAQUE:
		return is_opaque(text) ? rule->confidence : none;
	case SECRET_CHECK_MIXED:
		return is_mixed(text) ? rule->confidence : none;
	case SECRET_CHECK_ASSIGNMENT:
		return is_assigned_secret(text) ? rule->confidence : none;
	}
	return rule->confidence;
}
