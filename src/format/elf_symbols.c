#include "format/elf_parts.h"

static unsigned symbol_size(const struct elf *e)
{
	return e->is_64 ? 24 : 16;
}

/* gABI, "Hash Table": the chains have one entry a symbol. Words of 8 bytes on s390x alone. */
static enum status count_by_hash(const struct elf *e, uint64_t address, uint64_t *n, struct diag *d)
{
	unsigned word = e->is_64 && e->machine == ELF_S390 ? 8 : 4;
	struct elf_span table;
	if (!elf_map(e, address, &table) || table.size < 2 * word)
		return fail(d, ERR_FORMAT, 0, "the hash table is not loaded from the file");
	uint64_t chains = elf_number(e, table.offset + word, word);
	*n = chains > *n ? chains : *n;
	return OK;
}

/* The GNU hash table: the last bucket's chain ends with the last symbol that others can look up. */
static enum status count_by_gnu_hash(const struct elf *e, uint64_t address, uint64_t *n, struct diag *d)
{
	struct elf_span table;
	uint64_t last = 0;
	if (!elf_map(e, address, &table) || table.size < 16)
		return fail(d, ERR_FORMAT, 0, "the GNU hash table is not loaded from the file");
	uint64_t n_buckets = elf_number(e, table.offset, 4), first = elf_number(e, table.offset + 4, 4);
	uint64_t buckets = 16 + elf_number(e, table.offset + 8, 4) * elf_word(e), chains = buckets + 4 * n_buckets;
	if (chains > table.size)
		return fail(d, ERR_FORMAT, table.offset, "the GNU hash table is cut short");
	for (uint64_t i = 0; i < n_buckets; i++) {
		uint64_t bucket = elf_number(e, table.offset + buckets + 4 * i, 4);
		last = bucket > last ? bucket : last;
	}
	if (last == 0) /* nothing to look up; ld says 1 then, whatever the number of symbols is */
		return OK;
	if (last < first)
		return fail(d, ERR_FORMAT, table.offset, "the GNU hash table contradicts itself");
	for (;; last++) {
		uint64_t at = chains + (last - first) * 4;
		if (at + 4 > table.size)
			return fail(d, ERR_FORMAT, table.offset, "a chain of the GNU hash table does not end");
		if (elf_number(e, table.offset + at, 4) & 1)
			break;
	}
	*n = last + 1 > *n ? last + 1 : *n;
	return OK;
}

/* What nobody can look up is in no hash table, but what the object itself asks for is named by its relocations. */
static enum status count_by_relocations(const struct elf *e, uint64_t address, uint64_t size, bool has_addend, uint64_t *n,
					struct diag *d)
{
	unsigned word = elf_word(e), step = (has_addend ? 3 : 2) * word;
	struct elf_span table;
	if (!size)
		return OK;
	if (!elf_map(e, address, &table) || size > table.size)
		return fail(d, ERR_FORMAT, 0, "the relocations are not all loaded from the file");
	if (e->machine == ELF_MIPS) /* another layout, and DT_MIPS_SYMTABNO says the count */
		return OK;
	for (uint64_t at = 0; at + step <= size; at += step) {
		uint64_t symbol = elf_number(e, table.offset + at + word, word) >> (e->is_64 ? 32 : 8);
		*n = symbol + 1 > *n ? symbol + 1 : *n;
	}
	return OK;
}

enum status elf_read_symbols(struct elf *e, const struct elf_dynamic *dynamic, struct diag *d)
{
	enum { DT_RELA = 7 };
	uint64_t n = dynamic->mips_symbols;
	enum status s = OK;
	if (dynamic->hash)
		s = count_by_hash(e, dynamic->hash, &n, d);
	if (s == OK && dynamic->gnu_hash)
		s = count_by_gnu_hash(e, dynamic->gnu_hash, &n, d);
	if (s == OK)
		s = count_by_relocations(e, dynamic->rela, dynamic->rela_size, true, &n, d);
	if (s == OK)
		s = count_by_relocations(e, dynamic->rel, dynamic->rel_size, false, &n, d);
	if (s == OK)
		s = count_by_relocations(e, dynamic->jump, dynamic->jump_size, dynamic->jump_kind == DT_RELA, &n, d);
	if (s || n <= 1)
		return s;
	if (dynamic->symbol_size && dynamic->symbol_size != symbol_size(e))
		return fail(d, ERR_FORMAT, 0, "symbols of %llu bytes", (unsigned long long)dynamic->symbol_size);
	if (n > ELF_SYMBOLS_MAX)
		return fail(d, ERR_LIMIT, 0, "%llu symbols; at most %d are read", (unsigned long long)n, ELF_SYMBOLS_MAX);
	if (!elf_map(e, dynamic->symbols, &e->symbols) || n * symbol_size(e) > e->symbols.size)
		return fail(d, ERR_FORMAT, 0, "the symbol table is not all loaded from the file");
	e->symbols.size = n * symbol_size(e);
	e->n_symbols = (uint32_t)n;
	return OK;
}

