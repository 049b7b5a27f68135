#include "advisory/pins.h"

#include "advisory/record.h"
#include "base/wire.h"

struct pin pin_of(const struct requirement *q, struct arena *a)
{
	CLEANUP(buf_done) struct buf text;
	struct pin pin = { .name = q->name };
	buf_init(&text, 2 * REQUIREMENT_SIZE_MAX);
	if (q->url.size) {
		pin.unreadable = BYTES("it is a URL, and what is there has no version that an advisory could name");
		return pin;
	}
	for (size_t i = 0; i < q->specifier.n_clauses; i++) {
		const struct specifier_clause *c = &q->specifier.clauses[i];
		if ((c->op == SPECIFIER_EQUAL && !c->prefix) || c->op == SPECIFIER_ARBITRARY)
			pin.version = arena_copy(a, c->text);
	}
	/* What follows === may be anything, also nothing. */
	bool fits = pin.version.size && pin.version.size <= VERSION_SIZE_MAX && bytes_find(pin.version, '\0') == pin.version.size;
	if (pin.version.data && !fits) {
		pin.version = (struct bytes){ NULL, 0 };
		pin.unreadable = BYTES("its version is none that an advisory could name");
		return pin;
	}
	if (pin.version.data)
		return pin;
	buf_add(&text, q->name);
	specifier_write(&q->specifier, &text);
	pin.open = arena_copy(a, bytes_part(buf_bytes(&text), 0, PIN_WORDS_MAX));
	return pin;
}

void pins_write(const struct pins *p, struct buf *out)
{
	wire_put_u32(out, (uint32_t)p->n);
	for (size_t i = 0; i < p->n; i++) {
		const struct pin *pin = &p->items[i];
		wire_put_u32(out, pin->line);
		wire_put_u32(out, pin->is_purl);
		wire_put_bytes(out, pin->name);
		wire_put_bytes(out, pin->version);
		wire_put_bytes(out, pin->open);
		wire_put_bytes(out, pin->unreadable);
	}
}

/* {NULL, 0} and nothing are one on the wire. */
static struct bytes get_words(struct wire *w, size_t max)
{
	struct bytes b = wire_get_bytes(w);
	if (b.size > max || bytes_find(b, '\0') < b.size)
		w->bad = true;
	return b.size ? b : (struct bytes){ NULL, 0 };
}

static struct pin get_pin(struct wire *w)
{
	struct pin pin = { .line = wire_get_u32(w) };
	pin.is_purl = wire_get_u32(w) == 1;
	pin.name = get_words(w, pin.is_purl ? ADVISORY_WORD_MAX : NAME_SIZE_MAX);
	pin.version = get_words(w, VERSION_SIZE_MAX);
	pin.open = get_words(w, PIN_WORDS_MAX);
	pin.unreadable = get_words(w, PIN_WORDS_MAX);
	bool one = (pin.version.data != NULL) + (pin.open.data != NULL) + (pin.unreadable.data != NULL) == 1;
	if (pin.is_purl)
		w->bad |= !one || !bytes_starts(pin.name, BYTES("pkg:"));
	else
		w->bad |= !one || (pin.name.data ? !name_is_normalized(pin.name) : !pin.unreadable.data);
	return pin;
}

enum status pins_read(struct bytes record, struct arena *a, struct pins *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	uint32_t n = wire_get_count(&w, 24);
	w.bad |= n > PINS_MAX;
	struct pins p = { .items = ARENA_ARRAY(a, struct pin, w.bad ? 0 : n) };
	for (uint32_t i = 0; i < n && !w.bad; i++)
		p.items[p.n++] = get_pin(&w);
	enum status s = wire_end(&w, "pins", d);
	if (s == OK)
		*ret = p;
	return s;
}
