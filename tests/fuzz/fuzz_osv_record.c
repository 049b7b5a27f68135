/* An advisory: as JSON (first byte 'J'), as its record ('R'), or a store of many ('S'). What is taken can be written and read again, and
 * asked about any version without an end. A list of pins ('P': requirements, 'L': a report, 'B': an SBOM). Needs advisory, its verbs, python, format, base. */
#include "advisory/affects.h"
#include "advisory/osv.h"
#include "advisory/pins.h"
#include "advisory/store.h"
#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_advisory(const struct advisory *v)
{
	static const char *const versions[] = { "1", "0.dev0", "2!1.0+x", "not a version", NULL };
	expect(advisory_id_is_valid(v->id));
	for (size_t i = 0; i < v->n_packages; i++)
		for (size_t k = 0; k < COUNT(versions); k++) {
			struct bytes fixed;
			const struct advisory_package *p = &v->packages[i];
			enum affects a = advisory_affects(v, p->is_pypi, p->name, bytes_of(versions[k]), &fixed);
			expect(versions[k] || a == AFFECTS_YES || a == AFFECTS_SOME || a == AFFECTS_UNKNOWN);
			expect(!versions[k] || a != AFFECTS_SOME);
		}
}

/* must: it was written by us. */
static void read_record(struct bytes record, bool must, struct arena *a)
{
	struct wire w = wire_over(record);
	struct advisory v;
	struct diag d = { 0 };
	if (advisory_read(&w, a, &v, &d)) {
		expect(!must && d.code == ERR_FORMAT && d.text[0]);
		return;
	}
	check_advisory(&v);
	if (must)
		expect(wire_end(&w, "advisory", NULL) == OK);
	CLEANUP(buf_done) struct buf again;
	buf_init(&again, 64 << 20);
	advisory_write(&v, &again);
	expect(bytes_starts(record, buf_bytes(&again)));
}

static void read_json(struct bytes text, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	struct advisory v;
	struct diag d = { 0 };
	buf_init(&record, 64 << 20);
	enum status s = osv_advisory_parse(text, true, a, &v, &d);
	expect(s == OK || ((s == ERR_FORMAT || s == ERR_LIMIT) && d.code == s && d.text[0]));
	if (s)
		return;
	advisory_write(&v, &record);
	read_record(buf_bytes(&record), true, a);
}

static void read_store(struct bytes file, struct arena *a)
{
	static const char *const names[] = { "a", "demo", "zz" };
	struct store s;
	if (store_over(file, &s, NULL))
		return;
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct advisory *found;
		size_t n = 0;
		if (store_find(&s, bytes_of(names[i]), a, &found, &n, NULL) == OK)
			for (size_t k = 0; k < n; k++)
				check_advisory(&found[k]);
	}
}

static void read_pins(struct bytes text, char kind, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	struct pins p = { .n = 0 }, q;
	struct diag d = { 0 };
	buf_init(&record, 64 << 20);
	enum status s = kind == 'L'   ? pins_parse_report(text, a, &p, &d)
			: kind == 'B' ? pins_parse_sbom(text, a, &p, &d)
				      : pins_parse_requirements(text, a, &p, &d);
	expect(s == OK || (d.code == s && d.text[0]));
	if (s)
		return;
	pins_write(&p, &record);
	expect(pins_read(buf_bytes(&record), a, &q, NULL) == OK && q.n == p.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	if (size == 0)
		return 0;
	struct bytes rest = bytes_make(data + 1, size - 1);
	switch (data[0]) {
	case 'J':
		read_json(rest, &a);
		break;
	case 'S':
		read_store(rest, &a);
		break;
	case 'P':
	case 'L':
	case 'B':
		read_pins(rest, (char)data[0], &a);
		break;
	default:
		read_record(rest, false, &a);
	}
	return 0;
}
