#include "check/pyc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"

enum { PYC_MAX = 100000, HEADER_SIZE = 16, FLAG_HASHED = 1, FLAG_CHECKED = 2 };

struct compiled {
	struct bytes path, source; /* source: where the .py must be */
	struct bytes cache_tag; /* "cpython-311" of __pycache__/x.cpython-311.pyc; {NULL, 0}: none */
	unsigned char header[HEADER_SIZE];
	size_t size;
	bool is_done;
};

struct pyc_check {
	const struct wheel_name *name;
	wheel_report *report;
	void *context;
	struct arena *arena;
	struct compiled *items;
	size_t n_items;
	bool is_sorted;
};

static void say(const struct pyc_check *p, const char *id, const struct compiled *c, const char *format, ...) PRINTF_LIKE(4, 5);
static void say(const struct pyc_check *p, const char *id, const struct compiled *c, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	p->report(p->context, id, c->path, text);
}

struct pyc_check *pyc_new(const struct wheel_name *name, wheel_report *report, void *context, struct arena *a)
{
	struct pyc_check *p = ARENA_NEW(a, struct pyc_check);
	*p = (struct pyc_check){ .name = name, .report = report, .context = context, .arena = a };
	return p;
}

/* PEP 3147: __pycache__/NAME.TAG[.opt-N].pyc is of NAME.py one folder up; NAME.pyc beside NAME.py, or without it. */
static void find_source(struct compiled *c, struct arena *a)
{
	struct bytes path = c->path, folder, base;
	size_t slash = bytes_find_last(path, '/');
	folder = slash < path.size ? bytes_part(path, 0, slash + 1) : bytes_part(path, 0, 0);
	base = bytes_part(path, folder.size, path.size - folder.size - (sizeof ".pyc" - 1));
	bool is_cached = bytes_equal(folder, BYTES("__pycache__/")) || bytes_ends(folder, BYTES("/__pycache__/"));
	if (is_cached) {
		folder.size -= sizeof "__pycache__/" - 1;
		size_t dot = bytes_find_last(base, '.');
		if (dot < base.size && bytes_starts(bytes_from(base, dot), BYTES(".opt-")))
			base.size = dot;
		dot = bytes_find_last(base, '.');
		c->cache_tag = bytes_from(base, dot + 1);
		base.size = dot;
	}
	c->source = bytes_of(arena_printf(a, "%.*s%.*s.py", BYTES_ARG(folder), BYTES_ARG(base)));
}

void pyc_member(struct pyc_check *p, struct bytes path, struct bytes content)
{
	if (!bytes_ends(path, BYTES(".pyc")) || p->n_items == PYC_MAX)
		return;
	struct compiled c = { .path = arena_copy(p->arena, path), .size = content.size };
	bytes_copy(c.header, bytes_part(content, 0, HEADER_SIZE));
	find_source(&c, p->arena);
	p->items = arena_grow(p->arena, p->items, p->n_items, sizeof *p->items);
	p->items[p->n_items++] = c;
	p->is_sorted = false;
}

static uint32_t number_at(const struct compiled *c, size_t at)
{
	const unsigned char *h = c->header + at;
	return h[0] | (uint32_t)h[1] << 8 | (uint32_t)h[2] << 16 | (uint32_t)h[3] << 24;
}

/* Sources in order, and for one source the magic numbers in order. */
static int compare_compiled(const void *a, const void *b)
{
	const struct compiled *x = a, *y = b;
	int order = bytes_compare(x->source, y->source);
	if (order)
		return order;
	uint32_t left = number_at(x, 0), right = number_at(y, 0);
	return left != right ? (left < right ? -1 : 1) : bytes_compare(x->path, y->path);
}

