#include "redact/find.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "redact/check.h"
#include "redact/keywords.h"
#include "redact/mask.h"
#include "redact/regex.h"

/* What is found can bring up what was hidden by it: looked at again until there is nothing new, or the line is hidden. */
enum { ROUNDS_MAX = 5, LONG_MATCH = 200 };
/* An honest line is a match at most once for each of its bytes; where keywords stand inside of each other's matches, and none of
 * those is a secret, every match is read again for each of them. */
enum { WORK_PER_BYTE = 16, WORK_MIN = 1024 };

struct secret_scanner {
	struct arena *arena;
	struct regex_engine *engine;
	struct regex *regexes[SECRET_RULES_MAX]; /* NULL: not compiled yet */
	const struct known *known;
	bool as_is; /* no terminal shows the text: it is looked at as it is only */
	bool of_logs[SECRET_RULES_MAX];
	unsigned key_rule;
	struct keywords keywords;
	size_t work, work_max; /* bytes of matches that were no secret, in the text that is looked at */
	uint64_t total_work;
	/* Of the line that is looked at: what was found, and the line as a terminal would show it. */
	struct secret_span spans[FIND_SPANS_MAX];
	size_t n_spans;
	bool whole_line, names_key;
	unsigned char plain[SECRET_WINDOW];
	uint32_t plain_from[SECRET_WINDOW];
};

static const struct regex *regex_of(struct secret_scanner *s, unsigned rule)
{
	size_t n;
	if (!s->regexes[rule])
		s->regexes[rule] = regex_new(s->engine, secret_rules(&n)[rule].regex);
	assert(s->regexes[rule]); /* a test compiles all of them */
	return s->regexes[rule];
}

struct secret_scanner *secret_scanner_new(struct arena *a, bool with_jit, const struct known *known)
{
	size_t n;
	struct secret_scanner *s = ARENA_NEW(a, struct secret_scanner);
	const struct secret_rule *rules = secret_rules(&n);
	s->arena = a;
	s->known = known;
	s->engine = regex_engine_new(a, with_jit);
	keywords_init(&s->keywords);
	for (unsigned i = 0; i < n; i++) {
		if (rules[i].check == SECRET_CHECK_PEM)
			s->key_rule = i;
		s->of_logs[i] = secret_rule_is_of_logs(rules[i].id);
		if (with_jit)
			(void)regex_of(s, i);
	}
	return s;
}

unsigned find_key_rule(const struct secret_scanner *s)
{
	return s->key_rule;
}

/* ---- one keyword ---- */

bool find_is_token(unsigned char c)
{
	return byte_is_alnum(c) || (c && strchr("_-+/=.%~", c));
}

enum try { TRY_NOTHING, TRY_FOUND, TRY_LIMIT };

uint64_t find_work(const struct secret_scanner *s)
{
	return s->total_work;
}

static void allow_work(struct secret_scanner *s, size_t text_size)
{
	s->work = 0;
	s->work_max = text_size * WORK_PER_BYTE + WORK_MIN;
}

/* A match that is no secret. */
static enum try spend(struct secret_scanner *s, size_t size)
{
	s->work += size;
	s->total_work += size;
	return s->work > s->work_max ? TRY_LIMIT : TRY_NOTHING;
}

/* part: what stands between two masks, or a line; at: where the keyword is in it. *ret: offsets in part. */
static enum try try_rule(struct secret_scanner *s, struct bytes part, size_t at, unsigned number, struct secret_span *ret)
{
	size_t n, from, to;
	const struct secret_rule *rule = &secret_rules(&n)[number];
	if (at < rule->lead || (s->as_is && s->of_logs[number]))
		return TRY_NOTHING;
	enum regex_result r = regex_match(regex_of(s, number), part, at - rule->lead, &from, &to);
	if (r != REGEX_YES)
		return r == REGEX_LIMIT ? TRY_LIMIT : TRY_NOTHING;
	uint8_t confidence = secret_check_match(rule, bytes_part(part, from, to - from));
	if (!confidence)
		return spend(s, to - from);
	if (rule->check == SECRET_CHECK_PEM) {
		struct bytes rest = bytes_from(part, to);
		if (!pem_may_follow(rest)) {
			s->names_key = !s->as_is;
			return spend(s, to - from);
		}
		size_t end = pem_find_end(rest);
		to = end <= rest.size ? to + end : part.size;
	}
	/* A regex has a bound; what it began is hidden to its end. */
	for (bool is_long = to - from >= LONG_MATCH; is_long && to < part.size && find_is_token(part.data[to]);)
		to++;
	*ret = (struct secret_span){ from, to - from, (uint16_t)number, confidence, false };
	return TRY_FOUND;
}

