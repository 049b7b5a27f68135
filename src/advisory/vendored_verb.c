/* What is bundled in a wheel, by the SBOMs that it brings in .dist-info/sboms/ (PEP 770). */
#include "advisory/pins.h"
#include "advisory/record.h"
#include "advisory/verbs.h"
#include "base/encode.h"
#include "base/wire.h"
#include "format/json.h"
#include "python/wheel.h"

/* As deep as JSON itself may be (format/json.h). An SBOM of a large application has some 10 MiB. */
enum { SBOM_MAX = 64 << 20, SBOMS_MAX = 1000 };

/* The same library can be in several places of an SBOM, and in several SBOMs. */
static bool is_known(const struct pins *p, const struct pin *pin)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].is_purl == pin->is_purl && bytes_equal(p->items[i].name, pin->name) &&
		    bytes_equal(p->items[i].version, pin->version) && bytes_equal(p->items[i].unreadable, pin->unreadable))
			return true;
	return false;
}

static enum status add_pin(struct pins *p, const struct pin *pin, struct arena *a, struct diag *d)
{
	if (is_known(p, pin))
		return OK;
	if (p->n == PINS_MAX)
		return fail(d, ERR_LIMIT, 0, "more than %d packages", PINS_MAX);
	p->items = arena_grow(a, p->items, p->n, sizeof *p->items);
	p->items[p->n++] = *pin;
	return OK;
}

/* "%2B" and its like: a purl's version may hold what a URL may not. */
static struct bytes decoded(struct bytes text, struct arena *a)
{
	unsigned char *out = arena_alloc(a, text.size + 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte;
		bool coded = text.data[i] == '%' && i + 2 < text.size && hex_parse(bytes_part(text, i + 1, 2), &byte, 1) == OK;
		out[n++] = coded ? byte : text.data[i];
		i += coded ? 2 : 0;
	}
	return bytes_make(out, n);
}

/* "pkg:type/namespace/name@version?qualifiers#subpath". */
static struct pin pin_of_purl(struct bytes purl, struct arena *a)
{
	static const struct bytes pypi = LIT("pkg:pypi/");
	struct bytes rest = bytes_part(purl, 0, bytes_find(bytes_part(purl, 0, bytes_find(purl, '#')), '?'));
	struct bytes name = bytes_cut(&rest, '@');
	struct pin pin = { .is_purl = !bytes_starts(name, pypi), .name = name, .version = decoded(rest, a) };
	if (!pin.is_purl && !name_is_valid(bytes_from(name, pypi.size)))
		pin = (struct pin){ .unreadable = BYTES("a purl of PyPI without a name") };
	else if (!pin.is_purl)
		pin.name = name_normalize(bytes_from(name, pypi.size), a);
	bool fits = pin.version.size && pin.version.size <= VERSION_SIZE_MAX && bytes_find(pin.version, '\0') == pin.version.size;
	if (pin.unreadable.data || fits)
		return pin;
	pin.version = (struct bytes){ NULL, 0 };
	pin.unreadable = BYTES("it is bundled, and nobody says in which version");
	return pin;
}

/* Deep at most as JSON_MAX_DEPTH lets it be. */
static enum status take_components(const struct json *list, struct arena *a, struct pins *p, struct diag *d)
{
	enum status s = OK;
	for (size_t i = 0; s == OK && list && list->type == JSON_TYPE_ARRAY && i < list->n_items; i++) {
		const struct json *item = &list->items[i], *purl = json_find(item, "purl");
		bool has_purl = purl && purl->type == JSON_TYPE_STRING && bytes_starts(purl->string, BYTES("pkg:")) &&
				purl->string.size <= ADVISORY_WORD_MAX;
		if (has_purl) {
			struct pin pin = pin_of_purl(purl->string, a);
			s = add_pin(p, &pin, a, d);
		}
		if (s == OK)
			s = take_components(json_find(item, "components"), a, p, d);
	}
	return s;
}

enum status pins_parse_sbom(struct bytes text, struct arena *a, struct pins *pins, struct diag *d)
{
	const struct json *root;
	struct bytes format;
	enum status s = json_parse(text, a, &root, d);
	if (s == OK)
		s = json_get_string(root, "bomFormat", &format, d);
	if (s == ERR_ABSENT || (s == OK && !bytes_equal(format, BYTES("CycloneDX"))))
		return fail(d, ERR_FORMAT, 0, "it is not CycloneDX");
	return s ? s : take_components(json_find(root, "components"), a, pins, d);
}

/* One that cannot be read is a pin that cannot be looked up: the wheel itself still can be. */
static enum status take_sbom(const struct wheel *wheel, const struct zip_entry *entry, struct arena *a, struct pins *p,
			     struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct diag why = { 0 };
	buf_init(&text, SBOM_MAX);
	enum status s = entry->size > SBOM_MAX ? fail(&why, ERR_LIMIT, 0, "it is larger than %d bytes", SBOM_MAX)
					       : zip_read(&wheel->zip, entry, &text, &why);
	if (s == OK)
		s = pins_parse_sbom(arena_copy(a, buf_bytes(&text)), a, p, &why);
	if (s == OK)
		return OK;
	struct bytes name = bytes_part(entry->name, 0, 100);
	struct pin pin = { .unreadable = bytes_of(arena_printf(a, "'%.*s': %.100s", BYTES_ARG(name), why.text)) };
	return add_pin(p, &pin, a, d);
}

enum status vendored_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct zip_limits limits = zip_limits_default();
	struct wheel wheel;
	struct pins p = { .n = 0 };
	struct bytes file, name = wire_get_bytes(&w);
	enum status s = wire_end(&w, "vendored", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = wheel_open(file, name, &limits, call->arena, &wheel, d);
	if (s)
		return s;
	struct bytes prefix = bytes_of(arena_printf(call->arena, "%.*s/sboms/", BYTES_ARG(wheel.dist_info)));
	size_t n = 0;
	for (size_t i = 0; s == OK && i < wheel.zip.n_entries; i++) {
		const struct zip_entry *entry = &wheel.zip.entries[i];
		if (entry->is_dir || !bytes_starts(entry->name, prefix))
			continue;
		s = ++n > SBOMS_MAX ? fail(d, ERR_LIMIT, 0, "more than %d SBOMs", SBOMS_MAX)
				    : take_sbom(&wheel, entry, call->arena, &p, d);
	}
	if (s == OK)
		pins_write(&p, reply);
	return s;
}
