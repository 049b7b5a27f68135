#include "redact/known.h"

#include "base/cleanup.h"
#include "redact/encodings.h"
#include "redact/plain.h"
#include "redact/trigram.h"

/* Pieces are worked on in blocks, so that the copy of one is small. */
enum { BLOCK = 16384, LINE_SIZE_MIN = 8, LINES_MAX = 256 };
/* A program that wraps its text puts a newline into a value once in many bytes. */
enum { WRAP_MIN = 16, WRAP_FIRST = 3, REST_MIN = 8, WRAP_SIZE_MAX = 32 };
enum { ROOM_SIZE = 16384, PATTERNS_MIN = 64 };
enum { HEAD_BITS = 12, ESC = 0x1b, C1_LEAD = 0xc2 };

enum kind {
	ENCODING, /* or a part of one */
	BRIEF, /* a value that may be forgotten for a newer one */
	LASTING /* a value */
};

struct known_pattern {
	unsigned char *data; /* in the rooms */
	size_t size;
	uint64_t added; /* of a brief one: the clock when it was added last */
	uint32_t next, next_alike; /* 1 + the next pattern with the same two bytes, with the same hash; 0: none */
	enum kind kind;
};

/* Where the patterns are: used again when values are forgotten. */
struct known_room {
	struct known_room *next;
	size_t size, used;
	unsigned char data[];
};

struct known_table {
	struct trigrams begins; /* patterns, and masks */
	uint32_t heads[1 << HEAD_BITS]; /* by two bytes: 1 + a pattern */
	uint32_t alike[1 << HEAD_BITS]; /* by all of it: thousands of values escaped as "\x41..." begin with the same two */
	bool first[256];
};

/* Values that turn up as "secrets" in configuration and would mask half of every log. */
static const char *const never[] = { "password", "localhost", "__token__", "anonymous", "username", "default", "nobody" };

/* How the text that is looked at ends. */
enum ending {
	ENDS, /* that is all */
	ENDS_CUT, /* there was more, which is lost */
	GOES_ON
};

void known_init(struct known *k, struct arena *a)
{
	*k = (struct known){ .arena = a };
}

/* ---- the tables ---- */

static uint32_t hash_two(unsigned a, unsigned b)
{
	return ((a | b << 8) * UINT32_C(0x9e3779b1)) >> (32 - HEAD_BITS);
}

