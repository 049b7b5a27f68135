#include "redact/known.h"

#include "base/cleanup.h"
#include "base/encode.h"

struct known_pattern {
	unsigned char *data;
	size_t size;
	uint32_t next; /* 1 + the next pattern with the same first byte; 0: none */
};

/* Pieces are worked on in blocks, so that the copy of one is small. */
enum { BLOCK = 16384, MASK_SIZE = 3, ENCODED_MAX = 4 * KNOWN_SIZE_MAX };

/* Values that turn up as "secrets" in configuration and would mask half of every log. */
static const char *const never[] = { "password", "localhost", "__token__", "anonymous", "username", "default", "nobody" };

void known_init(struct known *k, struct arena *a)
{
	*k = (struct known){ .arena = a };
}

static size_t pair_of(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static bool has_pattern(const struct known *k, struct bytes b)
{
	for (size_t i = 0; i < k->n_patterns; i++)
		if (bytes_equal(bytes_make(k->patterns[i].data, k->patterns[i].size), b))
			return true;
	return false;
}

/* An encoding that is shorter than the minimum would mask ordinary text like a short value. */
static void add_pattern(struct known *k, struct bytes b)
{
	if (b.size < KNOWN_SIZE_MIN || has_pattern(k, b))
		return;
	k->patterns = arena_grow(k->arena, k->patterns, k->n_patterns, sizeof *k->patterns);
	struct known_pattern *p = &k->patterns[k->n_patterns++];
	*p = (struct known_pattern){ .data = arena_alloc(k->arena, b.size, 1), .size = b.size, .next = k->first[b.data[0]] };
	bytes_copy(p->data, b);
	k->first[b.data[0]] = (uint32_t)k->n_patterns;
	size_t pair = pair_of(b.data);
	k->pairs[pair / 8] |= (uint8_t)(1u << pair % 8);
	if (b.size > k->longest)
		k->longest = b.size;
}

static bool is_unreserved(unsigned char c)
{
	return byte_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* RFC 3986 section 2.1, in both cases; of form data, where a blank is '+'; and every byte encoded. */
static void add_percent(struct known *k, struct bytes secret, const char *digits, bool is_form, bool all)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, ENCODED_MAX);
	b.secret = true;
	for (size_t i = 0; i < secret.size; i++) {
		unsigned char c = secret.data[i];
		if (!all && is_unreserved(c)) {
			buf_add_byte(&b, c);
		} else if (is_form && c == ' ') {
			buf_add_byte(&b, '+');
		} else {
			buf_add_byte(&b, '%');
			buf_add_byte(&b, (unsigned char)digits[c >> 4]);
			buf_add_byte(&b, (unsigned char)digits[c & 15]);
		}
	}
	add_pattern(k, buf_bytes(&b));
}

static void add_hex(struct known *k, struct bytes secret, const char *digits)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, ENCODED_MAX);
	b.secret = true;
	for (size_t i = 0; i < secret.size; i++) {
		buf_add_byte(&b, (unsigned char)digits[secret.data[i] >> 4]);
		buf_add_byte(&b, (unsigned char)digits[secret.data[i] & 15]);
	}
	add_pattern(k, buf_bytes(&b));
}

/* The characters that depend on the value alone, wherever it stands in what was encoded (base64 works on groups of three
 * bytes): p bytes in front, then without the characters that the neighbours touch. */
static void add_base64(struct known *k, struct bytes secret, enum base64_kind kind, size_t phase)
{
	CLEANUP(buf_done) struct buf shifted;
	CLEANUP(buf_done) struct buf text;
	buf_init(&shifted, ENCODED_MAX);
	buf_init(&text, ENCODED_MAX);
	shifted.secret = text.secret = true;
	buf_add(&shifted, bytes_make("\0\0", phase));
	buf_add(&shifted, secret);
	base64_write(buf_bytes(&shifted), kind, &text);
	size_t from = (8 * phase + 5) / 6, to = (phase + secret.size) * 8 / 6;
	if (to > from)
		add_pattern(k, bytes_part(buf_bytes(&text), from, to - from));
}

static bool is_never_masked(struct bytes secret)
{
	for (size_t i = 0; i < COUNT(never); i++)
		if (bytes_equal_nocase(secret, bytes_of(never[i])))
			return true;
	return false;
}

bool known_add(struct known *k, struct bytes secret)
{
	if (secret.size < KNOWN_SIZE_MIN || secret.size > KNOWN_SIZE_MAX || is_never_masked(secret))
		return false;
	if (has_pattern(k, secret))
		return true;
	if (k->n_secrets == KNOWN_SECRETS_MAX)
		return false;
	k->n_secrets++;
	add_pattern(k, secret);
	for (size_t upper = 0; upper < 2; upper++) {
		const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
		add_percent(k, secret, digits, false, false);
		add_percent(k, secret, digits, true, false);
		add_percent(k, secret, digits, false, true);
		add_hex(k, secret, digits);
	}
	for (size_t phase = 0; phase < 3; phase++) {
		add_base64(k, secret, BASE64_STANDARD, phase);
		add_base64(k, secret, BASE64_URL, phase);
	}
	return true;
}

