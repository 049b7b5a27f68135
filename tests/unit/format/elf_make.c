#include "elf_make.h"

enum { N_SEGMENTS = 5, STRINGS_MAX = 4096 };

struct maker {
	const struct made_elf *m;
	struct buf *out;
	struct buf strings;
	size_t base;
	unsigned word;
};

static void put(struct maker *k, uint64_t n, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		buf_add_byte(k->out, (unsigned char)(n >> 8 * (k->m->is_big ? size - 1 - i : i)));
}

static void word(struct maker *k, uint64_t n)
{
	put(k, n, k->word);
}

static uint64_t string(struct maker *k, const char *s)
{
	uint64_t at = k->strings.size;
	buf_add_string(&k->strings, s);
	buf_add_byte(&k->strings, '\0');
	return at;
}

static uint64_t here(const struct maker *k)
{
	return k->out->size - k->base;
}

static void segment(struct maker *k, uint32_t type, uint32_t flags, uint64_t at, uint64_t size)
{
	put(k, type, 4);
	if (k->word == 8)
		put(k, flags, 4);
	word(k, at);
	word(k, at);
	word(k, at);
	word(k, size);
	word(k, size);
	if (k->word == 4)
		put(k, flags, 4);
	word(k, 1);
}

static void entry(struct maker *k, uint64_t tag, uint64_t value)
{
	word(k, tag);
	word(k, value);
}

static void put_symbol(struct maker *k, uint64_t name, unsigned bind, unsigned section)
{
	put(k, name, 4);
	if (k->word == 4) {
		word(k, 0);
		word(k, 0);
	}
	put(k, bind << 4, 1);
	put(k, 0, 1);
	put(k, section, 2);
	if (k->word == 8) {
		word(k, 0);
		word(k, 0);
	}
}

/* Everything that the dynamic section points to; the places are written once the first pass knows them. */
struct places {
	uint64_t symbols, hash, versions, needs, relocations, relocations_size, strings, strings_size, interpreter, dynamic,
		dynamic_size, end;
};

static unsigned version_index(const struct made_elf *m, const char *version)
{
	for (unsigned i = 0; version && i < COUNT(m->version) && m->version[i]; i++)
		if (strcmp(m->version[i], version) == 0)
			return i + 2;
	return 1;
}

static void put_versions(struct maker *k, struct places *p)
{
	const struct made_elf *m = k->m;
	unsigned n = 0;
	p->versions = here(k);
	put(k, 0, 2);
	for (size_t i = 0; i < COUNT(m->symbols) && m->symbols[i].name; i++)
		put(k, version_index(m, m->symbols[i].version), 2);
	while (n < COUNT(m->version) && m->version[n])
		n++;
	p->needs = n ? here(k) : 0;
	if (!n)
		return;
	put(k, 1, 2);
	put(k, n, 2);
	put(k, string(k, m->version_file), 4);
	put(k, 16, 4);
	put(k, 0, 4);
	for (unsigned i = 0; i < n; i++) {
		put(k, 0, 4);
		put(k, 0, 2);
		put(k, i + 2, 2);
		put(k, string(k, m->version[i]), 4);
		put(k, i + 1 < n ? 16 : 0, 4);
	}
}

static void put_tables(struct maker *k, struct places *p)
{
	const struct made_elf *m = k->m;
	uint64_t n = 1;
	p->symbols = here(k);
	put_symbol(k, 0, 0, 0);
	for (size_t i = 0; i < COUNT(m->symbols) && m->symbols[i].name; i++, n++)
		put_symbol(k, string(k, m->symbols[i].name), m->symbols[i].bind, m->symbols[i].is_undefined ? 0 : 7);
	p->hash = here(k);
	if (m->has_gnu_hash) {
		for (unsigned i = 0; i < 4; i++) /* one empty bucket, symbols from 1 on, one word of filter */
			put(k, i < 3, 4);
		word(k, 0);
		put(k, 0, 4);
	} else {
		unsigned size = k->word == 8 && m->machine == ELF_S390 ? 8 : 4;
		put(k, 1, size);
		put(k, n, size);
	}
	p->relocations = here(k);
	word(k, 0);
	word(k, (n - 1) << (k->word == 8 ? 32 : 8) | 1);
	word(k, 0);
	p->relocations_size = here(k) - p->relocations;
	put_versions(k, p);
	p->interpreter = here(k);
	if (m->interpreter)
		buf_add(k->out, bytes_make(m->interpreter, strlen(m->interpreter) + 1));
}

