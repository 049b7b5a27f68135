/* format/elf.h and format/magic.h: files written by hand of each class and order, cut at every byte; and this very program. */
#include "elf_make.h"

#include <fcntl.h>

#include "format/elf.h"
#include "format/magic.h"
#include "harness.h"
#include "host/file.h"

static const struct made_elf full = {
	.needed = { "libm.so.6", "libc.so.6" },
	.soname = "libmade.so.1",
	.rpath = "/somewhere",
	.runpath = "$ORIGIN/../made.libs",
	.version_file = "libc.so.6",
	.version = { "GLIBC_2.2.5", "GLIBC_2.34" },
	.symbols = { { "printf", ELF_GLOBAL, true, "GLIBC_2.2.5" },
		     { "dlsym", ELF_WEAK, true, "GLIBC_2.34" },
		     { "PyInit_made", ELF_GLOBAL, false, NULL } },
};

struct opened {
	struct arena a;
	struct buf file;
	struct elf e;
	struct diag d;
};

static enum status open_made(const struct made_elf *m, struct opened *o)
{
	*o = (struct opened){ 0 };
	arena_init(&o->a);
	buf_init(&o->file, 1 << 16);
	elf_make(m, &o->file);
	return elf_open(buf_bytes(&o->file), &o->a, &o->e, &o->d);
}

static void opened_done(struct opened *o)
{
	arena_done(&o->a);
	buf_done(&o->file);
}

static void check_full(const struct elf *e)
{
	struct elf_symbols it = elf_symbols_start(e);
	struct elf_symbol s;
	CHECK_NUMBER(e->n_needed, 2);
	CHECK_BYTES(e->needed[0], BYTES("libm.so.6"));
	CHECK_BYTES(e->needed[1], BYTES("libc.so.6"));
	CHECK_BYTES(e->soname, BYTES("libmade.so.1"));
	CHECK_BYTES(e->rpath, BYTES("/somewhere"));
	CHECK_BYTES(e->runpath, BYTES("$ORIGIN/../made.libs"));
	CHECK(e->has_stack_segment && !e->is_stack_executable && e->has_relro && !e->has_write_execute);
	CHECK_NUMBER(e->n_versions, 2);
	CHECK_BYTES(e->versions[1].name, BYTES("GLIBC_2.34"));
	CHECK_BYTES(e->versions[1].file, BYTES("libc.so.6"));
	CHECK_NUMBER(e->n_symbols, 4);
	CHECK(elf_symbols_next(&it, &s, NULL) == OK && s.is_undefined && s.bind == ELF_GLOBAL);
	CHECK_BYTES(s.name, BYTES("printf"));
	CHECK(s.version && bytes_equal(s.version->name, BYTES("GLIBC_2.2.5")));
	CHECK(elf_symbols_next(&it, &s, NULL) == OK && s.bind == ELF_WEAK && s.version == &e->versions[1]);
	CHECK(elf_symbols_next(&it, &s, NULL) == OK && elf_is_exported(&s) && !s.version);
	CHECK_BYTES(s.name, BYTES("PyInit_made"));
	CHECK(elf_symbols_next(&it, &s, NULL) == ERR_ABSENT);
}

static void reads_each_class_and_order(void)
{
	for (unsigned i = 0; i < 8; i++) {
		struct made_elf m = full;
		struct opened o;
		m.is_32 = i & 1;
		m.is_big = i & 2;
		m.has_gnu_hash = i & 4;
		CHECK(open_made(&m, &o) == OK);
		CHECK(o.e.is_64 == !m.is_32 && o.e.is_big == m.is_big && o.e.machine == ELF_X86_64);
		check_full(&o.e);
		CHECK(!elf_is_program(&o.e));
		opened_done(&o);
	}
}

static void counts_the_wide_hash_of_s390x(void)
{
	struct made_elf m = full;
	struct opened o;
	m.is_big = true;
	m.machine = ELF_S390;
	CHECK(open_made(&m, &o) == OK);
	check_full(&o.e);
	opened_done(&o);
}

