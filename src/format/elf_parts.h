/* Internal to elf*.c: numbers of either order and width, addresses, the parts that elf_open puts together. */
#ifndef FORMAT_ELF_PARTS_H
#define FORMAT_ELF_PARTS_H

#include "format/elf.h"

/* Is [at, at + size) in the file? */
bool elf_has(const struct elf *e, uint64_t at, uint64_t size);
/* The number of 1, 2, 4 or 8 bytes there; 0 when it is not in the file. */
uint64_t elf_number(const struct elf *e, uint64_t at, unsigned size);
/* 8 or 4: an address, a tag, a word of the file's class. */
unsigned elf_word(const struct elf *e);

/* Where an address is in the file, and how many bytes of its segment follow. False: no load segment has it. */
bool elf_map(const struct elf *e, uint64_t address, struct elf_span *ret);
/* The string at an offset of the string table, without its NUL. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status elf_name(const struct elf *e, uint64_t at, struct bytes *ret, struct diag *d);

/* The values of the dynamic section that lead on; 0: absent. */
struct elf_dynamic {
	uint64_t symbols, symbol_size, hash, gnu_hash, symbol_versions, needs;
	uint64_t rela, rela_size, rel, rel_size, jump, jump_size, jump_kind;
	uint64_t mips_symbols;
};

/* Reads PT_DYNAMIC (gABI, "Dynamic Section") into e and *ret; nothing when there is none. */
MUST_USE enum status elf_read_dynamic(struct elf *e, struct arena *a, struct elf_dynamic *ret, struct diag *d);
/* How many symbols there are, and where. */
MUST_USE enum status elf_read_symbols(struct elf *e, const struct elf_dynamic *dynamic, struct diag *d);
/* DT_VERNEED and DT_VERSYM. */
MUST_USE enum status elf_read_versions(struct elf *e, struct arena *a, const struct elf_dynamic *dynamic, struct diag *d);

#endif
