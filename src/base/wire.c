#include "base/wire.h"

#include <string.h>

static void put_number(struct buf *b, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(b, (unsigned char)(n >> (8 * i) & 255));
}

void wire_put_u32(struct buf *b, uint32_t n)
{
	put_number(b, n, 4);
}

void wire_put_u64(struct buf *b, uint64_t n)
{
	put_number(b, n, 8);
}

void wire_put_bytes(struct buf *b, struct bytes value)
{
	if (value.size > UINT32_MAX) {
		b->full = true;
		return;
	}
	wire_put_u32(b, (uint32_t)value.size);
	buf_add(b, value);
}

void wire_put_string(struct buf *b, const char *s)
{
	wire_put_bytes(b, bytes_of(s));
}

struct wire wire_over(struct bytes b)
{
	return (struct wire){ b, false };
}

static uint64_t get_number(struct wire *w, unsigned size)
{
	if (w->bad || w->rest.size < size) {
		w->bad = true;
		return 0;
	}
	uint64_t n = 0;
	for (unsigned i = 0; i < size; i++)
		n |= (uint64_t)w->rest.data[i] << (8 * i);
	w->rest = bytes_from(w->rest, size);
	return n;
}

uint32_t wire_get_u32(struct wire *w)
{
	return (uint32_t)get_number(w, 4);
}

uint64_t wire_get_u64(struct wire *w)
{
	return get_number(w, 8);
}

struct bytes wire_get_bytes(struct wire *w)
{
	uint32_t size = wire_get_u32(w);
	if (w->bad || w->rest.size < size) {
		w->bad = true;
		return (struct bytes){ NULL, 0 };
	}
	struct bytes value = bytes_part(w->rest, 0, size);
	w->rest = bytes_from(w->rest, size);
	return value;
}

char *wire_get_string(struct wire *w, struct arena *a)
{
	struct bytes b = wire_get_bytes(w);
	if (bytes_find(b, '\0') < b.size) {
		w->bad = true;
		b.size = 0;
	}
	return arena_string(a, b);
}

const char *wire_get_printable(struct wire *w, struct arena *a)
{
	char *s = wire_get_string(w, a);
	for (char *p = s; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	return s;
}

uint32_t wire_get_count(struct wire *w, size_t min_size)
{
	uint32_t n = wire_get_u32(w);
	if (w->bad || n > w->rest.size / (min_size ? min_size : 1)) {
		w->bad = true;
		return 0;
	}
	return n;
}

enum status wire_end(const struct wire *w, const char *what, struct diag *d)
{
	if (w->bad)
		return fail(d, ERR_FORMAT, 0, "the %s record is cut short or malformed", what);
	if (w->rest.size)
		return fail(d, ERR_FORMAT, 0, "the %s record has %zu bytes too many", what, w->rest.size);
	return OK;
}
