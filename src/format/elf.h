/* A reader of ELF programs and shared libraries as the dynamic loader sees them: by program headers, never by sections, which
 * nobody needs at run time and which may lie. 32 and 64 bit, either byte order (gABI 4.1, "Program Loading and Dynamic Linking"). */
#ifndef FORMAT_ELF_H
#define FORMAT_ELF_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Real files have about 15 segments, 50 dynamic entries, 200 libraries and 60 version names; the largest libraries of today have
 * 400,000 symbols. A name of C++ can have some 10,000 bytes. */
enum {
	ELF_SEGMENTS_MAX = 256,
	ELF_DYNAMIC_MAX = 16384,
	ELF_NEEDED_MAX = 1024,
	ELF_VERSIONS_MAX = 32767, /* what a version index can say (LSB, "Symbol Versioning") */
	ELF_SYMBOLS_MAX = 4 << 20,
	ELF_NAME_MAX = 1 << 16
};

enum elf_type { ELF_REL = 1, ELF_EXEC = 2, ELF_DYN = 3, ELF_CORE = 4 };

/* e_machine; what is here is what a tag of a wheel can name, and the processors that are not the machine's own. */
enum elf_machine {
	ELF_386 = 3,
	ELF_MIPS = 8,
	ELF_PPC64 = 21,
	ELF_S390 = 22,
	ELF_ARM = 40,
	ELF_X86_64 = 62,
	ELF_AARCH64 = 183,
	ELF_CUDA = 190,
	ELF_AMDGPU = 224,
	ELF_RISCV = 243,
	ELF_BPF = 247,
	ELF_LOONGARCH = 258
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, file_size, memory_size;
};

/* A version of symbols that the loader must find in a library: "GLIBC_2.17" of "libc.so.6". */
struct elf_version {
	struct bytes file, name;
	uint16_t index; /* what symbols call it */
	bool is_weak;
};

/* A part of the file; size 0: there is none. */
struct elf_span {
	uint64_t offset, size;
};

struct elf {
	struct bytes file; /* everything below borrows from it */
	bool is_64, is_big;
	uint16_t type, machine; /* enum elf_type, enum elf_machine */
	uint32_t flags;
	const struct elf_segment *segments;
	size_t n_segments;
	struct bytes interpreter; /* of PT_INTERP; {NULL, 0}: none */
	bool has_stack_segment, is_stack_executable, has_relro, has_write_execute;
	uint32_t x86_needed; /* GNU_PROPERTY_X86_ISA_1_NEEDED, one bit a level: 1 is the baseline, 2 v2, 4 v3, 8 v4 */

	bool is_dynamic; /* has PT_DYNAMIC; without it what follows is empty */
	const struct bytes *needed;
	size_t n_needed;
	struct bytes soname, rpath, runpath; /* {NULL, 0}: none; present and empty has data */
	bool has_text_relocations, is_bound_now, is_pie;
	bool has_init;
	uint64_t n_init; /* entries of DT_INIT_ARRAY and DT_PREINIT_ARRAY */
	const struct elf_version *versions;
	size_t n_versions;
	uint32_t n_symbols; /* the null symbol counts */

	/* For the functions below. */
	struct elf_span names, symbols, symbol_versions;
	const uint16_t *version_of; /* index of a symbol -> place in versions + 1; 0: none */
	uint32_t version_of_size;
};

/* file: the whole file, borrowed as long as *ret; what is made lives in a. Time and memory: linear in the file.
 * ERR_FORMAT: not ELF, cut short, addresses outside of what is loaded, load segments out of order. ERR_LIMIT: one of the above. */
MUST_USE enum status elf_open(struct bytes file, struct arena *a, struct elf *ret, struct diag *d);

/* To be started rather than loaded: ET_EXEC, a PIE, or with an interpreter and without a name of its own. */
bool elf_is_program(const struct elf *e);

enum elf_bind { ELF_LOCAL = 0, ELF_GLOBAL = 1, ELF_WEAK = 2, ELF_UNIQUE = 10 };

struct elf_symbol {
	struct bytes name;
	unsigned char bind, kind, visibility; /* enum elf_bind; STT_*; STV_* */
	bool is_undefined;
	const struct elf_version *version; /* of a library that is needed; NULL: none, or one that is defined here */
};

/* Other objects can see it: defined, not local, neither hidden nor internal. */
bool elf_is_exported(const struct elf_symbol *s);

/* Walks the dynamic symbols, from the second one: the first is null. */
struct elf_symbols {
	const struct elf *elf;
	uint32_t next;
	uint64_t name_room; /* bytes of names that may still be read: names may share a tail, but not without end */
};
struct elf_symbols elf_symbols_start(const struct elf *e);
/* ERR_ABSENT without a diag: no more. ERR_FORMAT: a name outside of the string table. ERR_LIMIT: ELF_NAME_MAX, or all names together
 * have more than 16 times the bytes of the string table and 16 MiB, which only a made-up table has. */
MUST_USE enum status elf_symbols_next(struct elf_symbols *it, struct elf_symbol *ret, struct diag *d);

#endif
