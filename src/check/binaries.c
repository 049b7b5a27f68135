#include "check/binaries.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check/binaries_parts.h"
#include "format/magic.h"

/* SHIPPED_MAX: two names a member, and a wheel has at most 100,000. */
enum { SHIPPED_MAX = 200000, SENTENCE_MAX = 1024, NAME_SHOWN_MAX = 128 };

void binary_report(const struct binary *b, const char *id, const char *format, ...)
{
	char text[SENTENCE_MAX];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	b->all->report(b->all->context, id, b->path, text);
}

void listed_add(struct listed *l, struct bytes name)
{
	if (l->n < LISTED_MAX)
		l->names[l->n] = bytes_part(name, 0, NAME_SHOWN_MAX);
	l->n++;
}

const char *listed_text(const struct listed *l, struct arena *a)
{
	const char *text = "";
	size_t shown = l->n < LISTED_MAX ? l->n : LISTED_MAX;
	for (size_t i = 0; i < shown; i++)
		text = arena_printf(a, "%s%s%.*s", text, i == 0 ? "" : i + 1 == l->n ? " and " : ", ", BYTES_ARG(l->names[i]));
	return l->n > shown ? arena_printf(a, "%s and %zu more", text, l->n - shown) : text;
}

struct binaries *binaries_new(const struct binaries_request *request, wheel_report *report, void *context, struct arena *a)
{
	struct binaries *b = ARENA_NEW(a, struct binaries);
	*b = (struct binaries){ .request = *request, .report = report, .context = context, .arena = a };
	b->platforms = ARENA_ARRAY(a, struct platform, request->name->n_platform + 1);
	for (size_t i = 0; i < request->name->n_platform; i++) {
		b->platforms[i] = platform_parse(request->name->platform[i]);
		b->is_any |= b->platforms[i].kind == PLATFORM_ANY;
	}
	b->n_platforms = request->name->n_platform;
	return b;
}

const struct platform *binaries_platform(const struct binaries *b, enum platform_kind kind)
{
	const struct platform *oldest = NULL;
	for (size_t i = 0; i < b->n_platforms; i++)
		if (b->platforms[i].kind == kind && (!oldest || b->platforms[i].number < oldest->number))
			oldest = &b->platforms[i];
	return oldest;
}

/* "purelib" of "name-1.0.data/purelib/...": where an installer puts it; {NULL, 0}: beside the other modules. */
static struct bytes data_scheme(const struct binaries *b, struct bytes path)
{
	struct bytes folder = b->request.data_folder, rest;
	if (!folder.size || !bytes_starts(path, folder) || path.size <= folder.size || path.data[folder.size] != '/')
		return (struct bytes){ NULL, 0 };
	rest = bytes_from(path, folder.size + 1);
	return bytes_cut(&rest, '/');
}

/* Which files run on which tag's machines. An ELF word of 32 bits on a 64 bit machine (x32) is another platform. */
static bool elf_fits(const struct elf *e, struct bytes arch)
{
	static const struct {
		struct bytes arch;
		uint16_t machine;
		bool is_64, is_big;
	} archs[] = {
		{ LIT("x86_64"), ELF_X86_64, true, false },     { LIT("i686"), ELF_386, false, false },
		{ LIT("aarch64"), ELF_AARCH64, true, false },   { LIT("armv7l"), ELF_ARM, false, false },
		{ LIT("armv6l"), ELF_ARM, false, false },       { LIT("ppc64le"), ELF_PPC64, true, false },
		{ LIT("ppc64"), ELF_PPC64, true, true },        { LIT("s390x"), ELF_S390, true, true },
		{ LIT("riscv64"), ELF_RISCV, true, false },     { LIT("loongarch64"), ELF_LOONGARCH, true, false },
		{ LIT("arm64_v8a"), ELF_AARCH64, true, false }, { LIT("armeabi_v7a"), ELF_ARM, false, false },
		{ LIT("x86"), ELF_386, false, false },          { LIT("i386"), ELF_386, false, false },
	};
	for (size_t i = 0; i < COUNT(archs); i++)
		if (bytes_equal(archs[i].arch, arch))
			return e->machine == archs[i].machine && e->is_64 == archs[i].is_64 && e->is_big == archs[i].is_big;
	return true; /* an architecture that we do not know */
}