static void reads_what_weakens(void)
{
	static const struct {
		const char *name;
		struct made_elf m;
		bool stack, executable, relro, wx, textrel, now, pie;
	} cases[] = {
		{ "plain", { .soname = "a" }, .stack = true, .relro = true },
		{ "no marks", { .has_no_stack = true, .has_no_relro = true }, .stack = false },
		{ "stack", { .has_executable_stack = true }, .stack = true, .executable = true, .relro = true },
		{ "write and execute", { .has_write_execute = true }, .stack = true, .relro = true, .wx = true },
		{ "DT_TEXTREL", { .extra_tag = 22 }, .stack = true, .relro = true, .textrel = true },
		{ "DF_TEXTREL", { .extra_tag = 30, .extra_value = 4 }, .stack = true, .relro = true, .textrel = true },
		{ "DF_BIND_NOW", { .extra_tag = 30, .extra_value = 8 }, .stack = true, .relro = true, .now = true },
		{ "DT_BIND_NOW", { .extra_tag = 24 }, .stack = true, .relro = true, .now = true },
		{ "DF_1_PIE",
		  { .extra_tag = 0x6ffffffb, .extra_value = 0x08000001 },
		  .stack = true,
		  .relro = true,
		  .now = true,
		  .pie = true },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct opened o;
		CHECK_ROW(open_made(&cases[i].m, &o) == OK, cases[i].name);
		const struct elf *e = &o.e;
		CHECK_ROW(e->has_stack_segment == cases[i].stack && e->is_stack_executable == cases[i].executable, cases[i].name);
		CHECK_ROW(e->has_relro == cases[i].relro && e->has_write_execute == cases[i].wx, cases[i].name);
		CHECK_ROW(e->has_text_relocations == cases[i].textrel, cases[i].name);
		CHECK_ROW(e->is_bound_now == cases[i].now && e->is_pie == cases[i].pie, cases[i].name);
		CHECK_ROW(elf_is_program(e) == cases[i].pie, cases[i].name);
		opened_done(&o);
	}
}

static void tells_programs_from_libraries(void)
{
	const struct {
		const char *name;
		struct made_elf m;
		bool is_program;
	} cases[] = { { "ET_EXEC", { .type = ELF_EXEC }, true },
		      { "an interpreter", { .interpreter = "/lib/ld.so" }, true },
		      { "a libc that can be started", { .interpreter = "/lib/ld.so", .soname = "libc.so.6" }, false },
		      { "a library", { .soname = "x" }, false } };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct opened o;
		CHECK_ROW(open_made(&cases[i].m, &o) == OK, cases[i].name);
		CHECK_ROW(elf_is_program(&o.e) == cases[i].is_program, cases[i].name);
		CHECK_BYTES(o.e.interpreter, bytes_of(cases[i].m.interpreter));
		opened_done(&o);
	}
}

/* A copy of exactly that size, so that a sanitizer sees the first byte too far. */
static enum status open_copy(struct bytes file, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct elf e;
	struct elf_symbol symbol;
	arena_init(&a);
	unsigned char *copy = arena_alloc(&a, file.size + 1, 1);
	bytes_copy(copy, file);
	enum status s = elf_open(bytes_make(copy, file.size), &a, &e, d);
	if (s)
		return s;
	struct elf_symbols it = elf_symbols_start(&e);
	while ((s = elf_symbols_next(&it, &symbol, d)) == OK)
		;
	return s == ERR_ABSENT ? OK : s;
}

static void refuses_every_cut(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct made_elf m = full;
		CLEANUP(buf_done) struct buf file;
		m.is_32 = i & 1;
		m.has_gnu_hash = i & 2;
		buf_init(&file, 1 << 16);
		elf_make(&m, &file);
		for (size_t size = 0; size < file.size; size++) {
			struct diag d = { 0 };
			CHECK(open_copy(bytes_part(buf_bytes(&file), 0, size), &d) == ERR_FORMAT && d.text[0]);
		}
		CHECK(open_copy(buf_bytes(&file), NULL) == OK);
	}
}

