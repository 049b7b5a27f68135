/* What a file is by its first bytes: programs and libraries of any platform, archives of objects.
 * For whoever must not believe a file's name: ELF (gABI), PE/COFF, Mach-O, ar, WebAssembly. */
#ifndef FORMAT_MAGIC_H
#define FORMAT_MAGIC_H

#include <stdbool.h>

#include "base/bytes.h"

enum magic_kind { MAGIC_OTHER, MAGIC_ELF, MAGIC_PE, MAGIC_MACHO, MAGIC_AR, MAGIC_WASM };

enum { MAGIC_CPUS_MAX = 16 }; /* a fat Mach-O with more is not one: the format has nine */

struct magic {
	enum magic_kind kind;
	bool is_program; /* PE and Mach-O: to be started, not loaded; ELF: see struct elf */
	bool is_managed; /* PE of .NET: for every processor */
	bool is_upx; /* packed by UPX: what it holds cannot be seen */
	uint32_t cpus[MAGIC_CPUS_MAX]; /* PE: one IMAGE_FILE_MACHINE_*; Mach-O: CPU_TYPE_*, several when fat */
	unsigned n_cpus;
};

/* IMAGE_FILE_MACHINE_*, and CPU_TYPE_* of <mach/machine.h>. */
enum { PE_I386 = 0x14c, PE_AMD64 = 0x8664, PE_ARM64 = 0xaa64, PE_ARMNT = 0x1c4 };
enum { MACHO_I386 = 7, MACHO_X86_64 = 0x01000007, MACHO_ARM64 = 0x0100000c, MACHO_PPC = 18, MACHO_PPC64 = 0x01000012 };

/* file: the whole file, borrowed. Never fails: what is cut short before its kind is known is MAGIC_OTHER, and one cut short behind
 * it has no cpus. Time: the first 8 KiB, and one place that a PE header points to. */
struct magic magic_of(struct bytes file);

/* "ELF", "PE" and so on, for messages; "" for MAGIC_OTHER. */
const char *magic_name(enum magic_kind kind);

#endif