/* The first item of that source; n_items when there is none. */
static size_t find_first(struct pyc_check *p, struct bytes source)
{
	size_t low = 0, high = p->n_items;
	if (!p->is_sorted && p->n_items)
		qsort(p->items, p->n_items, sizeof *p->items, compare_compiled);
	p->is_sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (bytes_compare(p->items[middle].source, source) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n_items && bytes_equal(p->items[low].source, source) ? low : p->n_items;
}

bool pyc_wants(struct pyc_check *p, struct bytes path)
{
	return p->n_items && find_first(p, path) < p->n_items;
}

/* The minor version of the CPython 3 whose magic number that is, from 3.7 on, which brought this header; 0: none that is known.
 * From 3.11 on each version has fifty numbers (Include/internal/pycore_magic_number.h). */
static unsigned python_of(uint32_t magic)
{
	static const struct {
		unsigned from, minor;
	} starts[] = { { 3392, 7 }, { 3400, 8 }, { 3420, 9 }, { 3430, 10 }, { 3450, 11 } };
	unsigned n = magic & 0xffff, minor = 0;
	if (magic >> 16 != 0x0a0d || n < 3392 || n >= 4000)
		return 0;
	if (n >= 3500)
		return (n - 2900) / 50;
	for (size_t i = 0; i < COUNT(starts); i++)
		if (n >= starts[i].from)
			minor = starts[i].minor;
	return minor;
}

/* Do the tags let that CPython in? "py3", "cp39-abi3" and others let in many. */
static bool lets_in(const struct wheel_name *name, unsigned minor)
{
	bool is_stable = false;
	for (size_t i = 0; i < name->n_abi; i++)
		is_stable |= bytes_equal(name->abi[i], BYTES("abi3")) || bytes_equal(name->abi[i], BYTES("none"));
	for (size_t i = 0; i < name->n_python; i++) {
		uint64_t tag;
		struct bytes python = name->python[i];
		if (bytes_equal(python, BYTES("py3")) || bytes_equal(python, BYTES("py2")))
			return true;
		if (python.size < 4 || python.data[2] != '3' || number_parse_u64(bytes_from(python, 3), 255, &tag))
			continue;
		if (tag == minor || (tag < minor && (is_stable || bytes_starts(python, BYTES("py")))))
			return true;
	}
	return false;
}

/* What can be said without the source. False: nothing more can. */
static bool check_header(const struct pyc_check *p, const struct compiled *c)
{
	char tag[24];
	uint32_t flags = number_at(c, 4);
	unsigned minor = python_of(number_at(c, 0));
	if (c->size <= HEADER_SIZE) {
		say(p, "S09", c, "is too short for a compiled module");
		return false;
	}
	if (!minor) {
		say(p, "S19", c, "is of no CPython that is known: it cannot be compared with its source");
		return false;
	}
	(void)snprintf(tag, sizeof tag, "cpython-3%u", minor);
	if (c->cache_tag.data && !bytes_equal(c->cache_tag, bytes_of(tag))) {
		say(p, "S09", c, "is named for %.*s but was compiled by CPython 3.%u", BYTES_ARG(bytes_part(c->cache_tag, 0, 32)),
		    minor);
		return false;
	}
	if (!lets_in(p->name, minor)) {
		say(p, "S09", c, "was compiled by CPython 3.%u, which the tags of the wheel do not let in", minor);
		return false;
	}
	if ((flags & ~3u) || flags == FLAG_CHECKED) {
		say(p, "S09", c, "has flags that no CPython writes");
		return false;
	}
	return true;
}

static void compare_with(const struct pyc_check *p, const struct compiled *c, struct bytes source, const unsigned char hash[8])
{
	if (!(number_at(c, 4) & FLAG_HASHED)) {
		if (number_at(c, 12) != (uint32_t)source.size)
			say(p, "S09", c, "is of a source of %u bytes, but '%.*s' has %zu", number_at(c, 12),
			    BYTES_ARG(bytes_part(c->source, 0, 256)), source.size);
		else
			say(p, "S19", c, "names the size of its source only: that its code is of that source was not checked");
		return;
	}
	if (memcmp(c->header + 8, hash, 8) != 0)
		say(p, "S09", c, "is of another source than '%.*s'", BYTES_ARG(bytes_part(c->source, 0, 256)));
	else
		say(p, "S19", c, "names its source rightly, but that its code is of that source was not checked");
}

void pyc_source(struct pyc_check *p, struct bytes path, struct bytes content)
{
	unsigned char hash[8] = { 0 };
	uint32_t hashed = 0; /* the magic number that hash is for */
	unsigned n_hashes = 0;
	for (size_t i = find_first(p, path); i < p->n_items && bytes_equal(p->items[i].source, path); i++) {
		struct compiled *c = &p->items[i];
		uint32_t magic = number_at(c, 0);
		c->is_done = true;
		if (!check_header(p, c))
			continue;
		if ((number_at(c, 4) & FLAG_HASHED) && magic != hashed) {
			if (++n_hashes > PYC_HASHES_MAX) {
				say(p, "S19", c, "is one of too many of its source: it was not compared");
				continue;
			}
			pyc_source_hash(magic, content, hash);
			hashed = magic;
		}
		compare_with(p, c, content, hash);
	}
}

void pyc_finish(struct pyc_check *p)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (!p->items[i].is_done && check_header(p, &p->items[i]))
			say(p, "S19", &p->items[i], "has no source in the wheel: nobody can see what it does");
}

/* SipHash (Aumasson, Bernstein 2012), with so many rounds a word and at the end: 2 and 4 up to CPython 3.10, 1 and 3 since. */
static uint64_t rotate(uint64_t n, unsigned by)
{
	return n << by | n >> (64 - by);
}

static void sip_rounds(uint64_t v[4], unsigned n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static uint64_t sip_word(struct bytes b, size_t at, size_t size)
{
	uint64_t n = 0;
	for (size_t i = 0; i < size; i++)
		n |= (uint64_t)b.data[at + i] << 8 * i;
	return n;
}

void pyc_source_hash(uint32_t magic, struct bytes source, unsigned char ret[8])
{
	bool is_old = python_of(magic) && python_of(magic) <= 10;
	uint64_t v[4] = { UINT64_C(0x736f6d6570736575) ^ magic, UINT64_C(0x646f72616e646f6d), UINT64_C(0x6c7967656e657261) ^ magic,
			  UINT64_C(0x7465646279746573) };
	size_t whole = source.size / 8 * 8;
	for (size_t at = 0; at <= whole; at += 8) {
		bool is_last = at == whole; /* what is left over, under the size of it all */
		uint64_t word = is_last ? sip_word(source, at, source.size - at) | (uint64_t)source.size << 56
					: sip_word(source, at, 8);
		v[3] ^= word;
		sip_rounds(v, is_old ? 2 : 1);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	sip_rounds(v, is_old ? 4 : 3);
	uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
	for (unsigned i = 0; i < 8; i++)
		ret[i] = (unsigned char)(hash >> 8 * i);
}