/* ---- parts of a line ---- */

static void add_span(struct secret_scanner *s, struct secret_span span)
{
	if (s->n_spans == FIND_SPANS_MAX)
		s->whole_line = true;
	else
		s->spans[s->n_spans++] = span;
}

/* What the view's bytes are in the line: by the map, or base bytes further on. */
struct view {
	struct bytes text;
	const uint32_t *from; /* NULL: as it is */
	size_t base, size; /* of what it is the view of */
};

static void add_found(struct secret_scanner *s, const struct view *v, struct secret_span span)
{
	bool is_at_end = span.offset + span.size == v->text.size;
	if (v->from) {
		size_t last = v->from[span.offset + span.size - 1];
		span.offset = v->from[span.offset];
		span.size = last + 1 - span.offset;
		if (span.rule == s->key_rule && is_at_end) /* with the controls behind it: it may go on with the next line */
			span.size = v->size - span.offset;
	}
	span.offset += v->base;
	add_span(s, span);
}

static void find_in_view(struct secret_scanner *s, const struct view *v)
{
	size_t at = 0;
	allow_work(s, v->text.size);
	while ((at = keywords_find(&s->keywords, v->text, at)) < v->text.size && !s->whole_line) {
		size_t next = at + 1, begin;
		uint16_t link = 0;
		for (const struct secret_keyword *k; (k = keywords_at(&s->keywords, v->text, at, &link, &begin));) {
			struct secret_span span;
			enum try t = try_rule(s, v->text, begin, k->rule, &span);
			if (t == TRY_LIMIT)
				s->whole_line = true;
			if (t != TRY_FOUND)
				continue;
			add_found(s, v, span);
			/* Inside of what a weaker rule found a stronger one may know better what it is. */
			if ((span.confidence == SECRET_HIGH || span.size >= LONG_MATCH) && span.offset + span.size > next)
				next = span.offset + span.size;
		}
		at = next;
	}
}

static void find_known(struct secret_scanner *s, const struct view *v)
{
	size_t size, at = 0;
	while ((at = known_find(s->known, v->text, at, &size)) < v->text.size && !s->whole_line) {
		add_found(s, v, (struct secret_span){ at, size, SECRET_RULE_KNOWN, SECRET_HIGH, false });
		at++;
	}
}

void secret_scanner_as_is(struct secret_scanner *s, bool as_is)
{
	s->as_is = as_is;
}

size_t find_control(const struct secret_scanner *s, struct bytes text)
{
	return s->as_is ? text.size : plain_find_control(text);
}

struct bytes find_plain(struct secret_scanner *s, struct bytes line)
{
	if (find_control(s, line) == line.size)
		return line;
	return bytes_make(s->plain, plain_make(line, false, s->plain, s->plain_from));
}

static void find_in_part(struct secret_scanner *s, struct bytes part, size_t base)
{
	find_in_view(s, &(struct view){ part, NULL, base, part.size });
	if (find_control(s, part) == part.size)
		return;
	/* BS alone moves, and what is written then is over what stood there: either may be the secret. */
	bool has_erased = bytes_find(part, '\b') < part.size;
	for (size_t erases = 0; erases <= has_erased; erases++) {
		size_t n = plain_make(part, erases, s->plain, s->plain_from);
		const struct view plain = { bytes_make(s->plain, n), s->plain_from, base, part.size };
		find_in_view(s, &plain);
		if (s->known)
			find_known(s, &plain);
	}
}

/* ---- a line ---- */

static int compare_spans(const void *a, const void *b)
{
	const struct secret_span *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->size != y->size ? (x->size < y->size ? -1 : 1) : (int)x->rule - (int)y->rule;
}

/* Sorts, and makes one of those that overlap; it is called what the surest of them is called. */
static void merge(struct secret_scanner *s)
{
	size_t n = 0;
	if (s->n_spans)
		qsort(s->spans, s->n_spans, sizeof *s->spans, compare_spans);
	for (size_t i = 0; i < s->n_spans; i++) {
		struct secret_span next = s->spans[i], *last = n ? &s->spans[n - 1] : NULL;
		size_t end = next.offset + next.size;
		if (!last || next.offset >= last->offset + last->size) {
			s->spans[n++] = next;
			continue;
		}
		if (end > last->offset + last->size)
			last->size = end - last->offset;
		if (next.confidence > last->confidence) {
			last->confidence = next.confidence;
			last->rule = next.rule;
		}
	}
	s->n_spans = n;
}