static void survives_every_changed_byte(void)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	CLEANUP(buf_done) struct buf file;
	buf_init(&file, 1 << 16);
	elf_make(&full, &file);
	for (size_t at = 0; at < file.size; at++) {
		unsigned char kept = file.data[at];
		for (size_t k = 0; k < sizeof values; k++) {
			struct diag d = { 0 };
			file.data[at] = values[k];
			CHECK(open_copy(buf_bytes(&file), &d) == OK || d.text[0]);
		}
		file.data[at] = kept;
	}
}

/* A 64 bit file of bare bones, for the limits: so many segments, dynamic entries and needed libraries, a name of such a size. */
struct bare {
	size_t n_segments, n_entries, n_needed, name_size;
};

static void put(struct buf *out, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(out, (unsigned char)(n >> 8 * i));
}

static void put_segment(struct buf *out, uint32_t type, uint64_t at, uint64_t size)
{
	put(out, type, 4);
	put(out, 4, 4);
	for (unsigned i = 0; i < 3; i++)
		put(out, at, 8);
	put(out, size, 8);
	put(out, size, 8);
	put(out, 1, 8);
}

static enum status open_bare(const struct bare *b, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	CLEANUP(arena_done) struct arena a;
	struct elf e;
	uint64_t dynamic = 64 + 56 * b->n_segments, strings = dynamic + 16 * b->n_entries;
	buf_init(&out, 64 << 20);
	arena_init(&a);
	buf_add(&out, BYTES("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0\1\0\0\0\0\0\0\0\0\0\0\0\100\0\0\0\0\0\0\0"));
	put(&out, 0, 8);
	put(&out, 0, 4);
	put(&out, 64, 2);
	put(&out, 56, 2);
	put(&out, b->n_segments, 2);
	put(&out, 0, 6);
	put_segment(&out, 1, 0, strings + b->name_size + 2);
	put_segment(&out, 2, dynamic, 16 * b->n_entries);
	for (size_t i = 2; i < b->n_segments; i++)
		put_segment(&out, 0, 0, 0);
	for (size_t i = 0; i + 3 < b->n_entries; i++) {
		put(&out, i < b->n_needed ? 1 : 0x70000001, 8);
		put(&out, 1, 8);
	}
	put(&out, 5, 8);
	put(&out, strings, 8);
	put(&out, 10, 8);
	put(&out, b->name_size + 2, 8);
	put(&out, 0, 8);
	put(&out, 0, 8);
	buf_add_byte(&out, '\0');
	for (size_t i = 0; i < b->name_size; i++)
		buf_add_byte(&out, 'n');
	buf_add_byte(&out, '\0');
	return elf_open(buf_bytes(&out), &a, &e, d);
}

static void keeps_its_limits(void)
{
	static const struct {
		const char *name;
		struct bare at, over;
	} limits[] = {
		{ "segments", { ELF_SEGMENTS_MAX, 4, 1, 1 }, { ELF_SEGMENTS_MAX + 1, 4, 1, 1 } },
		{ "dynamic entries", { 2, ELF_DYNAMIC_MAX, 1, 1 }, { 2, ELF_DYNAMIC_MAX + 1, 1, 1 } },
		{ "needed libraries", { 2, ELF_NEEDED_MAX + 3, ELF_NEEDED_MAX, 1 }, { 2, ELF_NEEDED_MAX + 4, ELF_NEEDED_MAX + 1, 1 } },
		{ "the size of a name", { 2, 4, 1, ELF_NAME_MAX }, { 2, 4, 1, ELF_NAME_MAX + 1 } },
	};
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct diag d = { 0 };
		CHECK_ROW(open_bare(&limits[i].at, &d) == OK, limits[i].name);
		CHECK_ROW(open_bare(&limits[i].over, &d) == ERR_LIMIT && d.text[0], limits[i].name);
	}
}