static bool takes_elf(const struct platform *p)
{
	return p->kind != PLATFORM_MACOS && p->kind != PLATFORM_WINDOWS && p->kind != PLATFORM_ANY;
}

static void check_elf_arch(const struct binary *b)
{
	for (size_t i = 0; i < b->all->n_platforms; i++) {
		const struct platform *p = &b->all->platforms[i];
		if (!takes_elf(p)) {
			binary_report(b, "B02", "is an ELF file, which %.*s cannot load", BYTES_ARG(p->tag));
			return;
		}
		if (p->kind != PLATFORM_OTHER && !elf_fits(b->elf, p->arch)) {
			binary_report(b, "B02", "is for machine %u, %s, %s-endian, which is not that of the tag %.*s",
				      b->elf->machine, b->elf->is_64 ? "64 bit" : "32 bit", b->elf->is_big ? "big" : "little",
				      BYTES_ARG(p->tag));
			return;
		}
	}
}

static bool has_cpu(const struct magic *m, uint32_t cpu)
{
	for (unsigned i = 0; i < m->n_cpus; i++)
		if (m->cpus[i] == cpu)
			return true;
	return false;
}

/* PE and Mach-O files by the processors that they name. */
static bool fits_tag(const struct magic *m, const struct platform *p)
{
	static const struct {
		enum magic_kind kind;
		enum platform_kind platform;
		struct bytes arch;
		uint32_t cpu;
	} rows[] = {
		{ MAGIC_PE, PLATFORM_WINDOWS, LIT("win32"), PE_I386 },
		{ MAGIC_PE, PLATFORM_WINDOWS, LIT("amd64"), PE_AMD64 },
		{ MAGIC_PE, PLATFORM_WINDOWS, LIT("arm64"), PE_ARM64 },
		{ MAGIC_PE, PLATFORM_WINDOWS, LIT("arm32"), PE_ARMNT },
		{ MAGIC_MACHO, PLATFORM_MACOS, LIT("x86_64"), MACHO_X86_64 },
		{ MAGIC_MACHO, PLATFORM_MACOS, LIT("arm64"), MACHO_ARM64 },
		{ MAGIC_MACHO, PLATFORM_MACOS, LIT("universal2"), MACHO_ARM64 },
		{ MAGIC_MACHO, PLATFORM_MACOS, LIT("universal2"), MACHO_X86_64 },
		{ MAGIC_MACHO, PLATFORM_MACOS, LIT("i386"), MACHO_I386 },
	};
	if (p->kind == PLATFORM_OTHER) /* ios and others: nothing is known of them */
		return true;
	if ((m->kind == MAGIC_PE) != (p->kind == PLATFORM_WINDOWS) || (m->kind == MAGIC_MACHO) != (p->kind == PLATFORM_MACOS))
		return false;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].kind == m->kind && bytes_equal(rows[i].arch, p->arch) && !has_cpu(m, rows[i].cpu))
			return false;
	return true;
}

static void check_foreign_arch(const struct binary *b, const struct magic *m)
{
	if (m->is_managed || (m->kind == MAGIC_PE && m->is_program)) /* launchers for several machines lie side by side: B09 */
		return;
	for (size_t i = 0; i < b->all->n_platforms; i++) {
		if (fits_tag(m, &b->all->platforms[i]))
			continue;
		binary_report(b, "B02", "is a %s file that the machines of the tag %.*s cannot load", magic_name(m->kind),
			      BYTES_ARG(b->all->platforms[i].tag));
		return;
	}
}

/* Code for a graphics card or for the kernel is data to the machine. */
static bool is_for_another_processor(const struct elf *e)
{
	return e->machine == ELF_CUDA || e->machine == ELF_AMDGPU || e->machine == ELF_BPF;
}

