/* Whatever is read lies in the file, and every walk ends. Needs format, base. */
#include "format/elf.h"
#include "format/magic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void expect_inside(struct bytes part, struct bytes file)
{
	expect(!part.size || (part.data >= file.data && part.data + part.size <= file.data + file.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes file = bytes_make(data, size);
	struct magic m = magic_of(file);
	struct elf e;
	struct elf_symbol symbol;
	struct diag d = { 0 };
	enum status s;
	arena_init(&a);
	expect(m.n_cpus <= MAGIC_CPUS_MAX && magic_name(m.kind));
	if (elf_open(file, &a, &e, &d)) {
		expect(d.text[0] != '\0');
		return 0;
	}
	expect(m.kind == MAGIC_ELF);
	for (size_t i = 0; i < e.n_needed; i++)
		expect_inside(e.needed[i], file);
	for (size_t i = 0; i < e.n_versions; i++)
		expect_inside(e.versions[i].name, file);
	expect_inside(e.soname, file);
	expect_inside(e.runpath, file);
	expect_inside(e.interpreter, file);
	(void)elf_is_program(&e);
	struct elf_symbols it = elf_symbols_start(&e);
	uint32_t n = 1;
	while ((s = elf_symbols_next(&it, &symbol, &d)) == OK) {
		expect_inside(symbol.name, file);
		expect(!symbol.version || (symbol.version >= e.versions && symbol.version < e.versions + e.n_versions));
		n++;
	}
	expect(s == ERR_ABSENT ? n == (e.n_symbols ? e.n_symbols : 1) : d.text[0] != '\0');
	return 0;
}