static void reads_this_program(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct elf e;
	struct elf_symbol s;
	struct diag d = { 0 };
	bool has_libc = false, has_version = false;
	arena_init(&a);
	buf_init(&file, 256 << 20);
	CHECK(file_read(AT_FDCWD, "/proc/self/exe", &file, &d) == OK);
	CHECK(elf_open(buf_bytes(&file), &a, &e, &d) == OK);
	CHECK(elf_is_program(&e) && e.is_pie && e.has_relro && e.is_bound_now && !e.is_stack_executable && e.has_init);
	for (size_t i = 0; i < e.n_needed; i++)
		has_libc |= bytes_equal(e.needed[i], BYTES("libc.so.6"));
	struct elf_symbols it = elf_symbols_start(&e);
	while (elf_symbols_next(&it, &s, &d) == OK)
		has_version |= s.is_undefined && s.version && bytes_starts(s.version->name, BYTES("GLIBC_2."));
	CHECK(has_libc && has_version);
}

static void knows_files_by_their_first_bytes(void)
{
	static const struct {
		const char *name;
		struct bytes file;
		enum magic_kind kind;
		uint32_t cpu;
		bool is_program, is_upx;
	} cases[] = {
		{ "nothing", { NULL, 0 }, MAGIC_OTHER, 0, false, false },
		{ "text", LIT("MZ is not enough, nor is PE"), MAGIC_OTHER, 0, false, false },
		{ "ELF", LIT("\177ELF"), MAGIC_ELF, 0, false, false },
		{ "packed ELF", LIT("\177ELF........UPX!...."), MAGIC_ELF, 0, false, true },
		{ "an archive", LIT("!<arch>\n"), MAGIC_AR, 0, false, false },
		{ "WebAssembly", LIT("\0asm\1\0\0\0"), MAGIC_WASM, 0, false, false },
		{ "Mach-O", LIT("\xcf\xfa\xed\xfe\x0c\0\0\1\0\0\0\0\2\0\0\0"), MAGIC_MACHO, MACHO_ARM64, true, false },
		{ "Mach-O of the other order", LIT("\xfe\xed\xfa\xce\0\0\0\x12\0\0\0\0\0\0\0\x6"), MAGIC_MACHO, MACHO_PPC, false,
		  false },
		{ "fat Mach-O", LIT("\xca\xfe\xba\xbe\0\0\0\1\1\0\0\7aaaaaaaaaaaaaaaa"), MAGIC_MACHO, MACHO_X86_64, false, false },
		{ "a class of Java", LIT("\xca\xfe\xba\xbe\0\0\0\x34\0\x10"), MAGIC_OTHER, 0, false, false },
		{ "PE",
		  LIT("MZaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x40\0\0\0PE\0\0\x64\x86"
		      "aaaaaaaaaaaaaaaa\2\0"),
		  MAGIC_PE, PE_AMD64, true, false },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct magic m = magic_of(cases[i].file);
		CHECK_ROW(m.kind == cases[i].kind && m.cpus[0] == cases[i].cpu, cases[i].name);
		CHECK_ROW(m.is_program == cases[i].is_program && m.is_upx == cases[i].is_upx && !m.is_managed, cases[i].name);
		for (size_t size = 0; size < cases[i].file.size; size++)
			(void)magic_of(bytes_part(cases[i].file, 0, size));
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "each class and byte order is read, with either hash table", reads_each_class_and_order },
		{ "the wide hash table of s390x is counted", counts_the_wide_hash_of_s390x },
		{ "what weakens a binary is read", reads_what_weakens },
		{ "programs are told from libraries", tells_programs_from_libraries },
		{ "a file cut at any byte is refused with words", refuses_every_cut },
		{ "any byte may be another", survives_every_changed_byte },
		{ "each limit is kept", keeps_its_limits },
		{ "this program is read as it was linked", reads_this_program },
		{ "files are known by their first bytes", knows_files_by_their_first_bytes },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