void known_wipe(struct known *k)
{
	for (size_t i = 0; i < k->n_patterns; i++)
		explicit_bzero(k->patterns[i].data, k->patterns[i].size);
	known_init(k, k->arena);
}

/* The longest pattern at text; *ret_partial: more text could make one longer. */
static size_t match_at(const struct known *k, struct bytes text, bool *ret_partial)
{
	size_t longest = 0;
	for (uint32_t i = k->first[text.data[0]]; i; i = k->patterns[i - 1].next) {
		const struct known_pattern *p = &k->patterns[i - 1];
		size_t n = p->size < text.size ? p->size : text.size;
		if (memcmp(p->data, text.data, n) != 0)
			continue;
		if (p->size > text.size)
			*ret_partial = true;
		else if (p->size > longest)
			longest = p->size;
	}
	return longest;
}

static bool may_begin(const struct known *k, struct bytes text)
{
	if (text.size < 2)
		return k->first[text.data[0]] != 0;
	size_t pair = pair_of(text.data);
	return k->pairs[pair / 8] >> pair % 8 & 1;
}

/* Decides text byte by byte until the end or, unless it is final, until a place where more text could change the decision.
 * *covered: so many bytes from the start on stand behind a mask that was written. Returns how far it came. */
static size_t decide(const struct known *k, struct bytes text, bool final, size_t *covered, struct buf *out)
{
	size_t end = *covered, plain = end, i = 0; /* [plain, i) is decided and not yet written */
	for (; i < text.size; i++) {
		struct bytes rest = bytes_from(text, i);
		bool partial = false;
		if (!may_begin(k, rest))
			continue;
		size_t size = match_at(k, rest, &partial);
		if (partial && !final)
			break;
		if (!size)
			continue;
		if (i >= end) {
			buf_add(out, bytes_part(text, plain, i - plain));
			buf_add(out, bytes_make("***", MASK_SIZE));
		}
		if (i + size > end)
			end = plain = i + size;
	}
	if (i > plain)
		buf_add(out, bytes_part(text, plain, i - plain));
	*covered = end > i ? end - i : 0;
	return i;
}

void known_redact(const struct known *k, struct bytes text, struct buf *out)
{
	size_t covered = 0;
	if (k->n_patterns)
		(void)decide(k, text, true, &covered, out);
	else
		buf_add(out, text);
}

/* decide stops where more text could make a value: from there on it could be one. */
bool known_redact_start(const struct known *k, struct bytes text, struct buf *out)
{
	size_t covered = 0;
	if (k->n_patterns)
		return decide(k, text, false, &covered, out) < text.size;
	buf_add(out, text);
	return false;
}

void known_redact_cut(const struct known *k, struct bytes text, struct buf *out)
{
	if (known_redact_start(k, text, out) && !bytes_ends(buf_bytes(out), BYTES("***"))) /* what overlaps is one mask */
		buf_add(out, bytes_make("***", MASK_SIZE));
}

void known_stream_init(struct known_stream *s, const struct known *k)
{
	*s = (struct known_stream){ .known = k };
}

static void hold(struct known_stream *s, struct bytes rest)
{
	if (rest.size > s->room) {
		s->room = s->known->longest;
		s->held = arena_alloc(s->known->arena, s->room, 1);
	}
	bytes_copy(s->held, rest);
	s->n_held = rest.size;
}

static void feed(struct known_stream *s, struct bytes piece, bool final, struct buf *out)
{
	CLEANUP(buf_done) struct buf all;
	buf_init(&all, BLOCK + s->n_held);
	all.secret = true;
	buf_add(&all, bytes_make(s->held, s->n_held));
	buf_add(&all, piece);
	size_t done = decide(s->known, buf_bytes(&all), final, &s->covered, out);
	hold(s, bytes_from(buf_bytes(&all), done));
}

void known_stream_add(struct known_stream *s, struct bytes piece, struct buf *out)
{
	if (!s->known->n_patterns) {
		buf_add(out, piece);
		return;
	}
	for (; piece.size; piece = bytes_from(piece, BLOCK))
		feed(s, bytes_part(piece, 0, BLOCK), false, out);
}

void known_stream_end(struct known_stream *s, struct buf *out)
{
	if (s->n_held)
		feed(s, (struct bytes){ NULL, 0 }, true, out);
	s->covered = 0;
}
