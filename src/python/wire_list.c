#include "python/wire_list.h"

void wire_put_list(struct buf *b, const struct bytes *items, size_t n)
{
	wire_put_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_bytes(b, items[i]);
}

void wire_get_list(struct wire *w, struct arena *a, size_t max, const struct bytes **ret_items, size_t *ret_n)
{
	size_t n = wire_get_count(w, 4);
	*ret_items = NULL;
	*ret_n = 0;
	if (n > max)
		w->bad = true;
	if (w->bad || n == 0)
		return;
	struct bytes *items = ARENA_ARRAY(a, struct bytes, n);
	for (size_t i = 0; i < n; i++)
		items[i] = wire_get_copy(w, a, SIZE_MAX);
	*ret_items = items;
	*ret_n = n;
}

struct bytes wire_get_copy(struct wire *w, struct arena *a, size_t max)
{
	struct bytes b = wire_get_bytes(w);
	if (b.size > max)
		w->bad = true;
	return w->bad || b.size == 0 ? (struct bytes){ NULL, 0 } : arena_copy(a, b);
}

bool wire_get_bool(struct wire *w)
{
	uint32_t n = wire_get_u32(w);
	if (n > 1)
		w->bad = true;
	return n == 1;
}
