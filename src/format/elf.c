#include "format/elf.h"

#include "format/elf_parts.h"

enum segment_type {
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PT_GNU_STACK = 0x6474e551,
	PT_GNU_RELRO = 0x6474e552,
	PT_GNU_PROPERTY = 0x6474e553
};
enum { PF_X = 1, PF_W = 2 };

bool elf_has(const struct elf *e, uint64_t at, uint64_t size)
{
	return at <= e->file.size && size <= e->file.size - at;
}

uint64_t elf_number(const struct elf *e, uint64_t at, unsigned size)
{
	uint64_t n = 0;
	if (!elf_has(e, at, size))
		return 0;
	for (unsigned i = 0; i < size; i++)
		n = n << 8 | e->file.data[at + (e->is_big ? i : size - 1 - i)];
	return n;
}

unsigned elf_word(const struct elf *e)
{
	return e->is_64 ? 8 : 4;
}

bool elf_map(const struct elf *e, uint64_t address, struct elf_span *ret)
{
	for (size_t i = 0; i < e->n_segments; i++) {
		const struct elf_segment *s = &e->segments[i];
		if (s->type != PT_LOAD || address < s->address || address - s->address >= s->file_size)
			continue;
		uint64_t ahead = address - s->address;
		*ret = (struct elf_span){ .offset = s->offset + ahead, .size = s->file_size - ahead };
		return true;
	}
	return false;
}

enum status elf_name(const struct elf *e, uint64_t at, struct bytes *ret, struct diag *d)
{
	if (at >= e->names.size)
		return fail(d, ERR_FORMAT, at, "a name at %llu of a string table of %llu bytes", (unsigned long long)at,
			    (unsigned long long)e->names.size);
	struct bytes rest = bytes_part(e->file, (size_t)(e->names.offset + at), (size_t)(e->names.size - at));
	struct bytes near = bytes_part(rest, 0, ELF_NAME_MAX + 1);
	size_t size = bytes_find(near, '\0');
	if (size == near.size && near.size < rest.size)
		return fail(d, ERR_LIMIT, at, "a name of more than %d bytes", ELF_NAME_MAX);
	if (size == near.size)
		return fail(d, ERR_FORMAT, at, "a name that does not end");
	*ret = bytes_part(rest, 0, size);
	return OK;
}

/* gABI, "ELF Header". */
static enum status read_header(struct elf *e, uint64_t *ret_at, size_t *ret_n, struct diag *d)
{
	struct bytes f = e->file;
	if (!bytes_starts(f, BYTES("\177ELF")))
		return fail(d, ERR_FORMAT, 0, "not an ELF file");
	if (f.size < 52 || f.data[4] < 1 || f.data[4] > 2 || f.data[5] < 1 || f.data[5] > 2 || f.data[6] != 1)
		return fail(d, ERR_FORMAT, 4, "the identification of the ELF file is malformed");
	e->is_64 = f.data[4] == 2;
	e->is_big = f.data[5] == 2;
	unsigned word = elf_word(e), tail = 24 + 3 * word;
	if (f.size < (e->is_64 ? 64u : 52u))
		return fail(d, ERR_FORMAT, f.size, "the ELF header is cut short");
	e->type = (uint16_t)elf_number(e, 16, 2);
	e->machine = (uint16_t)elf_number(e, 18, 2);
	e->flags = (uint32_t)elf_number(e, tail, 4);
	*ret_at = elf_number(e, 24 + word, word);
	*ret_n = (size_t)elf_number(e, tail + 8, 2);
	if (*ret_n > ELF_SEGMENTS_MAX)
		return fail(d, ERR_LIMIT, 0, "%zu segments; at most %d are read", *ret_n, ELF_SEGMENTS_MAX);
	unsigned size = e->is_64 ? 56 : 32;
	if (*ret_n && elf_number(e, tail + 6, 2) != size)
		return fail(d, ERR_FORMAT, 0, "program headers of another size than %u", size);
	if (*ret_n && !elf_has(e, *ret_at, *ret_n * (uint64_t)size))
		return fail(d, ERR_FORMAT, *ret_at, "the program headers are not all in the file");
	return OK;
}

static struct elf_segment read_segment(const struct elf *e, uint64_t at)
{
	unsigned word = elf_word(e), first = e->is_64 ? 8 : 4;
	return (struct elf_segment){
		.type = (uint32_t)elf_number(e, at, 4),
		.flags = (uint32_t)elf_number(e, at + (e->is_64 ? 4 : 24), 4),
		.offset = elf_number(e, at + first, word),
		.address = elf_number(e, at + first + word, word),
		.file_size = elf_number(e, at + first + 3 * word, word),
		.memory_size = elf_number(e, at + first + 4 * word, word),
	};
}

