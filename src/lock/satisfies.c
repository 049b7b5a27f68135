#include "lock/lock.h"

static const struct lock_pin *find_pin(const struct lock_pin *pins, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(pins[i].name, name))
			return &pins[i];
	return NULL;
}

/* An extra that was not resolved before may want more than the pins. */
static bool has_extras(const struct lock_pin *pin, const struct requirement *r)
{
	for (size_t i = 0; i < r->n_extras; i++) {
		size_t k = 0;
		while (k < pin->n_extras && !bytes_equal(pin->extras[k], r->extras[i]))
			k++;
		if (k == pin->n_extras)
			return false;
	}
	return true;
}

static bool is_met(const struct lock_pin *pins, size_t n_pins, struct bytes text, const struct interpreter *python, struct arena *a)
{
	struct requirement r;
	bool applies = true;
	if (requirement_parse(text, a, &r, NULL))
		return false;
	if (r.marker && marker_evaluate(r.marker, &python->env, (struct bytes){ NULL, 0 }, &applies, NULL))
		return false;
	if (!applies)
		return true;
	const struct lock_pin *pin = find_pin(pins, n_pins, r.name);
	return pin && r.url.size == 0 && has_extras(pin, &r) &&
	       specifier_contains(&r.specifier, &pin->file.version, pin->file.wheel.raw_version, SPECIFIER_ALLOW);
}

bool lock_satisfies(const struct lock_pin *pins, size_t n_pins, const struct bytes *requires, size_t n,
		    const struct interpreter *python)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < n; i++)
		if (!is_met(pins, n_pins, requires[i], python, &a))
			return false;
	return true;
}
