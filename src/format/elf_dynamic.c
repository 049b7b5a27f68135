#include "format/elf_parts.h"

enum { PT_DYNAMIC = 2 };
enum dynamic_tag {
	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_HASH = 4,
	DT_STRTAB = 5,
	DT_SYMTAB = 6,
	DT_RELA = 7,
	DT_RELASZ = 8,
	DT_STRSZ = 10,
	DT_SYMENT = 11,
	DT_INIT = 12,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_REL = 17,
	DT_RELSZ = 18,
	DT_PLTRELSZ = 2,
	DT_PLTREL = 20,
	DT_TEXTREL = 22,
	DT_JMPREL = 23,
	DT_BIND_NOW = 24,
	DT_INIT_ARRAYSZ = 27,
	DT_RUNPATH = 29,
	DT_FLAGS = 30,
	DT_PREINIT_ARRAYSZ = 33,
	DT_GNU_HASH = 0x6ffffef5,
	DT_VERSYM = 0x6ffffff0,
	DT_FLAGS_1 = 0x6ffffffb,
	DT_VERNEED = 0x6ffffffe,
	DT_MIPS_SYMTABNO = 0x70000011
};
enum { DF_TEXTREL = 4, DF_BIND_NOW = 8, DF_1_NOW = 1, DF_1_PIE = 0x08000000 };

/* What names things in the string table, which may be named itself only later. */
struct pending {
	uint64_t *needed; /* offsets */
	size_t n_needed;
	uint64_t soname, rpath, runpath;
	bool has_soname, has_rpath, has_runpath;
	uint64_t strings, strings_size;
};

/* The loader finds the section by its address; a reader that goes by the offset must see the same (p_offset, p_vaddr). */
static enum status find_section(struct elf *e, struct elf_span *ret, struct diag *d)
{
	const struct elf_segment *found = NULL;
	for (size_t i = 0; i < e->n_segments; i++) {
		if (e->segments[i].type != PT_DYNAMIC)
			continue;
		if (found)
			return fail(d, ERR_FORMAT, e->segments[i].offset, "two dynamic sections");
		found = &e->segments[i];
	}
	if (!found)
		return OK;
	if (!elf_map(e, found->address, ret) || ret->offset != found->offset)
		return fail(d, ERR_FORMAT, found->offset, "the dynamic section is not where its address is loaded from");
	e->is_dynamic = true;
	return OK;
}

/* Where something else is: addresses and sizes, each at its place in struct elf_dynamic. A later one counts, as for the loader. */
static bool take_place(uint64_t tag, uint64_t value, struct elf_dynamic *to)
{
	const struct {
		uint64_t tag, *to;
	} places[] = {
		{ DT_SYMTAB, &to->symbols },
		{ DT_SYMENT, &to->symbol_size },
		{ DT_HASH, &to->hash },
		{ DT_GNU_HASH, &to->gnu_hash },
		{ DT_VERSYM, &to->symbol_versions },
		{ DT_VERNEED, &to->needs },
		{ DT_RELA, &to->rela },
		{ DT_RELASZ, &to->rela_size },
		{ DT_REL, &to->rel },
		{ DT_RELSZ, &to->rel_size },
		{ DT_JMPREL, &to->jump },
		{ DT_PLTRELSZ, &to->jump_size },
		{ DT_PLTREL, &to->jump_kind },
		{ DT_MIPS_SYMTABNO, &to->mips_symbols },
	};
	for (size_t i = 0; i < COUNT(places); i++) {
		if (places[i].tag != tag)
			continue;
		*places[i].to = value;
		return true;
	}
	return false;
}

static void take_flags(struct elf *e, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_TEXTREL:
		e->has_text_relocations = true;
		break;
	case DT_BIND_NOW:
		e->is_bound_now = true;
		break;
	case DT_FLAGS:
		e->has_text_relocations |= (value & DF_TEXTREL) != 0;
		e->is_bound_now |= (value & DF_BIND_NOW) != 0;
		break;
	case DT_FLAGS_1:
		e->is_bound_now |= (value & DF_1_NOW) != 0;
		e->is_pie |= (value & DF_1_PIE) != 0;
		break;
	case DT_INIT:
		e->has_init = true;
		break;
	case DT_INIT_ARRAYSZ:
	case DT_PREINIT_ARRAYSZ:
		e->n_init += value / elf_word(e);
		break;
	default:
		break;
	}
}

static enum status take_name(uint64_t tag, uint64_t value, struct arena *a, struct pending *p, struct diag *d)
{
	switch (tag) {
	case DT_NEEDED:
		if (p->n_needed == ELF_NEEDED_MAX)
			return fail(d, ERR_LIMIT, 0, "more than %d needed libraries", ELF_NEEDED_MAX);
		p->needed = arena_grow(a, p->needed, p->n_needed, sizeof *p->needed);
		p->needed[p->n_needed++] = value;
		break;
	case DT_SONAME:
		p->soname = value;
		p->has_soname = true;
		break;
	case DT_RPATH:
		p->rpath = value;
		p->has_rpath = true;
		break;
	case DT_RUNPATH:
		p->runpath = value;
		p->has_runpath = true;
		break;
	case DT_STRTAB:
		p->strings = value;
		break;
	case DT_STRSZ:
		p->strings_size = value;
		break;
	default:
		break;
	}
	return OK;
}

static enum status read_names(struct elf *e, const struct pending *p, struct arena *a, struct diag *d)
{
	const struct {
		bool is_there;
		uint64_t at;
		struct bytes *to;
	} single[] = { { p->has_soname, p->soname, &e->soname },
		       { p->has_rpath, p->rpath, &e->rpath },
		       { p->has_runpath, p->runpath, &e->runpath } };
	struct bytes *needed = ARENA_ARRAY(a, struct bytes, p->n_needed + 1);
	enum status s = OK;
	if (p->strings_size) {
		if (!elf_map(e, p->strings, &e->names) || p->strings_size > e->names.size)
			return fail(d, ERR_FORMAT, 0, "the string table is not all loaded from the file");
		e->names.size = p->strings_size;
	}
	for (size_t i = 0; s == OK && i < p->n_needed; i++)
		s = elf_name(e, p->needed[i], &needed[i], d);
	for (size_t i = 0; s == OK && i < COUNT(single); i++)
		if (single[i].is_there)
			s = elf_name(e, single[i].at, single[i].to, d);
	e->needed = needed;
	e->n_needed = p->n_needed;
	return s;
}

enum status elf_read_dynamic(struct elf *e, struct arena *a, struct elf_dynamic *ret, struct diag *d)
{
	struct elf_span section = { 0 };
	struct pending pending = { 0 };
	unsigned word = elf_word(e);
	enum status s = find_section(e, &section, d);
	if (s || !e->is_dynamic)
		return s;
	for (uint64_t n = 0;; n++) {
		if (n == ELF_DYNAMIC_MAX)
			return fail(d, ERR_LIMIT, section.offset, "more than %d dynamic entries", ELF_DYNAMIC_MAX);
		if ((n + 1) * 2 * word > section.size)
			return fail(d, ERR_FORMAT, section.offset, "the dynamic section does not end");
		uint64_t at = section.offset + n * 2 * word;
		uint64_t tag = elf_number(e, at, word), value = elf_number(e, at + word, word);
		if (tag == DT_NULL)
			break;
		if (take_place(tag, value, ret))
			continue;
		take_flags(e, tag, value);
		s = take_name(tag, value, a, &pending, d);
		if (s)
			return s;
	}
	return read_names(e, &pending, a, d);
}