static void add_masks(struct secret_scanner *s, struct bytes line)
{
	for (size_t at = 0; (at += bytes_find(bytes_from(line, at), '[')) < line.size;) {
		bool partial = false;
		size_t size = mask_size(bytes_from(line, at), &partial);
		if (size)
			add_span(s, (struct secret_span){ at, size, SECRET_RULE_MASK, SECRET_HIGH, false });
		at += size ? size : 1;
	}
}

static void find_between(struct secret_scanner *s, struct bytes line)
{
	size_t n = s->n_spans, from = 0;
	for (size_t i = 0; i <= n && !s->whole_line; i++) {
		size_t to = i < n ? s->spans[i].offset : line.size;
		if (to > from)
			find_in_part(s, bytes_part(line, from, to - from), from);
		from = i < n ? to + s->spans[i].size : to;
	}
}

void find_in_line(struct secret_scanner *s, struct bytes line, struct find_result *ret)
{
	s->n_spans = 0;
	s->whole_line = s->names_key = false;
	add_masks(s, line);
	for (size_t rounds = 0;; rounds++) {
		size_t n = s->n_spans;
		find_between(s, line);
		bool is_new = s->n_spans > n;
		merge(s);
		if (!is_new || s->whole_line)
			break;
		s->whole_line = rounds == ROUNDS_MAX;
	}
	size_t n = 0;
	*ret = (struct find_result){ .spans = s->spans, .names_key = s->names_key && !s->n_spans };
	for (size_t i = 0; i < s->n_spans; i++) {
		struct secret_span span = s->spans[i];
		size_t end = span.offset + span.size;
		bool is_mask_next = bytes_starts(bytes_from(line, end), BYTES(MASK_BEGIN));
		bool is_open = end == line.size || is_mask_next;
		struct bytes key = bytes_from(line, span.offset);
		if (span.rule == s->key_rule && is_open && pem_find_end(key) > key.size) {
			ret->opens_key = true;
			ret->key_at = span.offset;
		}
		if (span.rule != SECRET_RULE_MASK)
			s->spans[n++] = span;
	}
	ret->n = n;
	if (s->whole_line) {
		s->spans[0] = (struct secret_span){ 0, line.size, SECRET_RULE_LINE, SECRET_HIGH, false };
		ret->n = 1;
	}
}

/* ---- many lines ---- */

/* The part of a line around `at` that is between masks. */
static struct bytes part_around(struct bytes text, size_t at, size_t *ret_from)
{
	size_t from = bytes_find_last(bytes_part(text, 0, at), '\n');
	from = from < at ? from + 1 : 0;
	struct bytes rest = bytes_from(text, from), line = bytes_part(rest, 0, bytes_find(rest, '\n'));
	*ret_from = from;
	size_t begin = 0;
	for (size_t i = 0; (i += bytes_find(bytes_from(line, i), '[')) < line.size;) {
		bool partial = false;
		size_t size = mask_size(bytes_from(line, i), &partial);
		if (size && from + i >= at) {
			line.size = i;
			break;
		}
		i += size ? size : 1;
		if (size)
			begin = i;
	}
	*ret_from += begin;
	return bytes_from(line, begin);
}

size_t find_line(struct secret_scanner *s, struct bytes text, size_t from)
{
	struct bytes part = { NULL, 0 };
	size_t part_from = 0, begin;
	s->names_key = false;
	for (size_t at = from; (at = keywords_find(&s->keywords, text, at)) < text.size; at++) {
		uint16_t link = 0;
		for (const struct secret_keyword *k; (k = keywords_at(&s->keywords, text, at, &link, &begin));) {
			struct secret_span span;
			if (!part.data || at >= part_from + part.size) {
				part = part_around(text, at, &part_from);
				allow_work(s, part.size);
			}
			if (begin < part_from) /* in a mask */
				continue;
			if (try_rule(s, part, begin - part_from, k->rule, &span) != TRY_NOTHING || s->names_key) {
				size_t before = bytes_find_last(bytes_part(text, 0, at), '\n');
				return before < at ? before + 1 : 0;
			}
		}
	}
	return text.size;
}
