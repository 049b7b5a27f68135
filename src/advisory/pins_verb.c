/* The texts that pin packages: what pip calls a requirements file, and hwb's own report. */
#include "advisory/pins.h"
#include "advisory/verbs.h"
#include "base/wire.h"
#include "format/json.h"

static enum status add_pin(struct pins *p, const struct pin *pin, struct arena *a, struct diag *d)
{
	if (p->n == PINS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d packages", PINS_MAX);
	p->items = arena_grow(a, p->items, p->n, sizeof *p->items);
	p->items[p->n++] = *pin;
	return OK;
}

/* What follows a '#' at the start or behind a blank, and options behind the requirement, which begin with "--". */
static struct bytes without_rest(struct bytes line)
{
	for (size_t i = 0; i < line.size; i++) {
		bool begins = i == 0 || byte_is_blank(line.data[i - 1]);
		if (begins && (line.data[i] == '#' || (i && bytes_starts(bytes_from(line, i), BYTES("--")))))
			return bytes_trim(bytes_part(line, 0, i));
	}
	return bytes_trim(line);
}

static struct pin read_line(struct bytes line, struct arena *a)
{
	struct requirement q;
	struct pin pin = { .name = { NULL, 0 } };
	if (requirement_parse(line, a, &q, NULL) == OK)
		return pin_of(&q, a);
	const char *why = line.data[0] == '-' ? "an option or another file, which is not followed" : "not a requirement with a name";
	pin.unreadable = bytes_of(arena_printf(a, "'%.*s' is %s", BYTES_ARG(bytes_part(line, 0, 100)), why));
	return pin;
}

/* Says nothing about packages: where they come from, and what may be installed. */
static bool is_harmless_option(struct bytes line)
{
	static const struct bytes options[] = { LIT("--index-url"),      LIT("-i "),           LIT("--extra-index-url"),
						LIT("--find-links"),     LIT("-f "),           LIT("--no-index"),
						LIT("--require-hashes"), LIT("--only-binary"), LIT("--no-binary"),
						LIT("--trusted-host"),   LIT("--pre"),         LIT("--prefer-binary") };
	for (size_t i = 0; i < COUNT(options); i++)
		if (bytes_starts(line, options[i]))
			return true;
	return false;
}

enum status pins_parse_requirements(struct bytes text, struct arena *a, struct pins *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf joined;
	struct pins p = { .n = 0 };
	uint32_t number = 0;
	buf_init(&joined, PINS_TEXT_MAX);
	if (text.size > PINS_TEXT_MAX)
		return fail(d, ERR_LIMIT, 0, "longer than %d bytes", PINS_TEXT_MAX);
	if (bytes_starts(text, BYTES("\xef\xbb\xbf")))
		text = bytes_from(text, 3);
	for (struct bytes rest = text; rest.data;) {
		uint32_t first = number + 1;
		bool more = true;
		buf_clear(&joined);
		while (more && rest.data) {
			struct bytes line = bytes_cut(&rest, '\n');
			number++;
			if (line.size && line.data[line.size - 1] == '\r')
				line.size--;
			more = line.size && line.data[line.size - 1] == '\\';
			buf_add(&joined, bytes_part(line, 0, line.size - more));
		}
		struct bytes line = without_rest(arena_copy(a, buf_bytes(&joined)));
		if (!line.size || is_harmless_option(line))
			continue;
		struct pin pin = read_line(line, a);
		pin.line = first;
		enum status s = add_pin(&p, &pin, a, d);
		if (s)
			return s;
	}
	*ret = p;
	return OK;
}

static enum status take_packages(const struct json *list, struct pins *p, struct arena *a, struct diag *d)
{
	for (JSON_EACH(item, list)) {
		struct pin pin = { .line = 0 };
		enum status s = json_get_string(item, "name", &pin.name, d);
		if (s == OK)
			s = json_get_string(item, "version", &pin.version, d);
		if (s == OK && (!name_is_valid(pin.name) || !pin.version.size || pin.version.size > VERSION_SIZE_MAX))
			s = fail(d, ERR_FORMAT, 0, "a package has a name or version that is none");
		if (s)
			return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
		pin.name = name_normalize(pin.name, a);
		s = add_pin(p, &pin, a, d);
		if (s)
			return s;
	}
	return OK;
}

enum status pins_parse_report(struct bytes text, struct arena *a, struct pins *ret, struct diag *d)
{
	const struct json *root, *locks, *packages;
	struct pins p = { .n = 0 };
	enum status s = json_parse(text, a, &root, d);
	if (s == OK)
		s = json_get_array(root, "locks", &locks, d);
	for (size_t i = 0; s == OK && i < locks->n_items; i++) {
		s = json_get_array(&locks->items[i], "packages", &packages, d);
		if (s == OK)
			s = take_packages(packages, &p, a, d);
	}
	if (s) {
		(void)explain(d, "it is no report of hwb build");
		return s == ERR_ABSENT ? recode(d, ERR_FORMAT) : s;
	}
	*ret = p;
	return OK;
}

enum status pins_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct pins p;
	struct bytes text;
	uint32_t kind = wire_get_u32(&w);
	enum status s = wire_end(&w, "pins", d);
	if (s == OK && kind >= N_PINS_KINDS)
		s = fail(d, ERR_FORMAT, 0, "no such kind of pins");
	if (s == OK)
		s = verb_map(call, 0, PINS_TEXT_MAX, &text, d);
	if (s == OK)
		s = kind == PINS_REPORT ? pins_parse_report(text, call->arena, &p, d)
					: pins_parse_requirements(text, call->arena, &p, d);
	if (s == OK)
		pins_write(&p, reply);
	return s;
}