/* The names of one library's list (LSB, "Version Needs"): vernaux entries, each with the distance to the next. */
static enum status read_list(struct elf *e, struct arena *a, struct bytes file, struct elf_span table, struct diag *d)
{
	enum { WEAK = 2, INDEX = 0x7fff };
	struct elf_version *all = NULL;
	for (;;) {
		if (table.size < 16)
			return fail(d, ERR_FORMAT, table.offset, "the version needs are cut short");
		if (e->n_versions == ELF_VERSIONS_MAX)
			return fail(d, ERR_LIMIT, table.offset, "more than %d version names", ELF_VERSIONS_MAX);
		struct elf_version v = { .file = file };
		v.is_weak = elf_number(e, table.offset + 4, 2) & WEAK;
		v.index = (uint16_t)(elf_number(e, table.offset + 6, 2) & INDEX);
		enum status s = elf_name(e, elf_number(e, table.offset + 8, 4), &v.name, d);
		if (s)
			return s;
		/* the array has always been ours: a grown copy, or the one of the list before */
		all = arena_grow(a, (void *)(uintptr_t)e->versions, e->n_versions, sizeof *all);
		all[e->n_versions++] = v;
		e->versions = all;
		uint64_t next = elf_number(e, table.offset + 12, 4);
		if (!next)
			return OK;
		if (next < 16 || next > table.size)
			return fail(d, ERR_FORMAT, table.offset, "the version needs point outside of what is loaded");
		table = (struct elf_span){ .offset = table.offset + next, .size = table.size - next };
	}
}

static enum status read_needs(struct elf *e, struct arena *a, uint64_t address, struct diag *d)
{
	struct elf_span table;
	if (!elf_map(e, address, &table))
		return fail(d, ERR_FORMAT, 0, "the version needs are not loaded from the file");
	for (unsigned n = 0; n <= ELF_NEEDED_MAX; n++) {
		if (table.size < 16)
			return fail(d, ERR_FORMAT, table.offset, "the version needs are cut short");
		struct bytes file;
		uint64_t list = elf_number(e, table.offset + 8, 4), next = elf_number(e, table.offset + 12, 4);
		enum status s = elf_name(e, elf_number(e, table.offset + 4, 4), &file, d);
		if (s == OK && list > table.size)
			s = fail(d, ERR_FORMAT, table.offset, "the version needs point outside of what is loaded");
		if (s == OK && elf_number(e, table.offset + 2, 2))
			s = read_list(e, a, file, (struct elf_span){ .offset = table.offset + list, .size = table.size - list }, d);
		if (s || !next)
			return s;
		if (next < 16 || next > table.size)
			return fail(d, ERR_FORMAT, table.offset, "the version needs point outside of what is loaded");
		table = (struct elf_span){ .offset = table.offset + next, .size = table.size - next };
	}
	return fail(d, ERR_LIMIT, table.offset, "version needs of more than %d libraries", ELF_NEEDED_MAX);
}

enum status elf_read_versions(struct elf *e, struct arena *a, const struct elf_dynamic *dynamic, struct diag *d)
{
	enum status s = dynamic->needs ? read_needs(e, a, dynamic->needs, d) : OK;
	if (s)
		return s;
	if (dynamic->symbol_versions && e->n_symbols) {
		if (!elf_map(e, dynamic->symbol_versions, &e->symbol_versions) || e->n_symbols * UINT64_C(2) > e->symbol_versions.size)
			return fail(d, ERR_FORMAT, 0, "the versions of the symbols are not all loaded from the file");
	}
	for (size_t i = 0; i < e->n_versions; i++)
		if (e->versions[i].index >= e->version_of_size)
			e->version_of_size = e->versions[i].index + 1u;
	uint16_t *places = ARENA_ARRAY(a, uint16_t, e->version_of_size + 1u);
	for (size_t i = 0; i < e->n_versions; i++)
		if (e->versions[i].index > 1) /* 0 and 1 say that there is none */
			places[e->versions[i].index] = (uint16_t)(i + 1);
	e->version_of = places;
	return OK;
}

bool elf_is_exported(const struct elf_symbol *s)
{
	enum { STV_DEFAULT = 0, STV_PROTECTED = 3 };
	return !s->is_undefined && s->bind != ELF_LOCAL && (s->visibility == STV_DEFAULT || s->visibility == STV_PROTECTED);
}

struct elf_symbols elf_symbols_start(const struct elf *e)
{
	return (struct elf_symbols){ .elf = e, .next = 1, .name_room = 16 * e->names.size + (16 << 20) };
}

enum status elf_symbols_next(struct elf_symbols *it, struct elf_symbol *ret, struct diag *d)
{
	const struct elf *e = it->elf;
	if (it->next >= e->n_symbols)
		return ERR_ABSENT;
	uint64_t at = e->symbols.offset + (uint64_t)it->next * symbol_size(e);
	uint64_t info = elf_number(e, at + (e->is_64 ? 4 : 12), 1);
	struct elf_symbol symbol = {
		.bind = (unsigned char)(info >> 4),
		.kind = info & 15,
		.visibility = elf_number(e, at + (e->is_64 ? 5 : 13), 1) & 3,
		.is_undefined = elf_number(e, at + (e->is_64 ? 6 : 14), 2) == 0,
	};
	enum status s = elf_name(e, elf_number(e, at, 4), &symbol.name, d);
	if (s)
		return s;
	if (symbol.name.size > it->name_room)
		return fail(d, ERR_LIMIT, at, "the names of the symbols overlap without end");
	it->name_room -= symbol.name.size;
	if (e->symbol_versions.size) {
		uint64_t index = elf_number(e, e->symbol_versions.offset + it->next * UINT64_C(2), 2) & 0x7fff;
		uint16_t place = index < e->version_of_size ? e->version_of[index] : 0;
		symbol.version = place ? &e->versions[place - 1] : NULL;
	}
	it->next++;
	*ret = symbol;
	return OK;
}
