#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	if (b->secret && b->data)
		explicit_bzero(b->data, b->room);
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	if (b->secret && b->data)
		explicit_bzero(b->data, b->room);
	b->size = 0;
	b->full = false;
}

/* realloc leaves an unwiped copy behind, so a secret buffer moves by hand. */
static unsigned char *move(struct buf *b, size_t room)
{
	if (!b->secret)
		return realloc(b->data, room);
	unsigned char *fresh = malloc(room);
	if (fresh && b->data) {
		memcpy(fresh, b->data, b->size);
		explicit_bzero(b->data, b->room);
		free(b->data);
	}
	return fresh;
}

unsigned char *buf_reserve(struct buf *b, size_t size)
{
	if (size > b->max || b->size > b->max - size) {
		b->full = true;
		return NULL;
	}
	/* One byte more than asked, so that buf_string always has a place for its NUL. */
	size_t want = b->size + size + 1;
	if (want > b->room) {
		size_t room = b->room < 128 ? 256 : b->room * 2;
		if (room < want)
			room = want;
		unsigned char *moved = move(b, room);
		if (!moved) {
			static const char words[] = "hwb: out of memory\n";
			(void)!write(2, words, sizeof words - 1);
			_exit(9);
		}
		b->data = moved;
		b->room = room;
	}
	return b->data + b->size;
}

void buf_grew(struct buf *b, size_t size)
{
	b->size += size;
}

void buf_add(struct buf *b, struct bytes more)
{
	unsigned char *to = buf_reserve(b, more.size);
	if (!to)
		return;
	bytes_copy(to, more);
	b->size += more.size;
}

void buf_add_byte(struct buf *b, unsigned char c)
{
	buf_add(b, bytes_make(&c, 1));
}

void buf_add_string(struct buf *b, const char *s)
{
	buf_add(b, bytes_of(s));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	unsigned char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n);
	if (to) {
		(void)vsnprintf((char *)to, (size_t)n + 1, format, again);
		b->size += (size_t)n;
	}
	va_end(again);
}

struct bytes buf_bytes(const struct buf *b)
{
	return bytes_make(b->data, b->size);
}

const char *buf_string(struct buf *b)
{
	if (!b->data)
		return "";
	b->data[b->size] = '\0';
	return (const char *)b->data;
}

enum status buf_check(const struct buf *b, const char *what, struct diag *d)
{
	if (b->full)
		return fail(d, ERR_LIMIT, b->size, "%s is larger than %zu bytes", what, b->max);
	return OK;
}