/* The property notes: name size 4, "GNU", type 5, then properties that are aligned to a word (Linux gABI extensions, x86 psABI). */
static uint32_t read_properties(const struct elf *e, const struct elf_segment *s)
{
	enum { NOTE_HEAD = 16, PROPERTY_NOTE = 5 };
	const uint32_t isa_needed = 0xc0008002;
	uint64_t at = s->offset + NOTE_HEAD, end = s->offset + s->file_size;
	if (s->file_size < NOTE_HEAD || elf_number(e, s->offset, 4) != 4 || elf_number(e, s->offset + 8, 4) != PROPERTY_NOTE)
		return 0;
	while (end - at >= 8) {
		uint64_t size = elf_number(e, at + 4, 4), padded = (size + elf_word(e) - 1) / elf_word(e) * elf_word(e);
		if (size > end - at - 8)
			break;
		if (elf_number(e, at, 4) == isa_needed && size == 4)
			return (uint32_t)elf_number(e, at + 8, 4);
		at = padded > end - at - 8 ? end : at + 8 + padded;
	}
	return 0;
}

static enum status note_segment(struct elf *e, const struct elf_segment *s, struct diag *d)
{
	switch (s->type) {
	case PT_LOAD:
		e->has_write_execute |= (s->flags & (PF_W | PF_X)) == (PF_W | PF_X);
		break;
	case PT_GNU_STACK:
		e->has_stack_segment = true;
		e->is_stack_executable = (s->flags & PF_X) != 0;
		break;
	case PT_GNU_RELRO:
		e->has_relro = true;
		break;
	case PT_GNU_PROPERTY:
		e->x86_needed = e->machine == ELF_X86_64 ? read_properties(e, s) : 0;
		break;
	case PT_INTERP:
		e->interpreter = bytes_part(e->file, (size_t)s->offset, (size_t)s->file_size);
		if (!bytes_ends(e->interpreter, BYTES("\0")))
			return fail(d, ERR_FORMAT, s->offset, "the name of the interpreter does not end");
		e->interpreter.size = bytes_find(e->interpreter, '\0');
		break;
	default:
		break;
	}
	return OK;
}

static enum status read_segments(struct elf *e, uint64_t at, size_t n, struct arena *a, struct diag *d)
{
	struct elf_segment *all = ARENA_ARRAY(a, struct elf_segment, n + 1);
	uint64_t loaded = 0; /* where the last load segment ends: they ascend (gABI, "Program Header") */
	e->segments = all;
	e->n_segments = n;
	for (size_t i = 0; i < n; i++) {
		struct elf_segment *s = &all[i];
		*s = read_segment(e, at + i * (e->is_64 ? 56u : 32u));
		if (s->file_size && !elf_has(e, s->offset, s->file_size))
			return fail(d, ERR_FORMAT, s->offset, "segment %zu is not all in the file", i);
		if (s->type == PT_LOAD &&
		    (s->address < loaded || s->memory_size < s->file_size || s->memory_size > UINT64_MAX - s->address))
			return fail(d, ERR_FORMAT, s->offset, "load segment %zu overlaps another, or is out of order", i);
		if (s->type == PT_LOAD)
			loaded = s->address + s->memory_size;
		enum status status = note_segment(e, s, d);
		if (status)
			return status;
	}
	return OK;
}

enum status elf_open(struct bytes file, struct arena *a, struct elf *ret, struct diag *d)
{
	struct elf e = { .file = file };
	struct elf_dynamic dynamic = { 0 };
	uint64_t at = 0;
	size_t n = 0;
	enum status s = read_header(&e, &at, &n, d);
	if (s == OK)
		s = read_segments(&e, at, n, a, d);
	if (s == OK)
		s = elf_read_dynamic(&e, a, &dynamic, d);
	if (s == OK && e.is_dynamic)
		s = elf_read_symbols(&e, &dynamic, d);
	if (s == OK && e.is_dynamic)
		s = elf_read_versions(&e, a, &dynamic, d);
	if (s)
		return s;
	*ret = e;
	return OK;
}

bool elf_is_program(const struct elf *e)
{
	return e->type == ELF_EXEC || (e->type == ELF_DYN && (e->is_pie || (e->interpreter.size && !e->soname.data)));
}