/* FNV-1a. */
static uint32_t hash_all(struct bytes b)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < b.size; i++)
		h = (h ^ b.data[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(h >> (64 - HEAD_BITS));
}

static struct known_pattern *find_pattern(const struct known *k, struct bytes b)
{
	for (uint32_t i = k->table ? k->table->alike[hash_all(b)] : 0; i; i = k->patterns[i - 1].next_alike)
		if (bytes_equal(bytes_make(k->patterns[i - 1].data, k->patterns[i - 1].size), b))
			return &k->patterns[i - 1];
	return NULL;
}

static void table_clear(struct known_table *t)
{
	const unsigned char begin[] = MASK_BEGIN;
	memset(t, 0, sizeof *t);
	trigrams_add(&t->begins, begin[0], begin[1], begin[2]);
	t->first[begin[0]] = true;
}

/* Without what could be the beginning of a mask at its end: masks are no text, so that part would never be found before one. */
static struct bytes without_mask_end(struct bytes b)
{
	for (size_t n = sizeof MASK_BEGIN - 1; n > 0; n--)
		if (bytes_ends(b, bytes_make(MASK_BEGIN, n)))
			return bytes_part(b, 0, b.size - n);
	return b;
}

/* Of a multiple of ROOM_SIZE, and of just that, so that small patterns leave the large rooms to large ones. */
static struct known_room *room_get(struct known *k, size_t size)
{
	size_t want = (size + ROOM_SIZE - 1) / ROOM_SIZE * ROOM_SIZE;
	struct known_room **at = &k->spare, *r;
	while (*at && (*at)->size != want)
		at = &(*at)->next;
	r = *at;
	if (r) {
		*at = r->next;
	} else {
		r = arena_alloc(k->arena, 1, sizeof *r + want);
		r->size = want;
	}
	r->next = k->rooms;
	k->rooms = r;
	return r;
}

static unsigned char *pattern_new(struct known *k, size_t size)
{
	struct known_room *r = k->rooms && k->rooms->size - k->rooms->used >= size ? k->rooms : room_get(k, size);
	unsigned char *data = r->data + r->used;
	r->used += size;
	return data;
}

static void patterns_grow(struct known *k)
{
	if (k->n_patterns < k->patterns_room)
		return;
	size_t room = k->patterns_room ? 2 * k->patterns_room : PATTERNS_MIN;
	struct known_pattern *grown = ARENA_ARRAY(k->arena, struct known_pattern, room);
	bytes_copy(grown, bytes_make(k->patterns, k->n_patterns * sizeof *grown));
	k->patterns = grown;
	k->patterns_room = room;
}

/* data: kept. */
static void add_bytes(struct known *k, unsigned char *data, size_t size, enum kind kind)
{
	if (!k->table) {
		k->table = ARENA_NEW(k->arena, struct known_table);
		table_clear(k->table);
	}
	struct known_table *t = k->table;
	uint32_t *head = &t->heads[hash_two(data[0], data[1])], *alike = &t->alike[hash_all(bytes_make(data, size))];
	patterns_grow(k);
	k->patterns[k->n_patterns++] = (struct known_pattern){ data, size, k->clock, *head, *alike, kind };
	*head = *alike = (uint32_t)k->n_patterns;
	t->first[data[0]] = true;
	trigrams_add(&t->begins, data[0], data[1], data[2]);
	size_t reach = size + WRAP_SIZE_MAX * (size / WRAP_MIN + 2);
	if (reach > k->reach)
		k->reach = reach;
}

/* An encoding that is shorter than the minimum would mask ordinary text like a short value. */
static void add_pattern(struct known *k, struct bytes b, enum kind kind)
{
	b = without_mask_end(b);
	if (b.size < KNOWN_SIZE_MIN)
		return;
	struct known_pattern *same = find_pattern(k, b);
	if (same) {
		if (kind > same->kind) {
			same->kind = kind;
			same->added = k->clock;
		}
		return;
	}
	unsigned char *data = pattern_new(k, b.size);
	bytes_copy(data, b);
	add_bytes(k, data, b.size, kind);
	/* Wrapped behind its first bytes it would be held back at the end of every line that ends with one of those: what comes
	 * behind them is a value of its own. */
	for (size_t n = 1; n < WRAP_FIRST && b.size - n >= REST_MIN; n++)
		if (!find_pattern(k, bytes_from(b, n)))
			add_bytes(k, data + n, b.size - n, ENCODING);
}

static void take_encoding(void *context, struct bytes encoded)
{
	add_pattern(context, encoded, ENCODING);
}

/* ---- adding ---- */

static bool is_never_masked(struct bytes secret)
{
	for (size_t i = 0; i < COUNT(never); i++)
		if (bytes_equal_nocase(secret, bytes_of(never[i])))
			return true;
	return bytes_search(secret, BYTES(MASK_BEGIN)) < secret.size || without_mask_end(secret).size < KNOWN_SIZE_MIN;
}

static void add_value(struct known *k, struct bytes secret, enum kind kind)
{
	if (is_never_masked(secret))
		return;
	add_pattern(k, secret, kind);
	encodings_write(secret, take_encoding, k);
}

static void add_lines(struct known *k, struct bytes secret)
{
	for (size_t n = 0; secret.data && n < LINES_MAX; n++) {
		struct bytes line = bytes_trim(bytes_cut(&secret, '\n'));
		if (line.size >= LINE_SIZE_MIN)
			add_value(k, line, ENCODING);
	}
}

/* RFC 7515: three parts; the third is what nobody else can make. */
static void add_signature(struct known *k, struct bytes secret)
{
	struct bytes rest = secret;
	if (!bytes_starts(secret, BYTES("ey")))
		return;
	(void)bytes_cut(&rest, '.');
	(void)bytes_cut(&rest, '.');
	if (rest.size >= LINE_SIZE_MIN && bytes_find(rest, '.') == rest.size)
		add_value(k, rest, ENCODING);
}

/* Newlines at the ends are of the file that it came from; as they stay in the text, they could make the value anew. */
static struct bytes without_newlines(struct bytes b)
{
	while (b.size && (b.data[0] == '\n' || b.data[0] == '\r'))
		b = bytes_from(b, 1);
	while (b.size && (b.data[b.size - 1] == '\n' || b.data[b.size - 1] == '\r'))
		b.size--;
	return b;
}

static void add_all(struct known *k, struct bytes secret, enum kind kind)
{
	k->n_secrets += kind == LASTING;
	k->n_brief += kind == BRIEF;
	add_value(k, secret, kind);
	if (bytes_find(secret, '\n') < secret.size)
		add_lines(k, secret);
	add_signature(k, secret);
}

/* ---- forgetting ---- */

static void forget_all(struct known *k)
{
	while (k->rooms) {
		struct known_room *r = k->rooms;
		k->rooms = r->next;
		explicit_bzero(r->data, r->used);
		r->used = 0;
		r->next = k->spare;
		k->spare = r;
	}
	k->n_patterns = k->n_secrets = k->n_brief = 0;
	if (k->table)
		table_clear(k->table);
}

/* All but the older half of the brief ones, taken out and added anew: patterns are shared, and a table of three bytes forgets nothing. */
static void forget_older(struct known *k)
{
	CLEANUP(buf_done) struct buf kept;
	size_t size = 0;
	for (size_t i = 0; i < k->n_patterns; i++)
		if (k->patterns[i].kind != ENCODING)
			size += sizeof *k->patterns + k->patterns[i].size;
	buf_init(&kept, size);
	kept.secret = true;
	for (size_t i = 0; i < k->n_patterns; i++) {
		const struct known_pattern *p = &k->patterns[i];
		if (p->kind == LASTING || (p->kind == BRIEF && p->added + KNOWN_BRIEF_MAX / 2 > k->clock)) {
			buf_add(&kept, bytes_make(p, sizeof *p));
			buf_add(&kept, bytes_make(p->data, p->size));
		}
	}
	uint64_t now = k->clock;
	forget_all(k);
	for (struct bytes rest = buf_bytes(&kept); rest.size;) {
		struct known_pattern p;
		bytes_copy(&p, bytes_part(rest, 0, sizeof p));
		rest = bytes_from(rest, sizeof p);
		k->clock = p.added;
		add_all(k, bytes_part(rest, 0, p.size), p.kind);
		rest = bytes_from(rest, p.size);
	}
	k->clock = now;
}

static bool add(struct known *k, struct bytes secret, enum kind kind)
{
	secret = without_newlines(secret);
	if (secret.size < KNOWN_SIZE_MIN || secret.size > KNOWN_SIZE_MAX || is_never_masked(secret))
		return false;
	struct known_pattern *same = find_pattern(k, without_mask_end(secret));
	k->clock += kind == BRIEF;
	if (same && same->kind >= kind) {
		same->added = k->clock;
		return true;
	}
	if (kind == LASTING && known_is_full(k))
		return false;
	if (same && same->kind == BRIEF)
		k->n_brief--; /* it will last */
	if (kind == BRIEF && k->n_brief == KNOWN_BRIEF_MAX)
		forget_older(k);
	add_all(k, secret, kind);
	return true;
}

bool known_add(struct known *k, struct bytes secret)
{
	return add(k, secret, LASTING);
}

bool known_add_brief(struct known *k, struct bytes secret)
{
	return add(k, secret, BRIEF);
}

bool known_is_full(const struct known *k)
{
	return k->n_secrets == KNOWN_SECRETS_MAX;
}

void known_wipe(struct known *k)
{
	forget_all(k);
	known_init(k, k->arena);
}

void known_each(const struct known *k, void (*take)(void *context, struct bytes secret), void *context)
{
	for (size_t i = 0; i < k->n_patterns; i++)
		if (k->patterns[i].kind != ENCODING)
			take(context, bytes_make(k->patterns[i].data, k->patterns[i].size));
}

/* ---- matching ---- */

/* The newline at the beginning of text, with the controls around it (a colour's end, a line's erasing, CR), or 0. */
static size_t newline_size(struct bytes text, bool *ret_partial)
{
	struct bytes near = bytes_part(text, 0, WRAP_SIZE_MAX);
	bool has_newline = false;
	size_t i = 0;
	while (i < near.size) {
		size_t size = plain_control_size(bytes_from(near, i));
		unsigned char c = near.data[i];
		/* Its first character alone: the rest is not there yet, or never ends. */
		bool is_cut = (c == ESC && size == 1) || (c == C1_LEAD && size == 2);
		if (is_cut || (c == C1_LEAD && i + 1 == near.size)) {
			i = near.size;
		} else if (size) {
			i += size;
		} else if (c == '\n' && !has_newline) {
			has_newline = true;
			i++;
		} else {
			break;
		}
	}
	if (i < near.size)
		return has_newline ? i : 0;
	if (near.size < WRAP_SIZE_MAX)
		*ret_partial = true;
	return 0;
}

/* So many bytes of text make the pattern, newlines that wrap it included; 0: it is not there. */
static size_t compare(const struct known_pattern *p, struct bytes text, bool *ret_partial)
{
	struct bytes rest = bytes_make(p->data, p->size);
	for (size_t i = 0, since = WRAP_MIN;; since = 0) {
		size_t same = bytes_same(bytes_from(text, i), rest);
		i += same;
		since += same;
		rest = bytes_from(rest, same);
		if (!rest.size)
			return i;
		if (i == text.size) {
			*ret_partial = true;
			return 0;
		}
		size_t wrap = i >= WRAP_FIRST && since >= WRAP_MIN ? newline_size(bytes_from(text, i), ret_partial) : 0;
		if (!wrap)
			return 0;
		i += wrap;
	}
}

/* The longest pattern at text; *ret_partial: more text could make one longer. */
static size_t match_at(const struct known *k, struct bytes text, bool *ret_partial)
{
	size_t longest = 0;
	if (!k->table->first[text.data[0]])
		return 0;
	if (text.size == 1) {
		*ret_partial = true;
		return 0;
	}
	for (uint32_t i = k->table->heads[hash_two(text.data[0], text.data[1])]; i; i = k->patterns[i - 1].next) {
		size_t size = compare(&k->patterns[i - 1], text, ret_partial);
		if (size > longest)
			longest = size;
	}
	return longest;
}

/* The next offset where a pattern or a mask may begin, or text.size. */
static size_t next_start(const struct known_table *t, struct bytes text, size_t at)
{
	size_t i = at;
	for (; (i = trigrams_find(&t->begins, text, i, 0)) < text.size; i++) {
		const unsigned char *p = text.data + i;
		if (p[0] == MASK_BEGIN[0] || t->heads[hash_two(p[0], p[1])])
			return i;
	}
	if (text.size > 2 && at < text.size - 2)
		at = text.size - 2;
	while (at < text.size && !t->first[text.data[at]])
		at++;
	return at;
}

size_t known_find(const struct known *k, struct bytes text, size_t at, size_t *ret_size)
{
	if (!k->table)
		return text.size;
	for (; (at = next_start(k->table, text, at)) < text.size; at++) {
		bool partial;
		*ret_size = match_at(k, bytes_from(text, at), &partial);
		if (*ret_size)
			return at;
	}
	return text.size;
}

/* ---- replacing ---- */

struct decision {
	size_t covered; /* so many bytes from the start on stand behind a mask that was written */
	uint64_t n_masks;
};

static void put_newlines(struct bytes covered, struct buf *out)
{
	for (size_t i = 0; (i += bytes_find(bytes_from(covered, i), '\n')) < covered.size; i++)
		buf_add_byte(out, '\n');
}

/* Decides text until its end or, if it goes on, until a place where more text could change the decision; if it is cut, until one
 * where more could have made a value. Returns how far it came. */
static size_t decide(const struct known *k, struct bytes text, enum ending ending, struct decision *d, struct buf *out)
{
	size_t end = d->covered, plain = end, i = 0; /* [plain, i) is decided and not yet written */
	while ((i = next_start(k->table, text, i)) < text.size) {
		struct bytes rest = bytes_from(text, i);
		bool partial = false, partial_mask = false;
		size_t mask = mask_size(rest, &partial_mask);
		if (mask) {
			i += mask;
			continue;
		}
		size_t size = match_at(k, rest, &partial);
		if ((partial && ending != ENDS) || (partial_mask && ending == GOES_ON))
			break;
		if (size && i >= end) {
			buf_add(out, bytes_part(text, plain, i - plain));
			buf_add_string(out, MASK_KNOWN);
			d->n_masks++;
			end = i;
		}
		if (size && i + size > end) {
			put_newlines(bytes_part(text, end, i + size - end), out);
			end = plain = i + size;
		}
		i++;
	}
	if (i > plain)
		buf_add(out, bytes_part(text, plain, i - plain));
	d->covered = end > i ? end - i : 0;
	return i;
}

void known_redact(const struct known *k, struct bytes text, struct buf *out)
{
	struct decision d = { 0 };
	if (k->n_patterns)
		(void)decide(k, text, ENDS, &d, out);
	else
		buf_add(out, text);
}

/* decide stops where more text could make a value: from there on it could be one. */
bool known_redact_start(const struct known *k, struct bytes text, struct buf *out)
{
	struct decision d = { 0 };
	if (k->n_patterns)
		return decide(k, text, ENDS_CUT, &d, out) < text.size;
	buf_add(out, text);
	return false;
}

void known_redact_cut(const struct known *k, struct bytes text, struct buf *out)
{
	if (known_redact_start(k, text, out) && !bytes_ends(buf_bytes(out), BYTES(MASK_KNOWN))) /* what overlaps is one mask */
		buf_add_string(out, MASK_KNOWN);
}

void known_stream_init(struct known_stream *s, const struct known *k)
{
	*s = (struct known_stream){ .known = k };
}

static void hold(struct known_stream *s, struct bytes rest)
{
	if (rest.size > s->room) {
		s->room = s->known->reach > MASK_SIZE_MAX ? s->known->reach : MASK_SIZE_MAX;
		s->held = arena_alloc(s->known->arena, s->room, 1);
	}
	bytes_copy(s->held, rest);
	s->n_held = rest.size;
}

static void feed(struct known_stream *s, struct bytes piece, enum ending ending, struct buf *out)
{
	CLEANUP(buf_done) struct buf all;
	struct decision d = { s->covered, s->n_masks };
	struct bytes text = piece;
	buf_init(&all, BLOCK + s->n_held);
	all.secret = true;
	if (s->n_held) {
		buf_add(&all, bytes_make(s->held, s->n_held));
		buf_add(&all, piece);
		text = buf_bytes(&all);
	}
	size_t done = decide(s->known, text, ending, &d, out);
	s->covered = d.covered;
	s->n_masks = d.n_masks;
	hold(s, bytes_from(text, done));
}

void known_stream_add(struct known_stream *s, struct bytes piece, struct buf *out)
{
	if (!s->known->n_patterns) {
		buf_add(out, piece);
		return;
	}
	for (; piece.size; piece = bytes_from(piece, BLOCK))
		feed(s, bytes_part(piece, 0, BLOCK), GOES_ON, out);
}

void known_stream_end(struct known_stream *s, struct buf *out)
{
	if (s->n_held)
		feed(s, (struct bytes){ NULL, 0 }, ENDS, out);
	s->covered = 0;
}
