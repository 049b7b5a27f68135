/* Small ELF files of either class and byte order, written by hand for the tests: one load segment that is the whole file. */
#ifndef TESTS_ELF_MAKE_H
#define TESTS_ELF_MAKE_H

#include "base/buf.h"
#include "format/elf.h"

struct made_symbol {
	const char *name;
	unsigned char bind;
	bool is_undefined;
	const char *version; /* NULL: none; else a name of made_elf.version */
};

struct made_elf {
	bool is_32, is_big;
	uint16_t type, machine; /* 0: ELF_DYN, ELF_X86_64 */
	const char *needed[4], *soname, *rpath, *runpath, *interpreter;
	const char *version_file, *version[4]; /* one list of version needs */
	struct made_symbol symbols[8];
	uint64_t extra_tag, extra_value; /* one more dynamic entry */
	bool has_no_stack, has_no_relro, has_executable_stack, has_write_execute;
	bool has_gnu_hash; /* instead of DT_HASH, and it names no symbol: what is left are the relocations */
};

/* Appends the file. */
void elf_make(const struct made_elf *m, struct buf *out);

#endif
