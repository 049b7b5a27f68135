/* Header blocks, and INI files by the way: values hold no line ends but '\n', lines go up. Needs format, base. */
#include "format/ini.h"
#include "format/rfc822.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static bool plain(struct bytes b)
{
	return bytes_is_utf8(b) && bytes_find(b, '\0') == b.size && bytes_find(b, '\r') == b.size;
}

static void check_ini(struct bytes text, enum ini_delimiters delimiters)
{
	CLEANUP(arena_done) struct arena a;
	struct ini ini;
	arena_init(&a);
	if (ini_parse(text, delimiters, &a, &ini, NULL))
		return;
	for (size_t i = 0; i < ini.n_items; i++) {
		const struct ini_item *item = &ini.items[i];
		expect(item->key.size > 0 && plain(item->key) && plain(item->value) && plain(item->section));
		expect(i == 0 || item->line > ini.items[i - 1].line);
		expect(ini_find(&ini, arena_string(&a, item->section), arena_string(&a, item->key)) == item);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct rfc822 block;
	struct diag d = { 0 };
	struct bytes text = bytes_make(data, size);
	arena_init(&a);
	if (rfc822_parse(text, &a, &block, &d) == OK) {
		for (size_t i = 0; i < block.n_fields; i++) {
			expect(block.fields[i].name.size > 0 && plain(block.fields[i].name) && plain(block.fields[i].value));
			expect(i == 0 || block.fields[i].line > block.fields[i - 1].line);
		}
		expect(bytes_ends(text, block.body) && (block.has_body || block.body.size == 0));
	} else {
		expect(d.text[0]);
	}
	check_ini(text, INI_EQUALS);
	check_ini(text, INI_EQUALS_AND_COLON);
	return 0;
}
