/* What is in a wheel, for a person: pairs of a label and a value, in hwb-parse. It judges nothing. */
#include "base/wire.h"
#include "redact/hide.h"
#include "check/verbs.h"
#include "format/ini.h"
#include "format/rfc822.h"
#include "python/wheel.h"

struct inspection {
	struct buf *out;
	uint32_t n;
	const struct wheel *wheel;
	struct arena *arena;
	struct hiding hiding;
};

enum { PAIRS_MAX = 5000 };

static void put(struct inspection *i, const char *label, struct bytes value)
{
	if (i->n == PAIRS_MAX || !value.size)
		return;
	wire_put_string(i->out, label);
	wire_put_bytes(i->out, hide_in_text(&i->hiding, value));
	i->n++;
}

static void put_fields(struct inspection *i, const char *file, const char *const *names, size_t n)
{
	CLEANUP(buf_done) struct buf text;
	struct rfc822 block;
	buf_init(&text, RFC822_MAX_SIZE);
	if (wheel_read_info(i->wheel, file, &text, NULL) ||
	    rfc822_parse(arena_copy(i->arena, buf_bytes(&text)), i->arena, &block, NULL))
		return;
	for (size_t k = 0; k < n; k++)
		for (const struct rfc822_field *f = rfc822_find(&block, names[k], NULL); f; f = rfc822_find(&block, names[k], f))
			put(i, names[k], f->value);
}

static void put_entry_points(struct inspection *i)
{
	CLEANUP(buf_done) struct buf text;
	struct ini ini;
	buf_init(&text, INI_MAX_SIZE);
	if (wheel_read_info(i->wheel, "entry_points.txt", &text, NULL) ||
	    ini_parse(arena_copy(i->arena, buf_bytes(&text)), INI_EQUALS, i->arena, &ini, NULL))
		return;
	for (size_t k = 0; k < ini.n_items; k++)
		put(i, "Entry-Point",
		    bytes_of(arena_printf(i->arena, "%.*s: %.*s = %.*s", BYTES_ARG(ini.items[k].section),
					  BYTES_ARG(ini.items[k].key), BYTES_ARG(ini.items[k].value))));
}

/* Of each name at the top how many files it has, and how large they are together. */
static void put_tops(struct inspection *i)
{
	const struct zip *zip = &i->wheel->zip;
	for (size_t k = 0; k < zip->n_entries;) {
		struct bytes name = zip->entries[zip->by_name[k]].name, top = bytes_part(name, 0, bytes_find(name, '/'));
		uint64_t size = 0;
		size_t n = 0;
		for (; k < zip->n_entries; k++) {
			const struct zip_entry *e = &zip->entries[zip->by_name[k]];
			if (!bytes_equal(bytes_part(e->name, 0, bytes_find(e->name, '/')), top))
				break;
			n += !e->is_dir;
			size += e->size;
		}
		put(i, "Content",
		    bytes_of(arena_printf(i->arena, "%.*s (%zu file%s, %llu bytes)", BYTES_ARG(top), n, n == 1 ? "" : "s",
					  (unsigned long long)size)));
	}
}

static bool is_binary(struct bytes name)
{
	static const struct bytes suffixes[] = { LIT(".so"), LIT(".pyd"), LIT(".dll"), LIT(".dylib"), LIT(".exe"), LIT(".a") };
	for (size_t k = 0; k < COUNT(suffixes); k++)
		if (bytes_ends(name, suffixes[k]))
			return true;
	return bytes_search(name, BYTES(".so.")) < name.size;
}

static void put_binaries(struct inspection *i)
{
	for (size_t k = 0; k < i->wheel->zip.n_entries; k++)
		if (is_binary(i->wheel->zip.entries[k].name))
			put(i, "Binary", i->wheel->zip.entries[k].name);
}

enum status inspect_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	static const char *const metadata[] = { "Name",        "Version",         "Summary",       "License-Expression",
						"License",     "Author",          "Author-email",  "Home-page",
						"Project-URL", "Requires-Python", "Requires-Dist", "Provides-Extra" };
	static const char *const wheel_file[] = { "Generator", "Root-Is-Purelib", "Tag" };
	struct wire w = wire_over(call->request);
	struct bytes file, file_name = wire_get_bytes(&w);
	struct zip_limits limits = zip_limits_default();
	struct wheel wheel;
	CLEANUP(buf_done) struct buf pairs;
	buf_init(&pairs, 32 << 20);
	struct inspection i = { .out = &pairs, .wheel = &wheel, .arena = call->arena, .hiding = { .arena = call->arena } };
	enum status s = wire_end(&w, "inspect", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = wheel_open(file, file_name, &limits, call->arena, &wheel, d);
	if (s) {
		hide_in_diag(&i.hiding, d);
		return s;
	}
	put_fields(&i, "METADATA", metadata, COUNT(metadata));
	put_fields(&i, "WHEEL", wheel_file, COUNT(wheel_file));
	put_entry_points(&i);
	put_tops(&i);
	put_binaries(&i);
	wire_put_u32(reply, i.n);
	buf_add(reply, buf_bytes(&pairs));
	return buf_check(&pairs, "what is in the wheel", d);
}
