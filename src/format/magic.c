#include "format/magic.h"

static uint32_t number(struct bytes file, uint64_t at, unsigned size, bool big)
{
	uint32_t n = 0;
	if (at > file.size || file.size - at < size)
		return 0;
	for (unsigned i = 0; i < size; i++)
		n = n << 8 | file.data[at + (big ? i : size - 1 - i)];
	return n;
}

static bool contains(struct bytes file, size_t within, struct bytes mark)
{
	struct bytes head = bytes_part(file, 0, within);
	return bytes_search(head, mark) < head.size;
}

/* PE format: "MS-DOS Stub", then "COFF File Header" and the data directory of the CLR runtime header, the 15th. */
static bool read_pe(struct bytes file, struct magic *m)
{
	enum { DLL = 0x2000, PE32_PLUS = 0x20b, CLR_DIRECTORY = 14 };
	uint64_t header = number(file, 0x3c, 4, false);
	if (!bytes_starts(file, BYTES("MZ")) || header > file.size ||
	    !bytes_starts(bytes_from(file, (size_t)header), BYTES("PE\0\0")))
		return false;
	uint64_t optional = header + 24, directories = optional + (number(file, optional, 2, false) == PE32_PLUS ? 112 : 96);
	m->kind = MAGIC_PE;
	m->cpus[0] = number(file, header + 4, 2, false);
	m->n_cpus = m->cpus[0] != 0;
	m->is_program = !(number(file, header + 22, 2, false) & DLL);
	m->is_managed = number(file, directories - 4, 4, false) > CLR_DIRECTORY &&
			number(file, directories + CLR_DIRECTORY * 8, 4, false) != 0;
	m->is_upx = contains(file, 2048, BYTES("UPX0"));
	return true;
}

enum { MH_EXECUTE = 2 };

static bool read_thin(struct bytes file, bool big, struct magic *m)
{
	m->kind = MAGIC_MACHO;
	m->cpus[0] = number(file, 4, 4, big);
	m->n_cpus = file.size >= 8;
	m->is_program = number(file, 12, 4, big) == MH_EXECUTE;
	m->is_upx = contains(file, 8192, BYTES("UPX!"));
	return true;
}

/* A class file of Java begins alike; where it has its version, 45 or more, a fat file has a small count. */
static bool read_fat(struct bytes file, bool wide, struct magic *m)
{
	uint32_t n = number(file, 4, 4, true);
	if (n == 0 || n > MAGIC_CPUS_MAX)
		return false;
	m->kind = MAGIC_MACHO;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = 8 + (uint64_t)i * (wide ? 32 : 20);
		uint64_t inner = number(file, at + (wide ? 12 : 8), 4, true);
		m->cpus[i] = number(file, at, 4, true);
		if (i == 0)
			m->is_program = inner < file.size && number(file, inner + 12, 4, false) == MH_EXECUTE;
	}
	m->n_cpus = file.size >= 8 + (uint64_t)n * (wide ? 32 : 20) ? n : 0;
	return true;
}

static bool read_macho(struct bytes file, struct magic *m)
{
	switch (number(file, 0, 4, true)) {
	case 0xfeedface:
	case 0xfeedfacf:
		return read_thin(file, true, m);
	case 0xcefaedfe:
	case 0xcffaedfe:
		return read_thin(file, false, m);
	case 0xcafebabe:
		return read_fat(file, false, m);
	case 0xcafebabf:
		return read_fat(file, true, m);
	default:
		return false;
	}
}

struct magic magic_of(struct bytes file)
{
	struct magic m = { .kind = MAGIC_OTHER };
	if (bytes_starts(file, BYTES("\177ELF"))) {
		m.kind = MAGIC_ELF;
		m.is_upx = contains(file, 1024, BYTES("UPX!"));
	} else if (bytes_starts(file, BYTES("!<arch>\n")) || bytes_starts(file, BYTES("!<thin>\n"))) {
		m.kind = MAGIC_AR;
	} else if (bytes_starts(file, BYTES("\0asm"))) {
		m.kind = MAGIC_WASM;
	} else if (!read_pe(file, &m)) {
		(void)read_macho(file, &m);
	}
	return m;
}

const char *magic_name(enum magic_kind kind)
{
	static const char *const names[] = { [MAGIC_OTHER] = "",       [MAGIC_ELF] = "ELF", [MAGIC_PE] = "PE",
					     [MAGIC_MACHO] = "Mach-O", [MAGIC_AR] = "ar",   [MAGIC_WASM] = "WebAssembly" };
	return names[kind];
}