static void put_dynamic(struct maker *k, struct places *p)
{
	const struct made_elf *m = k->m;
	p->dynamic = here(k);
	for (size_t i = 0; i < COUNT(m->needed) && m->needed[i]; i++)
		entry(k, 1, string(k, m->needed[i]));
	if (m->soname)
		entry(k, 14, string(k, m->soname));
	if (m->rpath)
		entry(k, 15, string(k, m->rpath));
	if (m->runpath)
		entry(k, 29, string(k, m->runpath));
	entry(k, m->has_gnu_hash ? 0x6ffffef5 : 4, p->hash);
	entry(k, 6, p->symbols);
	entry(k, 11, k->word == 8 ? 24 : 16);
	entry(k, 7, p->relocations);
	entry(k, 8, p->relocations_size);
	entry(k, 0x6ffffff0, p->versions);
	if (p->needs)
		entry(k, 0x6ffffffe, p->needs);
	if (m->extra_tag)
		entry(k, m->extra_tag, m->extra_value);
	entry(k, 5, p->strings);
	entry(k, 10, p->strings_size);
	entry(k, 0, 0);
	p->dynamic_size = here(k) - p->dynamic;
}

static void put_head(struct maker *k, const struct places *p)
{
	const struct made_elf *m = k->m;
	const unsigned char id[16] = { 127, 'E', 'L', 'F', m->is_32 ? 1 : 2, m->is_big ? 2 : 1, 1 };
	buf_add(k->out, bytes_make(id, sizeof id));
	put(k, m->type ? m->type : ELF_DYN, 2);
	put(k, m->machine ? m->machine : ELF_X86_64, 2);
	put(k, 1, 4);
	word(k, 0);
	word(k, m->is_32 ? 52 : 64);
	word(k, 0);
	put(k, 0, 4);
	put(k, m->is_32 ? 52 : 64, 2);
	put(k, m->is_32 ? 32 : 56, 2);
	put(k, N_SEGMENTS, 2);
	for (unsigned i = 0; i < 3; i++)
		put(k, 0, 2);
	segment(k, 1, m->has_write_execute ? 7 : 5, 0, p->end);
	segment(k, 2, 6, p->dynamic, p->dynamic_size);
	segment(k, m->interpreter ? 3 : 0, 4, p->interpreter, m->interpreter ? strlen(m->interpreter) + 1 : 0);
	segment(k, m->has_no_stack ? 0 : 0x6474e551, m->has_executable_stack ? 7 : 6, 0, 0);
	segment(k, m->has_no_relro ? 0 : 0x6474e552, 4, p->dynamic, p->dynamic_size);
}

void elf_make(const struct made_elf *m, struct buf *out)
{
	struct places p = { 0 };
	size_t base = out->size;
	for (unsigned pass = 0; pass < 2; pass++) { /* the second knows every place */
		struct maker k = { .m = m, .out = out, .base = base, .word = m->is_32 ? 4 : 8 };
		out->size = base;
		buf_init(&k.strings, STRINGS_MAX);
		buf_add_byte(&k.strings, '\0');
		put_head(&k, &p);
		put_tables(&k, &p);
		put_dynamic(&k, &p);
		p.strings = here(&k);
		p.strings_size = k.strings.size;
		buf_add(out, buf_bytes(&k.strings));
		p.end = here(&k);
		buf_done(&k.strings);
	}
}