/* True when it has no place here at all, so that nothing else need be said of where it runs. */
static bool check_place(const struct binary *b, const char *kind)
{
	struct bytes scheme = data_scheme(b->all, b->path);
	if (b->all->is_any)
		binary_report(b, "B01", "is %s file, but the wheel says that it is for any platform", kind);
	else if (bytes_equal(scheme, BYTES("purelib")))
		binary_report(b, "B01", "is %s file in purelib, the place of what is for any platform", kind);
	else if (b->all->request.root_is_purelib && !scheme.size)
		binary_report(b, "B13", "is %s file, but WHEEL says Root-Is-Purelib: true", kind);
	return b->all->is_any;
}

static void check_program(const struct binary *b, bool is_program, bool is_upx)
{
	if (is_upx)
		binary_report(b, "B09", "is packed by UPX: what it does cannot be seen");
	if (is_program && !bytes_equal(data_scheme(b->all, b->path), BYTES("scripts")))
		binary_report(b, "B09", "is a program, outside of the wheel's scripts");
}

static void ship(struct binaries *b, struct bytes name)
{
	if (!name.size || b->n_shipped >= SHIPPED_MAX)
		return;
	b->shipped = arena_grow(b->arena, b->shipped, b->n_shipped, sizeof *b->shipped);
	b->shipped[b->n_shipped++] = arena_copy(b->arena, name);
}

static void check_elf(struct binary *b, struct bytes content, const struct magic *m)
{
	struct elf elf;
	struct diag d = { 0 };
	enum status s = elf_open(content, b->scratch, &elf, &d);
	if (s) {
		binary_report(b, "B11", "begins as an ELF file but cannot be read: %s", d.text);
		return;
	}
	if (is_for_another_processor(&elf))
		return;
	b->elf = &elf;
	bool is_out_of_place = check_place(b, "an ELF");
	check_program(b, elf_is_program(&elf), m->is_upx);
	if (elf.type == ELF_DYN) {
		ship(b->all, b->base);
		ship(b->all, elf.soname);
	}
	if (is_out_of_place)
		return;
	check_elf_arch(b);
	if (elf.type != ELF_DYN && elf.type != ELF_EXEC)
		return;
	binary_check_loading(b);
	s = binary_check_policies(b, &d);
	if (s == OK)
		s = binary_check_python(b, &d);
	if (s)
		binary_report(b, "B11", "has symbols that cannot be read: %s", d.text);
}

static void check_foreign(const struct binary *b, const struct magic *m)
{
	/* pip, distlib and setuptools carry launchers for Windows in wheels for any platform: B09 says that they are there. */
	bool is_launcher = m->kind == MAGIC_PE && m->is_program;
	check_program(b, m->is_program, m->is_upx);
	if (m->is_managed || is_launcher)
		return;
	if (!check_place(b, m->kind == MAGIC_PE ? "a PE" : "a Mach-O"))
		check_foreign_arch(b, m);
}

void binaries_member(struct binaries *all, struct bytes path, struct bytes content)
{
	CLEANUP(arena_done) struct arena scratch;
	struct magic m = magic_of(content);
	size_t slash = bytes_find_last(path, '/');
	struct binary b = { .all = all, .path = path, .base = slash < path.size ? bytes_from(path, slash + 1) : path };
	arena_init(&scratch);
	b.scratch = &scratch;
	if (m.kind == MAGIC_ELF)
		check_elf(&b, content, &m);
	else if (m.kind == MAGIC_PE || m.kind == MAGIC_MACHO)
		check_foreign(&b, &m);
}

int binaries_compare_names(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

void binaries_finish(struct binaries *b)
{
	if (b->n_shipped)
		qsort(b->shipped, b->n_shipped, sizeof *b->shipped, binaries_compare_names);
	binaries_check_wanted(b);
	binaries_check_unstable(b);
}
